"""Extract each document with scorers that have not seen it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence

from kg.extraction import Scorers
from kg.training.extraction import FOLDS, TrainingArticle, fold_of
from kg.training.scorers import examples_of, fit_scorers

__all__ = ["CrossValidation"]

logger = logging.getLogger(__name__)


class CrossValidation:
    """Annotated articles, and the examples that each scorer learns from, made once."""

    def __init__(self, articles: Sequence[TrainingArticle]) -> None:
        self.articles = articles
        self._examples = [examples_of(article) for article in articles]

    def fit(self, documents: Iterable[str], *, with_ideal: bool = True) -> Scorers:
        """Fit all scorers on the articles of *documents*."""
        names = set(documents)
        examples = [example for example in self._examples if example.document in names]
        return fit_scorers(examples, with_ideal=with_ideal)

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
