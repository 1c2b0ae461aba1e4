"""An article with everything that was read from it marked in its text.

The graph keeps the text of an article, the sentences that claims rest on with their offsets, and which
entities the article mentions, not where. So mentions are found again by their names, the longest at
each place; a firm that is only called 该公司 in a sentence is not marked there.
"""

from __future__ import annotations

import heapq
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pyoxigraph as ox
from rdflib.namespace import SDO

from kg.graph.namespaces import NIF, local_name
from kg.graph.reader import ArticleView, Claim, Node, Quote
from kg.server.patterns import (
    DERIVED,
    MENTIONS,
    NEWS_ARTICLE,
    TYPE,
    is_known,
    node_at,
    objects,
    pairs,
    subjects,
    text_at,
)
from kg.server.snapshot import Snapshot

__all__ = ["ArticlePage", "ArticleRow", "Piece", "article_list", "article_page", "cut"]

_CONTEXT = ox.NamedNode(NIF.referenceContext)
_TEXT = ox.NamedNode(NIF.isString)
_PUBLISHED = ox.NamedNode(SDO.datePublished)
_HEADLINE = ox.NamedNode(SDO.headline)


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of an article that belong to the same sentences and the same mention."""

    text: str
    sentences: tuple[str, ...]  # keys of the quotes around it: 10-50
    begins: tuple[str, ...]  # of those the ones that begin here
    entity: str  # IRI of the entity named here, or ""


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """An article, its text in pieces, and the claims that rest on it."""

    article: ArticleView
    paragraphs: tuple[tuple[Piece, ...], ...]
    entities: tuple[Node, ...]
    claims: tuple[tuple[Claim, tuple[str, ...]], ...]  # with the keys of its sentences here


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article in a list."""

    article: ArticleView
    claims: int


def article_page(snapshot: Snapshot, name: str) -> ArticlePage | None:
    """Return the article with this (decoded) name."""
    node = node_at(f"{snapshot.base_iri}article/{local_name(name)}")
    if node is None or not is_known(snapshot.store, node):
        return None
    text = text_at(snapshot.store, node, _TEXT)
    quotes = [snapshot.reader.quote(q.value) for q in subjects(snapshot.store, _CONTEXT, node)]
    entities = sorted(
        (snapshot.reader.node(term.value) for term in objects(snapshot.store, node, MENTIONS)),
        key=lambda entity: entity.id,
    )
    return ArticlePage(
        article=snapshot.reader.article(node.value),
        paragraphs=cut(text, quotes, entities),
        entities=tuple(entities),
        claims=_claims(snapshot, quotes),
    )


def _claims(
    snapshot: Snapshot, quotes: Iterable[Quote]
) -> tuple[tuple[Claim, tuple[str, ...]], ...]:
    keys: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for quote in quotes:
        for statement in subjects(snapshot.store, DERIVED, ox.NamedNode(quote.iri)):
            keys[statement.value].append((quote.begin, _key(quote)))
    ordered = sorted(keys.items(), key=lambda entry: (min(entry[1]), entry[0]))
    return tuple(
        (snapshot.reader.claim(ox.NamedNode(iri)), tuple(key for _, key in sorted(found)))
        for iri, found in ordered
    )


def article_list(
    snapshot: Snapshot, text: str, begin: int, count: int
) -> tuple[tuple[ArticleRow, ...], int]:
    """Return articles with *text* in their headline, newest first, and how many there are."""
    wanted = text.casefold()
    chosen = [entry for entry in snapshot.once(_dated) if wanted in entry[2].casefold()]
    newest = heapq.nlargest(begin + count, chosen)[begin:]
    rows = (ArticleRow(snapshot.reader.article(iri), _count(snapshot, iri)) for _, iri, _ in newest)
    return tuple(rows), len(chosen)


def _count(snapshot: Snapshot, iri: str) -> int:
    quotes = subjects(snapshot.store, _CONTEXT, ox.NamedNode(iri))
    found = (
        statement for quote in quotes for statement in subjects(snapshot.store, DERIVED, quote)
    )
    return len({statement.value for statement in found})


def _dated(snapshot: Snapshot) -> list[tuple[str, str, str]]:
    dates = {node.value: term.value for node, term in pairs(snapshot.store, _PUBLISHED)}
    headlines = {node.value: term.value for node, term in pairs(snapshot.store, _HEADLINE)}
    return [
        (dates.get(node.value, ""), node.value, headlines.get(node.value, ""))
        for node in subjects(snapshot.store, TYPE, NEWS_ARTICLE)
    ]


# ------------------------------------------------------------------------------ cutting a text


def cut(
    text: str, quotes: Sequence[Quote], entities: Sequence[Node]
) -> tuple[tuple[Piece, ...], ...]:
    """Return the paragraphs of a text, each cut wherever a sentence or a mention begins or ends."""
    quotes = [quote for quote in quotes if 0 <= quote.begin < quote.end <= len(text)]
    mentions = _mentions(text, entities)
    borders = {0, len(text)}
    borders.update(end for quote in quotes for end in (quote.begin, quote.end))
    borders.update(end for begin, stop, _ in mentions for end in (begin, stop))
    borders.update(at for match in re.finditer("\n", text) for at in match.span())
    paragraphs: list[list[Piece]] = [[]]
    ordered = sorted(borders)
    for begin, end in pairwise(ordered):
        if text[begin:end] == "\n":
            paragraphs.append([])
        else:
            paragraphs[-1].append(_piece(text, begin, end, quotes, mentions))
    return tuple(tuple(pieces) for pieces in paragraphs)


def _piece(
    text: str,
    begin: int,
    end: int,
    quotes: Sequence[Quote],
    mentions: Sequence[tuple[int, int, str]],
) -> Piece:
    around = [quote for quote in quotes if quote.begin <= begin and end <= quote.end]
    return Piece(
        text=text[begin:end],
        sentences=tuple(map(_key, around)),
        begins=tuple(_key(quote) for quote in around if quote.begin == begin),
        entity=next((iri for b, e, iri in mentions if b <= begin and end <= e), ""),
    )


def _mentions(text: str, entities: Iterable[Node]) -> list[tuple[int, int, str]]:
    """Return where entities are named: at each place the longest name."""
    iri_by_name = {
        name: entity.iri
        for entity in entities
        for name in (*entity.aliases, entity.label)
        if len(name) > 1
    }
    if not iri_by_name:
        return []
    longest_first = sorted(iri_by_name, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first)))
    return [(*match.span(), iri_by_name[match.group()]) for match in pattern.finditer(text)]


def _key(quote: Quote) -> str:
    return f"{quote.begin}-{quote.end}"
