"""How well entities were told apart and put together.

Two measures, since each overlooks something. B³ (A. Bagga and B. Baldwin, "Algorithms for Scoring
Coreference Chains", LREC Workshop on Linguistic Coreference, 1998) averages over the mentions: of the
cluster a mention was put into, which share is right (precision), and of its true cluster, which share
is there (recall). Pairwise scores count the pairs put together: a wrong merge of two large clusters
costs far more there than in B³, and mentions that stand alone count nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from kg.errors import InputError

__all__ = ["Agreement", "b_cubed", "pairwise"]

Item = TypeVar("Item", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Precision and recall of one clustering against another."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def b_cubed(predicted: Mapping[Item, str], gold: Mapping[Item, str]) -> Agreement:
    """Return B³ of *predicted* (item -> cluster) over the items of *gold*.

    >>> b_cubed({"a": "1", "b": "1", "c": "2"}, {"a": "x", "b": "y", "c": "y"}).precision
    0.6666666666666666

    Raises:
        InputError: an item has no predicted cluster, or there are no items.
    """
    both, found, true = _overlaps(predicted, gold)
    total = sum(true.values())
    # All items of one cell share |cell| / |cluster|, so a cell of n items adds n * n / |cluster|.
    precision = sum(n * n / found[cluster] for (cluster, _), n in both.items())
    recall = sum(n * n / true[entity] for (_, entity), n in both.items())
    return Agreement(precision / total, recall / total)


def pairwise(predicted: Mapping[Item, str], gold: Mapping[Item, str]) -> Agreement:
    """Return precision and recall of the pairs put together; 1 where there are none to find.

    Raises:
        InputError: an item has no predicted cluster, or there are no items.
    """
    both, found, true = _overlaps(predicted, gold)
    right, put, wanted = (_pairs(counts.values()) for counts in (both, found, true))
    return Agreement(right / put if put else 1.0, right / wanted if wanted else 1.0)


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def _overlaps(
    predicted: Mapping[Item, str], gold: Mapping[Item, str]
) -> tuple[Counter[tuple[str, str]], Counter[str], Counter[str]]:
    """Return the sizes of (cluster, entity) cells, of clusters, of entities, in items of *gold*."""
    if not gold:
        raise InputError("no items to compare: the gold clustering is empty")
    if missing := [item for item in gold if item not in predicted]:
        raise InputError(f"no predicted cluster for {missing[0]!r} and {len(missing) - 1} more")
    both = Counter((predicted[item], cluster) for item, cluster in gold.items())
    found = Counter(predicted[item] for item in gold)
    return both, found, Counter(gold.values())
