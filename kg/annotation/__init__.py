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
from itertools import repeat

from kg.annotation.brackets import balanced_names
from kg.annotation.coarse import POSSIBLE, CoarseName, settle_types
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
    "annotate_joined",
    "annotate_with",
    "attach_names",
    "load_tagger",
]

ANNOTATOR = "kg builtin 1"
GROUP_CHARS = 20_000


def annotate(article: Article) -> AnnotatedArticle:
    """Split *article* into sentences and attach the candidate names of each."""
    return next(annotate_all([article]))


def annotate_all(articles: Iterable[Article]) -> Iterator[AnnotatedArticle]:
    """Annotate *articles*, such as those of a newspaper page: the same result in less time."""
    tagger = load_tagger()
    for group in _groups(articles):
        if tagger is None:
            yield from (annotate_with(article, None) for article in group)
        else:
            yield from map(annotate_with, group, _tag(tagger, group))


def annotate_joined(
    articles: Sequence[Article], coarse: Iterable[Iterable[CoarseName]]
) -> Iterator[AnnotatedArticle]:
    """Annotate *articles*, each with the names that another model sees in it.

    They stand beside those of the rules and the bundled tagger, with a type of the ontology each and
    with as much confidence as the tagger's own doubts leave them.
    """
    tagger, rules = load_tagger(), load_name_rules()
    tagged = _tag(tagger, articles) if tagger else ([] for _ in articles)
    possible = _tag(tagger, articles, min_alternative=POSSIBLE) if tagger else repeat(None)
    for article, best, doubted, names in zip(articles, tagged, possible, coarse, strict=False):
        known = [*rules.find(article.text), *best]
        yield annotate_with(article, [*best, *settle_types(article.text, names, known, doubted)])


def annotate_with(article: Article, tagged: Iterable[NamedEntity] | None) -> AnnotatedArticle:
    """Annotate with the names that a tagger found; None where there is no tagger at all.

    Training calls this with the predictions of a tagger that has not seen the article.
    """
    names: Sequence[NamedEntity] = load_name_rules().find(article.text)
    if tagged is not None:
        names = combine_names(names, balanced_names(article.text, tagged))
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


def _tag(
    tagger: Tagger, articles: Sequence[Article], *, min_alternative: float | None = None
) -> Iterator[list[NamedEntity]]:
    """Yield the names of each article by its own offsets, those too that are only so probable."""
    sentences = [split_sentences(article) for article in articles]
    texts = [
        ([sentence.span.of(article.text) for sentence in found], article.text)
        for article, found in zip(articles, sentences, strict=True)
    ]
    tagged = tagger.tag_all(texts, min_alternative=min_alternative)
    for found, names_by_sentence in zip(sentences, tagged, strict=True):
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
