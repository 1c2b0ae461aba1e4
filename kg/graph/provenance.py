"""Say where each claim stands: sentence, article, document, run.

A reader who doubts a claim must get from the graph alone to the sentence, the article around it and
the file it was cut from, years later and offline. So the article carries its text, the evidence its
offsets in that text and in the file, the document its checksum. Sentences are nodes of their own and
shared: ten claims from one sentence are ten links to it, not ten quotations.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator

import pyoxigraph as ox
from rdflib.namespace import DCTERMS, PROV, RDF, RDFS, SDO

from kg.graph import terms
from kg.graph.namespaces import KG, NIF, OA, Iris
from kg.model import Article, Document, Evidence, Extraction, Piece, Run, Span

__all__ = [
    "article_triples",
    "document_triples",
    "evidence_span",
    "evidence_triples",
    "run_id",
    "run_triples",
]

_TYPE = ox.NamedNode(RDF.type)
_PROV_ENTITY = ox.NamedNode(PROV.Entity)
_PATH = ox.NamedNode(DCTERMS.identifier)
_SOURCE = ox.NamedNode(DCTERMS.source)
_TITLE = ox.NamedNode(DCTERMS.title)
_DESCRIPTION = ox.NamedNode(DCTERMS.description)
_MEDIA_TYPE = ox.NamedNode(SDO.encodingFormat)
_SHA256 = ox.NamedNode(SDO.sha256)
_PUBLISHER = ox.NamedNode(SDO.publisher)
_PUBLISHED = ox.NamedNode(SDO.datePublished)
_HEADLINE = ox.NamedNode(SDO.headline)
_AUTHOR = ox.NamedNode(SDO.author)
_URL = ox.NamedNode(SDO.url)
_LANGUAGE = ox.NamedNode(SDO.inLanguage)
_NEWS_ARTICLE = ox.NamedNode(SDO.NewsArticle)
_CONTEXT = ox.NamedNode(NIF.Context)
_PHRASE = ox.NamedNode(NIF.Phrase)
_IS_STRING = ox.NamedNode(NIF.isString)
_ANCHOR = ox.NamedNode(NIF.anchorOf)
_BEGIN = ox.NamedNode(NIF.beginIndex)
_END = ox.NamedNode(NIF.endIndex)
_REFERENCE = ox.NamedNode(NIF.referenceContext)
_PARAGRAPH = ox.NamedNode(KG.paragraph)
_EVIDENCE = ox.NamedNode(KG.Evidence)
_SELECTOR = ox.NamedNode(OA.hasSelector)
_POSITION = ox.NamedNode(OA.TextPositionSelector)
_START = ox.NamedNode(OA.start)
_STOP = ox.NamedNode(OA.end)
_ACTIVITY = ox.NamedNode(PROV.Activity)
_AGENT = ox.NamedNode(PROV.SoftwareAgent)
_ASSOCIATED = ox.NamedNode(PROV.wasAssociatedWith)
_LABEL = ox.NamedNode(RDFS.label)


def run_id(run: Run) -> str:
    """Return an id that equal runs share: of software, annotator, corpus and settings, not of time."""
    said = [run.software, run.annotator, run.corpus_sha256, sorted(run.settings)]
    canonical = json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")
    return hashlib.sha256(canonical).hexdigest()[:16]


def run_triples(run: Run, iris: Iris) -> Iterator[ox.Triple]:
    """Yield the run and its software.

    When it ran is left to report.json: with it, two builds of one corpus would differ.
    """
    node = iris.run(run_id(run))
    yield ox.Triple(node, _TYPE, _ACTIVITY)
    yield ox.Triple(node, _SHA256, terms.text(run.corpus_sha256))
    for name, value in run.settings:
        yield ox.Triple(node, _DESCRIPTION, terms.text(f"{name}={value}"))
    for name in filter(None, (run.software, run.annotator)):
        agent = iris.software(name)
        yield ox.Triple(node, _ASSOCIATED, agent)
        yield ox.Triple(agent, _TYPE, _AGENT)
        yield ox.Triple(agent, _LABEL, terms.text(name))


def document_triples(document: Document, iris: Iris) -> Iterator[ox.Triple]:
    """Yield what is known of a file."""
    node = iris.document(document.id)
    yield ox.Triple(node, _TYPE, _PROV_ENTITY)
    yield ox.Triple(node, _PATH, terms.text(document.path))
    yield ox.Triple(node, _SHA256, terms.text(document.sha256))
    yield ox.Triple(node, _MEDIA_TYPE, terms.text(document.format))
    if document.title:
        yield ox.Triple(node, _TITLE, terms.zh(document.title))
    if document.publisher:
        yield ox.Triple(node, _PUBLISHER, terms.text(document.publisher))
    if document.published:
        yield ox.Triple(node, _PUBLISHED, terms.day(document.published))
    if document.url:
        yield ox.Triple(node, _URL, terms.text(document.url))


def article_triples(article: Article, document: Document | None, iris: Iris) -> Iterator[ox.Triple]:
    """Yield an article with its text, its metadata (the file's where it has none) and its pieces."""
    node = iris.article(article.id)
    yield ox.Triple(node, _TYPE, _NEWS_ARTICLE)
    yield ox.Triple(node, _TYPE, _CONTEXT)
    yield ox.Triple(node, _IS_STRING, terms.text(article.text))
    yield ox.Triple(node, _BEGIN, terms.integer(0))
    yield ox.Triple(node, _END, terms.integer(len(article.text)))
    yield ox.Triple(node, _LANGUAGE, terms.text("zh"))
    yield ox.Triple(node, _SOURCE, iris.document(article.document_id))
    if article.headline:
        yield ox.Triple(node, _HEADLINE, terms.zh(article.headline))
    for reporter in article.reporters:
        yield ox.Triple(node, _AUTHOR, terms.text(reporter))
    if publisher := article.publisher or (document and document.publisher):
        yield ox.Triple(node, _PUBLISHER, terms.text(publisher))
    if published := article.published or (document and document.published):
        yield ox.Triple(node, _PUBLISHED, terms.day(published))
    if url := article.url or (document and document.url):
        yield ox.Triple(node, _URL, terms.text(url))
    for index, region in enumerate(_regions(article.pieces, document)):
        piece = iris.piece(article.id, index)
        yield ox.Triple(node, _SELECTOR, piece)
        yield ox.Triple(piece, _TYPE, _POSITION)
        yield ox.Triple(piece, _START, terms.integer(region.begin))
        yield ox.Triple(piece, _STOP, terms.integer(region.end))


def _regions(pieces: Iterable[Piece], document: Document | None) -> Iterator[Span]:
    """Yield the stretches of the file an article fills.

    Every printed line is a piece; lines with nothing but white space between them are one stretch,
    so that an article has as many as the layout cut it into, mostly one.
    """
    region: Span | None = None
    for piece in sorted(pieces, key=lambda piece: piece.document_span):
        span = piece.document_span
        gap = document.text[region.end : span.begin] if region and document else ""
        if (
            region
            and region.end <= span.begin
            and (document or region.end == span.begin)
            and not gap.strip()
        ):
            region = Span(region.begin, span.end)
        else:
            if region:
                yield region
            region = span
    if region:
        yield region


def evidence_span(evidence: Evidence, extraction: Extraction) -> Span:
    """Return the sentence (or sentences) around a quote; the quote where nothing else is known."""
    if evidence.sentence and evidence.sentence.contains(evidence.span):
        return evidence.sentence
    around = [s for s in extraction.sentences if s.overlaps(evidence.span)]
    if not around:
        return evidence.span
    begin = min(evidence.span.begin, *(span.begin for span in around))
    return Span(begin, max(evidence.span.end, *(span.end for span in around)))


def evidence_triples(article: Article, span: Span, iris: Iris) -> Iterator[ox.Triple]:
    """Yield a sentence, where it stands in the article and where in the file."""
    node = iris.evidence(article.id, span)
    yield ox.Triple(node, _TYPE, _EVIDENCE)
    yield ox.Triple(node, _TYPE, _PHRASE)
    yield ox.Triple(node, _ANCHOR, terms.text(span.of(article.text)))
    yield ox.Triple(node, _BEGIN, terms.integer(span.begin))
    yield ox.Triple(node, _END, terms.integer(span.end))
    yield ox.Triple(node, _REFERENCE, iris.article(article.id))
    # Paragraph 0 is the headline; without one the body begins with paragraph 1 all the same.
    paragraph = article.text.count("\n", 0, span.begin) + (0 if article.headline else 1)
    yield ox.Triple(node, _PARAGRAPH, terms.integer(paragraph))
    if place := _in_document(article.pieces, span):
        yield ox.Triple(node, _START, terms.integer(place.begin))
        yield ox.Triple(node, _STOP, terms.integer(place.end))


def _in_document(pieces: tuple[Piece, ...], span: Span) -> Span | None:
    """Return where a span of the article stands in the file, from its first character to its last.

    A sentence cut in two by another article encloses what stands between its halves.
    """
    ends = [_offset_in_document(pieces, offset) for offset in (span.begin, span.end - 1)]
    first, last = ends
    if first is None or last is None:
        return None
    return Span(min(first, last), max(first, last) + 1)


def _offset_in_document(pieces: tuple[Piece, ...], offset: int) -> int | None:
    index = bisect_right(pieces, offset, key=lambda piece: piece.article_span.begin) - 1
    if index < 0 or offset >= pieces[index].article_span.end:
        return None
    return pieces[index].document_span.begin + offset - pieces[index].article_span.begin
