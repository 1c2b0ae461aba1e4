"""Read what a file says about itself: title, date, publisher, front matter.

Two rooms need it, `kg.reading` for the document and `kg.segmentation` for the records and posts in
it, so it lies below both. Nothing here judges body text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import yaml

__all__ = [
    "FRONT_MATTER",
    "RECORD_KEYS",
    "Masthead",
    "clean_publisher",
    "find_date",
    "find_source",
    "parse_front_matter",
    "pick",
    "read_masthead",
]

FRONT_MATTER = re.compile(
    r"\A\s*---[ \t]*\n(?P<yaml>.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL
)
"""The block between two lines of dashes that opens a Jekyll, Hugo or Hexo post."""

RECORD_KEYS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "headline", "标题", "题目", "name", "subject"),
    "text": ("text", "content", "body", "正文", "内容", "article", "articlebody", "html", "全文"),
    "date": (
        "date", "published", "publish_time", "publishtime", "publish_date", "pub_date", "pubdate",
        "publication_date", "datepublished", "published_at", "time", "datetime", "日期", "发布时间",
        "发布日期", "时间", "created_at", "created",
    ),
    "publisher": (
        "source", "publisher", "media", "来源", "媒体", "site_name", "sitename", "site", "newspaper",
        "报纸", "origin",
    ),
    "url": ("url", "link", "permalink", "链接", "网址", "source_url", "canonical_url"),
    "reporters": ("reporters", "reporter", "authors", "author", "byline", "记者", "作者", "creator"),
}  # fmt: skip
"""Names under which records and front matter keep what we want, the likeliest first, lower case."""

# ------------------------------------------------------------------------------------- dates

_DIGITS = str.maketrans(
    "０１２３４５６７８９〇○零一二三四五六七八九", "0123456789" + "000" + "123456789"
)
_FORMS = (
    r"(?<!\d)((?:19|20)\d\d)\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日",
    r"(?<!\d)((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)",
    r"(?<!\d)((?:19|20)\d\d)[-/]?(\d\d)/(\d\d)(?!\d)",  # …/2022-01/18/content_1.htm
    r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?!\d{2})",  # t20220118_1234.html
)
_CHINESE_DATE = re.compile(
    r"[一二][〇○零一二三四五六七八九]{3}年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)


def find_date(text: str) -> date | None:
    """Return the first calendar day in *text*, in any of the usual spellings.

    >>> find_date("2022-01-18 09:52:28 +0800"), find_date("/html/2022-01/18/content_7.htm")
    (datetime.date(2022, 1, 18), datetime.date(2022, 1, 18))
    """
    text = text[:400]
    if chinese := _CHINESE_DATE.search(text):
        year = int(chinese[0][:4].translate(_DIGITS))
        return _day(year, _chinese_number(chinese[1]), _chinese_number(chinese[2]))
    plain = text.translate(_DIGITS)
    for form in _FORMS:
        for match in re.finditer(form, plain):
            if day := _day(*(int(group) for group in match.groups())):
                return day
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _chinese_number(text: str) -> int:
    """Read 一 to 九十九: 十八 is 18, 二十 is 20."""
    tens, ten, ones = text.rpartition("十")
    value = int(ones.translate(_DIGITS)) if ones else 0
    return value + (10 * int(tens.translate(_DIGITS) if tens else 1) if ten else 0)


# --------------------------------------------------------------------------------- publishers

_SOURCE = re.compile(
    r"(?:文章|稿件|信息|新闻|消息|内容|本文)?(?:来源|稿源|出处|转自|转载自)\s*[:：]\s*《?([^\s）)】\]|｜《》<>，。,]{2,24})"
)


def find_source(text: str) -> str | None:
    """Return the publisher a text names: （文章来源：大众日报） gives 大众日报."""
    match = _SOURCE.search(text)
    return clean_publisher(match[1]) if match else None


def clean_publisher(name: str) -> str | None:
    """Return the bare name of a paper or site, None where nothing is left.

    A Jekyll site files posts under the paper's news: the tag 大众日报新闻 means 大众日报.

    >>> clean_publisher("大众日报新闻"), clean_publisher("《科技日报》")
    ('大众日报', '科技日报')
    """
    name = re.sub(r"[《》【】\[\]\"']", "", name).strip(" \u3000:：-_|")
    name = re.sub(r"(?<=[报刊网社台])(?:新闻|资讯|要闻|快讯|文章|稿件)$", "", name)
    return name if 2 <= len(name) <= 30 and not re.match(r"https?:|www\.", name) else None


def looks_like_publisher(name: str) -> bool:
    """Say whether a tag or label names a medium: 聊城日报, 鹿邑融媒, 澎湃新闻."""
    return re.search(r"(?:报|刊|网|社|台|融媒|新闻|周刊|客户端|传媒|在线|之家)$", name) is not None


# -------------------------------------------------------------------------------- front matter


def parse_front_matter(text: str) -> tuple[Mapping[str, object], int]:
    """Return the front matter of a post, keys in lower case, and where its body begins.

    Values stay strings (or lists of them), so that an impossible date is no error here.
    """
    match = FRONT_MATTER.match(text)
    if match is None:
        return {}, 0
    try:
        data = yaml.BaseLoader(match["yaml"]).get_single_data()
    except (yaml.YAMLError, ValueError, RecursionError):
        pairs = (line.partition(":") for line in match["yaml"].split("\n"))
        data = {key.strip(): value.strip().strip("'\"") for key, colon, value in pairs if colon}
    if not isinstance(data, Mapping):
        return {}, 0
    return {str(key).lower(): value for key, value in data.items()}, match.end()


def pick(record: Mapping[str, object], what: str) -> str:
    """Return the value of a record under the first of the usual names for *what*, "" for none."""
    for key in RECORD_KEYS[what]:
        value = record.get(key)
        if isinstance(value, Mapping):
            value = value.get("name") or value.get("@value")
        if isinstance(value, list | tuple):
            value = "、".join(
                str(part.get("name", "") if isinstance(part, Mapping) else part) for part in value
            )
        if isinstance(value, str) and value.strip():
            return value.strip()
        if isinstance(value, int) and not isinstance(value, bool) and value > 19000000:
            return str(value)  # 20220118
    return ""


# ------------------------------------------------------------------------------ article as text


@dataclass(frozen=True, slots=True)
class Masthead:
    """What stands above the body of an article saved as plain text.

    ::

        专项整治见实效 产业底子更扎实
        全市非煤矿山“体检”：关停14座
        2021-12-03  巴彦淖尔日报 记者 刘志
    """

    titles: tuple[int, ...]  # line numbers
    date_line: int | None
    published: date | None
    credit: str  # the rest of the date line: a publisher, a byline, or both
    body_line: int


MAX_TITLE_CHARS = 80
_DATE_LINE = re.compile(
    r"\s*(?:(?:发布)?(?:时间|日期)\s*[:：]\s*)?((?:19|20)\d\d(?:\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?(?:\s*\d\d?:\d\d(?::\d\d)?)?|年?))(?!\d)(?P<rest>.{0,60})$"
)


def read_masthead(lines: Sequence[str]) -> Masthead | None:
    """Return the masthead of an article in plain text, or None where its first lines have none."""
    titles: list[int] = []
    for number, line in enumerate(lines[:8]):
        if not line.strip():
            continue
        date_line = _DATE_LINE.match(line)
        if date_line and titles:
            rest = date_line["rest"].strip(" \u3000|｜")
            if re.search("星期|第.{1,6}[版期]", rest):
                return None  # the head of a printed page
            if not re.search("[。！？]", rest):
                return Masthead(tuple(titles), number, find_date(date_line[1]), rest, number + 1)
        if len(titles) == 3 or len(line.strip()) > MAX_TITLE_CHARS or line.rstrip().endswith("。"):
            break
        titles.append(number)
    return None
