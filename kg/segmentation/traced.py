r"""Text that remembers where each of its characters stands in the file.

Building an article out of a file joins lines, drops tags, resolves `&amp;` and `\u4e2d`; the
offsets of a quotation have to survive all of it. A `Traced` is edited like a string (slices, joins)
and carries the origin of every character along; characters the editing put in have none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg.model import Piece, Span

__all__ = ["Traced", "joined"]

INSERTED = (-1, -1)


@dataclass(frozen=True, slots=True)
class Traced:
    """A string and, for each character, where it begins and ends in the file."""

    text: str
    origins: tuple[tuple[int, int], ...]

    @classmethod
    def verbatim(cls, text: str, begin: int) -> Traced:
        """Return *text* as it stands in the file from offset *begin* on."""
        return cls(text, tuple((at, at + 1) for at in range(begin, begin + len(text))))

    @classmethod
    def decoded(cls, text: str, begin: int, end: int) -> Traced:
        """Return *text* that the file writes otherwise: & for ``&amp;``."""
        return cls(text, ((begin, end),) * len(text))

    @classmethod
    def inserted(cls, text: str) -> Traced:
        """Return *text* that does not stand in the file."""
        return cls(text, (INSERTED,) * len(text))

    def __len__(self) -> int:
        return len(self.text)

    def __getitem__(self, part: slice) -> Traced:
        return Traced(self.text[part], self.origins[part])

    def strip(self, characters: str | None = None) -> Traced:
        """Drop white space (or *characters*) at both ends, as `str.strip` does."""
        begin = len(self.text) - len(self.text.lstrip(characters))
        return self[begin : max(begin, len(self.text.rstrip(characters)))]

    def split_lines(self) -> Iterator[Traced]:
        """Yield the lines without their line ends."""
        begin = 0
        for line in self.text.split("\n"):
            yield self[begin : begin + len(line)]
            begin += len(line) + 1

    def pieces(self) -> tuple[Piece, ...]:
        """Return the stretches that lead back to the file, longest possible.

        A decoded character is a piece of its own: its two spans differ in length.
        """
        found: list[Piece] = []
        at = 0
        while at < len(self.origins):
            begin, end = self.origins[at]
            after = at + 1
            if begin >= 0:
                if end - begin == 1:
                    while after < len(self.origins) and self.origins[after] == (end, end + 1):
                        end, after = end + 1, after + 1
                else:  # one reference may stand for two characters
                    while after < len(self.origins) and self.origins[after] == (begin, end):
                        after += 1
                found.append(Piece(Span(at, after), Span(begin, end)))
            at = after
        return tuple(found)


def joined(parts: Iterable[Traced], separator: str = "") -> Traced:
    """Join *parts* with an inserted *separator*."""
    texts: list[str] = []
    origins: list[tuple[int, int]] = []
    for number, part in enumerate(parts):
        if number and separator:
            texts.append(separator)
            origins.extend([INSERTED] * len(separator))
        texts.append(part.text)
        origins.extend(part.origins)
    return Traced("".join(texts), tuple(origins))
