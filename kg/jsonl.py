"""Write the model as JSON Lines and read it back; write articles as annotators do.

Two forms leave this module. A *dump* is the model itself, one object a line, exact enough to go on
from: the cache between builds is made of them. An *annotation* is what a person would write under
the annotation guideline: names instead of spans, one entity for all mentions of equal type and name,
short quotes. `kg extract` prints annotations, gold files are annotations, `kg evaluate` compares them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias, TypeVar, get_args, get_origin

import cattrs
from cattrs.preconf.json import make_converter

from kg.errors import InputError, InternalError
from kg.model import (
    Article,
    Document,
    Extraction,
    Mention,
    MentionId,
    MentionKind,
    PartialDate,
    Qualifier,
    Quantity,
    Relation,
    Span,
    Value,
)
from kg.schema import load_schema

__all__ = [
    "Annotation",
    "article_claims",
    "dump_line",
    "parse_line",
    "read_annotations",
    "read_lines",
    "to_annotation",
    "without_repeats",
    "write_lines",
]

Annotation: TypeAlias = dict[str, Any]
"""A document in the annotation format: ``{"doc": STEM, "articles": [...]}``."""

T = TypeVar("T")

MAX_EVIDENCE_CHARS = 40
MARGIN_CHARS = 12  # of the body, by which an article is found again: `starts` and `ends`


# -------------------------------------------------------------------------------------- dumps


def dump_line(item: object) -> str:
    """Return *item*, a dataclass of the model, as one line of JSON."""
    return json.dumps(_converter().unstructure(item), ensure_ascii=False, separators=(",", ":"))


def parse_line(line: str, kind: type[T]) -> T:
    """Return the *kind* that `dump_line` wrote as *line*.

    Raises:
        ValueError: *line* is not JSON, or not a *kind*.
    """
    try:
        return _converter().structure(json.loads(line), kind)
    except (
        cattrs.BaseValidationError,
        InternalError,
        AttributeError,
        KeyError,
        TypeError,
    ) as error:
        raise ValueError(f"not a {kind.__name__}: {_first_reason(error)}") from error


def write_lines(path: Path, items: Iterable[object]) -> None:
    """Write *items* to *path*, one a line."""
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for item in items:
            stream.write(dump_line(item) + "\n")


def read_lines(path: Path, kind: type[T]) -> Iterator[T]:
    """Yield what `write_lines` wrote to *path*.

    Raises:
        InputError: a line is not a *kind*; the message names file and line.
    """
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            try:
                yield parse_line(line, kind)
            except ValueError as error:
                raise InputError(str(error), path=path, line=number) from error


@lru_cache(maxsize=1)
def _converter() -> cattrs.Converter:
    converter = make_converter(forbid_extra_keys=True)
    # JSON has one kind of number and no tag for it: a decimal travels as {"decimal": "6400000000"}
    # where a text could stand in its place, and as plain digits where it could not.
    converter.register_unstructure_hook(Decimal, str)
    converter.register_structure_hook(Decimal, _structure_decimal)
    converter.register_unstructure_hook(
        Qualifier, lambda it: {"name": it.name, "value": _tagged(it.value)}
    )
    converter.register_structure_hook(
        Qualifier, lambda raw, _: Qualifier(raw["name"], _untagged(raw["value"]))
    )
    converter.register_structure_hook_func(
        _is_value_union, lambda raw, _: _structure_value(converter, raw)
    )
    return converter


def _structure_decimal(raw: object, _: type) -> Decimal:
    try:
        return Decimal(str(raw))
    except InvalidOperation as error:
        raise ValueError(f"not a number: {raw!r}") from error


def _tagged(value: str | Decimal | bool) -> object:
    return {"decimal": str(value)} if isinstance(value, Decimal) else value


def _untagged(raw: object) -> str | Decimal | bool:
    if isinstance(raw, Mapping):
        return _structure_decimal(raw["decimal"], Decimal)
    if isinstance(raw, str | bool):
        return raw
    raise ValueError(f"not the value of a qualifier: {raw!r}")


def _is_value_union(kind: object) -> bool:
    """Say whether *kind* is `Value`, alone or beside an id."""
    return get_origin(kind) is not None and Quantity in get_args(kind)


def _structure_value(converter: cattrs.Converter, raw: object) -> Value:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, Mapping):
        if "iso" in raw:
            return converter.structure(raw, PartialDate)
        return converter.structure(raw, Quantity)
    raise ValueError(f"neither a quantity, a date nor words: {raw!r}")


def _first_reason(error: Exception) -> str:
    """Return the innermost complaint: cattrs wraps one group around another."""
    while isinstance(error, cattrs.BaseValidationError) and error.exceptions:
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"


# -------------------------------------------------------------------------------- annotations


def read_annotations(path: Path) -> dict[str, Annotation]:
    """Read annotated documents from a file, or from the .json and .jsonl files of a folder.

    A file is one document, a list of them, or one a line. Articles of a document that stands in
    several files are put together.

    Raises:
        InputError: a file is not in the annotation format.
    """
    files = sorted([*path.glob("*.json"), *path.glob("*.jsonl")]) if path.is_dir() else [path]
    documents: dict[str, Annotation] = {}
    for file in files:
        for annotation in _parse_annotations(file):
            known = documents.setdefault(
                annotation["doc"], {"doc": annotation["doc"], "articles": []}
            )
            known["articles"] += annotation["articles"]
    return documents


def _parse_annotations(file: Path) -> list[Annotation]:
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"not readable: {error}", path=file) from error
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = [_parse_json(file, number, line) for number, line in _filled_lines(text)]
    annotations = data if isinstance(data, list) else [data]
    for annotation in annotations:
        if not _is_annotation(annotation):
            raise InputError(
                "not an annotated document",
                path=file,
                remedy='expected {"doc": …, "articles": […]}, as kg extract prints it',
            )
    return annotations


def _is_annotation(value: object) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("doc"), str)
        and isinstance(value.get("articles"), list)
        and all(isinstance(article, dict) for article in value["articles"])
    )


def _filled_lines(text: str) -> Iterator[tuple[int, str]]:
    # Not splitlines(): a text inside a JSON string may hold U+2028, which is no end of a line here.
    return ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())


def _parse_json(file: Path, number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(f"not JSON: {error.msg}", path=file, line=number) from error
    except (ValueError, RecursionError) as error:  # thousands of digits, or of brackets
        raise InputError(f"not usable JSON: {error}", path=file, line=number) from error


def to_annotation(document: Document, extractions: Iterable[Extraction]) -> Annotation:
    """Return what *extractions* say of the articles of *document*, in the annotation format."""
    return {"doc": str(document.id), "articles": [_article(each) for each in extractions]}


def _article(extraction: Extraction) -> dict[str, Any]:
    article = extraction.article
    body = article.body
    flat = body.replace("\n", "")
    entities, _ = _entities(extraction.mentions)
    claims = [claim for _, claim in article_claims(extraction)]
    return {
        "id": article.id.rpartition("/")[2],
        "title": article.headline,
        "reporters": list(article.reporters),
        "date": article.published.isoformat() if article.published else None,
        "starts": flat[:MARGIN_CHARS],
        "ends": flat[-MARGIN_CHARS:],
        "complete": article.complete,
        "body": body,
        "entities": entities,
        "relations": without_repeats([claim for claim in claims if "o" in claim]),
        "facts": without_repeats([claim for claim in claims if "v" in claim]),
    }


def article_claims(extraction: Extraction) -> list[tuple[Relation, dict[str, Any]]]:
    """Return the relations of an article, each with the claim an annotator would write for it."""
    _, entity_id_by_mention = _entities(extraction.mentions)
    return [
        (relation, _claim(extraction.article, extraction, relation, entity_id_by_mention))
        for relation in extraction.relations
    ]


def _entities(
    mentions: Sequence[Mention],
) -> tuple[list[dict[str, Any]], dict[MentionId, str]]:
    """Group mentions of equal type and name, in the order of the text."""
    groups: dict[tuple[str, str], list[Mention]] = {}
    for mention in mentions:
        groups.setdefault((mention.type, mention.name), []).append(mention)
    entities: list[dict[str, Any]] = []
    entity_id_by_mention: dict[MentionId, str] = {}
    for number, ((type_, name), group) in enumerate(groups.items(), 1):
        entity_id_by_mention |= {mention.id: f"e{number}" for mention in group}
        forms = dict.fromkeys(
            mention.text.replace("\n", "")
            for mention in group
            if mention.kind is not MentionKind.PRONOMINAL  # 其 names nothing, not even loosely
        )
        aliases = [form for form in forms if form != name]
        entities.append({"id": f"e{number}", "type": type_, "name": name, "aliases": aliases})
    return entities, entity_id_by_mention


def _claim(
    article: Article,
    extraction: Extraction,
    relation: Relation,
    entity_id_by_mention: Mapping[MentionId, str],
) -> dict[str, Any]:
    """Return a relation (with "o") or a fact (with "v")."""
    claim: dict[str, Any] = {"s": entity_id_by_mention[relation.subject], "p": relation.predicate}
    if relation.is_fact:
        claim["v"], claim["unit"] = _plain_value(relation.object)
        if relation.qualifiers:
            claim["q"] = _qualifiers(relation.qualifiers)
    else:
        claim["o"] = entity_id_by_mention[MentionId(str(relation.object))]
        claim["q"] = _qualifiers(relation.qualifiers)
    span = _quote_span(relation.evidence.span, _end_spans(extraction, relation))
    return claim | {"evidence": span.of(article.text), "begin": span.begin, "end": span.end}


def _qualifiers(qualifiers: Iterable[Qualifier]) -> dict[str, Any]:
    return {
        qualifier.name: _plain_number(qualifier.value)
        if isinstance(qualifier.value, Decimal)
        else qualifier.value
        for qualifier in qualifiers
    }


def _plain_value(value: MentionId | Value) -> tuple[str | int | float, str]:
    """Return a value and its unit as JSON has them."""
    if isinstance(value, Quantity):
        return _plain_number(value.value), _written_unit(value)
    if isinstance(value, PartialDate):
        return value.iso, ""
    return str(value), ""


def _written_unit(quantity: Quantity) -> str:
    """Return the unit as the guideline has it: CNY for yuan, a foreign currency as written."""
    words = load_schema().words.get(f"currency-{quantity.unit}", frozenset())
    if quantity.unit == "CNY" or not words:
        return quantity.unit
    written = [word for word in words if word in quantity.text]
    return max(written or words, key=lambda word: (len(word), word))


def _plain_number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _end_spans(extraction: Extraction, relation: Relation) -> list[Span]:
    mention_by_id = extraction.mention_by_id()
    ends = [relation.subject] if relation.is_fact else [relation.subject, relation.object]
    return [mention_by_id[MentionId(str(end))].span for end in ends]


def _quote_span(span: Span, ends: Iterable[Span]) -> Span:
    """Cut a long quote to what a person would copy, keeping as many of its *ends* as fit."""
    if len(span) <= MAX_EVIDENCE_CHARS:
        return span
    inside = [end for end in ends if span.contains(end)]
    begin = min((end.begin for end in inside), default=span.begin)
    begin = min(begin, span.end - MAX_EVIDENCE_CHARS)
    return Span(begin, begin + MAX_EVIDENCE_CHARS)


def without_repeats(claims: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep the first of the claims that differ only in where they stand."""
    kept: dict[str, dict[str, Any]] = {}
    for claim in claims:
        content = {key: claim[key] for key in claim.keys() - {"evidence", "begin", "end"}}
        kept.setdefault(json.dumps(content, sort_keys=True, ensure_ascii=False), claim)
    return list(kept.values())
