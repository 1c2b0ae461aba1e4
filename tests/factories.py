"""Articles, mentions and relations made by hand, for tests that load no model."""

from __future__ import annotations

from datetime import date

from kg.model import Article, ArticleId, Document, DocumentId, Piece, Span


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
    whole = Span(0, len(text))
    return Article(
        ArticleId(id),
        DocumentId(id.partition("/")[0]),
        headline,
        text,
        (Piece(whole, whole),),
        published=published,
    )
