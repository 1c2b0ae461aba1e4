"""The gold annotations of the sample corpus pin quality floors: they must not contradict their texts."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kg.schema import load_schema
from kg.settings import load_settings

CORPUS = Path(__file__).parent.parent / "corpus"
DOCUMENT_SUFFIXES = {".txt", ".md", ".html", ".jsonl", ".pdf"}
BESIDE = {"README.md", "kg.toml", "gold"}
DOCUMENTS = {path.stem: path for path in sorted(CORPUS.iterdir()) if path.name not in BESIDE}
GOLD = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted((CORPUS / "gold").iterdir())
}
ARTICLES = {
    f"{stem}/{article['id']}": article
    for stem, document in GOLD.items()
    for article in document["articles"]
}
MAX_QUOTE_CHARS = 40  # GUIDELINE.md
MAX_PDF_BYTES = 150_000
MIN_OCCURRENCES = 2
TEXT_ENCODINGS = {
    "dong-e-ejiao-shangyou.txt": "gb18030",
    "yanggu-tongbo-kuochan.html": "gb18030",
    "shuicheng-huiqi-xinzheng.txt": "utf-16",
    "liaocheng-tiegui-2022.txt": "utf-8-sig",
}

Article = dict[str, Any]
each_article = pytest.mark.parametrize("article", ARTICLES.values(), ids=ARTICLES)


def without_blanks(text: str) -> str:
    return re.sub(r"\s", "", text)


def text_of(article: Article) -> str:
    return without_blanks(article["title"] + article["body"])


def types_of(article: Article) -> dict[str, str]:
    return {entity["id"]: entity["type"] for entity in article["entities"]}


def claims_of(article: Article) -> list[dict[str, Any]]:
    return [*article["relations"], *article["facts"]]


def test_every_document_has_gold_and_every_gold_a_document() -> None:
    assert GOLD.keys() == DOCUMENTS.keys()
    assert [stem for stem, document in GOLD.items() if document["doc"] != stem] == []


def test_stems_are_distinct_and_forms_are_known() -> None:
    files = [path for path in CORPUS.iterdir() if path.name not in BESIDE]
    assert len(files) == len(DOCUMENTS)
    assert {path.suffix for path in files} == DOCUMENT_SUFFIXES


def test_pdfs_are_small() -> None:
    assert [p.name for p in CORPUS.glob("*.pdf") if p.stat().st_size > MAX_PDF_BYTES] == []


def test_settings_beside_the_corpus_name_publisher_and_home() -> None:
    settings = load_settings(CORPUS / "kg.toml", environment={})
    assert (settings.publisher, settings.home) == ("光岳新报", "聊城市")


def test_every_document_is_listed_in_the_readme() -> None:
    readme = (CORPUS / "README.md").read_text("utf-8")
    assert [path.name for path in DOCUMENTS.values() if f"`{path.name}`" not in readme] == []


@pytest.mark.parametrize(
    "path", [p for p in DOCUMENTS.values() if p.suffix == ".txt"], ids=lambda p: p.stem
)
def test_bodies_are_those_of_the_text_files(path: Path) -> None:
    """Every clause of a body stands in its file, but the one where a page cuts the body in two."""
    text = without_blanks(path.read_bytes().decode(TEXT_ENCODINGS.get(path.name, "utf-8")))
    for article in GOLD[path.stem]["articles"]:
        clauses = re.split(r"(?<=[。，；])|\n", article["body"])
        missing = [clause for clause in clauses if without_blanks(clause) not in text]
        assert len(missing) <= 1, missing  # the clause where a body is cut


@each_article
def test_starts_and_ends_are_those_of_the_body(article: Article) -> None:
    body = article["body"].replace("\n", "")
    assert (article["starts"], article["ends"]) == (body[:12], body[-12:])
    assert article["complete"] == bool(body)


@each_article
def test_dates_and_reporters_are_well_formed(article: Article) -> None:
    dates = [article["date"], article.get("date_alternative")]
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\d", date) for date in dates if date)
    assert all(re.fullmatch(r"[\u4e00-\u9fff]{2,4}", name) for name in article["reporters"])


@each_article
def test_ids_are_consistent(article: Article) -> None:
    ids = [entity["id"] for entity in article["entities"]]
    assert len(ids) == len(set(ids))
    used = {claim["s"] for claim in claims_of(article)} | {r["o"] for r in article["relations"]}
    assert used <= set(ids)


@each_article
def test_no_claim_is_annotated_twice(article: Article) -> None:
    triples = [(r["s"], r["p"], r["o"], r["q"].get("amount")) for r in article["relations"]]
    facts = [(f["s"], f["p"], f["v"], f["unit"], f["evidence"]) for f in article["facts"]]
    assert [item for item, count in Counter([*triples, *facts]).items() if count > 1] == []


@each_article
def test_every_quote_stands_in_title_or_body(article: Article) -> None:
    text = text_of(article)
    for claim in claims_of(article):
        assert claim["evidence"]
        assert without_blanks(claim["evidence"]) in text
        assert len(claim["evidence"]) <= MAX_QUOTE_CHARS


@each_article
def test_every_required_entity_is_named_in_the_text(article: Article) -> None:
    """By its name or another form: 市司法局 for 聊城市司法局. What is only implied is optional."""
    text = text_of(article)
    unnamed = [
        entity["name"]
        for entity in article["entities"]
        if not entity.get("optional")
        and not any(without_blanks(name) in text for name in (entity["name"], *entity["aliases"]))
    ]
    assert unnamed == []


@each_article
def test_types_relations_and_attributes_are_those_of_the_ontology(article: Article) -> None:
    schema = load_schema()
    assert {entity["type"] for entity in article["entities"]} <= schema.classes.keys()
    assert {relation["p"] for relation in article["relations"]} <= schema.relations.keys()
    assert {fact["p"] for fact in article["facts"]} <= schema.attributes.keys()


@each_article
def test_relations_respect_domain_and_range(article: Article) -> None:
    schema, types = load_schema(), types_of(article)
    refused = [
        (types[r["s"]], r["p"], types[r["o"]], r["evidence"])
        for r in article["relations"]
        if not schema.allows(r["p"], types[r["s"]], types[r["o"]])
    ]
    assert refused == []


@each_article
def test_values_have_the_form_of_their_attribute(article: Article) -> None:
    dated = {"startDate", "completionDate", "launchDate"}
    for fact in article["facts"]:
        if fact["p"] in dated:
            assert re.fullmatch(r"\d{4}(-\d\d){0,2}", fact["v"])
        elif fact["p"] == "status":
            assert isinstance(fact["v"], str)
        else:
            assert fact["v"] != ""
        assert "元" not in fact["unit"] or fact["unit"] in ("美元", "日元", "欧元", "港元")


@pytest.mark.parametrize("kind", ["classes", "relations", "attributes"])
def test_everything_of_the_guideline_occurs_at_least_twice(kind: str) -> None:
    part, key = {
        "classes": ("entities", "type"),
        "relations": ("relations", "p"),
        "attributes": ("facts", "p"),
    }[kind]
    count = Counter(
        item[key]
        for article in ARTICLES.values()
        for item in article[part]
        if not item.get("optional")
    )
    assert [name for name in getattr(load_schema(), kind) if count[name] < MIN_OCCURRENCES] == []
