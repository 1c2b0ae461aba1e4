"""The features of an article's values as columns of the linear model, built for all at once.

A candidate has some twenty features of its own, which count plain and joined with its type, and its
value has some thirty, which count joined with the candidate's type only. They are strings; joining
their hashes instead, in numpy and for the whole article, takes a third of the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from kg.extraction.fact_features import ValueScene, own_features, value_features

__all__ = ["Rows", "columns_of", "joined_columns", "scene_rows"]

_GOLDEN_RATIO = np.uint64(0x9E3779B97F4A7C15)  # Knuth's multiplier for 64 bits
_HIGH_BITS = np.uint64(24)  # of a product the upper bits are mixed best

Columns = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rows:
    """The columns of each candidate of some scenes, one row after another, scene by scene."""

    columns: Columns
    lengths: NDArray[np.int64]

    def scores(self, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the sum of the weights of each row."""
        if not self.lengths.size:
            return np.zeros(0, dtype=np.float32)
        starts = np.cumsum(self.lengths) - self.lengths
        return np.asarray(np.add.reduceat(weights[self.columns], starts), dtype=np.float32)


def scene_rows(scenes: Sequence[ValueScene], buckets: int) -> Rows:
    """Return a row for each candidate of each scene."""
    own: list[int] = []
    own_lengths: list[int] = []
    shared: list[int] = []
    shared_lengths: list[int] = []
    types: list[int] = []
    scene_by_row: list[int] = []
    for index, scene in enumerate(scenes):
        before = len(shared)
        shared.extend(map(_code, value_features(scene)))
        shared_lengths.append(len(shared) - before)
        for candidate in scene.candidates:
            before = len(own)
            own.extend(map(_code, own_features(scene, candidate)))
            own_lengths.append(len(own) - before)
            types.append(_code(candidate.entity[0]))
            scene_by_row.append(index)
    return _joined(
        _Codes(own, own_lengths),
        _Codes(shared, shared_lengths),
        np.array(types, dtype=np.uint64),
        np.array(scene_by_row, dtype=np.int64),
        buckets,
    )


class _Codes:
    """Codes of features, some for each row or scene."""

    def __init__(self, codes: Sequence[int], lengths: Sequence[int]) -> None:
        self.codes = np.array(codes, dtype=np.uint64)
        self.lengths = np.array(lengths, dtype=np.int64)
        self.starts = np.cumsum(self.lengths) - self.lengths


def _joined(
    own: _Codes,
    shared: _Codes,
    types: NDArray[np.uint64],
    scene_by_row: NDArray[np.int64],
    buckets: int,
) -> Rows:
    """Lay out each row: its own features plain, the same joined with its type, then its value's."""
    shared_lengths = shared.lengths[scene_by_row]
    lengths = 2 * own.lengths + shared_lengths
    starts = np.cumsum(lengths) - lengths
    columns = np.empty(int(lengths.sum()), dtype=np.int64)
    within = np.arange(own.codes.size) - np.repeat(own.starts, own.lengths)
    plain = np.repeat(starts, own.lengths) + within
    columns[plain] = own.codes & np.uint64(buckets - 1)
    behind = plain + np.repeat(own.lengths, own.lengths)
    columns[behind] = joined_columns(own.codes, np.repeat(types, own.lengths), buckets)
    within = np.arange(int(shared_lengths.sum()))
    within -= np.repeat(np.cumsum(shared_lengths) - shared_lengths, shared_lengths)
    codes = shared.codes[np.repeat(shared.starts[scene_by_row], shared_lengths) + within]
    place = np.repeat(starts + 2 * own.lengths, shared_lengths) + within
    columns[place] = joined_columns(codes, np.repeat(types, shared_lengths), buckets)
    return Rows(columns, lengths)


def joined_columns(
    codes: NDArray[np.uint64], context: NDArray[np.uint64], buckets: int
) -> NDArray[np.uint64]:
    """Return the columns of features joined with a context, by their codes."""
    mixed = (codes ^ (context * _GOLDEN_RATIO)) * _GOLDEN_RATIO  # wraps around, as it should
    return np.asarray((mixed >> _HIGH_BITS) & np.uint64(buckets - 1), dtype=np.uint64)


def columns_of(features: Iterable[str], buckets: int) -> Columns:
    """Return the columns of plain *features*."""
    mask = buckets - 1
    return np.array([_code(feature) & mask for feature in features], dtype=np.int64)


@lru_cache(maxsize=1 << 16)
def _code(feature: str) -> int:
    """Return the CRC-32 of *feature*; most features of an article recur."""
    return crc32(feature.encode())
