"""Sentences and candidate names: ``annotate(Article) -> AnnotatedArticle``.

An annotator looks at an article and says where names may stand and of which type they may be. The
builtin one joins rules about the shape of Chinese names, gazetteers, and a small learned tagger that
runs in numpy. Candidates may overlap and contradict each other; the extraction room decides.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from kg.annotation.brackets import balanced_names
from kg.annotation.coarse import CoarseName, settle_types
from kg.annotation.combination import TAGGER, combine_names
from kg.annotation.name_rules import load_name_rules
from kg.annotation.sentences import split_sentences
from kg.annotation.tagger import MODEL_PATH, Tagger
from kg.model import AnnotatedArticle, Article, NamedEntity, Sentence, Span

__all__ = [
    "ANNOTATOR",
    "CoarseName",
    "annotate",
    "annotate_all",
    "annotate_with",
    "attach_names",
    "load_tagger",
    "tagged_names",
]

ANNOTATOR = "kg builtin 1"
GROUP_CHARS = 20_000


def annotate(article: Article) -> AnnotatedArticle:
    """Split *article* into sentences and attach the candidate names of each."""
    return next(annotate_all([article]))


def annotate_all(articles: Iterable[Article]) -> Iterator[AnnotatedArticle]:
    """Annotate *articles*, such as those of a newspaper page: the same result in less time."""
    for group in _groups(articles):
        yield from map(annotate_with, group, tagged_names(group))


def tagged_names(articles: Sequence[Article]) -> Iterator[list[NamedEntity] | None]:
    """Yield the names that the bundled tagger sees in each article; None where it is missing."""
    tagger = load_tagger()
    if tagger is None:
        yield from (None for _ in articles)
    else:
        yield from _tag(tagger, articles)


def annotate_with(
    article: Article,
    tagged: Iterable[NamedEntity] | None,
    coarse: Iterable[CoarseName] = (),
) -> AnnotatedArticle:
    """Annotate with the names that a tagger found; None where there is no tagger at all.

    Training calls this with the predictions of a tagger that has not seen the article, other engines
    with the *coarse* names of a model that knows fewer types than the ontology.
    """
    names: Sequence[NamedEntity] = load_name_rules().find(article.text)
    found = None if tagged is None else list(tagged)
    if coarse := tuple(coarse):
        known = [*names, *(found or ())]
        found = [*(found or ()), *settle_types(article.text, coarse, known)]
    if found is not None:
        names = combine_names(names, balanced_names(article.text, found))
    return AnnotatedArticle(article, attach_names(split_sentences(article), names), ANNOTATOR)


@lru_cache(maxsize=1)
def load_tagger() -> Tagger | None:
    """Return the bundled tagger, or None in a checkout where none was trained yet."""
    return Tagger.load(MODEL_PATH) if MODEL_PATH.exists() else None


def _groups(articles: Iterable[Article]) -> Iterator[list[Article]]:
    """Group articles into as much text as is tagged at once; more would only take memory."""
    group: list[Article] = []
    characters = 0
    for article in articles:
        group.append(article)
        characters += len(article.text)
        if characters >= GROUP_CHARS:
            yield group
            group, characters = [], 0
    if group:
        yield group


def _tag(tagger: Tagger, articles: Sequence[Article]) -> Iterator[list[NamedEntity]]:
    """Yield the names of each article by its own offsets."""
    sentences = [split_sentences(article) for article in articles]
    texts = [
        ([sentence.span.of(article.text) for sentence in found], article.text)
        for article, found in zip(articles, sentences, strict=True)
    ]
    for found, names_by_sentence in zip(sentences, tagger.tag_all(texts), strict=True):
        yield [
            NamedEntity(
                Span(name.begin, name.end).shift(sentence.span.begin), name.type, name.score, TAGGER
            )
            for sentence, names in zip(found, names_by_sentence, strict=True)
            for name in names
        ]


def attach_names(
    sentences: tuple[Sentence, ...], names: Iterable[NamedEntity]
) -> tuple[Sentence, ...]:
    """Give each sentence the candidates that lie inside it; one across two sentences is dropped."""
    begins = [sentence.span.begin for sentence in sentences]
    by_sentence: list[list[NamedEntity]] = [[] for _ in sentences]
    for name in names:
        index = bisect_right(begins, name.span.begin) - 1
        if index >= 0 and sentences[index].span.contains(name.span):
            by_sentence[index].append(name)
    return tuple(
        replace(sentence, names=tuple(sorted(found, key=lambda n: (n.span, n.type))))
        for sentence, found in zip(sentences, by_sentence, strict=True)
    )
