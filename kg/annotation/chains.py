"""Chains of labels over a network's scores: the best sequence, and how sure each of its names is.

The network scores each character alone; a chain also weighs which label follows which, so that a
name that begins also ends. There is one chain for outer names and one for names inside them. All
chains of all sentences are computed at once, one step a character, since a step costs numpy more in
calls than in arithmetic. For the same reason sentences of unlike lengths are packed without padding.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = ["Chains", "Packing", "ScoredSpan", "read_spans"]

Floats: TypeAlias = npt.NDArray[np.float32]
Places: TypeAlias = npt.NDArray[np.intp]
_Item = TypeVar("_Item", bound=np.generic)

ABSENT = -100.0  # score of a label that a chain lacks, as of an illegal move


class Packing:
    """Rows for the characters of sentences of unlike lengths: all first ones, then all second ones.

    Sentences are sorted by length, the longest first, so the sentences that still go on at a step
    are the first `active[step]` ones and their rows stand together.
    """

    def __init__(self, lengths: Sequence[int]) -> None:
        counts = np.bincount(np.asarray(lengths) - 1, minlength=lengths[0])
        active = counts[::-1].cumsum()[::-1]
        self.lengths = np.asarray(lengths, dtype=np.intp)
        self.active: list[int] = active.tolist()
        self.steps = [  # the rows of each time step
            slice(end - count, end)
            for end, count in zip(active.cumsum().tolist(), self.active, strict=True)
        ]
        begins = active.cumsum() - active
        self.times = np.repeat(np.arange(len(active)), active)
        self.columns = np.arange(len(self.times)) - begins[self.times]
        # The row of the same sentence's character as far from its end as this is from its begin.
        self.mirror = begins[self.lengths[self.columns] - 1 - self.times] + self.columns
        # Where a row's character stands when the sentences are strung together, one after another.
        self.text_begins = np.cumsum(self.lengths) - self.lengths
        self.text = self.text_begins[self.columns] + self.times

    def __len__(self) -> int:
        return len(self.times)

    def in_text_order(self, rows: npt.NDArray[_Item]) -> npt.NDArray[_Item]:
        """Return what has its rows on the second axis with the sentences strung together."""
        ordered = np.empty_like(rows)
        ordered[:, self.text] = rows
        return ordered


@dataclass(frozen=True, slots=True)
class ScoredSpan:
    """A name in a sentence by offset, with the probability that exactly it stands there."""

    begin: int
    end: int
    type: str
    score: float
    best: bool = True  # of the best labelling; else an alternative


def read_spans(labels: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Yield begin, end and type of the names that *labels* (B-, I-, E-, S-Type, O) spell.

    A broken sequence (an I- without its B-) spells no name: the network seldom writes one, and
    guessing its edges would be wrong more often than not.

    >>> list(read_spans(["B-Place", "E-Place", "O", "S-Place", "I-Person"]))
    [(0, 2, 'Place'), (3, 4, 'Place')]
    """
    begin, open_type = 0, ""
    for index, label in enumerate(labels):
        mark, _, type_ = label.partition("-")
        if mark == "S":
            yield index, index + 1, type_
        elif mark == "E" and type_ == open_type:
            yield begin, index + 1, type_
        if mark == "B":
            begin, open_type = index, type_
        elif mark != "I" or type_ != open_type:
            open_type = ""


class Chains:
    """One linear chain of labels for each layer of names; a layer has a first axis of every array."""

    def __init__(
        self,
        labels: Sequence[Sequence[str]],
        start: Sequence[Floats],
        end: Sequence[Floats],
        moves: Sequence[Floats],
    ) -> None:
        """Take each layer's labels and the scores of a first, a last and two following labels."""
        self.labels = [tuple(layer) for layer in labels]
        self.width = max(map(len, labels))  # a layer of fewer labels gets some that never hold
        self.start, self.end = self.stacked(start), self.stacked(end)
        self.moves = self.stacked(moves)
        # The chain read from its end is a chain too, so both directions run in one loop.
        # exp(ABSENT) is a subnormal number, with which some processors are a hundred times slower.
        ahead = np.where(self.moves > ABSENT / 2, np.exp(self.moves), np.float32(0))
        self._weights = np.concatenate([ahead, ahead.transpose(0, 2, 1)])
        self._starts = np.exp(np.concatenate([self.start, self.end]))[:, None]
        # from, layer, 1, to: a maximum over the first axis runs along memory
        self._moves_from = np.ascontiguousarray(self.moves.transpose(1, 0, 2)[:, :, None])
        self._moves_to = np.ascontiguousarray(self.moves.transpose(0, 2, 1))

    def stacked(self, layers: Sequence[Floats]) -> Floats:
        """Stack arrays whose axes are labels, with ABSENT for those that a layer lacks."""
        padded = [
            np.pad(part, (0, self.width - len(part)), constant_values=ABSENT) for part in layers
        ]
        return np.stack(padded).astype(np.float32)

    def decode(
        self, emissions: Floats, packing: Packing, min_alternative: float | None = None
    ) -> list[list[list[ScoredSpan]]]:
        """Return the names of each layer's best labelling, by layer and sentence.

        *emissions* is layer × packed row × label. With *min_alternative*, all other spans that are
        at least so probable come along.
        """
        lattice = _Lattice(self.moves, emissions, packing, *self._probabilities(emissions, packing))
        found = self._best_spans(lattice, self._best_paths(emissions, packing))
        if min_alternative is not None:
            for layer, by_sentence in enumerate(found):
                known = [{(n.begin, n.end, n.type) for n in names} for names in by_sentence]
                for column, name in self._alternatives(lattice, layer, min_alternative):
                    if (name.begin, name.end, name.type) not in known[column]:
                        by_sentence[column].append(name)
        return found

    def _best_spans(self, lattice: _Lattice, paths: Places) -> list[list[list[ScoredSpan]]]:
        packing = lattice.packing
        ordered = packing.in_text_order(paths)
        steps, first, last = (packing.in_text_order(part) for part in lattice.along(paths))
        found = []
        for layer, labels in enumerate(self.labels):
            outside = labels.index("O") if "O" in labels else -1
            by_sentence = []
            for begin, length in zip(packing.text_begins, packing.lengths, strict=True):
                rows = (layer, slice(begin, begin + length))
                path = ordered[rows]
                names: list[ScoredSpan] = []
                if (path != outside).any():
                    spans = read_spans([labels[label] for label in path.tolist()])
                    names += _scored(spans, steps[rows], first[rows], last[rows])
                by_sentence.append(names)
            found.append(by_sentence)
        return found

    def _alternatives(
        self, lattice: _Lattice, layer: int, min_score: float
    ) -> Iterator[tuple[int, ScoredSpan]]:
        """Yield all spans that are at least as probable as *min_score*, with their sentence."""
        marginals = lattice.ahead[layer] * lattice.back[layer]
        labels, packing = self.labels[layer], lattice.packing
        for type_ in dict.fromkeys(label[2:] for label in labels if label != "O"):
            marks = [labels.index(f"{mark}-{type_}") for mark in "BIES"]
            for row in np.flatnonzero(marginals[:, marks[3]] >= min_score).tolist():
                time, score = int(packing.times[row]), float(marginals[row, marks[3]])
                span = ScoredSpan(time, time + 1, type_, score, best=False)
                yield int(packing.columns[row]), span
            for row in np.flatnonzero(marginals[:, marks[0]] >= min_score).tolist():
                time = int(packing.times[row])
                for end, score in lattice.extend(layer, row, marks, min_score):
                    span = ScoredSpan(time, end, type_, score, best=False)
                    yield int(packing.columns[row]), span

    def _best_paths(self, emissions: Floats, packing: Packing) -> Places:
        """Viterbi, for all sentences at once; returns layer × packed row."""
        scores = emissions.copy()
        layers, width = len(emissions), self.width
        reached = np.empty((width, layers, packing.active[0], width), dtype=np.float32)
        scores[:, packing.steps[0]] += self.start[:, None]
        before = scores[:, packing.steps[0]]
        for count, rows in zip(packing.active[1:], packing.steps[1:], strict=True):
            sums = reached[:, :, :count]
            np.add(before[:, :count].transpose(2, 0, 1)[..., None], self._moves_from, out=sums)
            before = scores[:, rows]
            before += sums.max(axis=0)
        return self._traced_back(scores, packing)

    def _traced_back(self, scores: Floats, packing: Packing) -> Places:
        """Follow the best path from the end; the sums of the way there are made a second time.

        That is cheaper than to keep where each label came from: here they are made for one label.
        """
        paths = np.empty(scores.shape[:2], dtype=np.intp)
        lasts = packing.mirror[: packing.active[0]]  # the row of each sentence's last character
        label = (scores[:, lasts] + self.end[:, None]).argmax(axis=2)
        paths[:, packing.steps[-1]] = label[:, : packing.active[-1]]
        layers = np.arange(len(scores))[:, None]
        for time in range(len(packing.steps) - 1, 0, -1):
            count, rows = packing.active[time], packing.steps[time - 1]
            begin = scores[:, rows.start : rows.start + count]
            label[:, :count] = (begin + self._moves_to[layers, label[:, :count]]).argmax(axis=2)
            paths[:, rows] = label[:, : packing.active[time - 1]]
        return paths

    def _probabilities(self, emissions: Floats, packing: Packing) -> tuple[Floats, Floats, Floats]:
        """Forward and backward weights, whose product is each label's probability, and log scales.

        The forward weights sum to one at each step; a scale is what they were divided by.
        """
        layers = len(emissions)
        top = emissions.max(axis=2, keepdims=True)
        weights = np.exp(emissions - top)
        weights = np.concatenate([weights, weights[:, packing.mirror]])
        reached = np.empty_like(weights)  # before a character's own weight
        totals = np.empty((*weights.shape[:2], 1), dtype=np.float32)
        reached[:, packing.steps[0]] = self._starts
        current = weights  # made again at each step
        for time, (count, rows) in enumerate(zip(packing.active, packing.steps, strict=True)):
            if time:
                np.matmul(current[:, :count], self._weights, out=reached[:, rows])
            current = reached[:, rows] * weights[:, rows]
            current /= current.sum(axis=2, keepdims=True, out=totals[:, rows])
        ahead = reached[:layers]
        ahead *= weights[:layers]
        ahead /= totals[:layers]
        back = reached[layers:, packing.mirror]
        back /= (ahead * back).sum(axis=2, keepdims=True)
        return ahead, back, (np.log(totals[:layers]) + top)[:, :, 0]


@dataclass(frozen=True, slots=True)
class _Lattice:
    """Probabilities of labels and of stretches of labels in a batch of sentences."""

    moves: Floats
    emissions: Floats  # layer × packed row × label, like the following
    packing: Packing
    ahead: Floats
    back: Floats
    scales: Floats  # layer × packed row

    def along(self, paths: Places) -> tuple[Floats, Floats, Floats]:
        """Return, along *paths*, the log weight of each step and the weights ahead and back."""
        packing = self.packing
        layers, rows = np.arange(len(paths))[:, None], np.arange(len(packing))
        before = np.zeros_like(paths)
        for time in range(1, len(packing.steps)):
            begin = packing.steps[time - 1].start
            before[:, packing.steps[time]] = paths[:, begin : begin + packing.active[time]]
        steps = self.moves[layers, before, paths] + self.emissions[layers, rows, paths]
        return (
            steps - self.scales,
            self.ahead[layers, rows, paths],
            self.back[layers, rows, paths],
        )

    def extend(
        self, layer: int, row: int, marks: Sequence[int], min_score: float
    ) -> Iterator[tuple[int, float]]:
        """Yield the ends of the probable names that begin at *row*, with their probability."""
        first, inside, last, _ = marks
        packing, moves = self.packing, self.moves[layer]
        begin, column = int(packing.times[row]), int(packing.columns[row])
        weight, label = self.ahead[layer, row, first], first
        for time in range(begin + 1, int(packing.lengths[column])):
            row = packing.steps[time].start + column
            emitted = self.emissions[layer, row] - self.scales[layer, row]
            closed = weight * np.exp(moves[label, last] + emitted[last])
            score = float(closed * self.back[layer, row, last])
            if score >= min_score:
                yield time + 1, min(score, 1.0)
            weight = weight * np.exp(moves[label, inside] + emitted[inside])
            label = inside
            if weight * self.back[layer, row, inside] < min_score:
                return


def _scored(
    spans: Iterator[tuple[int, int, str]], steps: Floats, ahead: Floats, back: Floats
) -> Iterator[ScoredSpan]:
    """Give each span the probability of its stretch of the path."""
    for begin, end, type_ in spans:
        way = math.exp(float(steps[begin + 1 : end].sum()))
        score = float(ahead[begin]) * way * float(back[end - 1])
        yield ScoredSpan(begin, end, type_, min(score, 1.0))
