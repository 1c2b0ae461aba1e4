"""Learn from raw news what characters mean, before any annotation is seen.

Four hundred annotated articles show a network few of the words it will meet. Millions of unlabelled
characters of the same kind of news teach it the rest, in two steps: vectors of characters and of
neighbouring pairs (skip-gram), then two one-way LSTMs that guess the next and the previous
character. The tagger starts from the vectors and from both LSTMs; segmentation runs the LSTMs as they
are (`kg.training.language`). Measured on a fifth of the gold documents, see `kg/models/README.md`.
"""

# mypy: disable-error-code="import-not-found, import-untyped, misc, no-any-return, no-untyped-call"

from __future__ import annotations

import gzip
import json
import logging
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from kg.characters import OUTSIDE, UNKNOWN, Vocabulary, fold_codes

__all__ = ["Pretrained", "PretrainingSettings", "pretrain", "read_paragraphs"]

logger = logging.getLogger(__name__)

_HAN = re.compile(r"[一-龥]")
_WORD_TAG = re.compile(r"/[A-Za-z]+")  # 迈向/v 充满/v: the People's Daily corpus cut into words
_MIN_PARAGRAPH_CHARS = 6
_VECTOR_SPREAD = 0.3  # standard deviation the vectors are scaled to: what the LSTM is used to
_FREQUENT, _MIDDLING = 400, 1500  # ranks at which the softmax changes to smaller projections


@dataclass(frozen=True, slots=True)
class PretrainingSettings:
    """What pre-training depends on besides its data."""

    character_size: int = 64
    pair_size: int = 50
    min_character_count: int = 5
    min_pair_count: int = 24
    vector_window: int = 4
    character_epochs: int = 4
    pair_epochs: int = 3
    hidden_size: int = 160
    streams: int = 128
    steps_chars: int = 64
    passes: float = 5.0  # of the language model over the text
    rate: float = 2e-3
    vector_rate: float = 5e-4
    drop: float = 0.15
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Pretrained:
    """The vocabulary, and the weights of vectors and language models.

    The tagger starts from the vectors and the LSTMs. A language model also guesses (`guess_next`,
    `guess_previous`) and keeps the commonest pairs only, so it needs their counts; files written
    before it was wanted have neither.
    """

    vocabulary: Vocabulary
    state: dict[str, npt.NDArray[np.float32]]
    pair_counts: npt.NDArray[np.int64] | None = None  # in the order of the vocabulary's pairs

    def save(self, path: Path) -> None:
        """Write everything as .npz."""
        counts = {} if self.pair_counts is None else {"pair_counts": self.pair_counts}
        np.savez_compressed(
            path,
            allow_pickle=False,
            characters=self.vocabulary.characters,
            pairs=self.vocabulary.pairs,
            **counts,
            **{f"state.{name}": array for name, array in self.state.items()},
        )

    @classmethod
    def load(cls, path: Path) -> Pretrained:
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as file:
            state = {n.removeprefix("state."): file[n] for n in file if n.startswith("state.")}
            vocabulary = Vocabulary(file["characters"], file["pairs"])
            return cls(vocabulary, state, file.get("pair_counts"))


def read_paragraphs(paths: Iterable[Path]) -> Iterator[str]:
    """Yield the distinct paragraphs of raw news files, folded as the tagger folds text.

    Read are JSON Lines with `title` and `text` or `lines`, JSON lists of texts, and texts, plain or
    cut into words with tags; each may be gzipped.
    """
    seen: set[str] = set()
    for path in paths:
        for text in _texts(path):
            for line in text.split("\n"):
                paragraph = line.strip()
                if len(paragraph) < _MIN_PARAGRAPH_CHARS or not _HAN.search(paragraph):
                    continue
                paragraph = "".join(map(chr, fold_codes(paragraph)))
                if paragraph not in seen:
                    seen.add(paragraph)
                    yield paragraph


def _texts(path: Path) -> Iterator[str]:
    with _open(path) as file:
        if ".jsonl" in path.name:
            for line in file:
                item = json.loads(line)
                lines = item.get("lines") or [item.get("title", ""), item.get("text", "")]
                yield "\n".join(lines)
        elif ".json" in path.name:
            for item in json.load(file):
                yield item if isinstance(item, str) else "\n".join(map(str, item))
        else:
            for line in file:
                yield _WORD_TAG.sub("", line).replace(" ", "") if _WORD_TAG.search(line) else line


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def pretrain(paragraphs: Sequence[str], settings: PretrainingSettings) -> Pretrained:
    """Learn vectors and language models from *paragraphs* (folded)."""
    torch.manual_seed(settings.seed)
    characters, character_vectors, _ = _skip_gram(
        [list(p) for p in paragraphs],
        settings.character_size,
        settings.min_character_count,
        settings.character_epochs,
        settings,
    )
    pairs, pair_vectors, pair_counts = _skip_gram(
        [[p[i : i + 2] for i in range(len(p) - 1)] for p in paragraphs],
        settings.pair_size,
        settings.min_pair_count,
        settings.pair_epochs,
        settings,
    )
    vocabulary, order = _vocabulary(characters, pairs)
    model = _LanguageModel(
        _with_reserved(character_vectors), _with_reserved(pair_vectors[order]), settings
    )
    _fit_language_model(model, vocabulary, paragraphs, settings)
    state = {name: tensor.detach().numpy() for name, tensor in model.state_dict().items()}
    return Pretrained(vocabulary, state, pair_counts[order])


def _skip_gram(
    sequences: list[list[str]],
    size: int,
    min_count: int,
    epochs: int,
    settings: PretrainingSettings,
) -> tuple[list[str], npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Return what occurs often enough, with its vectors and its counts."""
    from gensim.models import Word2Vec  # takes seconds, only needed here

    model = Word2Vec(
        sequences,
        vector_size=size,
        window=settings.vector_window,
        sg=1,
        negative=6,
        sample=1e-4,
        min_count=min_count,
        epochs=epochs,
        workers=1,  # more would make the result depend on chance
        seed=settings.seed,
    )
    logger.info("%d vectors of %d dimensions", len(model.wv), size)
    words = list(model.wv.index_to_key)
    counts = np.array([model.wv.get_vecattr(word, "count") for word in words], dtype=np.int64)
    return words, model.wv.vectors, counts


def _vocabulary(characters: Sequence[str], pairs: Sequence[str]) -> tuple[Vocabulary, list[int]]:
    """Return the vocabulary and the order that puts the pairs' vectors in that of its keys."""
    ids = {character: index + 2 for index, character in enumerate(characters)}
    base = len(characters) + 2
    keys = sorted(
        (ids[pair[0]] * base + ids[pair[1]], index)
        for index, pair in enumerate(pairs)
        if pair[0] in ids and pair[1] in ids
    )
    codes = [ord(character) for character in characters]
    return Vocabulary(codes, [key for key, _ in keys]), [index for _, index in keys]


def _with_reserved(vectors: npt.NDArray[np.float32]) -> Tensor:
    """Scale *vectors* and put those of OUTSIDE (zero) and UNKNOWN (the mean) before them."""
    vectors = vectors / vectors.std() * _VECTOR_SPREAD
    rows = [np.zeros((1, vectors.shape[1])), vectors.mean(axis=0, keepdims=True), vectors]
    return torch.tensor(np.vstack(rows), dtype=torch.float32)


class _LanguageModel(nn.Module):
    """A forward and a backward LSTM over characters, each with the pair that it has already read."""

    def __init__(self, characters: Tensor, pairs: Tensor, settings: PretrainingSettings) -> None:
        super().__init__()
        self.char = nn.Embedding.from_pretrained(characters, freeze=False)
        self.bi = nn.Embedding.from_pretrained(pairs, freeze=False)
        width, size = characters.shape[1] + pairs.shape[1], settings.hidden_size
        self.f = nn.LSTM(width, size, batch_first=True)
        self.b = nn.LSTM(width, size, batch_first=True)
        cutoffs = [n for n in (_FREQUENT, _MIDDLING) if n < len(characters)] or [1]
        self.guess_next = nn.AdaptiveLogSoftmaxWithLoss(size, len(characters), cutoffs)
        self.guess_previous = nn.AdaptiveLogSoftmaxWithLoss(size, len(characters), cutoffs)
        self.drop = nn.Dropout(settings.drop)

    def forward(self, window: _Window, carried: Any) -> tuple[Tensor, Any]:
        """Return the loss of both directions and the forward state to carry on."""
        vectors = self.char(window.characters)
        ahead = self.drop(torch.cat([vectors, self.bi(window.left_pairs)], -1))
        back = self.drop(torch.cat([vectors, self.bi(window.right_pairs)], -1)).flip(1)
        states, carried = self.f(ahead, carried)
        mirrored = self.b(back)[0].flip(1)
        known = window.following > UNKNOWN
        loss = self.guess_next(self.drop(states[known]), window.following[known]).loss
        known = window.preceding > UNKNOWN
        known[:, -8:] = False  # the backward network has not read enough there
        loss = loss + self.guess_previous(self.drop(mirrored[known]), window.preceding[known]).loss
        return loss, tuple(part.detach() for part in carried)


@dataclass(frozen=True, slots=True)
class _Window:
    """Equally long stretches of all streams."""

    characters: Tensor
    following: Tensor
    preceding: Tensor
    left_pairs: Tensor
    right_pairs: Tensor


def _fit_language_model(
    model: _LanguageModel,
    vocabulary: Vocabulary,
    paragraphs: Sequence[str],
    settings: PretrainingSettings,
) -> None:
    streams = _streams(vocabulary, paragraphs, settings)
    starts = range(1, streams[0].shape[1] - settings.steps_chars - 2, settings.steps_chars)
    vectors = [*model.char.parameters(), *model.bi.parameters()]
    others = [p for n, p in model.named_parameters() if not n.startswith(("char", "bi"))]
    optimizer = torch.optim.Adam(
        [
            {"params": others, "lr": settings.rate},
            {"params": vectors, "lr": settings.vector_rate},
        ]
    )
    rates = [group["lr"] for group in optimizer.param_groups]
    total = max(int(len(starts) * settings.passes), 1)
    carried = None
    for step in range(total):
        begin = starts[step % len(starts)]
        share = min(1.0, (step + 1) / 100) * (1 - step / total) ** 0.7 + 0.02
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * share
        loss, carried = model(
            _window(streams, begin, settings.steps_chars), carried if begin > 1 else None
        )
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 100 == 0:
            logger.info("language model, step %d of %d: loss %.3f", step, total, float(loss))


def _streams(
    vocabulary: Vocabulary, paragraphs: Sequence[str], settings: PretrainingSettings
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return characters and right pairs of the shuffled text, cut into parallel streams."""
    shuffled = list(paragraphs)
    random.Random(settings.seed).shuffle(shuffled)  # noqa: S311  no secret, a fixed order
    ids = vocabulary.character_ids(fold_codes("\n".join(shuffled)))
    pairs = np.append(vocabulary.pair_ids(ids), np.int32(OUTSIDE))
    count = min(settings.streams, max(len(ids) // (settings.steps_chars + 4), 1))
    length = len(ids) // count
    if length < settings.steps_chars + 4:
        raise ValueError(f"{len(ids)} characters of raw news are too few to learn from")
    cut = slice(0, count * length)
    return (
        ids[cut].reshape(count, length).astype(np.int64),
        pairs[cut].reshape(count, length).astype(np.int64),
    )


def _window(
    streams: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]], begin: int, steps: int
) -> _Window:
    characters, pairs = streams
    end = begin + steps

    def columns(table: npt.NDArray[np.int64], by: int) -> Tensor:
        return torch.from_numpy(table[:, begin + by : end + by])

    return _Window(
        columns(characters, 0),
        columns(characters, 1),
        columns(characters, -1),
        columns(pairs, -1),
        columns(pairs, 0),
    )
