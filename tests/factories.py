"""Articles, mentions and relations made by hand, for tests that load no model."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timezone
from decimal import Decimal

from kg.model import (
    Article,
    ArticleId,
    Document,
    DocumentId,
    Evidence,
    Extraction,
    Mention,
    MentionId,
    MentionKind,
    Piece,
    Qualifier,
    Relation,
    RelationId,
    Run,
    Span,
    Value,
)


def make_document(
    text: str, *, id: str = "doc", format: str = "text/plain", **fields: object
) -> Document:
    """Build a document whose text is *text*."""
    return Document(DocumentId(id), f"{id}.txt", format, text, "0" * 64, **fields)  # type: ignore[arg-type]


def make_article(
    body: str, *, headline: str = "", published: date | None = None, id: str = "doc/a1"
) -> Article:
    """Build an article that stands in its document from the first character on."""
    text = f"{headline}\n{body}" if headline else body
    whole = (Piece(Span(0, len(text)), Span(0, len(text))),) if text else ()
    return Article(
        ArticleId(id),
        DocumentId(id.partition("/")[0]),
        headline,
        text,
        whole,
        published=published,
    )


def find_span(text: str, words: str, *, nth: int = 0) -> Span:
    """Return where *words* stand in *text* for the nth time."""
    begin = -1
    for _ in range(nth + 1):
        begin = text.index(words, begin + 1)
    return Span(begin, begin + len(words))


def make_mention(
    article: Article,
    text: str,
    type: str,
    *,
    name: str | None = None,
    kind: MentionKind = MentionKind.NAME,
    nth: int = 0,
) -> Mention:
    """Build the nth mention of *text*; its canonical name is *text* itself unless given."""
    span = find_span(article.text, text, nth=nth)
    mention_id = MentionId(f"{article.id}#{span.begin}-{span.end}-{type}")
    return Mention(mention_id, article.id, span, text, kind, type, name or text)


def make_relation(
    article: Article,
    predicate: str,
    subject: Mention,
    object: Mention | Value,
    *,
    quote: str | None = None,
    method: str = "rule",
    confidence: float = 0.8,
    **qualifiers: str | Decimal | bool,
) -> Relation:
    """Build a claim; without *quote* it rests on the words of its subject."""
    span = find_span(article.text, quote) if quote else subject.span
    target = object.id if isinstance(object, Mention) else object
    return Relation(
        RelationId(f"{subject.id}/{predicate}/{target}"),
        predicate,
        subject.id,
        target,
        Evidence(article.id, span, span.of(article.text), method, confidence),
        tuple(Qualifier(name, value) for name, value in sorted(qualifiers.items())),
        is_fact=not isinstance(object, Mention),
    )


def make_extraction(
    article: Article, mentions: Iterable[Mention] = (), relations: Iterable[Relation] = ()
) -> Extraction:
    """Build what an article says, with a sentence up to each 。 or line break."""
    sentences = (m.span() for m in re.finditer(r"[^。\n]+。?", article.text))
    return Extraction(
        article,
        tuple(mentions),
        tuple(relations),
        tuple(Span(begin, end) for begin, end in sentences),
    )


def make_run(**fields: object) -> Run:
    """Build a run of fixed time and versions."""
    moment = datetime(2023, 1, 1, tzinfo=timezone.utc)
    values = {
        "id": "run",
        "started": moment,
        "ended": moment,
        "software": "kg 0.1.0",
        "annotator": "rules 1",
        "corpus_sha256": "0" * 64,
    }
    return Run(**{**values, **fields})  # type: ignore[arg-type]
