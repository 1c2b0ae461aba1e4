"""Annotated articles as training sentences.

The gold files name an article's entities without saying where they stand. Here every surface form
is found in the text, the longest first, and becomes a span of the outer layer; what stands inside
such a span (聊城市 in 聊城市司法局) becomes a span of the inner layer. Deictic forms (我市, 该公司,
平台) stay unlabelled: the tagger learns names, rules follow the pointers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.annotation.sentences import split_sentences
from kg.gazetteer import load_gazetteer
from kg.model import Article, ArticleId, DocumentId, Span
from kg.schema import load_schema

__all__ = [
    "GoldArticle",
    "LabelledSentence",
    "LabelledSpan",
    "label_article",
    "read_gold",
    "split_gold",
]

_DATE_LINE = re.compile(r"\s*\d{4}(?:-\d{2}(?:-\d{2})?)?\s*")
# 该厂, 我区, 全镇, 前者, 市里, 省内: words that point. The lexicon lists the frequent ones; in an
# alias list these shapes are nearly always pointers too.
_DEICTIC = re.compile(
    r"(?:我|该|本|此|这|上述|前者|后者|当地|两|各)\S*|全[^\W\d]{1,2}|\S[里内]|国家|\S"
)
_WORDLIKE = re.compile(r"[A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class LabelledSpan:
    """A name of an article text."""

    span: Span
    type: str
    layer: int  # 0: outer, 1: inside another name
    optional: bool  # annotators disagreed


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """The text of an annotated article with the names found in it."""

    document: str
    id: str  # within the document: a1
    headline: str
    text: str  # headline, then one paragraph a line
    spans: tuple[LabelledSpan, ...]


def read_gold(folder: Path) -> Iterator[GoldArticle]:
    """Read the annotated documents of *folder* that hold one article, `.txt` beside `.json`."""
    for path in sorted(folder.glob("*.json")):
        document = json.loads(path.read_text("utf-8"))
        text_path = path.with_suffix(".txt")
        if len(document["articles"]) != 1 or not text_path.exists():
            continue
        article = document["articles"][0]
        text = _article_text(article["title"], text_path.read_text("utf-8"))
        yield label_article(document["doc"], article, text)


def _article_text(title: str, file_text: str) -> str:
    """Return headline and paragraphs: the first line of the file is the title, then comes a date."""
    lines = [line.strip() for line in file_text.split("\n")]
    paragraphs = [line for line in lines if line and not _DATE_LINE.fullmatch(line)]
    headline = title or (paragraphs[0] if paragraphs else "")
    if paragraphs and _squeeze(paragraphs[0]) == _squeeze(headline):
        paragraphs = paragraphs[1:]
    return "\n".join([headline, *paragraphs])


def _squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


def label_article(document: str, article: dict[str, Any], text: str) -> GoldArticle:
    """Find the names of *article* (annotation format) in its *text*."""
    spans = _place(text, _surfaces(article["entities"]))
    return GoldArticle(document, article["id"], article["title"], text, tuple(spans))


@dataclass(frozen=True, slots=True)
class _Surface:
    """A form under which an entity stands in the text."""

    entity: str  # id in the article
    type: str
    optional: bool


def _surfaces(entities: Sequence[dict[str, Any]]) -> dict[str, _Surface]:
    """Return the forms that are names; a form of two entities belongs to the first required one."""
    found: dict[str, _Surface] = {}
    for entity in sorted(entities, key=lambda e: bool(e.get("optional"))):
        surface = _Surface(entity["id"], entity["type"], bool(entity.get("optional")))
        for form in (entity["name"], *entity.get("aliases", ())):
            bare = _bare(form)
            if not bare or bare in load_schema().word_list("deictic"):
                continue  # 我国 points to 中国 even where it is given as the name
            if form == entity["name"] or not _is_pointer(bare, entity["type"]):
                found.setdefault(bare, surface)
    return {
        form: surface
        for form, surface in found.items()
        if not (surface.type == "Place" and _is_chain(form, found))
    }


def _is_pointer(form: str, type_: str) -> bool:
    """Say whether the alias *form* points to its entity rather than naming it: 该局, 规划, 开发区."""
    schema = load_schema()
    return (
        form in schema.word_list("deictic")
        or form in schema.word_list("generic-head")
        or form in schema.suffixes.get(type_, ())
        or _DEICTIC.fullmatch(form) is not None
    )


def _is_chain(form: str, surfaces: Mapping[str, _Surface]) -> bool:
    """Say whether a place's *form* is a region followed by the place itself: 四川成都.

    Such a chain is two names. Annotators list it as an alias or not as it comes.
    """
    for cut in range(2, len(form) - 1):
        region, rest = form[:cut].removesuffix("的"), form[cut:]
        if rest in surfaces and surfaces[rest].type == "Place":
            known = surfaces.get(region)
            if (known is not None and known.type == "Place") or load_gazetteer().lookup(region):
                return True
    return False


_WRAPPINGS = (("《", "》"), ("“", "”"))


def _bare(form: str) -> str:
    """Return *form* without 《》 or “ ” around all of it, which are no part of a name."""
    form = form.strip()
    for opening, closing in _WRAPPINGS:
        inner = form[1:-1]
        if form[:1] == opening and form[-1:] == closing and opening not in inner:
            form = inner
    return form


def _place(text: str, surfaces: Mapping[str, _Surface]) -> list[LabelledSpan]:
    """Find all names, the longest first; a name may lie inside one of another entity, once."""
    spans: list[LabelledSpan] = []
    outer: list[tuple[Span, str]] = []  # with the entity
    taken = (bytearray(len(text)), bytearray(len(text)))  # per layer
    for form in sorted(surfaces, key=lambda form: (-len(form), form)):
        surface = surfaces[form]
        for span in _occurrences(text, form):
            if not any(taken[0][span.begin : span.end]):
                layer = 0
                outer.append((span, surface.entity))
            elif any(taken[1][span.begin : span.end]) or not any(
                name.contains(span) and entity != surface.entity for name, entity in outer
            ):
                continue  # a part of its own longer name, or across the edge of another one
            else:
                layer = 1
            taken[layer][span.begin : span.end] = b"\x01" * len(span)
            spans.append(LabelledSpan(span, surface.type, layer, surface.optional))
    return sorted(spans, key=lambda found: (found.span, found.layer))


def _occurrences(text: str, surface: str) -> Iterator[Span]:
    """Yield where *surface* stands, not in the middle of a Latin word or a number."""
    begin = text.find(surface)
    while begin >= 0:
        end = begin + len(surface)
        cut_left = begin > 0 and _wordlike(text[begin - 1]) and _wordlike(text[begin])
        cut_right = end < len(text) and _wordlike(text[end]) and _wordlike(text[end - 1])
        if not cut_left and not cut_right:
            yield Span(begin, end)
        begin = text.find(surface, begin + 1)


def _wordlike(character: str) -> bool:
    return _WORDLIKE.match(character) is not None


@dataclass(frozen=True, slots=True)
class LabelledSentence:
    """A sentence of a gold article with its names, offsets within the sentence."""

    document: str
    begin: int  # in the article text
    text: str
    spans: tuple[LabelledSpan, ...]


def split_gold(gold: GoldArticle) -> Iterator[LabelledSentence]:
    """Cut *gold* into the sentences that the pipeline would cut; no name crosses an edge."""
    article = Article(
        ArticleId(f"{gold.document}/{gold.id}"),
        DocumentId(gold.document),
        gold.headline,
        gold.text,
        (),
    )
    for sentence in split_sentences(article):
        begin = sentence.span.begin
        inside = tuple(
            LabelledSpan(found.span.shift(-begin), found.type, found.layer, found.optional)
            for found in gold.spans
            if sentence.span.contains(found.span)
        )
        yield LabelledSentence(gold.document, begin, sentence.span.of(gold.text), inside)
