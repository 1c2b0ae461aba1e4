"""Tell which of many torn lines goes on in which, by two small language models.

Where a column ends, the words that follow are seen from more than the two characters that meet:
…将建设以柴油机配套产业和 | 柴油机维修服务业，加快… share a subject and a grammar. A network that has read news
says how likely the next ten characters are behind the last twenty-four; a second one, which reads
backwards, says how likely the last ten are before the next twenty-four. What counts is how much
likelier they are there than behind other lines of the same page.

The weights are those that the name tagger starts from (`kg.training.language`), in eight bits; they
run in numpy, and hold no text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from kg.arrays import Arrays, Floats, read_arrays, weights_of
from kg.characters import OUTSIDE, UNKNOWN, Ids, Vocabulary, fold_codes
from kg.errors import AnnotatorUnavailable

__all__ = ["MODEL_PATH", "LanguageModel", "language_model"]

MODEL_PATH = Path(__file__).parent.parent / "models" / "language.npz"
FORMAT = 1

CONTEXT_CHARS = 24  # read before the cut; 40 or 80 choose no better
TARGET_CHARS = 10  # judged behind the cut; 16 choose no better
BACKGROUND_LINES = 6  # other lines that a continuation is compared with

State: TypeAlias = tuple[Floats, Floats]


class LanguageModel:
    """A network that reads ahead and one that reads back; stateless once loaded."""

    def __init__(self, arrays: Arrays) -> None:
        """Take the arrays of a model file."""
        self._vocabulary = Vocabulary.from_arrays(arrays)
        vectors = _Vectors(
            self._vocabulary,
            weights_of(arrays, "character_vectors"),
            weights_of(arrays, "pair_vectors"),
        )
        self._ahead = _Direction(vectors, arrays, "ahead")
        self._back = _Direction(vectors, arrays, "back")

    @classmethod
    def load(cls, path: Path = MODEL_PATH) -> LanguageModel:
        """Read a model file.

        Raises:
            AnnotatorUnavailable: it is missing, damaged or of another format.
        """
        try:
            arrays = read_arrays(path)
            format_ = int(arrays["format"].flat[0])
            if format_ == FORMAT:
                return cls(arrays)
        except (OSError, ValueError, KeyError, IndexError) as error:
            raise AnnotatorUnavailable(
                f"{path}: cannot read the language model ({error}); reinstall kg"
            ) from error
        raise AnnotatorUnavailable(
            f"{path}: language model format {format_}, expected {FORMAT}; reinstall kg"
        )

    def flows(
        self,
        texts: Sequence[str],
        pairs: Sequence[tuple[int, int]],
        background: Sequence[str],
    ) -> list[float]:
        """Return for each pair of *texts* how well the second goes on where the first ends.

        The figure is a log ratio (nats, the mean of both directions): how much likelier the
        characters at the cut are there than at lines of the *background*, whole lines of the page.
        """
        if not pairs:
            return []
        lefts = np.array([one for one, _ in pairs])
        rights = np.array([other for _, other in pairs])
        chosen = _spread(background, BACKGROUND_LINES)
        ends = self._rows([text[-CONTEXT_CHARS:] for text in (*texts, *chosen)])
        begins = self._rows([text[:CONTEXT_CHARS][::-1] for text in (*texts, *chosen)])
        targets = [self._ids(text[:TARGET_CHARS]) for text in texts]
        mirrored = [self._ids(text[-TARGET_CHARS:][::-1]) for text in texts]
        size = len(texts)
        ahead = self._ahead.ratios(ends, targets, lefts, rights, size)
        back = self._back.ratios(begins, mirrored, rights, lefts, size)
        return [float(value) for value in (ahead + back) / 2]

    def _ids(self, text: str) -> Ids:
        ids = self._vocabulary.character_ids(fold_codes(text))
        padded = np.full(TARGET_CHARS, OUTSIDE, dtype=np.int32)
        padded[: len(ids)] = ids
        return padded

    def _rows(self, texts: Sequence[str]) -> Ids:
        """Return the identifiers of *texts*, one a row, flush right."""
        rows = np.full((len(texts), CONTEXT_CHARS), OUTSIDE, dtype=np.int32)
        for row, text in zip(rows, texts, strict=True):
            if text:
                row[-len(text) :] = self._vocabulary.character_ids(fold_codes(text))
        return rows


def _spread(items: Sequence[str], count: int) -> list[str]:
    """Return at most *count* of *items*, evenly spread."""
    step = max(1, len(items) // count)
    return list(items[::step][:count])


@dataclass(frozen=True, slots=True)
class _Vectors:
    vocabulary: Vocabulary
    characters: Floats
    pairs: Floats

    def inputs(self, ids: Ids, previous: Ids, *, mirrored: bool) -> Floats:
        """Return what the network reads: a character, and the pair with the one read before it."""
        left, right = (ids, previous) if mirrored else (previous, ids)
        pairs = self.vocabulary.pair_ids_of(left, right)
        return np.concatenate([self.characters[ids], self.pairs[pairs]], axis=1)


class _Direction:
    """An LSTM with an adaptive softmax (Grave et al. 2017): frequent characters first."""

    def __init__(self, vectors: _Vectors, arrays: Arrays, name: str) -> None:
        self._vectors = vectors
        self._mirrored = name == "back"
        self._input = weights_of(arrays, f"{name}_input")
        self._hidden = weights_of(arrays, f"{name}_hidden")
        self._biases = weights_of(arrays, f"{name}_biases")
        self._head = weights_of(arrays, f"{name}_head")
        self._tails: list[tuple[Floats, Floats]] = []
        while (tail := f"{name}_tail{len(self._tails)}") + "_inner" in arrays:
            inner, outer = (weights_of(arrays, f"{tail}_{part}") for part in ("inner", "outer"))
            self._tails.append((inner, outer))
        self._frequent = self._head.shape[1] - len(self._tails)
        sizes = [self._frequent, *(outer.shape[1] for _, outer in self._tails)]
        self._bounds = list(accumulate(sizes))  # identifiers at which the tails begin and end

    def ratios(
        self,
        contexts: Ids,
        targets: Sequence[Ids],
        context_of: npt.NDArray[np.intp],
        target_of: npt.NDArray[np.intp],
        size: int,
    ) -> Floats:
        """Return log P(target | context) less the log of its mean over the background.

        Rows of *contexts* from *size* on are the background.
        """
        state = self._read(contexts)
        last = contexts[:, -1]
        wanted = np.unique(target_of)
        rest = np.arange(size, len(contexts))
        rows = np.concatenate([context_of, np.tile(rest, len(wanted))])
        columns = np.concatenate([target_of, np.repeat(wanted, len(rest))])
        sums = self._log_probabilities(state, last, np.stack(targets), rows, columns)
        found = sums[: len(context_of)]
        if not len(rest):
            return found
        plain = sums[len(context_of) :].reshape(len(wanted), len(rest)).astype(np.float64)
        top = plain.max(axis=1, keepdims=True)
        mean = top[:, 0] + np.log(np.exp(plain - top).mean(axis=1))
        by_target = np.zeros(len(targets))
        by_target[wanted] = mean
        return (found - by_target[target_of]).astype(np.float32)

    def _read(self, rows: Ids) -> State:
        shape = (len(rows), self._hidden.shape[0])
        state: State = (np.zeros(shape, np.float32), np.zeros(shape, np.float32))
        previous = np.zeros(len(rows), np.int32)
        for column in rows.T:
            state = self._step(column, previous, state)
            previous = column
        return state

    def _step(self, ids: Ids, previous: Ids, state: State) -> State:
        hidden, cell = state
        inputs = self._vectors.inputs(ids, previous, mirrored=self._mirrored)
        gates = inputs @ self._input + hidden @ self._hidden + self._biases
        size = hidden.shape[1]
        np.tanh(gates, out=gates)  # sigmoids by tanh: their weights are halved in the file
        opened = gates[:, : 3 * size] * 0.5 + 0.5
        cell = opened[:, size : 2 * size] * cell + opened[:, :size] * gates[:, 3 * size :]
        return opened[:, 2 * size :] * np.tanh(cell), cell

    def _log_probabilities(
        self,
        state: State,
        last: Ids,
        targets: Ids,
        rows: npt.NDArray[np.intp],
        columns: npt.NDArray[np.intp],
    ) -> Floats:
        """Return the log probability of whole targets, one for each of *rows* and *columns*."""
        hidden, cell = state[0][rows], state[1][rows]
        previous = last[rows]
        total = np.zeros(len(rows), np.float32)
        for at in range(targets.shape[1]):
            ids = targets[columns, at]
            total += self._log_probability(hidden, ids)
            if at + 1 < targets.shape[1]:
                hidden, cell = self._step(ids, previous, (hidden, cell))
                previous = ids
        return total

    def _log_probability(self, hidden: Floats, ids: Ids) -> Floats:
        """Return the log probability of each character behind each state, 0 for unknown ones."""
        scores = hidden @ self._head
        base = _log_sum(scores)
        found = np.zeros(len(ids), np.float32)
        frequent = (ids > UNKNOWN) & (ids < self._frequent)
        found[frequent] = scores[frequent, ids[frequent]] - base[frequent]
        for at, (inner, outer) in enumerate(self._tails):
            low, high = self._bounds[at], self._bounds[at + 1]
            own = np.flatnonzero((ids > UNKNOWN) & (ids >= low) & (ids < high))
            if len(own):
                projected: Floats = hidden[own] @ inner
                tail: Floats = projected @ outer
                inside = tail[np.arange(len(own)), ids[own] - low] - _log_sum(tail)
                found[own] = inside + scores[own, self._frequent + at] - base[own]
        return found


def _log_sum(scores: Floats) -> Floats:
    top = scores.max(axis=1, keepdims=True)
    total: Floats = top[:, 0] + np.log(np.exp(scores - top).sum(axis=1))
    return total


@lru_cache(maxsize=1)
def language_model() -> LanguageModel:
    """Return the model that ships with kg."""
    return LanguageModel.load()
