"""Two entities that may be one, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from kg.model import Verdict

__all__ = ["Pairs", "Reason"]


@dataclass(frozen=True, slots=True)
class Reason:
    """What speaks for a pair: how much (a ranking in [0, 1]), and in words for a reader."""

    score: float
    words: str
    verdict: Verdict = Verdict.SAME


Pairs: TypeAlias = "Iterator[tuple[tuple[int, int], Reason]]"
"""Indices of two clusters, the longer name first, with the reason."""
