"""Clusters judged by hand: which names of which documents are one entity.

`clusters.tsv` names the entities of ../shared/gold (train and municipal) that occur in several documents
under one name or under similar names: type, name, cluster, documents. `hard_cases.jsonl` holds articles
written for the project, each entity with its cluster; it needs nothing else.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

from kg.model import (
    Article,
    ArticleId,
    Decision,
    DocumentId,
    Evidence,
    Extraction,
    Mention,
    MentionId,
    MentionKind,
    Qualifier,
    Quantity,
    Relation,
    RelationId,
    Span,
)
from kg.resolution import resolve
from kg.resolution.names import normalize_name
from kg.schema import load_schema

HERE = Path(__file__).parent
PROJECT = HERE.parents[2]
FOLDERS = (PROJECT / "../shared/gold/train", PROJECT / "../shared/gold/municipal")

Item: TypeAlias = tuple[str, str, str]  # document, type, name
Clustering: TypeAlias = dict[Item, str]


@dataclass(frozen=True, slots=True)
class Case:
    """Articles with the true cluster of some of their entities."""

    extractions: tuple[Extraction, ...]
    gold: Mapping[Item, str]


def is_present() -> bool:
    """Say whether the annotated documents are there."""
    return all(folder.is_dir() for folder in FOLDERS)


def annotated_documents() -> Case:
    """Read the annotated documents and their clusters."""
    extractions = [
        extraction
        for folder in FOLDERS
        for path in sorted(folder.glob("*.json"))
        for extraction in _read_document(path)
    ]
    with (HERE / "clusters.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    gold = {
        (document, row["type"], row["name"]): f"{row['type']}:{row['cluster']}"
        for row in rows
        for document in row["documents"].split(" ")
    }
    return Case(tuple(extractions), gold)


def hard_cases() -> Case:
    """Read the written cases; a name of several things in one article has no cluster."""
    extractions, gold = [], {}
    for line in (HERE / "hard_cases.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        entities = [
            {"id": name, "type": type_, "name": name, "aliases": aliases}
            for type_, name, _, aliases in case["entities"]
        ]
        relations = [
            {"s": s, "p": p, "o": o, "q": dict(q[0]) if q else {}}
            for s, p, o, *q in case.get("relations", ())
        ]
        annotation = {"id": "a1", "date": case.get("date"), "entities": entities}
        annotation |= {"relations": relations, "facts": case.get("facts", ())}
        extractions.append(_extraction(case["doc"], annotation, case["text"]))
        for type_, name, cluster, _ in case["entities"]:
            gold[case["doc"], type_, name] = f"{type_}:{cluster}"
    return Case(tuple(extractions), gold)


def exact_names(case: Case) -> Clustering:
    """Return the baseline: equal type and name is one entity."""
    return {item: f"{item[1]}:{normalize_name(item[2])}" for item in case.gold}


def resolved(case: Case, judgements: Sequence[Decision] = ()) -> Clustering:
    """Return what resolution makes of the items; what it leaves out stands alone."""
    resolution = resolve(case.extractions, judgements=judgements)
    entity_by_mention = {m: entity.id for entity in resolution.entities for m in entity.mentions}
    found: Clustering = {item: "/".join(item) for item in case.gold}
    for extraction in case.extractions:
        for mention in extraction.mentions:
            item = (str(extraction.article.document_id), mention.type, mention.name)
            if item in found and mention.id in entity_by_mention:
                found[item] = str(entity_by_mention[mention.id])
    return found


# --------------------------------------------------------------- annotations as extractions


def _read_document(path: Path) -> Iterator[Extraction]:
    document = json.loads(path.read_text("utf-8"))
    text = path.with_suffix(".txt").read_text("utf-8")
    for annotation in document["articles"]:
        yield _extraction(document["doc"], annotation, text)


def _extraction(document: str, annotation: Mapping[str, Any], text: str) -> Extraction:
    """Return what annotators found, in the form the extraction gives it."""
    published = annotation.get("date")
    article = Article(
        ArticleId(f"{document}/{annotation['id']}"),
        DocumentId(document),
        "",
        text,
        (),
        published=date.fromisoformat(published) if published and len(published) == 10 else None,
    )
    mentions = {e["id"]: list(_mentions(article, e)) for e in annotation["entities"]}
    relations = [
        *_relations(article, annotation["relations"], mentions),
        *_facts(article, annotation.get("facts", ()), mentions),
    ]
    every = {mention.id: mention for found in mentions.values() for mention in found}
    return Extraction(article, tuple(every.values()), tuple(relations))


def _mentions(article: Article, entity: Mapping[str, Any]) -> Iterator[Mention]:
    """Yield a mention for each form of the entity; one that is not in the text stands at its head."""
    deictic = load_schema().words["deictic"]
    for form in dict.fromkeys((entity["name"], *entity.get("aliases", ()))):
        begin = max(article.text.find(form), 0)
        span = Span(begin, begin + len(form))
        kind = MentionKind.NOMINAL if form in deictic else MentionKind.NAME
        id_ = MentionId(f"{article.id}#{span.begin}-{entity['type']}-{entity['id']}-{form}")
        yield Mention(id_, article.id, span, form, kind, entity["type"], entity["name"])


def _relations(
    article: Article,
    relations: Iterable[Mapping[str, Any]],
    mentions: Mapping[str, Sequence[Mention]],
) -> Iterator[Relation]:
    for number, relation in enumerate(relations):
        subject, target = mentions.get(relation["s"]), mentions.get(relation["o"])
        if subject and target:
            yield Relation(
                RelationId(f"{article.id}/{number}"),
                relation["p"],
                subject[0].id,
                target[0].id,
                _evidence(article),
                tuple(
                    Qualifier(name, str(value))
                    for name, value in sorted(relation.get("q", {}).items())
                    if name in {"title", "date", "status"}
                ),
            )


def _facts(
    article: Article,
    facts: Iterable[Mapping[str, Any]],
    mentions: Mapping[str, Sequence[Mention]],
) -> Iterator[Relation]:
    for number, fact in enumerate(facts):
        subject = mentions.get(fact["s"])
        if subject and isinstance(fact["v"], int | float):
            value = Quantity(Decimal(str(fact["v"])), fact.get("unit") or "", str(fact["v"]))
            id_ = RelationId(f"{article.id}/f{number}")
            yield Relation(id_, fact["p"], subject[0].id, value, _evidence(article), is_fact=True)


def _evidence(article: Article) -> Evidence:
    span = Span(0, min(len(article.text), 10))
    return Evidence(article.id, span, span.of(article.text), "gold", 1.0)
