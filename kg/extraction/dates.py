"""Dates of a news text: 2021年9月, 今年底, 12月22日, 昨日, 前三季度, “十四五”末.

News says 今年 and 3月22日 and means a year that only its own date tells, so relative words are
resolved against the report's date. A date keeps the precision of its words: 2022, 2022-12 or
2022-12-19. A stretch of time (7月6日至8日, 1—11月, 上半年) is the date of its first day or month and
an end. Without a report date only what the words themselves fix is resolved.

Deliberately not resolved: 近日, 日前, 近年来, which give no date, and weekdays.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

import cn2an

from kg.model import PartialDate, Span
from kg.schema import load_schema

__all__ = ["FoundDate", "find_dates"]

_MIN_YEAR, _MAX_YEAR = 1900, 2100
_FIRST_PLAN_YEAR = 1953  # of the first five-year plan: the fourteenth began in 2021
_FULL_WIDTH = str.maketrans(
    "０１２３４５６７８９〇○Ｏ零一二三四五六七八九", "01234567890000123456789"
)

_YEARS_AWAY = {
    "今年": 0, "本年": 0, "本年度": 0, "去年": -1, "上年": -1, "上年度": -1, "前年": -2, "明年": 1,
    "来年": 1, "后年": 2,
}  # fmt: skip
# Two words that meet: 目前|年产20万吨, 投产后|年产值, 如今|年销售 name no year.
_NO_YEAR_BEHIND = {"今年": "如", "前年": "目之以此当日先", "后年": "产成工之以此营用"}
_YEAR_WORD = "|".join(
    f"(?<![{_NO_YEAR_BEHIND[word]}]){word}" if word in _NO_YEAR_BEHIND else word
    for word in _YEARS_AWAY
)
_DAYS_AWAY = {
    "今天": 0, "今日": 0, "昨天": -1, "昨日": -1, "昨晚": -1, "前天": -2, "前日": -2, "明天": 1,
    "明日": 1, "后天": 2,
}  # fmt: skip
_MONTHS_AWAY = {"本月": 0, "上月": -1, "上个月": -1, "下月": 1, "下个月": 1}

_N = r"[0-9０-９]"
_NUMBER = rf"(?:{_N}{{1,2}}|十[一二]?|[一二三四五六七八九])"
_DAY_NUMBER = rf"(?:{_N}{{1,2}}|[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])"
_DASH = r"[ 　]?(?:[—–\-~～－]{1,2}|至|到)[ 　]?"
_PART = r"(?:底|末|初|中旬|上旬|下旬|中下旬|份)"


def _rest(tag: str) -> str:
    """Return the pattern of what follows a year, or stands alone; *tag* tells its groups apart."""
    return rf"""(?:
        (?P<from_{tag}>{_NUMBER})月?{_DASH}(?P<to_{tag}>{_NUMBER})月份?(?!{_DAY_NUMBER}[日号])
      | (?P<month_{tag}>{_NUMBER})[ 　]?月份?
        (?: [ 　]?(?P<day_{tag}>{_DAY_NUMBER})(?:
              [日号]?{_DASH}(?:(?P<to_month_{tag}>{_NUMBER})月)?(?P<to_day_{tag}>{_DAY_NUMBER})[日号]
            | [ 　]?[日号])
          | {_PART})?
      | (?P<quarters_{tag}>前[二三两23])个?季度
      | 第?(?P<quarter_{tag}>[一二三四1-4])季度(?P<quarter_end_{tag}>末)?
      | (?P<half_{tag}>[上下])半年
      | (?P<first_months_{tag}>前(?:{_NUMBER}|[两0-9]))个?月
      | (?P<year_end_{tag}>{"年?" if tag == "y" else "年"}(?:底|末))(?![下了子端])
      | (?P<in_year_{tag}>{"年?" if tag == "y" else "年"}(?:内|初))
    )"""


# One expression of time. A month or day must not continue another number: 3.5月, 120日.
_DATE = re.compile(
    rf"""
      (?<![0-9.\-])(?P<iso_year>(?:19|20)[0-9]{{2}})(?P<stroke>[-/.])(?P<iso_month>[01]?[0-9])
        (?P=stroke)(?P<iso_day>[0-3]?[0-9])(?![0-9.\-])
    | [“"](?P<plan>十[一二三四五六]?)五[”"](?P<plan_end>期?末|收官)?
    | (?<!{_N})(?P<year_from>{_N}{{4}})年?{_DASH}(?P<year_to>{_N}{{4}})年
    | (?:(?P<year>(?<!{_N}){_N}{{4}}|[一二][〇零○Ｏ一二三四五六七八九]{{3}})[ 　]?年度?
        |(?P<year_word>{_YEAR_WORD}|当年|同年|次年))[ 　]?{_rest("y")}?
    | (?P<month_word>{"|".join(sorted(_MONTHS_AWAY, key=len, reverse=True))}|当月|同月)
        (?:(?P<mw_day>{_DAY_NUMBER})[日号]|{_PART})?
    | (?P<day_word>{"|".join(_DAYS_AWAY)})(?:[（(](?:(?P<dw_month>{_NUMBER})月)?(?P<dw_day>{_DAY_NUMBER})日[)）])?
    | (?<![0-9０-９.．十]){_rest("n")}
    | (?<![0-9０-９.．月年])(?P<day>{_N}{{1,2}})日(?![内游间均])
    """,
    re.VERBOSE,
)
_SENTENCE_END = re.compile(r"[。！？\n]")
_PAST = re.compile(r"已|了|以来|曾|刚|获悉|截至")


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date and where it stands; `end` is the last day, month or year of a stretch of time."""

    span: Span
    date: PartialDate
    end: PartialDate | None = None


@dataclass(slots=True)
class _Context:
    """What the dates read so far fix for those behind them."""

    text: str
    published: date | None
    year: int | None = None  # stated last in this sentence
    month: int | None = None
    sentence_end: int = -1


@lru_cache(maxsize=64)  # facts and qualifiers ask for the same sentences of an article
def find_dates(text: str, *, published: date | None, begin: int = 0) -> tuple[FoundDate, ...]:
    """Find the dates of *text*, in text order.

    Args:
        text: a sentence or paragraph.
        published: date of the report, which 今年 and 3月22日 refer to.
        begin: offset of *text* in its article; spans are shifted by it.

    >>> [d.date.iso for d in find_dates("计划今年底投产，明年6月达产", published=date(2022, 12, 19))]
    ['2022-12', '2023-06']
    """
    context = _Context(text, published)
    found = []
    for match in _DATE.finditer(text):
        _enter_sentence(context, match.start())
        read = _read(match, context)
        if read is not None:
            words = match.group()
            first, last = (replace(d, text=words) if d else None for d in read)
            if first is not None:
                found.append(FoundDate(Span(*match.span()).shift(begin), first, last))
    return tuple(found)


def _enter_sentence(context: _Context, offset: int) -> None:
    """Forget the year of an earlier sentence: it does not reach beyond the full stop."""
    if offset >= context.sentence_end:
        end = _SENTENCE_END.search(context.text, offset)
        context.sentence_end = end.end() if end else len(context.text) + 1
        context.year = context.month = None


_Dates = tuple[PartialDate, "PartialDate | None"]


def _read(match: re.Match[str], context: _Context) -> _Dates | None:
    """Resolve one expression; None where the text and the report date do not fix it."""
    groups = match.groupdict()
    if groups["iso_year"]:
        return _date(*(int(groups[f"iso_{part}"]) for part in ("year", "month", "day")))
    if groups["plan"]:
        return _plan(groups["plan"], at_end=bool(groups["plan_end"]))
    if groups["year_from"]:
        return _years(groups["year_from"], groups["year_to"])
    if groups["month_word"]:
        return _relative_month(groups, context)
    if groups["day_word"]:
        return _relative_day(groups, context)
    if groups["day"]:
        return _bare_day(match, context)
    if groups["year"] or groups["year_word"]:
        year = _year(groups, context)
        if year is None:
            return None
        context.year, context.month = year, None
        return _in_year(year, groups, "y", context)
    year = _implied_year(match, groups, context)
    return None if year is None else _in_year(year, groups, "n", context)


def _number(digits: str) -> int:
    plain = digits.translate(_FULL_WIDTH)
    if plain.isdigit():
        return int(plain)
    return int(cn2an.cn2an(digits, "smart"))  # 十二, 二十三: the patterns admit nothing else


def _iso(year: int, month: int | None = None, day: int | None = None) -> PartialDate | None:
    if not _MIN_YEAR <= year <= _MAX_YEAR:
        return None
    if month is None:
        return PartialDate(f"{year}")
    if not 1 <= month <= 12:
        return None
    if day is None:
        return PartialDate(f"{year}-{month:02}")
    if not 1 <= day <= monthrange(year, month)[1]:
        return None
    return PartialDate(f"{year}-{month:02}-{day:02}")


def _date(year: int, month: int | None = None, day: int | None = None) -> _Dates | None:
    first = _iso(year, month, day)
    return (first, None) if first is not None else None


def _stretch(first: PartialDate | None, last: PartialDate | None) -> _Dates | None:
    return (first, last) if first is not None else None


def _plan(ordinal: str, *, at_end: bool) -> _Dates | None:
    """“十四五” is 2021 to 2025; its end 2025."""
    first = _FIRST_PLAN_YEAR + 5 * (_number(ordinal) - 1)
    first += 3 if first > 1962 else 0  # 1963 to 1965 belonged to no plan
    return _date(first + 4) if at_end else _stretch(_iso(first), _iso(first + 4))


def _years(first: str, last: str) -> _Dates | None:
    begin, end = int(_number(first)), int(_number(last))
    return _stretch(_iso(begin), _iso(end)) if begin <= end else None


def _year(groups: dict[str, str | None], context: _Context) -> int | None:
    if groups["year"]:
        return _number(groups["year"])
    word = groups["year_word"]
    if word in ("当年", "同年", "次年"):
        return None if context.year is None else context.year + (word == "次年")
    if context.published is None or word is None:
        return None
    return context.published.year + _YEARS_AWAY[word]


def _in_year(
    year: int, groups: dict[str, str | None], tag: str, context: _Context
) -> _Dates | None:
    part = {name: groups[f"{name}_{tag}"] for name in _PARTS}
    if part["month"]:
        context.month = month = _number(part["month"])
        day = _number(part["day"]) if part["day"] else None
        last = None
        if part["to_day"]:
            to_month = _number(part["to_month"]) if part["to_month"] else month
            last = _iso(year + (to_month < month), to_month, _number(part["to_day"]))
        return _stretch(_iso(year, month, day), last)
    if part["from"] and part["to"]:
        return _stretch(_iso(year, _number(part["from"])), _iso(year, _number(part["to"])))
    if part["first_months"]:
        return _stretch(_iso(year, 1), _iso(year, _number(part["first_months"][1:])))
    if part["quarters"]:
        return _stretch(_iso(year, 1), _iso(year, 3 * _number(part["quarters"][1:])))
    if part["quarter"]:
        last_month = 3 * _number(part["quarter"])
        if part["quarter_end"]:
            return _date(year, last_month)
        return _stretch(_iso(year, last_month - 2), _iso(year, last_month))
    if part["half"]:
        first_month = 1 if part["half"] == "上" else 7
        return _stretch(_iso(year, first_month), _iso(year, first_month + 5))
    if part["year_end"]:
        return _date(year, 12)
    return _date(year)


_PARTS = (
    "from", "to", "month", "day", "to_month", "to_day", "quarters", "quarter", "quarter_end", "half",
    "first_months", "year_end", "in_year",
)  # fmt: skip


def _implied_year(
    match: re.Match[str], groups: dict[str, str | None], context: _Context
) -> int | None:
    """Return the year of a month or season named without one.

    After a year in the same sentence it is that year, or the next if the months would run backwards
    (去年12月立项，6月开工). Otherwise it is the report's, except that a month still ahead is last
    year's when the words tell of the past or it is half a year away: news seldom looks that far.
    """
    month = _number(groups["month_n"]) if groups["month_n"] else None
    if context.year is not None and month is not None:
        backwards = context.month is not None and month < context.month
        return context.year + backwards
    published = context.published
    if published is None:
        return None
    if month is None:
        return published.year - _is_over(groups, published)
    day = _number(groups["day_n"]) if groups["day_n"] else published.day
    ahead = (month, day) > (published.month, published.day)
    around = _around(match, context)
    planned = _planned().search(around) is not None
    if ahead and not planned:
        is_past = _PAST.search(around) is not None
        if month != published.month and (month - published.month >= 6 or is_past):
            return published.year - 1
    if planned and published.month - month >= 9:
        return published.year + 1
    return published.year


def _is_over(groups: dict[str, str | None], published: date) -> bool:
    """Say whether a stretch of months is last year's: 1—11月 and 前三季度 report what was, in March too."""
    if groups["to_n"] and _number(groups["from_n"] or "") == 1:  # 计划4—6月 may be ahead
        last = _number(groups["to_n"])
    elif groups["quarters_n"]:
        last = 3 * _number(groups["quarters_n"][1:])
    elif groups["first_months_n"]:
        last = _number(groups["first_months_n"][1:])
    else:
        return False
    return last > published.month


@lru_cache(maxsize=1)
def _planned() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(load_schema().word_list("planned")))))


def _relative_month(groups: dict[str, str | None], context: _Context) -> _Dates | None:
    word = groups["month_word"] or ""
    day = _number(groups["mw_day"]) if groups["mw_day"] else None
    if word in ("当月", "同月"):
        if context.year is None or context.month is None:
            return None
        return _date(context.year, context.month, day)
    if context.published is None:
        return None
    months = context.published.year * 12 + context.published.month - 1 + _MONTHS_AWAY[word]
    return _date(months // 12, months % 12 + 1, day)


def _relative_day(groups: dict[str, str | None], context: _Context) -> _Dates | None:
    """Resolve 昨日; a date in brackets behind it, 昨日(6月16日), is what the text fixes."""
    published = context.published
    if published is None:
        return None
    moment = published + timedelta(days=_DAYS_AWAY[groups["day_word"] or "今天"])
    if groups["dw_day"]:
        month = _number(groups["dw_month"]) if groups["dw_month"] else moment.month
        return _date(moment.year, month, _number(groups["dw_day"]))
    return _date(moment.year, moment.month, moment.day)


def _bare_day(match: re.Match[str], context: _Context) -> _Dates | None:
    """22日 belongs to the month named before in the sentence, else to the report's or the last one."""
    day, published = _number(match["day"]), context.published
    if context.month is not None and context.year is not None:
        return _date(context.year, context.month, day)
    if published is None:
        return None
    if context.month is not None:
        return _date(published.year, context.month, day)
    is_last = day > published.day and _planned().search(_around(match, context)) is None
    months = published.year * 12 + published.month - 1 - is_last
    return _date(months // 12, months % 12 + 1, day)


def _around(match: re.Match[str], context: _Context) -> str:
    return context.text[max(0, match.start() - 8) : match.end() + 8]
