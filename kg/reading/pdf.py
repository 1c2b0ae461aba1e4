"""Read the text layer of a PDF as printed lines, so that two columns never share one.

A PDF says where each character stands, and little else: characters may be drawn one by one and in
any order, two columns stand at one height, a justified line has gaps as wide as a word space. The
lines built here keep the order in which the layout program wrote them (article by article, as a
rule), but which characters belong to one line is decided by where they stand.

Coordinates are points from the top left corner of the page as it is shown (/Rotate applied).
Characters keep their code points, but for three repairs of what fonts do to them: a ligature (ﬁ)
becomes its letters, a Kangxi radical (⽇) its character, and a bold print made by drawing a
character twice is one character.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from statistics import median

import pypdfium2
import pypdfium2.raw as pdfium

from kg.errors import InputError
from kg.model import Box, LayoutLine, Span

__all__ = ["read_pdf"]

# All widths below are in ems of the smaller neighbour. They were read off newspaper pages with body
# text of 7 to 11 points: justification opens gaps up to 0.5 em in ordinary lines, column gutters
# have 0.8 to 3 em, a printed full-width space has 1.
JOIN_EM = 0.5  # a narrower gap is never a gutter
GUTTER_EM = 2.2  # a wider gap is always one, unless the whole line is spaced out like this
SPACE_EM = 0.4  # a gap that shows as a space between Chinese characters
SOLID_SPACE_EM = 0.22  # the same in a line set solid: fonts have spaces of 0.25 to 0.5 em
SOLID_SHARE = 0.8  # of its gaps are none
LATIN_SPACE_EM = 0.15  # the same between letters or digits
SAME_SIZE = 1.25  # sizes within this ratio may share a line (a figure set larger, a small unit)
STRIP_ROWS = 3  # rows above and below that are asked whether a gap goes on

# A kilobyte of PDF can say "this page, a million times". A newspaper has 100 pages at most, a yearbook
# 1500; a month of 人民日报 has 1.9 million characters. Reading takes 20 µs a character.
MAX_PAGES = 2_000
MAX_CHARS = 3_000_000
MAX_UNREADABLE = 0.3  # share of characters without a Unicode value above which a layer is useless

# CJK Radicals Supplement has no compatibility mappings, so NFKC leaves these alone. From Unicode's
# EquivalentUnifiedIdeograph.txt, the simplified ones: fonts with a bad ToUnicode table yield them.
RADICALS = dict(
    zip(
        "⺁⺇⺋⺌⺎⺝⺟⺠⺯⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳",
        "厂几㔾小兀月母民糸虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟",
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class _Glyph:
    """A printed character; y grows downwards, as if the text stood upright."""

    index: int  # in the order of drawing
    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    turn: int  # quarter turns clockwise, or -1 for a slanted character
    after_space: bool = False  # the program drew a space before it

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def center(self) -> float:
        return (self.left + self.right) / 2


_Line = list[_Glyph]


def read_pdf(data: bytes) -> tuple[str, tuple[LayoutLine, ...]]:
    """Return the text layer, a printed line a line, and where each line stands.

    Raises:
        InputError: not a readable PDF, locked, without text, or with text that has no Unicode.
    """
    lines: list[str] = []
    layout: list[LayoutLine] = []
    offset = 0
    for page, glyphs in enumerate(_pages(data)):
        for text, line in _lines(glyphs):
            span = Span(offset, offset + len(text))
            layout.append(LayoutLine(span, _box(line, page), round(_size(line), 2)))
            lines.append(text)
            offset = span.end + 1
    text = "\n".join(lines)
    _check_text(text)
    return text, tuple(layout)


def _check_text(text: str) -> None:
    if not text:
        raise InputError(
            "the PDF has no text layer (its pages are pictures)", remedy="run OCR on it first"
        )
    unreadable = sum(unicodedata.category(c) in ("Co", "Cn", "Cc") and c != "\n" for c in text)
    if unreadable > MAX_UNREADABLE * len(text):
        raise InputError(
            "the PDF's fonts do not say which characters they draw", remedy="run OCR on it first"
        )


# ---------------------------------------------------------------------------------- characters


def _pages(data: bytes) -> Iterator[list[_Glyph]]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise InputError(
            "the PDF is locked with a password" if locked else "the PDF is damaged or cut off",
            remedy="save it without the password" if locked else "download or export it again",
        ) from error
    try:
        chars = 0
        _check_limit("pages", len(document), MAX_PAGES)
        for number in range(len(document)):
            try:
                page = document[number]
                textpage = page.get_textpage()
            except pypdfium2.PdfiumError as error:
                raise InputError(
                    f"page {number + 1} of the PDF is damaged",
                    remedy="download or export it again",
                ) from error
            chars += pdfium.FPDFText_CountChars(textpage)
            _check_limit("characters", chars, MAX_CHARS)
            yield _without_overprint(_glyphs(page, textpage))
            textpage.close()
            page.close()
    finally:
        document.close()


def _check_limit(what: str, count: int, limit: int) -> None:
    if count > limit:
        raise InputError(
            f"the PDF has {count} {what}, more than {limit}", remedy="split it into single issues"
        )


def _glyphs(page: pypdfium2.PdfPage, textpage: pypdfium2.PdfTextPage) -> Iterator[_Glyph]:
    """Yield the visible characters of a page, spaces included."""
    frame = _Frame.of(page)
    sides = pdfium.FS_RECTF()
    matrix = pdfium.FS_MATRIX()
    high = 0
    for index in range(pdfium.FPDFText_CountChars(textpage)):
        if pdfium.FPDFText_IsGenerated(textpage, index) == 1:
            continue  # spaces and line ends of PDFium's own making
        code = pdfium.FPDFText_GetUnicode(textpage, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code, high = (0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0), 0
        text = _readable(code)
        if not text or not pdfium.FPDFText_GetLooseCharBox(textpage, index, ctypes.byref(sides)):
            continue
        pdfium.FPDFText_GetMatrix(textpage, index, ctypes.byref(matrix))
        size = pdfium.FPDFText_GetFontSize(textpage, index) * math.hypot(matrix.c, matrix.d)
        glyph = frame.place(index, text, sides, size, math.degrees(_angle(matrix)))
        if glyph is not None:
            yield glyph


def _angle(matrix: pdfium.FS_MATRIX) -> float:
    """Return the direction of writing, clockwise from rightwards."""
    return math.atan2(-matrix.b, matrix.a)


@cache
def _readable(code: int) -> str:
    """Return the character of a text layer, its ligature or radical resolved, "" for none."""
    if code == 2:
        return "-"  # how PDFium marks a hyphen at a line end
    if code == 0 or code > 0x10FFFF or code in (0xFFFE, 0xFFFF, 0xFEFF, 0xAD):
        return ""
    character = chr(code)
    if 0x2F00 <= code < 0x2FE0 or 0xF900 <= code < 0xFB07:
        return unicodedata.normalize("NFKC", character)
    if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Cs"):
        return " " if character.isspace() else ""
    return " " if character.isspace() else RADICALS.get(character, character)


@dataclass(frozen=True, slots=True)
class _Frame:
    """The visible part of a page and how it is turned when shown."""

    left: float
    bottom: float
    right: float
    top: float
    rotation: int  # quarter turns clockwise

    @classmethod
    def of(cls, page: pypdfium2.PdfPage) -> _Frame:
        left, bottom, right, top = page.get_cropbox()
        return cls(left, bottom, right, top, page.get_rotation() // 90 % 4)

    def place(
        self, index: int, text: str, sides: pdfium.FS_RECTF, size: float, degrees: float
    ) -> _Glyph | None:
        """Return the glyph in the coordinates of the shown page, or None where nobody sees it."""
        x, y = (sides.left + sides.right) / 2, (sides.bottom + sides.top) / 2
        if not (self.left <= x <= self.right and self.bottom <= y <= self.top):
            return None
        size = size if 0.5 < size < 2000 else max(abs(sides.top - sides.bottom), 1.0)
        quarter = round(degrees / 90)
        slanted = abs(degrees - 90 * quarter) > 8
        box = _turned(
            (
                sides.left - self.left,
                self.top - sides.top,
                sides.right - self.left,
                self.top - sides.bottom,
            ),
            self.right - self.left,
            self.top - self.bottom,
            self.rotation,
        )
        turn = -1 if slanted else (quarter + self.rotation) % 4
        return _Glyph(index, text, *box, size, turn)


_Sides = tuple[float, float, float, float]


def _turned(box: _Sides, width: float, height: float, quarters: int) -> _Sides:
    """Turn a box of a *width* by *height* sheet clockwise, y downwards."""
    left, top, right, bottom = box
    if quarters == 1:
        return height - bottom, left, height - top, right
    if quarters == 2:
        return width - right, height - bottom, width - left, height - top
    if quarters == 3:
        return top, width - right, bottom, width - left
    return box


def _without_overprint(glyphs: Iterable[_Glyph]) -> list[_Glyph]:
    """Drop spaces, and characters drawn again on (nearly) the same spot, which is how some programs print bold."""
    kept: list[_Glyph] = []
    seen: dict[tuple[str, int, int], list[_Glyph]] = defaultdict(list)
    after_space = False
    for glyph in glyphs:
        if glyph.text == " ":
            after_space = True
            continue
        glyph, after_space = replace(glyph, after_space=after_space), False
        cell = max(glyph.size, 1.0)
        column, row = int(glyph.center // cell), int(glyph.middle // cell)
        near = (
            other
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
            for other in seen[glyph.text, column + dx, row + dy][-4:]
        )
        if any(_is_overprint(glyph, other) for other in near):
            continue
        seen[glyph.text, column, row].append(glyph)
        kept.append(glyph)
    return kept


def _is_overprint(glyph: _Glyph, other: _Glyph) -> bool:
    tolerance = 0.2 * glyph.size
    return (
        abs(glyph.center - other.center) < tolerance
        and abs(glyph.middle - other.middle) < tolerance
        and _same_size(glyph, other)
    )


# --------------------------------------------------------------------------------------- lines


def _lines(glyphs: Sequence[_Glyph]) -> list[tuple[str, _Line]]:
    """Return the printed lines of a page and their text, in the order of drawing."""
    by_turn: dict[int, list[_Glyph]] = defaultdict(list)
    for glyph in glyphs:
        by_turn[glyph.turn].append(glyph)
    lines: list[tuple[str, _Line]] = []
    for turn, group in by_turn.items():
        if turn == -1:
            lines.extend((_joined(line), line) for line in _drawn_together(group))
            continue
        vertical, horizontal = _take_vertical([_upright(glyph, turn) for glyph in group])
        found = [(_joined(line), line) for line in vertical]
        found += [(_line_text(line), line) for line in _horizontal_lines(horizontal)]
        lines += [(text, [_upright(glyph, -turn) for glyph in line]) for text, line in found]
    lines.sort(key=lambda line: min(glyph.index for glyph in line[1]))
    return [(text, line) for text, line in lines if text]


def _joined(line: _Line) -> str:
    return "".join(glyph.text for glyph in line).strip()


def _upright(glyph: _Glyph, turn: int) -> _Glyph:
    if turn % 4 == 0:
        return glyph
    box = _turned((glyph.left, glyph.top, glyph.right, glyph.bottom), 0, 0, -turn % 4)
    return replace(glyph, left=box[0], top=box[1], right=box[2], bottom=box[3])


def _drawn_together(glyphs: Sequence[_Glyph]) -> list[_Line]:
    """Group slanted characters (a watermark) by the order of drawing alone."""
    lines: list[_Line] = []
    for glyph in glyphs:
        if lines and math.dist(
            (lines[-1][-1].center, lines[-1][-1].middle), (glyph.center, glyph.middle)
        ) < 2 * max(glyph.size, 1):
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
    return lines


def _take_vertical(glyphs: Sequence[_Glyph]) -> tuple[list[_Line], list[_Glyph]]:
    """Part vertical writing (at least four characters drawn one below the other) from the rest."""
    vertical: list[_Line] = []
    horizontal: list[_Glyph] = []
    run: list[_Glyph] = []
    for glyph in [*glyphs, None]:
        if run and glyph is not None and _stands_below(run[-1], glyph):
            run.append(glyph)
            continue
        if len(run) >= 4:
            vertical.append(run)
        else:
            horizontal.extend(run)
        run = [glyph] if glyph is not None else []
    return vertical, horizontal


def _stands_below(upper: _Glyph, lower: _Glyph) -> bool:
    step = lower.middle - upper.middle
    return (
        abs(upper.center - lower.center) < 0.25 * upper.size
        and 0.7 * upper.size < step < 1.6 * upper.size
        and _same_size(upper, lower)
    )


def _same_size(one: _Glyph, other: _Glyph) -> bool:
    return max(one.size, other.size) <= SAME_SIZE * min(one.size, other.size)


def _horizontal_lines(glyphs: Sequence[_Glyph]) -> list[_Line]:
    rows = _Rows(glyphs)
    return [line for row in rows for line in rows.split(row)]


class _Rows:
    """Characters of one height across a page, from left to right, and the gaps in them."""

    def __init__(self, glyphs: Sequence[_Glyph]) -> None:
        self._rows: list[_Line] = []
        for glyph in sorted(glyphs, key=lambda glyph: (glyph.middle, glyph.left)):
            self._add(glyph)
        for row in self._rows:
            row.sort(key=lambda glyph: (glyph.left, glyph.index))
        self._rows.sort(key=_row_middle)
        self._middles = [_row_middle(row) for row in self._rows]
        self._lefts = [[glyph.left for glyph in row] for row in self._rows]

    def __iter__(self) -> Iterator[_Line]:
        return iter(self._rows)

    def _add(self, glyph: _Glyph) -> None:
        """Put a character into the row it shares a height and a size with."""
        for row in reversed(self._rows[-12:]):
            first = row[0]
            reach = 0.35 * min(first.size, glyph.size)
            if abs(first.middle - glyph.middle) < reach and _same_size(first, glyph):
                row.append(glyph)
                return
        self._rows.append([glyph])

    def split(self, row: _Line) -> list[_Line]:
        """Cut a row into printed lines where a column ends."""
        usual = _usual_gap(row)
        lines: list[_Line] = [[row[0]]]
        for left, right in pairwise(row):
            if self._is_gutter(left, right, usual):
                lines.append([])
            lines[-1].append(right)
        return lines

    def _is_gutter(self, left: _Glyph, right: _Glyph, usual: float) -> bool:
        em = min(left.size, right.size)
        gap = right.left - left.right
        if gap < JOIN_EM * em:
            return False
        spaced_out = gap < 1.5 * usual
        if gap > GUTTER_EM * em and not spaced_out:
            return True
        if right.index - left.index > 3 or right.index < left.index:
            return not spaced_out  # drawn at another time: the program was in another column
        return self._goes_on(left, right)

    def _goes_on(self, left: _Glyph, right: _Glyph) -> bool:
        """Say whether the gap is a strip of white that the rows above or below respect as well.

        In a column the neighbouring lines have characters where a justified line has its gap.
        """
        above, stopped_above = self._strip(left, right, -1)
        below, stopped_below = self._strip(left, right, 1)
        if STRIP_ROWS in (above, below):
            return True  # a headline or a wider paragraph may stand on the other side
        return above + below >= 2 and not (stopped_above or stopped_below)

    def _strip(self, left: _Glyph, right: _Glyph, step: int) -> tuple[int, bool]:
        """Count the next rows that respect the gap, and say whether one that does not ended it."""
        em = min(left.size, right.size)
        inner = 0.25 * (right.left - left.right)
        beside = 0
        number = bisect_left(self._middles, left.middle) + step
        while 0 <= number < len(self._rows) and beside < STRIP_ROWS:
            distance = abs(self._middles[number] - left.middle)
            if distance > 3 * STRIP_ROWS * em:
                break
            if distance > 0.5 * em and _same_size(self._rows[number][0], left):
                if self._covers(number, left.right + inner, right.left - inner):
                    return beside, True
                beside += self._stands_beside(number, left.right, right.left, em)
            number += step
        return beside, False

    def _covers(self, number: int, begin: float, end: float) -> bool:
        row = self._rows[number]
        at = bisect_right(self._lefts[number], end)
        return any(glyph.right > begin for glyph in row[max(0, at - 2) : at])

    def _stands_beside(self, number: int, begin: float, end: float, em: float) -> bool:
        """Say whether a row has a line on both sides of the strip."""
        lefts = self._lefts[number]
        at = bisect_left(lefts, end - 0.3 * em)
        has_right = at < len(lefts) and lefts[at] < end + 2.5 * em
        has_left = at > 0 and self._rows[number][at - 1].right > begin - 3 * em
        return has_right and has_left


def _row_middle(row: _Line) -> float:
    return row[0].middle


def _usual_gap(row: _Line) -> float:
    """Return the middle one of the gaps of a row, 0 for one that is not spaced out."""
    gaps = [right.left - left.right for left, right in pairwise(row)]
    return max(0.0, median(gaps)) if len(gaps) >= 3 else 0.0


# ---------------------------------------------------------------------------------------- text


def _line_text(line: _Line) -> str:
    """Write a line out, with a space where the print shows one.

    >>> a = _Glyph(0, "李", 0, 0, 9, 9, 9, 0)
    >>> _line_text([a, replace(a, text="梦", left=18, right=27)])
    '李 梦'
    """
    usual = min(_usual_gap(line), 1.2 * line[0].size)
    # Spaces drawn at most gaps are how a program justified the line: 营 商 环 境.
    by_drawing = 2 * sum(glyph.after_space for glyph in line) < len(line)
    space_em = SOLID_SPACE_EM if _is_solid(line) else SPACE_EM
    parts = [line[0].text]
    for left, right in pairwise(line):
        drawn = by_drawing and right.after_space and right.index > left.index
        if _shows_space(left, right, usual, space_em) or (drawn and right.left - left.right > 0):
            parts.append(" ")
        parts.append(right.text)
    return "".join(parts).strip()


def _is_solid(line: _Line) -> bool:
    """Say whether characters touch, so that any gap between two of them was meant.

    A browser leaves spaces out of the PDF it prints and moves on by their width instead.
    """
    gaps = [right.left - left.right for left, right in pairwise(line)]
    return sum(gap < 0.08 * line[0].size for gap in gaps) >= SOLID_SHARE * len(gaps) > 0


def _shows_space(left: _Glyph, right: _Glyph, usual: float, space_em: float) -> bool:
    em = min(left.size, right.size)
    gap = right.left - left.right
    if _is_latin(left.text[-1]) and _is_latin(right.text[0]):
        return gap > LATIN_SPACE_EM * em + (usual if usual > LATIN_SPACE_EM * em else 0)
    if _is_latin(left.text[-1]) or _is_latin(right.text[0]):
        space_em = SPACE_EM  # layout programs part 去年 and 12 by a quarter of an em
    return gap - usual > space_em * em


def _is_latin(character: str) -> bool:
    return character < "\u0250" and character.isalnum()


def _box(line: _Line, page: int) -> Box:
    return Box(
        page,
        round(min(glyph.left for glyph in line), 2),
        round(min(glyph.top for glyph in line), 2),
        round(max(glyph.right for glyph in line), 2),
        round(max(glyph.bottom for glyph in line), 2),
    )


def _size(line: _Line) -> float:
    return median(glyph.size for glyph in line)
