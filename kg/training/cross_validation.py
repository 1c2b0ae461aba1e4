"""Extract each document with scorers that have not seen it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence

from kg.extraction import Scorers
from kg.training import facts
from kg.training.extraction import (
    ENTITY_THRESHOLD,
    FOLDS,
    RELATION_THRESHOLD,
    TrainingArticle,
    annotate_as_gold,
    fold_of,
    make_example,
    train,
)

__all__ = ["CrossValidation"]

logger = logging.getLogger(__name__)


class CrossValidation:
    """Annotated articles, and the examples that each scorer learns from, made once."""

    def __init__(self, articles: Sequence[TrainingArticle]) -> None:
        self.articles = articles
        self._examples = [make_example(a.document, a.annotated()) for a in articles]
        self._ideal = [
            make_example(a.document, annotate_as_gold(a.document, a.article)) for a in articles
        ]
        self._facts = [facts.examples_of(article) for article in articles]

    def fit(self, documents: Iterable[str], *, with_ideal: bool = True) -> Scorers:
        """Fit all scorers on the articles of *documents*."""
        names = set(documents)
        ideal = [e for e in self._ideal if e.document in names] if with_ideal else []
        relations, entities = train(
            [e for e in self._examples if e.document in names],
            ideal,
            relation_threshold=RELATION_THRESHOLD,
            entity_threshold=ENTITY_THRESHOLD,
        )
        examples = [e for pair in self._facts for e in pair if e.document in names]
        return Scorers(relations, entities, facts.fit(examples))

    def folds(
        self, count: int = FOLDS, *, with_ideal: bool = True
    ) -> Iterator[tuple[TrainingArticle, Scorers]]:
        """Yield each article with scorers that were fitted without its fold."""
        names = [str(article.document["doc"]) for article in self.articles]
        for fold in range(count):
            seen = [name for name in names if fold_of(name, count) != fold]
            scorers = self.fit(seen, with_ideal=with_ideal)
            logger.info("fold %d of %d fitted on %d documents", fold + 1, count, len(seen))
            for name, article in zip(names, self.articles, strict=True):
                if fold_of(name, count) == fold:
                    yield article, scorers
