"""What a network sees of text: folded characters, and identifiers of them and their neighbours.

Networks that read news (the name tagger, the language model of segmentation) share this, so that a
digit, a full-width letter or a blank means the same to each of them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["OUTSIDE", "UNKNOWN", "Codes", "Ids", "Vocabulary", "fold_codes"]

Codes: TypeAlias = npt.NDArray[np.uint32]
Ids: TypeAlias = npt.NDArray[np.int32]

OUTSIDE, UNKNOWN = 0, 1  # the identifiers of "no character" and of a character never met

_BMP = 0x10000
_NEWLINE = 10
_REPLACEMENT = 0xFFFD  # stands for all characters beyond the basic plane (emoji)


@lru_cache(maxsize=1)
def _fold_table() -> Codes:
    """Return a code for each code: half width, digits as 0, letters as a or A, blanks as a blank."""
    table = np.arange(_BMP, dtype=np.uint32)
    for code in range(_BMP):
        character = chr(code)
        folded = unicodedata.normalize("NFKC", character)
        character = folded if len(folded) == 1 else character
        if character.isdigit():
            character = "0"
        elif character.isascii() and character.isalpha():
            character = "a" if character.islower() else "A"
        elif character.isspace() and character != "\n":
            character = " "
        table[code] = ord(character)
    return table


def fold_codes(text: str) -> Codes:
    """Return the folded code point of each character of *text*.

    >>> "".join(map(chr, fold_codes("年产１20万吨ＰＣ")))
    '年产000万吨AA'
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").copy()
    codes[codes >= _BMP] = _REPLACEMENT
    folded: Codes = _fold_table()[codes]
    return folded


class Vocabulary:
    """Identifiers of the characters and of the pairs of neighbours that have a vector."""

    def __init__(self, characters: npt.ArrayLike, pairs: npt.ArrayLike) -> None:
        """Take folded codes in the order of their vectors, and *pairs* as sorted keys.

        A key is the first character's identifier times the number of identifiers plus the second's.
        """
        self.characters = np.asarray(characters, dtype=np.uint32)
        self.pairs = np.asarray(pairs, dtype=np.int64)
        self._by_code = np.full(_BMP, UNKNOWN, dtype=np.int32)
        self._by_code[self.characters] = np.arange(2, len(self.characters) + 2, dtype=np.int32)
        self._by_code[_NEWLINE] = OUTSIDE

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Vocabulary:
        """Read what `to_arrays` gave."""
        return cls(arrays["characters"], np.cumsum(arrays["pairs"].astype(np.int64)))

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return what a model file holds of it; keys as differences compress to a third."""
        pairs = np.diff(self.pairs, prepend=0).astype(np.int32)
        return {"characters": self.characters.astype(np.uint16), "pairs": pairs}

    @property
    def base(self) -> int:
        """The number of character identifiers, OUTSIDE and UNKNOWN included."""
        return len(self.characters) + 2

    def character_ids(self, codes: Codes) -> Ids:
        """Return the identifier of each folded code; a line break is OUTSIDE."""
        return self._by_code[codes]

    def pair_ids(self, character_ids: Ids) -> Ids:
        """Return the identifier of each character with its right neighbour, one fewer."""
        return self.pair_ids_of(character_ids[:-1], character_ids[1:])

    def pair_ids_of(self, left: Ids, right: Ids) -> Ids:
        """Return the identifiers of pairs given as two arrays of one shape."""
        keys = left.astype(np.int64) * self.base + right
        places = np.searchsorted(self.pairs, keys)
        places[places == len(self.pairs)] = 0
        found = (self.pairs[places] == keys) if len(self.pairs) else np.zeros(keys.shape, bool)
        ids = np.where(found, places + 2, UNKNOWN).astype(np.int32)
        ids[(left == OUTSIDE) | (right == OUTSIDE)] = OUTSIDE
        return ids
