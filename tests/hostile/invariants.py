"""What holds of every document that is read, whatever is in it."""

from __future__ import annotations

import html
import json
from itertools import pairwise

from kg.errors import InputError
from kg.extraction.dates import find_dates
from kg.extraction.quantities import find_quantities
from kg.jsonl import dump_line, parse_line, to_annotation
from kg.masthead import without_halves
from kg.model import Article, Document
from kg.reading import read_bytes
from kg.segmentation import split_articles
from kg.settings import Settings
from kg.workers import DocumentExtraction, extract_document

__all__ = ["check_bytes", "check_dates", "check_extraction", "check_quantities"]


def check_bytes(data: bytes, name: str) -> Document | None:
    """Read and split *data*; return the document, or None where it was refused as it should be."""
    try:
        document = read_bytes(data, name)
    except InputError as refusal:
        _check_refusal(refusal, name)
        return None
    document.text.encode()  # no half characters
    assert "\r" not in document.text
    assert (document.title or "") == without_halves(document.title or "")
    for article in split_articles(document):
        _check_article(document, article)
    return document


def _check_refusal(refusal: InputError, name: str) -> None:
    assert refusal.path == name
    assert refusal.reason
    assert refusal.remedy


def _check_article(document: Document, article: Article) -> None:
    article.text.encode()
    assert article.text.startswith(article.headline)
    for left, right in pairwise(article.pieces):
        assert left.article_span.end <= right.article_span.begin
    covered = bytearray(len(article.text))
    for piece in article.pieces:
        written = piece.document_span.of(document.text)
        read = piece.article_span.of(article.text)
        assert read == written or _is_spelling(written, read), (written, read)
        covered[piece.article_span.begin : piece.article_span.end] = b"\1" * len(piece.article_span)
    # A headline that front matter escapes stands nowhere word for word. In a body, what parts
    # paragraphs and lines is ours, and nothing else.
    begin = len(article.headline)
    made = {
        char for char, known in zip(article.text[begin:], covered[begin:], strict=True) if not known
    }
    assert made <= {"\n", " "}, made


def _is_spelling(written: str, read: str) -> bool:
    """Say whether *written* is how HTML or JSON (or both) spell *read*."""
    spellings = {html.unescape(written)}
    try:
        unescaped = without_halves(json.loads(f'"{written}"'))
        spellings |= {unescaped, html.unescape(unescaped)}
    except ValueError:
        pass
    return any(spelling.startswith(read) for spelling in spellings)


def check_extraction(document: Document) -> DocumentExtraction:
    """Extract from *document*; every mention and quote is verbatim, and what is kept is read back."""
    result = extract_document(document, Settings(home="聊城市"))
    for extraction in result.extractions:
        text = extraction.article.text
        for mention in extraction.mentions:
            assert mention.text == mention.span.of(text)
        known = {mention.id for mention in extraction.mentions}
        for relation in extraction.relations:
            assert relation.subject in known
            assert relation.is_fact or relation.object in known
            assert relation.evidence.quote == relation.evidence.span.of(text)
            assert 0 <= relation.evidence.confidence <= 1
    assert parse_line(dump_line(result), DocumentExtraction) == result
    json.dumps(to_annotation(result.document, result.extractions), allow_nan=False)
    return result


def check_quantities(text: str) -> None:
    """Every quantity stands where it says, is finite and in bounds, and none overlaps another."""
    found = find_quantities(text)
    for each in found:
        assert each.quantity.text == each.span.of(text)
        assert each.quantity.value.is_finite()
        assert abs(each.quantity.value.adjusted()) < 60
        assert each.upper is None or each.upper.is_finite()
    for left, right in pairwise(found):
        assert left.span.end <= right.span.begin
    shifted = find_quantities(text, begin=7)
    assert [each.span.shift(7) for each in found] == [each.span for each in shifted]


def check_dates(text: str) -> None:
    """Every date stands inside the text and is one of the calendar."""
    for found in find_dates(text, published=None):
        assert 0 <= found.span.begin < found.span.end <= len(text)
