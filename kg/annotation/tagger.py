"""Tag names with a small network: a bidirectional LSTM under two chains of labels, in numpy.

Rules find names by their endings; this finds those that only their surroundings give away (与中通客车
签约), and says how sure it is. The network is trained with HanLP's API on annotated news
(`kg.training.tagger`) and runs here without torch: 5 MB instead of a gigabyte. Names nest
(聊城 in 聊城市司法局), so there are two layers: outer names, and names inside those.

A score is the probability of exactly this span with this type among all labellings of the
sentence (forward-backward), so 0.9 is right about nine times out of ten.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from kg.annotation.features import CharacterFeatures, repeated_ngrams
from kg.characters import OUTSIDE, Vocabulary, fold_codes
from kg.errors import AnnotatorUnavailable

__all__ = ["MODEL_PATH", "Encoded", "Encoder", "TaggedName", "Tagger", "read_spans"]

MODEL_PATH = Path(__file__).parent.parent / "models" / "tagger.npz"

Floats: TypeAlias = npt.NDArray[np.float32]
Ids: TypeAlias = npt.NDArray[np.int32]

FORMAT = 1  # of the model file
OUTER, INNER = 0, 1
LAYERS = 2

# Sentences are cut at 400 characters before they come here; only text that bypasses the splitter is
# longer. Windows overlap, so that a name at an edge is seen whole by one of them.
_WINDOW_CHARS = 400
_OVERLAP_CHARS = 60
# So many characters are computed at once: enough to keep the processor busy, in about 30 MB.
_BATCH_CHARS = 4000
_BATCH_SENTENCES = 64


@dataclass(frozen=True, slots=True)
class TaggedName:
    """A name in a sentence; offsets are code points within it."""

    begin: int
    end: int
    type: str
    score: float  # probability of the span
    layer: int  # 0: outer, 1: inside an outer name
    best: bool = True  # of the best labelling; else an alternative, which may overlap with it


@dataclass(frozen=True, slots=True)
class Encoded:
    """A piece of text as numbers, one entry a character."""

    characters: Ids
    left_pairs: Ids  # the character with its left neighbour
    right_pairs: Ids
    cues: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.characters)


class Encoder:
    """Turns sentences into numbers, the same way for training and for tagging."""

    def __init__(self, vocabulary: Vocabulary, words: Mapping[str, Sequence[str]]) -> None:
        self.vocabulary = vocabulary
        self.words = words
        self.features = CharacterFeatures(words)

    def __call__(self, sentences: Sequence[str], document_text: str | None = None) -> list[Encoded]:
        """Encode *sentences*; what the document repeats is looked up in *document_text*."""
        # A line break inside a sentence would shift the rows, so it becomes a blank.
        clean = [sentence.replace("\n", " ") for sentence in sentences]
        text = "\n".join(clean) + "\n"
        codes = fold_codes(text)
        repeated = repeated_ngrams(codes if document_text is None else fold_codes(document_text))
        cues = self.features(text, codes, repeated)
        characters = self.vocabulary.character_ids(codes)
        right = np.append(self.vocabulary.pair_ids(characters), np.int32(OUTSIDE))
        left = np.concatenate([np.array([OUTSIDE], dtype=np.int32), right[:-1]])
        encoded = []
        begin = 0
        for sentence in clean:
            rows = slice(begin, begin + len(sentence))
            encoded.append(Encoded(characters[rows], left[rows], right[rows], cues[rows]))
            begin += len(sentence) + 1
        return encoded


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


class _Chain:
    """A linear chain of labels over the network's emissions: best sequence and probabilities."""

    def __init__(self, labels: Sequence[str], start: Floats, end: Floats, moves: Floats) -> None:
        self.labels = tuple(labels)
        self.start, self.end, self.moves = start, end, moves
        self._weights = np.exp(moves)  # an illegal move has a score of -100: weight 0

    def decode(
        self, emissions: Floats, lengths: Sequence[int], min_alternative: float | None = None
    ) -> list[list[TaggedName]]:
        """Return the names of the best labelling of each sentence; *layer* is left 0.

        *emissions* is time × sentence × label, sentences sorted by length, the longest first. With
        *min_alternative*, all other spans that are at least so probable come along.
        """
        paths = self._best_paths(emissions, lengths)
        lattice = _Lattice(self.moves, emissions, *self._probabilities(emissions, lengths))
        found = []
        for column, path in enumerate(paths):
            names = []
            for begin, end, type_ in read_spans([self.labels[label] for label in path]):
                score = lattice.probability(column, begin, path[begin:end])
                names.append(TaggedName(begin, end, type_, score, OUTER))
            found.append(names)
        if min_alternative is not None:
            known = [{(n.begin, n.end, n.type) for n in names} for names in found]
            for column, name in self._alternatives(lattice, min_alternative):
                if (name.begin, name.end, name.type) not in known[column]:
                    found[column].append(name)
        return found

    def _alternatives(
        self, lattice: _Lattice, min_score: float
    ) -> Iterator[tuple[int, TaggedName]]:
        """Yield all spans that are at least as probable as *min_score*, with their sentence."""
        marginals = lattice.marginals
        for type_ in dict.fromkeys(label[2:] for label in self.labels if label != "O"):
            first, inside, last, single = (self.labels.index(f"{m}-{type_}") for m in "BIES")
            for time, column in np.argwhere(marginals[:, :, single] >= min_score):
                score = float(marginals[time, column, single])
                yield column, TaggedName(int(time), int(time) + 1, type_, score, OUTER, best=False)
            for time, column in np.argwhere(marginals[:, :, first] >= min_score):
                ends = lattice.extend(int(time), int(column), first, inside, last, min_score)
                for end, score in ends:
                    yield column, TaggedName(int(time), end, type_, score, OUTER, best=False)

    def _best_paths(self, emissions: Floats, lengths: Sequence[int]) -> list[npt.NDArray[np.intp]]:
        """Viterbi, for all sentences at once."""
        active = _active(lengths)
        score = self.start + emissions[0]
        came_from = np.zeros(emissions.shape, dtype=np.uint8)
        moves = np.ascontiguousarray(self.moves.T)  # to, from: the maximum runs along memory
        for time in range(1, len(emissions)):
            count = active[time]
            reached = score[:count, None, :] + moves
            best = reached.argmax(axis=2)
            came_from[time, :count] = best
            top = np.take_along_axis(reached, best[:, :, None], axis=2)[:, :, 0]
            score[:count] = top + emissions[time, :count]
        score = score + self.end
        paths = []
        for column, length in enumerate(lengths):
            path = np.zeros(length, dtype=np.intp)
            path[-1] = score[column].argmax()
            for time in range(length - 1, 0, -1):
                path[time - 1] = came_from[time, column, path[time]]
            paths.append(path)
        return paths

    def _probabilities(
        self, emissions: Floats, lengths: Sequence[int]
    ) -> tuple[Floats, Floats, Floats]:
        """Forward and backward weights, scaled to sum to one at each step, and the log scales."""
        active = _active(lengths)
        top = emissions.max(axis=2, keepdims=True)
        weights = np.exp(emissions - top)
        ahead = np.zeros_like(emissions)
        scales = np.zeros(emissions.shape[:2], dtype=np.float32)
        current = np.exp(self.start) * weights[0]
        for time in range(len(emissions)):
            count = active[time]
            if time:
                current = (current[:count] @ self._weights) * weights[time, :count]
            total = current.sum(axis=1, keepdims=True)
            current = current / total
            ahead[time, :count] = current
            scales[time, :count] = np.log(total[:, 0])
        scales += top[:, :, 0]
        back = np.zeros_like(emissions)
        ends = np.exp(self.end)
        last = np.asarray(lengths) - 1
        columns = np.arange(len(lengths))
        closing = (ahead[last, columns] * ends).sum(axis=1, keepdims=True)
        back[last, columns] = ends / closing
        totals = np.exp(scales - top[:, :, 0])
        for time in range(len(emissions) - 2, -1, -1):
            count = active[time + 1]
            later = weights[time + 1, :count] * back[time + 1, :count]
            back[time, :count] = (later @ self._weights.T) / totals[time + 1, :count, None]
        return ahead, back, scales


@dataclass(frozen=True, slots=True)
class _Lattice:
    """Probabilities of labels and of stretches of labels in a batch of sentences."""

    moves: Floats
    emissions: Floats  # time × sentence × label, like the following
    ahead: Floats
    back: Floats
    scales: Floats  # time × sentence

    @property
    def marginals(self) -> Floats:
        """The probability of each label at each place."""
        return self.ahead * self.back

    def probability(self, column: int, begin: int, path: npt.NDArray[np.intp]) -> float:
        """Return the probability that the labels from *begin* on are *path*."""
        times = np.arange(begin + 1, begin + len(path))
        steps = (
            self.moves[path[:-1], path[1:]]
            + self.emissions[times, column, path[1:]]
            - self.scales[times, column]
        )
        first, last = self.ahead[begin, column, path[0]], begin + len(path) - 1
        score = first * np.exp(steps.sum()) * self.back[last, column, path[-1]]
        return float(min(score, 1.0))

    def extend(
        self, begin: int, column: int, first: int, inside: int, last: int, min_score: float
    ) -> Iterator[tuple[int, float]]:
        """Yield the ends of the probable names that begin at *begin*, with their probability."""
        weight, label = self.ahead[begin, column, first], first
        for time in range(begin + 1, len(self.emissions)):
            emitted = self.emissions[time, column] - self.scales[time, column]
            closed = weight * np.exp(self.moves[label, last] + emitted[last])
            score = float(closed * self.back[time, column, last])
            if score >= min_score:
                yield time + 1, min(score, 1.0)
            weight = weight * np.exp(self.moves[label, inside] + emitted[inside])
            label = inside
            if weight * self.back[time, column, inside] < min_score:
                return


def _active(lengths: Sequence[int]) -> list[int]:
    """Return how many sentences are longer than each time step (sorted, the longest first)."""
    counts = np.bincount(np.asarray(lengths) - 1, minlength=lengths[0])
    return [int(n) for n in counts[::-1].cumsum()[::-1]]


class Tagger:
    """A trained network with everything it needs to read text; stateless once loaded."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Take the arrays of a model file."""
        self.meta: dict[str, Any] = json.loads(arrays["meta"].tobytes())
        words = json.loads(arrays["words"].tobytes())
        vocabulary = Vocabulary(arrays["characters"], np.cumsum(arrays["pairs"].astype(np.int64)))
        self.encoder = Encoder(vocabulary, words)
        self._character_vectors = _real(arrays, "character_vectors")
        self._pair_vectors = _real(arrays, "pair_vectors")
        self._input_weights = _real(arrays, "input_weights")  # both directions side by side
        self._hidden_weights = np.stack([_real(arrays, f"hidden_weights_{d}") for d in (0, 1)])
        self._biases = _real(arrays, "biases")
        self._output_weights = _real(arrays, "output_weights")
        self._output_biases = _real(arrays, "output_biases")
        self._hidden_size = self._hidden_weights.shape[1]
        self._chains = [
            _Chain(
                self.meta["labels"][layer],
                *(_real(arrays, f"chain_{layer}_{part}") for part in ("start", "end", "moves")),
            )
            for layer in range(LAYERS)
        ]

    @classmethod
    def load(cls, path: Path = MODEL_PATH) -> Tagger:
        """Read a model file.

        Raises:
            AnnotatorUnavailable: it is missing, damaged or of another format.
        """
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
                arrays = dict(file)
            format_ = json.loads(arrays["meta"].tobytes()).get("format")
        except (OSError, ValueError, KeyError, BadZipFile) as error:
            raise AnnotatorUnavailable(
                f"{path}: cannot read the tagger ({error}); reinstall kg or run kg train"
            ) from error
        if format_ != FORMAT:
            raise AnnotatorUnavailable(
                f"{path}: model format {format_}, expected {FORMAT}; run kg train again"
            )
        return cls(arrays)

    def tag(
        self,
        sentences: Sequence[str],
        document_text: str | None = None,
        *,
        min_alternative: float | None = None,
    ) -> list[list[TaggedName]]:
        """Return the names of each sentence, sorted; *sentences* should be those of one document.

        *document_text* is where repeated strings are counted; without it, the sentences are. With
        *min_alternative*, spans outside the best labelling that are at least so probable come along,
        for whoever can weigh them with other evidence; a span that both layers see as the same name
        is then one, with the sum of their probabilities.
        """
        found: list[list[TaggedName]] = [[] for _ in sentences]
        windows = [
            (index, begin, piece)
            for index, encoded in enumerate(self.encoder(sentences, document_text))
            for begin, piece in _windows(encoded)
        ]
        with _one_thread():
            for batch in _batches(windows):
                named = self._tag_batch([piece for _, _, piece in batch], min_alternative)
                for (index, begin, _), names in zip(batch, named, strict=True):
                    found[index] += [_shifted(name, begin) for name in names]
        if min_alternative is not None:
            found = [_merged(names) for names in found]
        return [
            _resolved(names, len(sentence))
            for names, sentence in zip(found, sentences, strict=True)
        ]

    def emissions(self, pieces: Sequence[Encoded]) -> Floats:
        """Return the network's scores, time × piece × label of both layers.

        *pieces* are sorted by length, the longest first.
        """
        lengths = [len(piece) for piece in pieces]
        hidden = self._run_lstm(self._inputs(pieces), lengths)
        return hidden @ self._output_weights + self._output_biases

    def _tag_batch(
        self, pieces: Sequence[Encoded], min_alternative: float | None
    ) -> list[list[TaggedName]]:
        lengths = [len(piece) for piece in pieces]
        emissions = self.emissions(pieces)
        split = len(self._chains[OUTER].labels)
        outer = self._chains[OUTER].decode(emissions[:, :, :split], lengths, min_alternative)
        inner = self._chains[INNER].decode(emissions[:, :, split:], lengths, min_alternative)
        return [
            [*names, *(replace(name, layer=INNER) for name in within)]
            for names, within in zip(outer, inner, strict=True)
        ]

    def _inputs(self, pieces: Sequence[Encoded]) -> Floats:
        """Return the vectors of all characters, time × piece × dimension, zero behind the end."""
        vectors, pairs = self._character_vectors, self._pair_vectors
        ends = np.cumsum([vectors.shape[1], pairs.shape[1], pairs.shape[1]])
        width = self._input_weights.shape[0]
        inputs = np.zeros((len(pieces[0]), len(pieces), width), dtype=np.float32)
        for column, piece in enumerate(pieces):
            rows = inputs[: len(piece), column]
            rows[:, : ends[0]] = vectors[piece.characters]
            rows[:, ends[0] : ends[1]] = pairs[piece.left_pairs]
            rows[:, ends[1] : ends[2]] = pairs[piece.right_pairs]
            rows[:, ends[2] :] = piece.cues
        return inputs

    def _run_lstm(self, inputs: Floats, lengths: Sequence[int]) -> Floats:
        """Run both directions at once; the backward one reads each piece from its own end."""
        steps, count, _ = inputs.shape
        size = self._hidden_size
        gates = inputs.reshape(steps * count, -1) @ self._input_weights + self._biases
        gates = gates.reshape(steps, count, 2, 4 * size)
        times, columns = np.arange(steps)[:, None], np.arange(count)
        mirrored = np.maximum(np.asarray(lengths) - 1 - times, 0)
        ahead = np.stack([gates[:, :, 0], gates[mirrored, columns, 1]], axis=1)
        hidden = np.zeros((2, count, size), dtype=np.float32)
        cell = np.zeros((2, count, size), dtype=np.float32)
        states = np.zeros((2, steps, count, size), dtype=np.float32)
        for time, active in enumerate(_active(lengths)):
            sums = ahead[time, :, :active] + np.matmul(hidden[:, :active], self._hidden_weights)
            # The weights of the three sigmoid gates are halved in the file: σ(x) = (1 + tanh(x/2)) / 2.
            squashed = np.tanh(sums)
            opened = squashed[:, :, : 3 * size] * np.float32(0.5) + np.float32(0.5)
            cell = (
                opened[:, :, size : 2 * size] * cell[:, :active]
                + opened[:, :, :size] * squashed[:, :, 3 * size :]
            )
            hidden = opened[:, :, 2 * size :] * np.tanh(cell)
            states[:, time, :active] = hidden
        return np.concatenate([states[0], states[1][mirrored, columns]], axis=2)


@lru_cache(maxsize=1)
def _thread_controller() -> Any:
    try:
        return import_module("threadpoolctl").ThreadpoolController()
    except ImportError:
        return None


def _one_thread() -> AbstractContextManager[object]:
    """Keep BLAS to one thread: for products this small its threads only wait for each other.

    Measured on two busy cores, two threads were twenty times slower than one. Without threadpoolctl
    the environment decides (OMP_NUM_THREADS=1).
    """
    controller = _thread_controller()
    return nullcontext() if controller is None else controller.limit(limits=1)


def _real(arrays: Mapping[str, npt.NDArray[Any]], name: str) -> Floats:
    """Return an array as stored, or multiplied out where it is stored in eight bits."""
    stored = arrays[name]
    if stored.dtype == np.int8:
        return (stored.astype(np.float32) * arrays[f"{name}.scale"].astype(np.float32)).astype(
            np.float32
        )
    return stored.astype(np.float32)


def _windows(encoded: Encoded) -> Iterator[tuple[int, Encoded]]:
    """Yield *encoded* with its offset 0, or overlapping windows of it where it is too long."""
    if not len(encoded):
        return
    step = _WINDOW_CHARS - _OVERLAP_CHARS
    for begin in range(0, max(len(encoded) - _OVERLAP_CHARS, 1), step):
        rows = slice(begin, begin + _WINDOW_CHARS)
        yield (
            begin,
            Encoded(
                encoded.characters[rows],
                encoded.left_pairs[rows],
                encoded.right_pairs[rows],
                encoded.cues[rows],
            ),
        )


_Window: TypeAlias = "tuple[int, int, Encoded]"


def _batches(windows: Sequence[_Window]) -> Iterator[list[_Window]]:
    """Group windows of similar length, the longest first."""
    batch: list[_Window] = []
    for window in sorted(windows, key=lambda w: -len(w[2])):
        if batch and (
            len(batch) == _BATCH_SENTENCES or (len(batch) + 1) * len(batch[0][2]) > _BATCH_CHARS
        ):
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch


def _shifted(name: TaggedName, by: int) -> TaggedName:
    return replace(name, begin=name.begin + by, end=name.end + by) if by else name


def _merged(names: Sequence[TaggedName]) -> list[TaggedName]:
    """Make one of equal names of both layers: either reading makes it a name."""
    merged: dict[tuple[int, int, str], TaggedName] = {}
    for name in sorted(names, key=lambda n: -n.score):
        key = (name.begin, name.end, name.type)
        surer = merged.get(key)
        if surer is None:
            merged[key] = name
        elif surer.layer != name.layer:
            score = min(surer.score + name.score, 1.0)
            merged[key] = replace(surer, score=score, best=surer.best or name.best)
    return list(merged.values())


def _resolved(names: list[TaggedName], length: int) -> list[TaggedName]:
    """Sort *names*; where two windows disagree about their overlap, the surer name stays."""
    if length > _WINDOW_CHARS:
        kept: list[TaggedName] = []
        for name in sorted(names, key=lambda n: (-n.score, n.begin, n.end)):
            if not any(_clash(name, other) for other in kept):
                kept.append(name)
        names = kept
    return sorted(names, key=lambda n: (n.begin, -n.end, n.layer, n.type))


def _clash(name: TaggedName, other: TaggedName) -> bool:
    if name.layer != other.layer:
        return False
    if name.best and other.best:
        return name.begin < other.end and other.begin < name.end
    return (name.begin, name.end, name.type) == (other.begin, other.end, other.type)
