"""Precision and recall of predicted spans against those found for the annotations.

A span is right when begin, end and type are. Spans of optional entities are neutral: not missed, and
not wrong whatever type is predicted there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg.annotation.tagger import TaggedName
from kg.training.projection import GoldArticle

__all__ = ["Score", "SpanScores"]

ALL = "all"


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of right, predicted and gold spans."""

    right: int
    predicted: int
    gold: int

    @property
    def precision(self) -> float:
        """Share of the predicted that is right."""
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of the gold that is predicted."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        total = self.predicted + self.gold
        return 2 * self.right / total if total else 0.0


class SpanScores:
    """Adds up articles, by type, by layer and by source."""

    def __init__(self, min_score: float = 0.0) -> None:
        self._min_score = min_score
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, article: GoldArticle, names: Iterable[TaggedName]) -> None:
        """Count the spans of one article."""
        source = f"source {article.document.split('_')[0]}"
        required = {
            (f.span.begin, f.span.end, f.type): f.layer for f in article.spans if not f.optional
        }
        neutral = {(f.span.begin, f.span.end) for f in article.spans if f.optional}
        for (_, _, type_), layer in required.items():
            self._count("gold", type_, f"layer {layer}", source)
        predicted = {(n.begin, n.end, n.type): n.layer for n in names if n.score >= self._min_score}
        for key, layer in predicted.items():
            if key in required:
                self._count("right", key[2], f"layer {required[key]}", source)
                self._count("predicted", key[2], f"layer {required[key]}", source)
            elif key[:2] not in neutral:
                self._count("predicted", key[2], f"layer {layer}", source)

    def _count(self, what: str, *groups: str) -> None:
        for group in (ALL, *groups):
            self._counts[group][what] += 1

    def __getitem__(self, group: str) -> Score:
        counts = self._counts[group]
        return Score(counts["right"], counts["predicted"], counts["gold"])

    def __iter__(self) -> Iterator[tuple[str, Score]]:
        for group in sorted(self._counts):
            yield group, self[group]
