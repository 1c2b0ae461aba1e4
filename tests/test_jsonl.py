"""Dumps come back equal; annotations are what the guideline describes."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kg.errors import InputError
from kg.jsonl import (
    dump_line,
    parse_line,
    read_annotations,
    read_lines,
    to_annotation,
    write_lines,
)
from kg.model import (
    Bound,
    Evidence,
    Extraction,
    Mention,
    MentionId,
    MentionKind,
    PartialDate,
    Qualifier,
    Quantity,
    Relation,
    RelationId,
    Span,
    Value,
)
from tests.factories import make_article, make_document

BODY = "邮储银行聊城市分行为山东富锋汽车部件有限公司放款200万元。\n该行2021年设立，增长4.3%。"
ARTICLE = make_article(BODY, headline="智慧金融平台 放款再提速", published=date(2022, 12, 19))


def mention(
    text: str, type: str, *, name: str = "", kind: MentionKind = MentionKind.NAME
) -> Mention:
    span = find(text)
    mention_id = MentionId(f"{ARTICLE.id}#{span.begin}-{span.end}-{type}")
    return Mention(mention_id, ARTICLE.id, span, text, kind, type, name or text)


def find(text: str) -> Span:
    begin = ARTICLE.text.index(text)
    return Span(begin, begin + len(text))


BANK = mention("邮储银行聊城市分行", "Company")
ITS = mention("该行", "Company", name=BANK.name, kind=MentionKind.NOMINAL)
FIRM = mention("山东富锋汽车部件有限公司", "Company")


def relation(
    predicate: str,
    subject: Mention,
    object: MentionId | Value,
    quote: str,
    *qualifiers: Qualifier,
    is_fact: bool = False,
) -> Relation:
    evidence = Evidence(ARTICLE.id, find(quote), quote, "test", 0.9, find(quote))
    return Relation(
        RelationId(f"r-{predicate}-{quote}"),
        predicate,
        subject.id,
        object,
        evidence,
        qualifiers,
        is_fact,
    )


LOAN = relation(
    "finances", BANK, FIRM.id, "山东富锋汽车部件有限公司放款200万元",
    Qualifier("amount", Decimal("2000000")), Qualifier("currency", "CNY"), Qualifier("negated", True),
)  # fmt: skip
FOUNDED = relation("launchDate", ITS, PartialDate("2021", "2021年"), "该行2021年设立", is_fact=True)
GROWTH = relation(
    "growth", ITS, Quantity(Decimal("4.3"), "%", "4.3%", Bound.LOWER), "增长4.3%", is_fact=True
)
STATUS = relation("status", ITS, "设立", "2021年设立", is_fact=True)
EXTRACTION = Extraction(ARTICLE, (BANK, FIRM, ITS), (LOAN, FOUNDED, GROWTH, STATUS), (Span(0, 10),))


@pytest.mark.parametrize(
    "item",
    [ARTICLE, make_document("正文"), EXTRACTION, LOAN, GROWTH, FOUNDED],
    ids=lambda it: type(it).__name__,
)
def test_dump_comes_back_equal(item: object) -> None:
    line = dump_line(item)
    assert "\n" not in line
    assert parse_line(line, type(item)) == item


def test_decimal_keeps_every_digit() -> None:
    amount = Quantity(Decimal("0.10000000000000000001"), "%", "x")
    assert parse_line(dump_line(amount), Quantity) == amount


def test_mistake_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "dump.jsonl"
    write_lines(path, [ARTICLE])
    path.write_text(path.read_text("utf-8") + '{"id": 3}\n', "utf-8")
    with pytest.raises(InputError, match=r"dump\.jsonl:2: not a Article"):
        list(read_lines(path, type(ARTICLE)))


@pytest.mark.parametrize(
    "line",
    [
        "[]",
        "3",
        '{"begin": 5, "end": 2}',
        '{"begin": "x", "end": 2}',
        '{"begin": 1}',
        '{"begin": 1, "end": 2, "z": 3}',
        "{",
    ],
)
def test_line_that_is_no_span_is_refused(line: str) -> None:
    with pytest.raises(ValueError):
        parse_line(line, Span)


# -------------------------------------------------------------------------------- annotations


def annotated() -> dict[str, object]:
    annotation = to_annotation(make_document(ARTICLE.text), [EXTRACTION])
    assert annotation["doc"] == "doc"
    (article,) = annotation["articles"]
    assert isinstance(article, dict)
    return article


def test_article_is_described_by_its_margins() -> None:
    article = annotated()
    assert article["id"] == "a1"
    assert article["title"] == "智慧金融平台 放款再提速"
    assert article["date"] == "2022-12-19"
    assert article["starts"] == BODY[:12]
    assert article["ends"] == "行2021年设立，增长4.3%。"[-12:]
    assert article["body"] == BODY


def test_margins_do_not_stop_at_a_paragraph() -> None:
    short = Extraction(make_article("甲。\n乙丙丁。\n戊。"), (), ())
    (article,) = to_annotation(make_document(""), [short])["articles"]
    assert article["starts"] == article["ends"] == "甲。乙丙丁。戊。"
    assert article["date"] is None


def test_mentions_of_equal_type_and_name_are_one_entity() -> None:
    assert annotated()["entities"] == [
        {"id": "e1", "type": "Company", "name": "邮储银行聊城市分行", "aliases": ["该行"]},
        {"id": "e2", "type": "Company", "name": "山东富锋汽车部件有限公司", "aliases": []},
    ]


def test_relation_carries_plain_qualifiers_and_a_quote_with_offsets() -> None:
    (claim,) = annotated()["relations"]  # type: ignore[misc]
    assert (claim["s"], claim["p"], claim["o"]) == ("e1", "finances", "e2")
    assert claim["q"] == {"amount": 2000000, "currency": "CNY", "negated": True}
    assert isinstance(claim["q"]["amount"], int)
    assert ARTICLE.text[claim["begin"] : claim["end"]] == claim["evidence"]


def test_facts_are_json_values() -> None:
    values = [(fact["p"], fact["v"], fact["unit"]) for fact in annotated()["facts"]]  # type: ignore[attr-defined]
    assert values == [("launchDate", "2021", ""), ("growth", 4.3, "%"), ("status", "设立", "")]


def test_long_quote_is_cut_around_what_it_relates() -> None:
    padding = "据了解，" * 12
    article = make_article(f"{padding}甲公司投资乙项目，{padding}")
    begin = article.text.index("甲公司")
    ends = [
        Mention(
            MentionId(f"m{i}"),
            article.id,
            span,
            span.of(article.text),
            MentionKind.NAME,
            "Company",
            span.of(article.text),
        )
        for i, span in enumerate([Span(begin, begin + 3), Span(begin + 5, begin + 8)])
    ]
    whole = Span(0, len(article.text))
    evidence = Evidence(article.id, whole, article.text, "test", 1.0)
    claim = Relation(RelationId("r"), "investsIn", ends[0].id, ends[1].id, evidence)
    annotation = to_annotation(make_document(""), [Extraction(article, tuple(ends), (claim,))])
    (relation,) = annotation["articles"][0]["relations"]
    assert len(relation["evidence"]) == 40
    assert relation["evidence"].startswith("甲公司投资乙项目")


def test_equal_claims_of_two_sentences_are_listed_once() -> None:
    again = relation("launchDate", ITS, PartialDate("2021"), "2021年设立", is_fact=True)
    extraction = Extraction(ARTICLE, (BANK, ITS), (FOUNDED, again))
    (article,) = to_annotation(make_document(""), [extraction])["articles"]
    assert len(article["facts"]) == 1


# ------------------------------------------------------------------------------ reading them


@pytest.mark.parametrize(
    "text",
    [
        '{"doc": "d", "articles": [{}, {}]}',
        '[{"doc": "d", "articles": [{}]}, {"doc": "d", "articles": [{}]}]',
        '{"doc": "d", "articles": [{}]}\n\n{"doc": "d", "articles": [{"title": "a\u2028b"}]}\n',
    ],
    ids=["one", "list", "lines"],
)
def test_annotations_are_read_in_every_form(tmp_path: Path, text: str) -> None:
    file = tmp_path / "gold.json"
    file.write_text(text, "utf-8")
    for path in (file, tmp_path):
        assert len(read_annotations(path)["d"]["articles"]) == 2


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"a": 1}\nnot json', r"gold\.json:2: not JSON"),
        ('{"docs": []}', "not an annotated document"),
        ("[1]", "not an annotated"),
    ],
)
def test_other_files_are_refused_with_their_name(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "gold.json"
    file.write_text(text, "utf-8")
    with pytest.raises(InputError, match=complaint):
        read_annotations(file)


def test_annotation_is_json() -> None:
    assert json.loads(json.dumps(annotated(), ensure_ascii=False)) == annotated()


@pytest.mark.parametrize(
    "text",
    [
        '{"doc": "a", "articles": 1}',
        '{"doc": 1, "articles": []}',
        '{"doc": "a", "articles": [2]}',
        "9" * 5000,
        "[" * 100_000,
    ],
    ids=["articles no list", "doc no name", "article no object", "digits", "brackets"],
)
def test_what_is_no_annotation_is_refused_with_its_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "gold.json"
    file.write_text(text)
    with pytest.raises(InputError, match=r"gold\.json"):
        read_annotations(file)
