"""Read title, publisher, date, reporters and address from what a file says about itself.

What an article in it says (本报讯（记者 …）) is left to segmentation: a page has many.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from kg.masthead import (
    clean_publisher,
    find_date,
    find_source,
    looks_like_publisher,
    parse_front_matter,
    pick,
    read_masthead,
)

__all__ = ["Metadata", "html_metadata", "markdown_metadata", "text_metadata"]

_HEAD_CHARS = 200_000  # how far into a page its metadata is looked for


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a file says about itself."""

    title: str | None = None
    publisher: str | None = None
    published: date | None = None
    reporters: tuple[str, ...] = ()
    url: str | None = None

    def or_else(self, other: Metadata) -> Metadata:
        """Fill what is missing from *other*."""
        return Metadata(
            self.title or other.title,
            self.publisher or other.publisher,
            self.published or other.published,
            self.reporters or other.reporters,
            self.url or other.url,
        )


def _people(text: str) -> tuple[str, ...]:
    """Part the author entry of a file: 记者 李梦、孙亚飞."""
    text = re.sub(
        r"(?:本报|本网|见习|实习|首席|全媒体)*(?:记者|通讯员|实习生|作者|编辑)[:：]?", " ", text
    )
    names = [name for name in re.split(r"[\s、,，;；/|]+", text) if re.fullmatch(r"\D{2,20}", name)]
    return tuple(name for name in dict.fromkeys(names) if not looks_like_publisher(name))


# ------------------------------------------------------------------------------- front matter


def post_metadata(text: str) -> Metadata:
    """Read the front matter of a Jekyll, Hugo or Hexo post."""
    record, begin = parse_front_matter(text)
    if not begin:
        return Metadata()
    author = pick(record, "reporters")
    publisher = clean_publisher(pick(record, "publisher"))
    if publisher is None and looks_like_publisher(author):
        publisher = clean_publisher(author)  # author: 光岳新报
    return Metadata(
        title=pick(record, "title") or None,
        publisher=publisher or find_source(text[begin:]) or _tagged_publisher(record),
        published=find_date(pick(record, "date")),
        reporters=_people(author),
        url=_address(pick(record, "url")),
    )


def _tagged_publisher(record: Mapping[str, object]) -> str | None:
    """Return the tag or category that names a medium: `tags: 大众日报新闻`."""
    for key in ("tags", "tag", "categories", "category"):
        value = record.get(key, "")
        labels = re.split(r"[\s,，、]+", value) if isinstance(value, str) else value
        for label in labels if isinstance(labels, list) else ():
            if isinstance(label, str) and looks_like_publisher(label):
                return clean_publisher(label)
    return None


def _address(text: str) -> str | None:
    text = html.unescape(text).strip()
    return text if re.fullmatch(r"https?://[^\s<>\"]{3,2000}", text) else None


# --------------------------------------------------------------------------------------- HTML

_META = re.compile(r"<meta\s([^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-zA-Z:_-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_JSON_LD = re.compile(
    r"<script[^<>]{0,200}application/ld\+json[^<>]{0,200}>([^<]{1,100000})</script>", re.IGNORECASE
)
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{1,500})", re.IGNORECASE)
_TIME = re.compile(r"<time[^<>]{0,300}>", re.IGNORECASE)
# <a class="source">每时财经</a>, with or without the label 来源
_SOURCE_ELEMENT = re.compile(
    r"""<(?:a|span|em|i|b|p|div|td)\s[^<>]{0,200}?(?:class|id)\s*=\s*["'](?:[\w-]+[\s_-])?(?:source|laiyuan)["'\s][^<>]{0,300}>\s*"""
    r"([^<>\d。]{2,24}?)\s*</",
    re.IGNORECASE,
)
_CANONICAL = re.compile(r"<link\s([^<>]{0,1000}canonical[^<>]{0,1000})>", re.IGNORECASE)
# The site and its section behind the headline: …_聊城要闻_水城新闻网, … - 大众日报. A dash inside a
# headline (曲阜——政采“零距离”) is none of these.
_TITLE_TAIL = re.compile(
    r"(?:\s*[_|｜]\s*|\s*--+\s*|\s[-–—]\s+|-(?=[^-]{0,16}(?:网|报|频道|新闻|台|在线|中心)$))[^_|｜]{2,20}$"
)
_TITLE_HEAD = re.compile(r"^[^-_|｜]{2,14}?(?:数字报|电子[报版]|报|网)\s*[-_|｜]+\s*(?=\S{5})")
_TITLE_PART = re.compile(r"\s*(?:[_|｜]|--+|\s[-–—]\s|(?<=[报版])-|-(?=[^-]{2,16}$))\s*")

_META_NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("og:title", "articletitle", "twitter:title", "title"),
    "publisher": ("contentsource", "source", "mediaid", "og:site_name", "sitename", "article:publisher"),
    "date": (
        "article:published_time", "pubdate", "publishdate", "og:published_time", "og:release_date",
        "datepublished", "date", "dc.date", "weibo: article:create_at", "firstpublishtime",
    ),
    "reporters": ("article:author", "author", "og:article:author"),
    "url": ("og:url",),
}  # fmt: skip


def html_metadata(text: str) -> Metadata:
    """Read meta elements, JSON-LD, the title and the first visible date of a page."""
    head = text[:_HEAD_CHARS]
    sources: tuple[Callable[[str], Metadata], ...] = (
        post_metadata,
        _from_meta,
        _from_json_ld,
        _from_elements,
        _from_scripts,
        lambda page: _from_words(_visible(page)),
        lambda page: Metadata(publisher=_titled_publisher(page)),
    )
    found = Metadata()
    for source in sources:
        found = found.or_else(source(head))
    return found


def _attributes(inside: str) -> dict[str, str]:
    return {
        name.lower(): html.unescape(double or single or bare)
        for name, double, single, bare in _ATTRIBUTE.findall(inside)
    }


def _from_meta(head: str) -> Metadata:
    found: dict[str, str] = {}
    for match in _META.finditer(head):
        attributes = _attributes(match[1])
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
        if name and attributes.get("content", "").strip():
            found.setdefault(name.lower(), attributes["content"].strip())

    def first(what: str) -> str:
        return next((found[name] for name in _META_NAMES[what] if name in found), "")

    return Metadata(
        first("title") or None,
        clean_publisher(first("publisher")),
        find_date(first("date")),
        _people(first("reporters")),
        _address(first("url")),
    )


def _from_json_ld(head: str) -> Metadata:
    for match in _JSON_LD.finditer(head):
        for record in _records(match[1]):
            if "headline" in record or "datepublished" in record:
                return Metadata(
                    pick(record, "title") or None,
                    clean_publisher(pick(record, "publisher")),
                    find_date(pick(record, "date")),
                    _people(pick(record, "reporters")),
                    _address(pick(record, "url")),
                )
    return Metadata()


def _records(text: str) -> Iterator[dict[str, object]]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(value, dict) and isinstance(value.get("@graph"), list):
        value = value["@graph"]
    for record in value if isinstance(value, list) else [value]:
        if isinstance(record, dict):
            yield {str(key).lower(): entry for key, entry in record.items()}


def _from_elements(head: str) -> Metadata:
    title = _TITLE.search(head)
    words = html.unescape(title[1]).strip() if title else ""
    shortened = _TITLE_HEAD.sub("", words)
    while len(rest := _TITLE_TAIL.sub("", shortened)) >= 5 and rest != shortened:
        shortened = rest
    times = (_attributes(match[0]).get("datetime", "") for match in _TIME.finditer(head))
    canonical = _CANONICAL.search(head)
    sources = (clean_publisher(html.unescape(match[1])) for match in _SOURCE_ELEMENT.finditer(head))
    return Metadata(
        title=shortened or None,
        publisher=next(filter(None, sources), None),
        published=next(filter(None, map(find_date, times)), None),
        url=_address(_attributes(canonical[1]).get("href", "")) if canonical else None,
    )


def _titled_publisher(head: str) -> str | None:
    """Return the medium a title names before or behind the headline: 鲁北新报数字报-…, …_大众网."""
    title = _TITLE.search(head)
    parts = _TITLE_PART.split(html.unescape(title[1]).strip()) if title else []
    for part in (parts[-1], parts[0]) if len(parts) > 1 else ():
        name = re.sub("(?:数字报|电子[报版])$", "", part)
        if looks_like_publisher(name):
            return clean_publisher(name)
    return None


# WeChat writes day and account by script: var ct = "1681268400"; var nickname = htmlDecode("…").
_SCRIPTED_DAY = re.compile(r"""\bcreateTime\s*=\s*['"]([\d-]{8,10})""")
_SCRIPTED_SECOND = re.compile(r"""\bvar\s+ct\s*=\s*['"](1\d{9})['"]""")
_SCRIPTED_NAME = re.compile(r"""\bvar\s+nickname\s*=\s*(?:htmlDecode\()?['"]([^'"<>]{2,30})['"]""")
_BEIJING = timezone(timedelta(hours=8))


def _from_scripts(text: str) -> Metadata:
    day, second = _SCRIPTED_DAY.search(text), _SCRIPTED_SECOND.search(text)
    published = find_date(day[1]) if day else None
    if published is None and second:
        published = datetime.fromtimestamp(int(second[1]), _BEIJING).date()
    name = _SCRIPTED_NAME.search(text)
    return Metadata(
        publisher=clean_publisher(html.unescape(name[1])) if name else None, published=published
    )


def _visible(head: str) -> str:
    """Return the words of a page, roughly: enough to look for a date and a source in."""
    head = re.sub(r"<(script|style)[^<>]{0,300}>[^<]*", " ", head, flags=re.IGNORECASE)
    return html.unescape(re.sub(r"<[^<>]{0,2000}>", " ", head))


def _from_words(text: str) -> Metadata:
    return Metadata(publisher=find_source(text), published=_printed_date(text))


# --------------------------------------------------------------------------------------- text

# A page head (2011年4月29日 星期五), or the line between headline and body of a web page
# (2022-01-18 09:52 来源：…). A day in running text is the day of an event, so it does not count.
_DAY = r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?"
_PRINTED = re.compile(
    rf"{_DAY}\s*(?:星期[一二三四五六日天]|周[一二三四五六日]\b|\d{{1,2}}:\d\d)|(?:发布时间|发布日期|日期|时间)\s*[:：]\s*{_DAY}"
)


def _printed_date(text: str) -> date | None:
    match = _PRINTED.search(text)
    return find_date(match[0].removeprefix("时间")) if match else None


def text_metadata(text: str) -> Metadata:
    """Read the masthead of an article in plain text, or the head of a printed page."""
    lines = text[:4000].split("\n")
    masthead = read_masthead(lines)
    if masthead is None:
        return _page_head(text[:_HEAD_CHARS]).or_else(_from_words(text[:_HEAD_CHARS]))
    title = " ".join(lines[number].strip() for number in masthead.titles)
    return Metadata(title, masthead.publisher, masthead.published).or_else(
        Metadata(publisher=find_source(text[-400:]))
    )


_MARKDOWN_MARKS = re.compile(r"^[#>\s]+|(?<!\\)[*_`]{1,3}", re.MULTILINE)


def markdown_metadata(text: str) -> Metadata:
    """Read the front matter of a Markdown file, or its heading and the info line below it."""
    return post_metadata(text).or_else(text_metadata(_MARKDOWN_MARKS.sub("", text[:_HEAD_CHARS])))


_PAPER = re.compile("(?!本报)[\u4e00-\u9fff]{2,10}(?:日报|晚报|晨报|时报|商报|周报|周刊|导报|报)")
# Names of papers are set wide: 光 岳 新 报. A run of single characters is one word.
_SPACED_OUT = re.compile(
    "(?<![\u4e00-\u9fff])[\u4e00-\u9fff](?:[ \u3000]+[\u4e00-\u9fff](?![\u4e00-\u9fff]))+"
)
_DAY_OF_WEEK = re.compile(rf"{_DAY}|星\s*期\s*[一二三四五六日天]|第\s*\S{{1,6}}\s*[版期]")


def _page_head(text: str) -> Metadata:
    """Read date and paper of a page head (渤 海 湾 商 务 周 刊 2011年4月29日 星期五).

    The name of a paper is often spaced out, and may stand on the line above or below the date.
    """
    match = re.search(rf"{_DAY}\s*星\s*期", text)
    if match is None:
        return Metadata()
    begin = text.rfind("\n", 0, max(0, text.rfind("\n", 0, match.start()))) + 1
    around = text[max(begin, match.start() - 60) : match.end() + 80]
    lines = (line for line in around.split("\n") if len(line) < 60)
    papers = (paper for line in lines for paper in _papers(line))
    return Metadata(publisher=next(papers, None), published=find_date(match[0]))


def _papers(line: str) -> Iterator[str]:
    """Yield the papers a page head names; the weekday beside one is no part of its name."""
    line = _DAY_OF_WEEK.sub("|", line)
    line = _SPACED_OUT.sub(lambda run: re.sub(r"\s", "", run[0]), line)
    for word in re.findall("[\u4e00-\u9fff]+", line):
        if paper := _PAPER.match(word):
            yield paper[0]
