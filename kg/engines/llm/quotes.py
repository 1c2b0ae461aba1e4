"""Find in an article what a model quotes from it.

Models copy words faithfully and their dress carelessly: “ becomes ", a full-width digit a plain one, a
blank comes or goes. Such differences are looked past; any other makes it another text. What is found
is given in the article's own offsets, so the quotation that goes into the graph is the article's.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache

from kg.model import Span

__all__ = ["QuoteFinder", "fold"]

_QUOTATION_MARKS = frozenset("\"'“”‘’„‟‚‛«»‹›「」『』〝〞〟＂＇`´")


@lru_cache(maxsize=8192)
def _fold_character(character: str) -> str:
    """Return what stands for *character*: one character, or none for a blank."""
    if character.isspace() or unicodedata.category(character) in ("Cf", "Cc"):
        return ""
    if character in _QUOTATION_MARKS:
        return '"'
    folded = unicodedata.normalize("NFKC", character)
    # One for one, so that no match can end inside a character: ㎡ stays, and is not m2.
    return folded if len(folded) == 1 and not folded.isspace() else character


def fold(text: str) -> str:
    """Return *text* without what a copy may differ in.

    >>> fold("“双 招双引”，１２０万吨")
    '"双招双引",120万吨'
    """
    return "".join(map(_fold_character, text))


class QuoteFinder:
    """The words of one text, to be found by their folded form."""

    def __init__(self, text: str) -> None:
        self.text = text
        folded = [_fold_character(character) for character in text]
        self._folded = "".join(folded)
        self._origins = [offset for offset, character in enumerate(folded) if character]

    def find_all(self, words: str, *, within: Span | None = None) -> Iterator[Span]:
        """Yield where *words* stand, in text order and not overlapping.

        Args:
            words: as somebody copied them.
            within: a part of the text; all of it if left out.
        """
        wanted = fold(words)
        if not wanted:
            return
        begin, end = 0, len(self._folded)
        if within is not None:
            begin = bisect_left(self._origins, within.begin)
            end = bisect_left(self._origins, within.end)
        while (found := self._folded.find(wanted, begin, end)) >= 0:
            begin = found + len(wanted)
            yield Span(self._origins[found], self._origins[begin - 1] + 1)
