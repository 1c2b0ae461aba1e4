"""Where HanLP's tokens stand in the text.

HanLP gives tokens without offsets, and not always in the characters of the text: blanks between them
are gone, a tokenizer may have folded full-width letters or taken … apart. So text and tokens are
compared as their compatibility forms, each character of which knows where it came from. A token that
is not found has no place, and whatever rests on it is left out: better nothing than a wrong span.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from kg.model import Span

__all__ = ["MAX_CHARS", "align", "cut", "harmless"]

MAX_CHARS = 200  # HanLP's memory grows with the longest sentence of a batch
REACH_CHARS = 20  # how far behind its predecessor a token is looked for

_CLAUSE_END = re.compile(r"[。！？；;，,：:、\s]")


def cut(text: str, span: Span, most: int = MAX_CHARS) -> Iterator[Span]:
    """Yield the parts of *span* with at most so many characters, cut behind punctuation.

    >>> list(cut("甲乙，丙丁戊", Span(0, 6), most=4))
    [Span(begin=0, end=3), Span(begin=3, end=6)]
    """
    begin = span.begin
    while span.end - begin > most:
        ends = [match.end() for match in _CLAUSE_END.finditer(text, begin, begin + most)]
        end = ends[-1] if ends else begin + most
        yield Span(begin, end)
        begin = end
    yield Span(begin, span.end)


def harmless(text: str) -> str:
    """Return *text*, as long as it is, without characters that tokenizers stumble over.

    Control and private-use characters and halves of surrogate pairs become blanks; so do characters
    of no width, which would be tokens of nothing.
    """
    return "".join(
        " " if unicodedata.category(character)[0] == "C" else character for character in text
    )


def align(text: str, tokens: Sequence[str]) -> list[Span | None]:
    """Return where each of *tokens* stands in *text*; they come in its order and do not overlap.

    >>> align("ＡＢ公司 在…", ["AB", "公司", "在", "..."])
    [Span(begin=0, end=2), Span(begin=2, end=4), Span(begin=5, end=6), Span(begin=6, end=7)]
    """
    folded, places = _folded(text)
    found: list[Span | None] = []
    at = 0  # in the folded text
    free = 0  # in the text: where no token reaches yet
    for token in tokens:
        words, _ = _folded(token)
        begin = folded.find(words, at, at + len(words) + REACH_CHARS) if words else -1
        if begin < 0:
            found.append(None)
            continue
        at = begin + len(words)
        span = Span(places[begin], places[at - 1] + 1)
        found.append(span if span.begin >= free else None)
        free = max(free, span.end)
    return found


def _folded(text: str) -> tuple[str, list[int]]:
    """Return the compatibility form of *text* without blanks, and the offset of each character."""
    characters: list[str] = []
    places: list[int] = []
    for offset, character in enumerate(text):
        form = unicodedata.normalize("NFKC", character).casefold()
        for part in form:
            if not part.isspace():
                characters.append(part)
                places.append(offset)
    return "".join(characters), places
