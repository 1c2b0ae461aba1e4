"""Measure how much two texts speak of the same things.

A headline and its body share names (锦州, 喀什, 双酚A), two parts of one body share them too. Pairs of
neighbouring characters stand in for words: they need no dictionary, and a pair that is rare in news
(锦州) says more than a frequent one (发展).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from kg.segmentation.continuity import rarity

__all__ = ["Topics", "pairs_of"]

_RUN = re.compile(r"[\u4e00-\u9fffA-Za-z0-9.%]+")
DOUBT_NATS = 10.0  # two or three pairs alone say little
COMMON_NATS = 6.0  # 发展, 项目 lie below: they count little


@lru_cache(maxsize=4096)
def pairs_of(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters in *text* (numbers whole)."""
    pairs: set[str] = set()
    for run in _RUN.findall(text):
        tokens = re.findall(r"[0-9.]+%?|[A-Za-z]+|[\u4e00-\u9fff]", run)
        for left, right in pairwise(tokens):
            pairs.add(left + right)
        pairs.update(token for token in tokens if len(token) > 2)
    return frozenset(pairs)


class Topics:
    """How telling each pair is on one page."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._spread: Counter[str] = Counter()
        for text in texts:
            self._spread.update(pairs_of(text))

    def weight(self, pair: str) -> float:
        """Return how much a shared pair says: rare in news and on few blocks of this page."""
        rare = max(0.5, rarity(pair) - COMMON_NATS) if len(pair) == 2 else 8.0
        return rare / (1.0 + 0.25 * max(0, self._spread[pair] - 2))

    def shared(self, one: str, other: str) -> float:
        """Return the weight of what two texts share, by the root of their sizes."""
        left, right = pairs_of(one), pairs_of(other)
        if not left or not right:
            return 0.0
        total = _total(map(self.weight, left & right))
        return float(total / (len(left) * len(right)) ** 0.5)

    def known_covered(self, title: str, body: str) -> float:
        """Return the share of a headline's weight on this page that its body repeats.

        A headline is half rhetoric (劈波斩浪稳驭舟): words that no body of the page has count
        neither way.
        """
        known = [pair for pair in pairs_of(title) if self._spread[pair]]
        total = _total(map(self.weight, known))
        if not total:
            return 0.0
        pairs = pairs_of(body)
        shared = _total(self.weight(pair) for pair in known if pair in pairs)
        return shared / (total + DOUBT_NATS)

    def covered(self, title: str, body: str) -> float:
        """Return the share of a headline's weight that its body repeats, from 0 to 1."""
        wanted = pairs_of(title)
        total = _total(map(self.weight, wanted))
        if not total:
            return 0.0
        return _total(map(self.weight, wanted & pairs_of(body))) / total


def _total(weights: Iterable[float]) -> float:
    """Add up what comes in the order of a set, which differs from run to run, to the last bit.

    Two arrangements of a page may tie, and then the last bit decides.
    """
    return math.fsum(weights)
