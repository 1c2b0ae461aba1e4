"""Tag names with a small network: a bidirectional LSTM under two chains of labels, in numpy.

Rules find names by their endings; this finds those that only their surroundings give away (与中通客车
签约), and says how sure it is. The network is trained with HanLP's API on annotated news
(`kg.training.tagger`) and runs here without torch: 5 MB instead of a gigabyte. Names nest
(聊城 in 聊城市司法局), so there are two layers: outer names, and names inside those.

A score is the probability of exactly this span with this type among all labellings of the
sentence (forward-backward), so 0.9 is right about nine times out of ten.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from kg.annotation.chains import Chains, Packing
from kg.annotation.features import CharacterFeatures, repeated_ngrams
from kg.arrays import Floats, read_arrays, weights_of
from kg.characters import OUTSIDE, Vocabulary, fold_codes
from kg.errors import AnnotatorUnavailable

__all__ = ["MODEL_PATH", "Encoded", "Encoder", "TaggedName", "Tagger"]

MODEL_PATH = Path(__file__).parent.parent / "models" / "tagger.npz"

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
# OpenBLAS multiplies rows with a matrix four at a time: seven rows take it longer than eight, and up
# to five are faster one by one (measured on AVX-512; the sums are the same everywhere).
_FEW_ROWS = 5
_ROWS_AT_ONCE = 4


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


class Tagger:
    """A trained network with everything it needs to read text; stateless once loaded."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Take the arrays of a model file."""
        self.meta: dict[str, Any] = json.loads(arrays["meta"].tobytes())
        words = json.loads(arrays["words"].tobytes())
        vocabulary = Vocabulary.from_arrays(arrays)
        self.encoder = Encoder(vocabulary, words)
        self._pair_vectors = weights_of(arrays, "pair_vectors")
        self._set_network(arrays)
        self._set_chains(arrays)

    def _set_network(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        vectors, weights = (
            weights_of(arrays, "character_vectors"),
            weights_of(arrays, "input_weights"),
        )
        width = vectors.shape[1]
        # A direction comes first on every axis: forward, backward.
        by_direction = np.stack(np.split(weights, 2, axis=1))
        biases = np.stack(np.split(weights_of(arrays, "biases"), 2))[:, None]
        # What a character adds to the gates is looked up: a quarter of the input's arithmetic.
        self._character_sums = np.matmul(vectors, by_direction[:, :width]) + biases
        self._input_weights = np.ascontiguousarray(by_direction[:, width:])
        # Hidden states are kept doubled (see `_run_lstm`), so what reads them is halved.
        hidden = [weights_of(arrays, f"hidden_weights_{d}") for d in (0, 1)]
        self._hidden_weights = np.stack(hidden) * np.float32(0.5)
        self._hidden_size = self._hidden_weights.shape[1]

    def _set_chains(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        labels = self.meta["labels"]
        self._chains = Chains(
            labels,
            *(
                [weights_of(arrays, f"chain_{layer}_{part}") for layer in range(LAYERS)]
                for part in ("start", "end", "moves")
            ),
        )
        split = [len(labels[OUTER])]
        weights = np.split(weights_of(arrays, "output_weights") * np.float32(0.5), split, axis=1)
        biases = np.split(weights_of(arrays, "output_biases"), split)
        self._output_biases = self._chains.stacked(biases)[:, None]
        # direction × layer × state × label
        self._output_weights = np.zeros(
            (2, LAYERS, self._hidden_size, self._chains.width), dtype=np.float32
        )
        for layer, part in enumerate(weights):
            self._output_weights[:, layer, :, : part.shape[1]] = np.stack(np.split(part, 2))

    @classmethod
    def load(cls, path: Path = MODEL_PATH) -> Tagger:
        """Read a model file.

        Raises:
            AnnotatorUnavailable: it is missing, damaged or of another format.
        """
        try:
            arrays = read_arrays(path)
            format_ = json.loads(arrays["meta"].tobytes()).get("format")
        except (OSError, ValueError, KeyError) as error:
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
        (names,) = self.tag_all([(sentences, document_text)], min_alternative=min_alternative)
        return names

    def tag_all(
        self,
        documents: Sequence[tuple[Sequence[str], str | None]],
        *,
        min_alternative: float | None = None,
    ) -> list[list[list[TaggedName]]]:
        """Return what `tag` returns for each document, given as its sentences and its text.

        Sentences of like length are computed together, whichever document they are from. One short
        article has few of them: eight tagged at once take a quarter less time.
        """
        found: list[list[list[TaggedName]]] = [[[] for _ in texts] for texts, _ in documents]
        windows = [
            _Window(document, sentence, begin, piece)
            for document, (texts, whole) in enumerate(documents)
            for sentence, encoded in enumerate(self.encoder(texts, whole))
            for begin, piece in _windows(encoded)
        ]
        with _one_thread():
            for batch in _batches(windows):
                named = self._tag_batch([window.piece for window in batch], min_alternative)
                for window, names in zip(batch, named, strict=True):
                    shifted = (_shifted(name, window.begin) for name in names)
                    found[window.document][window.sentence] += shifted
        return [
            [
                _resolved(_merged(names) if min_alternative is not None else names, len(sentence))
                for names, sentence in zip(by_sentence, texts, strict=True)
            ]
            for by_sentence, (texts, _) in zip(found, documents, strict=True)
        ]

    def emissions(self, pieces: Sequence[Encoded], packing: Packing) -> Floats:
        """Return the network's scores, layer × packed row × label.

        *pieces* are sorted by length, the longest first, as *packing* wants them.
        """
        states = self._run_lstm(self._gates(pieces, packing), packing)
        ahead, back = np.matmul(states[:, None], self._output_weights)
        scores: Floats = ahead + back[:, packing.mirror] + self._output_biases
        return scores

    def _tag_batch(
        self, pieces: Sequence[Encoded], min_alternative: float | None
    ) -> list[list[TaggedName]]:
        packing = Packing([len(piece) for piece in pieces])
        layers = self._chains.decode(self.emissions(pieces, packing), packing, min_alternative)
        return [
            [
                TaggedName(n.begin, n.end, n.type, n.score, layer, n.best)
                for layer, names in enumerate(by_layer)
                for n in names
            ]
            for by_layer in zip(*layers, strict=True)
        ]

    def _gates(self, pieces: Sequence[Encoded], packing: Packing) -> Floats:
        """Return what the input adds to the gates, direction × packed row × gate.

        The backward direction reads each piece from its own end.
        """
        characters = np.concatenate([piece.characters for piece in pieces])[packing.text]
        left = np.concatenate([piece.left_pairs for piece in pieces])[packing.text]
        right = np.concatenate([piece.right_pairs for piece in pieces])[packing.text]
        cues = np.concatenate([piece.cues for piece in pieces])[packing.text]
        inputs = np.concatenate(
            [self._pair_vectors[left], self._pair_vectors[right], cues.astype(np.float32)], axis=1
        )
        gates: Floats = np.matmul(np.stack([inputs, inputs[packing.mirror]]), self._input_weights)
        gates[0] += self._character_sums[0][characters]
        gates[1] += self._character_sums[1][characters[packing.mirror]]
        return gates

    def _run_lstm(self, gates: Floats, packing: Packing) -> Floats:
        """Return the hidden states, doubled; both directions run at once. *gates* is consumed.

        σ(x) = (1 + tanh(x/2)) / 2, and the file holds the weights of the three sigmoid gates
        halved. So all four gates are one tanh, and the halves of σ are taken where there are fewest
        numbers: from the new cell, and from the weights that read the states.
        """
        size = self._hidden_size
        width = packing.active[0]
        # A step may read rows of the one after it, whose products nobody looks at.
        states = np.zeros((2, len(packing) + _ROWS_AT_ONCE, size), dtype=np.float32)
        cell = np.zeros((2, width, size), dtype=np.float32)
        products = np.empty((2, width + _ROWS_AT_ONCE, 4 * size), dtype=np.float32)
        before = 0  # the first row of the step before
        for time, (count, rows) in enumerate(zip(packing.active, packing.steps, strict=True)):
            sums = gates[:, rows]
            if time:
                sums += self._recurrent(states[:, before:], count, products)
            np.tanh(sums, out=sums)
            opened = sums[:, :, : 3 * size]
            opened += 1
            inward, kept = opened[:, :, :size], opened[:, :, size : 2 * size]
            inward *= sums[:, :, 3 * size :]
            cell = cell[:, :count]
            cell *= kept
            cell += inward
            cell *= 0.5
            hidden = states[:, rows]
            np.tanh(cell, out=hidden)
            hidden *= opened[:, :, 2 * size :]
            before = rows.start
        return states[:, : len(packing)]

    def _recurrent(self, states: Floats, count: int, out: Floats) -> Floats:
        """Multiply the first *count* rows of *states* with the weights between the steps."""
        weights = self._hidden_weights
        if count <= _FEW_ROWS:
            rows = slice(count)
            np.matmul(states[:, rows, None], weights[:, None], out=out[:, rows, None])
        else:
            rows = slice(-(-count // _ROWS_AT_ONCE) * _ROWS_AT_ONCE)
            np.matmul(states[:, rows], weights, out=out[:, rows])
        return out[:, :count]


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


class _Window(NamedTuple):
    """A piece of a sentence of a document, with its offset in the sentence."""

    document: int
    sentence: int
    begin: int
    piece: Encoded


def _batches(windows: Sequence[_Window]) -> Iterator[list[_Window]]:
    """Group windows of similar length, the longest first."""
    batch: list[_Window] = []
    characters = 0
    for window in sorted(windows, key=lambda w: -len(w.piece)):
        characters += len(window.piece)
        if batch and (len(batch) == _BATCH_SENTENCES or characters > _BATCH_CHARS):
            yield batch
            batch, characters = [], len(window.piece)
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
