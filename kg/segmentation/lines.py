"""The printed lines of a page: what each is by itself, before its neighbours are asked.

Widths are counted in em, the width of a Chinese character; a digit or a Latin letter takes about
0.55. Column width is the one thing of the print that survives in a bare text layer, so lines of
equal width are the first hint that they belong together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from kg.model import Box, Document, Span
from kg.segmentation.byline import is_credit, is_jump_line, parse_byline

__all__ = [
    "Line",
    "LineKind",
    "ends_sentence",
    "ends_with_photo_credit",
    "read_lines",
    "squeezed",
    "width_em",
]

NARROW_EM = 0.55  # a digit or Latin letter beside a Chinese character, in most body fonts
SENTENCE_END = frozenset("。！？!?…")
CLOSING = frozenset("”’」』）)》】]")

_SPACED_OUT = re.compile(r"[^\x00-\x7f] +[^\x00-\x7f] +[^\x00-\x7f]")
_SPACES = re.compile(r"\s+")


class LineKind(str, Enum):
    """What a line is, as far as it says so itself."""

    TEXT = "text"  # body or headline: the neighbours decide
    BYLINE = "byline"  # ■ 本报记者 曹天伟
    CREDIT = "credit"  # （记者 库尔班 摄影报道）, 责任编辑：…
    JUMP = "jump"  # （下转2版）
    POINTER = "pointer"  # → 2版, 详见第5版: beside a teaser
    LABEL = "label"  # 今 日 导 读, 各地快报
    FOLIO = "folio"  # page head: paper, date, number of the page


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank, without the spaces around it."""

    index: int
    span: Span  # in Document.text
    text: str
    kind: LineKind
    gap: bool  # a blank line or a new page stands before it
    width: float  # em; a spaced-out line counts without its spaces
    stretched: bool  # spaced out to fill the column: 营 商 环 境
    box: Box | None = None
    size: float = 0.0  # points, where the format tells
    page: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The people of a byline or credit."""
        return parse_byline(self.text) or ()


_PHOTO_CREDIT = re.compile(
    r"(?:[／/\s]摄|供图|摄影|摄影报道)[）)]?$|(?:摄影|图|摄)[／/：:]\s?\S{2,4}(?:\s\S{2,4})*[）)]?$"
)


def ends_with_photo_credit(text: str) -> bool:
    """Say whether a text ends by naming the photographer: …处处可见。 西山晴 温泉 摄.

    >>> ends_with_photo_credit("印染企业正在集聚。（祁连／摄）"), ends_with_photo_credit("进行拍摄")
    (True, False)
    """
    match = re.search(r"(?:^|[。！？…”’\s\u3000]|(?=[（(]))([（(]?[^。！？（(]{2,26})$", text)
    return (
        match is not None
        and _PHOTO_CREDIT.search(match[1]) is not None
        and parse_byline(match[1]) is not None
    )


def width_em(text: str) -> float:
    """Return how wide *text* prints, in em.

    >>> width_em("授信放款200万元")
    7.65
    """
    narrow = sum(character < "\u0300" for character in text)
    return round(len(text) - narrow * (1 - NARROW_EM), 2)


def squeezed(text: str) -> str:
    """Return *text* without white space."""
    return _SPACES.sub("", text)


def ends_sentence(text: str) -> bool:
    """Say whether *text* ends where a sentence does, closing marks aside (…高效！”).

    A closing mark alone is no end: “智慧城市” stands in the middle of sentences.
    """
    stripped = text.rstrip()
    while stripped and stripped[-1] in CLOSING:
        stripped = stripped[:-1].rstrip()
    return stripped[-1:] in SENTENCE_END


def read_lines(document: Document) -> list[Line]:
    """Return the lines of a document that are not blank, in the order of its text."""
    if document.layout:
        spans = [(line.span.begin, line.span.end) for line in document.layout]
        places = [(line.box, line.size) for line in document.layout]
        rows: list[_Row] = [
            (begin, end, False, box, size, box.page)
            for (begin, end), (box, size) in zip(spans, places, strict=True)
        ]
    else:
        rows = list(_text_rows(document.text))
    return _lines(document.text, rows)


_Row = tuple[int, int, bool, "Box | None", float, int]


def _text_rows(text: str) -> Iterable[_Row]:
    begin, gap, page = 0, True, 0
    for raw in re.split(r"[\n\f]", text):
        end = begin + len(raw)
        if raw.strip():
            yield begin, end, gap, None, 0.0, page
        new_page = text[end : end + 1] == "\f"
        gap = not raw.strip() or new_page
        page += new_page
        begin = end + 1


def _lines(text: str, rows: Iterable[_Row]) -> list[Line]:
    lines: list[Line] = []
    open_bracket = False
    for begin, end, gap, box, size, page in rows:
        raw = text[begin:end]
        stripped = raw.strip()
        if not stripped:
            continue
        begin += len(raw) - len(raw.lstrip())
        stretched = bool(_SPACED_OUT.search(stripped))
        width = width_em(squeezed(stripped) if stretched else stripped)
        span = Span(begin, begin + len(stripped))
        kind = line_kind(stripped)
        if open_bracket and not gap and kind in (LineKind.CREDIT, LineKind.BYLINE):
            kind = LineKind.TEXT  # the rest of a bracket: …长隧。（于英 | 子／摄）
        open_bracket = max(stripped.rfind("（"), stripped.rfind("(")) > max(
            stripped.rfind("）"), stripped.rfind(")")
        )
        lines.append(Line(len(lines), span, stripped, kind, gap, width, stretched, box, size, page))
    return lines


# --------------------------------------------------------------------- what a line says itself

MAX_LABEL_CHARS = 7
_DATE = r"(?:19|20)\d\d\s?[年./-]\s?\d{1,2}\s?[月./-]\s?\d{1,2}\s?日?"
_FOLIO = re.compile(
    rf"{_DATE}.{{0,12}}(?:星期|周)[一二三四五六日天]|(?:星期|周)[一二三四五六日天].{{0,14}}{_DATE}"
    rf"|^\W*{_DATE}\W*$|第\s?\d{{2,6}}\s?期|(?:国内统一刊号|CN\d\d|邮发代号|新闻热线|今日\d+版)|电话[（(]"
)
# 第三版 产业观察, 04 区域要闻, B3 重点工程
_SECTION = re.compile(
    r"(?:第[0-9一二三四五六七八九十]{1,3}版|[A-D]?\d{1,2}版?)\s+\S{2,6}(?:\s\S{2,6})?|第[0-9一二三四五六七八九十]{1,3}版"
    r"|\S{2,6}\s+(?:第[0-9一二三四五六七八九十]{1,3}版|[A-D]\d{1,2}版?|0\d)"
)
_PAPER_SECTION = re.compile(r"\S{2,12}报\s+[A-D]?\d{1,2}版?\s+\S{2,6}")
_PAPER = re.compile(
    r"[\u4e00-\u9fff]{2,10}(?:日报|晚报|晨报|早报|商报|时报|都市报|信息报|经济报|周刊|周报|导报|新报|特区报|快报|青年报|工人报"
    r"|农民报|产业报|建设报|[\u4e00-\u9fff]报)"
)
_TEASER_LABEL = re.compile(
    r"(?:今日|本期|下期|版面|精彩|本版|本周|要闻|明日|封面|新闻)?(?:导读|看点|关注|预告|导航|推荐|提要|目录|导读速览|速览|索引)"
)
# 各地快报, 短讯集装箱, 一句话新闻, 一周速览
_CONTINUED = re.compile(
    r"[（(【]?(?:未完[，,]?)?(?:下转|下接|上接|转接|续接|紧接|接|转)(?:今日)?第?[A-Da-d]?[0-9０-９一二三四五六七八九十]{1,3}版?(?:[·・].{1,6})?[）)】]"
)
_SECTION_LABEL = re.compile(
    r"(?:各地|县[区域]|市县|区县|基层|部门|一句话|图片|财经|市场|一周|每日|本周|企业|数字)?"
    r"(?:快报|快讯|简讯|短讯|动态|短波|集锦|集装箱|新闻|要闻|播报|看台|传真|速递|速览|短新闻|点击|资讯|视窗|扫描|之窗|经济地理)+"
)
_POINTER = re.compile(
    r"(?:详见|见|转|更多|阅读|→|[>》▶]+)?\s*(?:本报)?第?\s?[A-Da-d]?\s?[0-9０-９一二三四五六七八九十]{1,3}\s?版"
    r"\s*(?:[·・]?\s?(?:阅读全文|详读|查看|阅读|看详情))?\s*(?:[→>》▶]+)?"
)


def line_kind(text: str) -> LineKind:
    """Return the kind that the words of a line alone give it."""
    tight = squeezed(text)
    if is_label(text):
        return LineKind.LABEL
    if is_folio(text):
        return LineKind.FOLIO
    if _CONTINUED.fullmatch(tight):
        return LineKind.JUMP
    if is_jump_line(text) or _POINTER.fullmatch(text):
        return LineKind.JUMP if tight[0] in "（(▶【" or "下转" in tight else LineKind.POINTER
    if parse_byline(text) is not None:
        return LineKind.CREDIT if text[0] in "（(" else LineKind.BYLINE
    return LineKind.CREDIT if is_credit(text) else LineKind.TEXT


def is_folio(text: str) -> bool:
    """Say whether a line is a page head or foot: date with weekday, issue, section, paper."""
    tight = squeezed(text)
    if len(tight) > 60 or ends_sentence(text):
        return False
    if _FOLIO.search(text) and not re.search("[，。；]", text):
        return True
    if _PAPER_SECTION.fullmatch(text):
        return True
    return bool(_SECTION.fullmatch(text) or _PAPER.fullmatch(tight))


def is_label(text: str) -> bool:
    """Say whether a line only names a section of the page, as spaced-out short words do."""
    tight = squeezed(text)
    if len(tight) > MAX_LABEL_CHARS:
        return False
    if _TEASER_LABEL.fullmatch(tight) or _SECTION_LABEL.fullmatch(tight):
        return True
    return bool(re.fullmatch(r"(?:[\u4e00-\u9fff] +){3,5}[\u4e00-\u9fff]", text))


def is_teaser_label(text: str) -> bool:
    """Say whether a label announces articles of other pages: 今日导读."""
    return bool(_TEASER_LABEL.fullmatch(squeezed(text)))
