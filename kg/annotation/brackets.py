"""Make the tagger's names end where their quotation marks and brackets do.

A network labels characters one by one, and a mark at the edge is a single character: it writes
“十二大攻坚行动 without the closing mark, or takes “四争”“十二大攻坚行动” for one name. In print marks come
in pairs, and two quotations side by side are two names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from kg.annotation.edges import name_begin
from kg.model import NamedEntity, Span

__all__ = ["balanced_names"]

CLOSING_MARKS = {"“": "”", "（": "）", "《": "》", "‘": "’", "(": ")"}
OPENING_MARKS = {closing: opening for opening, closing in CLOSING_MARKS.items()}
REACH_CHARS = 2  # a mark further from the name's edge belongs to something else
MIN_NAME_CHARS = 2
# “企业家日”“服务企业专员”等制度: two, whatever stands behind
_QUOTATIONS = re.compile(r"(?:“[^“”]+”[、和与及]?){2,}(?:等[^“”]{1,8})?")
_QUOTATION = re.compile(r"“[^“”]+”")


def balanced_names(text: str, names: Iterable[NamedEntity]) -> Iterator[NamedEntity]:
    """Yield *names* of *text*, those with half a pair of marks mended, and lists taken apart."""
    for name in names:
        span = _balanced(text, name.span)
        if span is None:
            continue
        whole = span.of(text)
        if begin := name_begin(whole, name.type):
            span = Span(span.begin + begin, span.end)
        if _QUOTATIONS.fullmatch(whole):
            for member in _QUOTATION.finditer(whole):
                yield replace(name, span=Span(*member.span()).shift(span.begin))
        else:
            yield name if span == name.span else replace(name, span=span)


def _balanced(text: str, span: Span) -> Span | None:
    """Return *span* with whole pairs of marks, by a step outwards or else inwards."""
    begin, end = span.begin, span.end
    opened = _open_marks(text[begin:end])
    if opened is None:  # closes what it has not opened
        if text[begin - 1 : begin] in CLOSING_MARKS:
            begin -= 1
        elif text[end - 1] in OPENING_MARKS:
            end -= 1
        else:
            return None
    elif opened:
        at, mark = opened[-1]
        closing = text.find(CLOSING_MARKS[mark], end, end + REACH_CHARS)
        if closing >= 0:
            end = closing + 1
        elif at == 0:
            begin += 1
        else:
            return None
    else:
        return span
    if end - begin < MIN_NAME_CHARS or _open_marks(text[begin:end]) != []:
        return None
    return Span(begin, end)


def _open_marks(name: str) -> list[tuple[int, str]] | None:
    """Return the marks that *name* opens and does not close, None where one closes unopened."""
    opened: list[tuple[int, str]] = []
    for at, character in enumerate(name):
        if character in CLOSING_MARKS:
            opened.append((at, character))
        elif character in OPENING_MARKS:
            if not opened or opened[-1][1] != OPENING_MARKS[character]:
                return None
            opened.pop()
    return opened
