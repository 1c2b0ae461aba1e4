"""What the learned tagger sees of a character: identifiers of it and its neighbours, and cues.

Five thousand annotated names cannot teach a network every town and every ending of a firm's name,
so each character also carries what dictionaries and the document know about it: it ends 有限公司, it
lies inside a gazetteer name, it opens a string that the document repeats. Training and tagging
compute all this here, from word lists that travel inside the model file: a lexicon edited later
cannot silently change what an already trained model sees.

Everything works on one long string, sentences joined by line breaks, and returns arrays with one
row a character; that is what makes it fast enough (about 2 µs a character).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from operator import add
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from kg.annotation.words import ONE, lengths_by_head
from kg.characters import Codes

__all__ = ["CharacterFeatures", "repeated_ngrams"]

Hashes: TypeAlias = npt.NDArray[np.uint64]


# Lengths of the repeated strings that are told apart; a name repeated in full is rarely longer.
_REPEAT_CHARS = (2, 3, 4, 6)
_HASH_FACTOR = np.uint64(0x9E3779B97F4A7C15)

# A quotation may hold a name (“鲁运达”) and 《》 nearly always does; brackets often hold a short name.
_ENCLOSED = (
    ("quoted", re.compile(r"“[^“”\n]{1,60}”")),
    ("titled", re.compile(r"《[^《》\n]{1,80}》")),
    ("bracketed", re.compile(r"[（(][^（）()\n]{1,60}[）)]")),
)
_CLASSES = ("han", "digit", "letter", "other")
_MARKS = ("begin", "inside", "end")

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B) if chr(code).isalnum()}


class CharacterFeatures:
    """Dictionary, repetition and layout cues of characters, as rows of zeros and ones."""

    def __init__(self, words: Mapping[str, Sequence[str]]) -> None:
        """Take word lists by kind; the order of *words* decides the order of the columns."""
        self.kinds = tuple(words)
        kinds_by_word: dict[str, list[int]] = defaultdict(list)
        for index, kind in enumerate(self.kinds):
            for word in words[kind]:
                kinds_by_word[word].append(index)
        self._kinds_by_word = {word: tuple(found) for word, found in kinds_by_word.items()}
        self._lengths_by_head = lengths_by_head(self._kinds_by_word)
        self.columns = (
            *(f"{kind} {mark}" for kind in self.kinds for mark in _MARKS),
            *(name for name, _ in _ENCLOSED),
            *_CLASSES,
            *(f"repeated {n} {side}" for side in ("from", "to") for n in _REPEAT_CHARS),
        )

    def __call__(
        self, text: str, codes: Codes, repeated: Sequence[Hashes]
    ) -> npt.NDArray[np.uint8]:
        """Return the cues of *text*, whose folded codes are *codes*, one row a character.

        *repeated* is what `repeated_ngrams` found in the document that *text* belongs to.
        """
        rows = np.zeros((len(text), len(self.columns)), dtype=np.uint8)
        flat = rows.reshape(-1)
        flat[self._word_marks(text)] = 1
        column = len(_MARKS) * len(self.kinds)
        for offset, (_, pattern) in enumerate(_ENCLOSED):
            for match in pattern.finditer(text):
                rows[match.start() : match.end(), column + offset] = 1
        column += len(_ENCLOSED)
        rows[np.arange(len(codes)), column + _character_classes(codes)] = 1
        column += len(_CLASSES)
        for offset, (length, hashes) in enumerate(zip(_REPEAT_CHARS, repeated, strict=True)):
            begins = np.isin(_ngram_hashes(codes, length), hashes).nonzero()[0]
            rows[begins, column + offset] = 1
            rows[begins + length - 1, column + len(_REPEAT_CHARS) + offset] = 1
        return rows

    def _word_marks(self, text: str) -> npt.NDArray[np.intp]:
        """Return the flat positions of all cells that a listed word sets."""
        width = len(self.columns)
        matches = np.array(list(self._matches(text)), dtype=np.intp).reshape(-1, 3)
        begins, lengths, kinds = matches.T
        first = begins * width + kinds * len(_MARKS)
        last = first + (lengths - 1) * width
        # The cells of the characters inside each word: one, then the same column a row further on.
        rows = np.arange(lengths.sum()) - np.repeat(lengths.cumsum() - lengths, lengths)
        inside = np.repeat(first + 1, lengths) + rows * width
        return np.concatenate([first, inside, last + 2])

    def _matches(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Yield begin, length and kind of the longest word of each kind at each position."""
        text = text.translate(_HALF_WIDTH)
        lengths, kinds_by_word = self._lengths_by_head, self._kinds_by_word
        for begin, head in enumerate(map(add, text, text[1:] + "\n")):
            seen: tuple[int, ...] = ()
            for length in lengths.get(head, ONE):
                word = text[begin : begin + length]  # shorter at the end of the text
                kinds = kinds_by_word.get(word)
                if kinds is None:
                    continue
                for kind in kinds:
                    if kind not in seen:
                        yield begin, len(word), kind
                seen += kinds


def repeated_ngrams(codes: Codes) -> tuple[Hashes, ...]:
    """Return, for each length, the hashes of the strings that stand twice or more in *codes*.

    A string that a short document repeats is a term of it or a name: 聊城智慧金融服务平台.
    """
    found = []
    for length in _REPEAT_CHARS:
        hashes, counts = np.unique(_ngram_hashes(codes, length), return_counts=True)
        found.append(hashes[(counts > 1) & (hashes != 0)])
    return tuple(found)


def _ngram_hashes(codes: Codes, length: int) -> Hashes:
    """Return a hash for each string of *length* characters, 0 where it is not made of Han only."""
    count = max(len(codes) - length + 1, 0)
    hashes = np.zeros(count, dtype=np.uint64)
    whole = np.ones(count, dtype=bool)
    han = _is_han(codes)
    for offset in range(length):
        hashes = hashes * _HASH_FACTOR + codes[offset : offset + count].astype(np.uint64)
        whole &= han[offset : offset + count]
    hashes[~whole] = 0
    return hashes


def _is_han(codes: Codes) -> npt.NDArray[np.bool_]:
    return (codes >= 0x4E00) & (codes <= 0x9FFF)


def _character_classes(codes: Codes) -> npt.NDArray[np.intp]:
    """Return the index into _CLASSES of each folded code."""
    classes = np.full(len(codes), _CLASSES.index("other"), dtype=np.intp)
    classes[_is_han(codes)] = _CLASSES.index("han")
    classes[codes == ord("0")] = _CLASSES.index("digit")
    classes[(codes == ord("a")) | (codes == ord("A"))] = _CLASSES.index("letter")
    return classes
