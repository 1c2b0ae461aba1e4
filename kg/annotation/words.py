"""Find the words of long lists in a text, fast.

Nearly every character opens some listed word, few pairs of characters do. So lists are entered by
the first two characters of their words, and most of a text costs one look into a dictionary each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

__all__ = ["ONE", "WordFinder", "lengths_by_head"]


ONE: tuple[int, ...] = (1,)  # the lengths to try where no longer word begins


def lengths_by_head(words: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Return the lengths of the words that open with two characters, longest first, and 1.

    Elsewhere there can only be words of one character: look up with ONE as the default.

    >>> lengths_by_head(["聊城", "聊城市", "市"])
    {'聊城': (3, 2, 1)}
    """
    lengths: dict[str, set[int]] = defaultdict(set)
    for word in words:
        if len(word) > 1:
            lengths[word[:2]].add(len(word))
    return {head: (*sorted(found, reverse=True), 1) for head, found in lengths.items()}


class WordFinder:
    """Walks over a text from word to word; of the words at one place the longest is taken."""

    def __init__(self, kind_by_word: Mapping[str, str]) -> None:
        self._kind_by_word = dict(kind_by_word)
        self._lengths_by_head = lengths_by_head(kind_by_word)

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Yield begin, end and kind of the words in *text*; they do not overlap.

        >>> list(WordFinder({"聊城": "place", "聊城市": "place", "在": "stop"}).find("在聊城市"))
        [(0, 1, 'stop'), (1, 4, 'place')]
        """
        kind_by_word, lengths = self._kind_by_word, self._lengths_by_head
        begin, end = 0, len(text)
        while begin < end:
            for length in lengths.get(text[begin : begin + 2], ONE):
                word = text[begin : begin + length]  # shorter at the end of the text
                kind = kind_by_word.get(word)
                if kind is not None:
                    yield begin, begin + len(word), kind
                    begin += len(word) - 1
                    break
            begin += 1
