"""Sentences and candidate names: ``annotate(Article) -> AnnotatedArticle``.

An annotator looks at an article and says where names may stand and of which type they may be. The
builtin one combines rules about the shape of Chinese names with gazetteers. Candidates may overlap
and contradict each other; the extraction room decides.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace

from kg.annotation.name_rules import load_name_rules
from kg.annotation.sentences import split_sentences
from kg.model import AnnotatedArticle, Article, NamedEntity, Sentence

__all__ = ["ANNOTATOR", "annotate"]

ANNOTATOR = "kg rules 1"


def annotate(article: Article) -> AnnotatedArticle:
    """Split *article* into sentences and attach the candidate names of each."""
    sentences = split_sentences(article)
    names = load_name_rules().find(article.text)
    return AnnotatedArticle(article, attach_names(sentences, names), ANNOTATOR)


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
