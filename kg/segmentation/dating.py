"""Tell the day of an article on a printed page.

The article names a day without a year (12月19日) and the head of the page names the day of issue. A
day in the first paragraph counts when it is not after the issue and not long before it; the year is
that of the page head or, where no page head survives, the latest year the page speaks of as past.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from kg.masthead import find_date
from kg.model import Article
from kg.segmentation.byline import dateline_date
from kg.segmentation.lines import Line, LineKind, squeezed

__all__ = ["IssueHead", "day_of", "issue_of", "year_of"]

MAX_AGE = timedelta(days=75)  # a page of September still reports of a day in July, hardly of April
OPENING_CHARS = 260

_DAY = re.compile(r"(?:(20\d\d|19\d\d)年|(今年|去年))?(\d{1,2})月(\d{1,2})日")
_YEAR = re.compile(r"(?<![\d.])((?:19|20)\d\d)(?=年)")
_AHEAD_BEFORE = re.compile(r"(?:到|至|预计|计划|力争|将于|争取|目标|规划|展望)[^，。；]{0,10}$")
_AHEAD_AFTER = re.compile(
    r"年(?:底|末)?(?:前|[^，。；]{0,9}?(?:将|超|达到?|力争|预计|计划|竣工|建成|投产|完工))"
)


class IssueHead(NamedTuple):
    """What the head or foot of a page tells of the issue."""

    day: date | None
    paper: str | None


def issue_of(lines: Sequence[Line]) -> IssueHead:
    """Return the day and the paper that the head or foot of a page tells."""
    day, paper = None, None
    for line in lines:
        if line.kind is not LineKind.FOLIO:
            continue
        day = day or find_date(line.text)
        paper = paper or _paper(line.text)
    return IssueHead(day, paper)


_PAPER = re.compile(
    r"[\u4e00-\u9fff]{2,10}(?:日报|晚报|晨报|早报|商报|时报|都市报|周刊|周报|导报|新报|快报|[\u4e00-\u9fff]报)"
)
_WORDS = re.compile(r"\d|星期|编辑|校对")


def _paper(text: str) -> str | None:
    """Find the paper in a page head: 渤 海 湾 商 务 周 刊 2011年4月29日 星期五 第1764期."""
    spaced = re.sub(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff](?: |$))", "", text)
    for word in (*spaced.split(), squeezed(text)):
        match = _PAPER.fullmatch(word)
        if match is not None and not _WORDS.search(word):
            return word
    return None


def year_of(text: str) -> int | None:
    """Return the latest year that a page speaks of as past or present."""
    years: Counter[int] = Counter()
    for match in _YEAR.finditer(squeezed(text)):
        source = match.string
        before, after = (
            source[max(0, match.start() - 14) : match.start()],
            source[match.end() : match.end() + 14],
        )
        if not _AHEAD_BEFORE.search(before) and not _AHEAD_AFTER.match(after):
            years[int(match[1])] += 1
    if not years:
        return None
    most = max(years.values())
    return max(year for year, count in years.items() if count >= max(1, most / 4))


def day_of(article: Article, issue: date | None, year: int | None) -> date | None:
    """Return the day of an article: named in its first paragraph, else that of the issue."""
    opening = article.body[:OPENING_CHARS].split("\n", 1)[0]
    if not opening:
        return None
    base = issue or (date(year, 12, 31) if year else None)
    tight = squeezed(opening)
    day = dateline_date(tight, base)
    if day is None:
        day = next((found for found in _days(tight, base)), None)
    if issue is None:
        return day
    return day if day is not None and timedelta(0) <= issue - day <= MAX_AGE else issue


def _days(text: str, base: date | None) -> list[date]:
    days: list[date] = []
    for match in _DAY.finditer(text):
        year = int(match[1]) if match[1] else base.year if base else None
        if year is None:
            continue
        if match[2] == "去年":
            year -= 1
        try:
            day = date(year, int(match[3]), int(match[4]))
        except ValueError:
            continue
        if match[1] is None and base is not None and day > base + timedelta(days=31):
            day = day.replace(year=day.year - 1) if (day.month, day.day) != (2, 29) else day
        days.append(day)
    return days
