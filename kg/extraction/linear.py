"""A linear model over hashed features: small, fast, and trained elsewhere.

Decisions that no single rule can make (is this pair related, is this name worth keeping) are made by
logistic regressions whose features are strings. A feature's column is its CRC-32 modulo the table's
size (the hashing trick, Weinberger et al. 2009), so no vocabulary travels with the weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from kg.arrays import read_arrays
from kg.errors import AnnotatorUnavailable

__all__ = ["LinearModel", "hash_features", "hash_joint_features"]

_GOLDEN_RATIO = 0x9E3779B1  # Knuth's multiplier: spreads joined hashes over the table


class _Columns(dict[str, int]):
    """The column of each feature met so far, computed when it is first asked for.

    Most features recur. A dictionary that fills itself is looked up without a Python call, which
    halves the time of a scorer; text without end must not fill the memory, so it starts anew.
    """

    LIMIT = 1 << 17

    def __init__(self, buckets: int) -> None:
        super().__init__()
        self._mask = buckets - 1

    def __missing__(self, feature: str) -> int:
        if len(self) >= self.LIMIT:
            self.clear()
        self[feature] = column = crc32(feature.encode()) & self._mask
        return column


class _JointColumns(dict[str, tuple[int, int]]):
    """The columns of each feature met so far: alone, and joined with one context."""

    LIMIT = 1 << 12

    def __init__(self, context: str, buckets: int) -> None:
        super().__init__()
        self.context_code = crc32(context.encode())
        self._salt = self.context_code * _GOLDEN_RATIO
        self._mask = buckets - 1

    def __missing__(self, feature: str) -> tuple[int, int]:
        if len(self) >= self.LIMIT:
            self.clear()
        code = crc32(feature.encode())
        joined = (code ^ self._salt) * _GOLDEN_RATIO >> 16
        self[feature] = columns = (code & self._mask, joined & self._mask)
        return columns


_columns = lru_cache(maxsize=4)(_Columns)  # by the size of a table
_joint_columns = lru_cache(maxsize=512)(_JointColumns)  # contexts are pairs of types: 144 at most


def hash_features(features: Iterable[str], buckets: int) -> NDArray[np.int64]:
    """Return the distinct columns of *features* in a table of *buckets* rows.

    >>> hash_features(["order:ab", "order:ab"], 1024).size
    1
    """
    columns = set(map(_columns(buckets).__getitem__, features))
    return np.fromiter(columns, np.int64, len(columns))  # a set of ints has a fixed order


def hash_joint_features(
    features: Iterable[str], context: str, alone: Iterable[str], buckets: int
) -> NDArray[np.int64]:
    """Return the columns of *features*, of each joined with *context*, and of the *alone* ones.

    Joining hashes instead of strings halves the work: a pair of entities has a hundred features.
    """
    joint = _joint_columns(context, buckets)
    columns = set(map(_columns(buckets).__getitem__, alone))
    columns.add(joint.context_code & (buckets - 1))
    columns.update(chain.from_iterable(map(joint.__getitem__, features)))
    return np.fromiter(columns, np.int64, len(columns))


@dataclass(frozen=True, slots=True)
class LinearModel:
    """One logistic regression for each label.

    `weights` has shape (buckets, labels), `bias` and `thresholds` (labels,); buckets is a power of
    two. A label holds where its probability reaches its threshold.
    """

    labels: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    thresholds: NDArray[np.float32]

    @property
    def buckets(self) -> int:
        """Rows of the table."""
        return int(self.weights.shape[0])

    def probabilities(self, rows: Sequence[NDArray[np.int64]]) -> NDArray[np.float32]:
        """Return shape (len(rows), labels) for rows of columns as `hash_features` gives them."""
        if not rows:
            return np.zeros((0, len(self.labels)), dtype=np.float32)
        lengths = np.fromiter((row.size for row in rows), dtype=np.int64)
        starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
        logits = np.add.reduceat(self.weights[np.concatenate(rows)], starts, axis=0) + self.bias
        return np.asarray(1.0 / (1.0 + np.exp(-logits)), dtype=np.float32)

    def save(self, path: Path) -> None:
        """Write the model; weights as half floats, zero rows left out."""
        used = np.flatnonzero(np.abs(self.weights).sum(axis=1))
        np.savez_compressed(
            path,
            labels=np.array(self.labels),
            buckets=np.array(self.buckets),
            rows=used.astype(np.uint32),
            weights=self.weights[used].astype(np.float16),
            bias=self.bias,
            thresholds=self.thresholds,
        )

    @classmethod
    def load(cls, path: Path) -> LinearModel:
        """Read a model that `save` wrote.

        Raises:
            AnnotatorUnavailable: there is no such file, or it is something else.
        """
        try:
            data = read_arrays(path)
            weights = np.zeros((int(data["buckets"]), len(data["labels"])), dtype=np.float32)
            weights[data["rows"]] = data["weights"]
        except (OSError, KeyError, ValueError) as error:
            raise AnnotatorUnavailable(f"{path}: {error}; reinstall kg or run kg train") from error
        labels = tuple(map(str, data["labels"]))
        return cls(labels, weights, data["bias"], data["thresholds"])
