"""A linear model over hashed features: small, fast, and trained elsewhere.

Decisions that no single rule can make (is this pair related, is this name worth keeping) are made by
logistic regressions whose features are strings. A feature's column is its CRC-32 modulo the table's
size (the hashing trick, Weinberger et al. 2009), so no vocabulary travels with the weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from kg.errors import AnnotatorUnavailable

__all__ = ["LinearModel", "hash_features", "hash_joint_features"]

_GOLDEN_RATIO = 0x9E3779B1  # Knuth's multiplier: spreads joined hashes over the table


@lru_cache(maxsize=1 << 16)
def _code(feature: str) -> int:
    """Return the CRC-32 of *feature*; most features of an article recur."""
    return crc32(feature.encode())


def hash_features(features: Iterable[str], buckets: int) -> NDArray[np.int64]:
    """Return the distinct columns of *features* in a table of *buckets* rows.

    >>> hash_features(["order:ab", "order:ab"], 1024).size
    1
    """
    mask = buckets - 1
    columns = {_code(feature) & mask for feature in features}
    return np.fromiter(columns, np.int64, len(columns))  # a set of ints has a fixed order


def hash_joint_features(
    features: Iterable[str], context: str, alone: Iterable[str], buckets: int
) -> NDArray[np.int64]:
    """Return the columns of *features*, of each joined with *context*, and of the *alone* ones.

    Joining hashes instead of strings halves the work: a pair of entities has a hundred features.
    """
    mask = buckets - 1
    salt = _code(context) * _GOLDEN_RATIO
    columns = {_code(feature) & mask for feature in alone}
    columns.add(_code(context) & mask)
    for feature in features:
        code = _code(feature)
        columns.add(code & mask)
        columns.add(((code ^ salt) * _GOLDEN_RATIO >> 16) & mask)
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
            with np.load(path, allow_pickle=False) as archive:
                data: dict[str, Any] = dict(archive)
            weights = np.zeros((int(data["buckets"]), len(data["labels"])), dtype=np.float32)
            weights[data["rows"]] = data["weights"]
        except (OSError, KeyError, ValueError) as error:
            raise AnnotatorUnavailable(f"{path}: {error}; reinstall kg or run kg train") from error
        labels = tuple(map(str, data["labels"]))
        return cls(labels, weights, data["bias"], data["thresholds"])
