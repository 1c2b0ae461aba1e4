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
    "InfoLine",
    "Masthead",
    "clean_publisher",
    "find_date",
    "find_source",
    "looks_like_publisher",
    "parse_front_matter",
    "parse_info_line",
    "pick",
    "read_masthead",
    "split_publisher",
    "without_halves",
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

# “ and ‘ too: 凡本网注明“来源：大众网”的作品 ends the name at the mark.
_NAME_END = r"\s\u3000）)】\]|｜《》<>，。,；;“”‘’\"'"
_SOURCE = re.compile(
    rf"(?:文章|稿件|信息|新闻|消息|内容|本文)?(?<!图片)(?<!图)(?<!数据)(?<!资料)(?<!资金)(?:来源|稿源|出处|转自|转载自)于?\s*[:：]\s*[《“]?([^{_NAME_END}]{{2,24}})"
)
# A rule about sources names none: 凡本网注明“来源：大众网”的作品, 转载请注明来源：大众网.
_RULE_BEFORE = re.compile(r"注明\s*[“\"'‘：:（(]?\s*$")
# What stands behind the name on one line without a space: 来源：大众网作者：李梦
_LABEL_BEHIND = re.compile(
    r"(?:作者|记者|编辑|责编|责任编辑|发布时间|发布于|时间|日期|字号|浏览|阅读|点击|通讯员)[:：].*|(?:19|20)\d\d[-年/.].*"
)


def find_source(text: str) -> str | None:
    """Return the publisher a text names: （文章来源：大众日报） gives 大众日报.

    >>> find_source("凡本网注明“来源：大众网”的作品，未经授权不得转载。") is None
    True
    """
    for match in _SOURCE.finditer(text):
        if _RULE_BEFORE.search(text[max(0, match.start() - 12) : match.start()]):
            continue
        name = _LABEL_BEHIND.sub("", match[1])
        if name and (publisher := clean_publisher(name)):
            return publisher
    return None


def clean_publisher(name: str) -> str | None:
    """Return the bare name of a paper or site, None where nothing is left.

    A Jekyll site files posts under the paper's news: the tag 大众日报新闻 means 大众日报.

    >>> clean_publisher("大众日报新闻"), clean_publisher("来源：《科技日报》")
    ('大众日报', '科技日报')
    """
    name = re.sub(r"[《》【】\[\]\"'“”]", "", name).strip(" \u3000:：-_|")
    name = re.sub(r"^(?:文章|稿件|信息|新闻|内容)?(?:来源|稿源|出处)\s*[:：]\s*", "", name)
    name = re.sub(r"(?<=[报刊网社台])(?:新闻|资讯|要闻|快讯|文章|稿件)$", "", name)
    is_name = 2 <= len(name) <= 30 and not re.match(
        r"https?:|www\.|(?:本站|本网|原创|网络|互联网|微信公众平台)$", name
    )
    return name if is_name else None


# Media called “… News” are few and known; any other 新闻 is a channel: 资本市场新闻, 聊城新闻.
_NEWS_MEDIA = "澎湃|界面|封面|央视|上游|红星|极目|潮|荔枝|大象|九派|闪电|海报|凤凰|腾讯|网易|新浪"
_MEDIUM = re.compile(
    r"[\u4e00-\u9fffA-Za-z0-9·]{0,14}?(?:报|刊|网|台|融媒体?(?:中心)?|客户端|公众号|传媒|在线|之声|之家|头条|"
    r"(?:报|刊|杂志|通讯|新华|中新|法新|路透)社|(?<!权威)(?<!信息)(?<!新闻)发布|"
    rf"(?:{_NEWS_MEDIA})新闻)"
)
_NO_MEDIUM = re.compile(
    "(?:[上填申汇通预举情海警直月年季简快捷喜战播]报|[电路管水联官渔]网|互联网|物联网|本[报刊网台]|[平后前舞灶]台)$"
)


def looks_like_publisher(name: str) -> bool:
    """Say whether a tag or label names a medium: 聊城日报, 鹿邑融媒, 澎湃新闻, not 资本市场新闻."""
    bare = clean_publisher(name)
    return bare is not None and (
        _MEDIUM.fullmatch(bare) is not None and _NO_MEDIUM.search(bare) is None
    )


def split_publisher(text: str) -> tuple[str | None, str]:
    """Return the medium a line begins with, None where it begins otherwise, and what follows.

    >>> split_publisher("光岳新报　记者 路遥远"), split_publisher("记者 路遥远")
    (('光岳新报', '记者 路遥远'), (None, '记者 路遥远'))
    """
    first = re.match(r"[^\s|｜/]+", text)
    if first is None or not looks_like_publisher(first[0]):
        return None, text
    return clean_publisher(first[0]), text[first.end() :].strip(" \u3000|｜/·")


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
            value = "、".join(filter(None, map(_name, value)))
        if isinstance(value, str) and value.strip():
            return without_halves(value.strip())
        if isinstance(value, int) and not isinstance(value, bool) and value > 19000000:
            return str(value)  # 20220118
    return ""


def _name(part: object) -> str:
    """Return one of several names.

    Anything deeper is none, and must not be written out: nine YAML lists of nine aliases each are
    a few hundred bytes and, written out, a thousand million words (the billion laughs).
    """
    if isinstance(part, Mapping):
        part = part.get("name")
    return str(part) if isinstance(part, str | int) else ""


_HALVES = re.compile("[\ud800-\udfff]")


def without_halves(text: str) -> str:
    r"""Return *text* with the replacement character for each half of a character.

    JSON and YAML can write half a character (``\\ud800``); no encoding can, so no file could hold it.
    """
    return _HALVES.sub("\ufffd", text)


# ---------------------------------------------------------------------------------- info line


@dataclass(frozen=True, slots=True)
class InfoLine:
    """The line between headline and body: 2022-12-28 09:15　光岳新报　记者 路遥远　阅读 1.2万."""

    published: date | None
    publisher: str | None
    credit: str  # what is left: a byline, "" for none


MAX_INFO_CHARS = 120
_TIME = r"(?:\s*T?\d{1,2}[:：]\d\d(?:[:：]\d\d)?)?"
# Set off from what stands around it; a headline speaks of a day in running words (自2023年3月1日起).
_INFO_DATE = re.compile(
    r"(?:^|(?<=[\s|｜/·:：(（\[【报网社台]))(?:(?:发布|发表|更新|发稿)?(?:时间|日期|于)\s*[:：]?\s*)?"
    rf"(?<!\d)(?:19|20)\d\d\s?[-/.年]\s?\d{{1,2}}\s?[-/.月]\s?\d{{1,2}}(?!\d)\s?日?{_TIME}(?!\d)"
    r"(?:\s*(?:星期|周)[一二三四五六日天])?"
    r"(?=$|[\s|｜/·)）\]】]|来源|稿源|作者|记者|通讯员|编辑|责编|浏览|阅读|点击|字[号体]|[\u4e00-\u9fff]{2,8}[报网]$)"
)
# What a page tells or offers beside the date: 阅读 1.2万, 浏览次数：308, 字号 大 中 小, 分享到：.
_INFO_NOISE = re.compile(
    r"(?:(?:浏览|阅读|点击|评论|访问|热度|人气|收藏|查看|回复|点赞)(?:次数|量|数|率)?\s*[:：]?\s*\d[\d.,]*\s*[万+次]*(?:人次)?"
    r"|\d[\d.,]*\s*[万+次]*\s*(?:浏览|阅读|点击|评论|条评论|人评论|次浏览|次阅读|人参与)"
    r"|字(?:号|体)(?:大小)?\s*[:：]?[\s【\[(（]*(?:[大中小特默认][\s】\])）]*)*|[大中小]字号|(?<!\S)(?:[大中小]\s+)+[大中小](?!\S)|(?<!\S)A[+-]?(?!\S)"
    r"|(?:我要)?(?:评论|打印|分享|收藏|纠错|关闭|朗读|语音播报|订阅|关注)(?:本[页文])?(?:到|至)?\s*[:：]?(?!\S)"
    r"|(?:编辑|责编|责任编辑|审核|校对|录入|发布人|发布者|发布机构|字数|栏目|分类|关键词|标签|索引号|文号)\s*[:：]\s*[^\s|｜]{0,20}"
    r"|原创(?!\S))"
)


def parse_info_line(text: str) -> InfoLine | None:
    """Read a line that tells when and where an article appeared, None for any other line.

    The order of the parts differs from site to site, so each is taken out in turn; what is left
    must be judged by the caller, who knows bylines.

    >>> parse_info_line("光岳新报　2022-12-28　记者 路遥远").credit
    '记者 路遥远'
    """
    text = text.strip(" \u3000*_")  # *…* in Markdown
    if len(text) > MAX_INFO_CHARS or re.search("[。！？；]", text):
        return None
    dated = _INFO_DATE.search(text)
    source = find_source(text)
    if dated is None and source is None:
        return None
    rest = text.replace(dated[0], "\n", 1) if dated else text
    rest = _INFO_NOISE.sub("\n", rest)
    publisher = source
    if source:
        rest = re.sub(
            rf"[（(【\[]?[^\s：:]{{0,2}}(?:来源|稿源|出处|转自)于?\s*[:：]\s*[《“]?{re.escape(source)}[》”）)】\]]?",
            "\n",
            rest,
        )
    left: list[str] = []
    for part in re.split(r"[\n|｜]+", rest):
        part = part.strip(" \u3000/·,，、:：-—()（）[]【】")
        named, after = split_publisher(part)
        publisher = publisher or named
        left.append(after if named else part)
    credit = " ".join(part for part in left if part)
    return InfoLine(find_date(dated[0]) if dated else None, publisher, credit)


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
    published: date | None
    publisher: str | None
    credit: str  # a byline beside the date, or the place: 2023-09-15  荆门
    body_line: int


MAX_TITLE_CHARS = 80
MAX_CREDIT_CHARS = 40
_PAGE_HEAD = re.compile("(?:星期|周)[一二三四五六日天]|第.{1,6}[版期]")
_YEAR_LINE = re.compile(r"\s*(?:19|20)\d\d年?\s*$")


def read_masthead(lines: Sequence[str]) -> Masthead | None:
    """Return the masthead of an article in plain text, or None where its first lines have none."""
    titles: list[int] = []
    for number, line in enumerate(lines[:8]):
        if not line.strip():
            continue
        info = parse_info_line(line)
        if titles and (info or _YEAR_LINE.match(line)):
            info = info or InfoLine(None, None, "")
            if _PAGE_HEAD.search(line):
                return None  # the head of a printed page
            if len(info.credit) <= MAX_CREDIT_CHARS and not re.search("[，,]", info.credit):
                return Masthead(
                    tuple(titles), info.published, info.publisher, info.credit, number + 1
                )
        if len(titles) == 3 or len(line.strip()) > MAX_TITLE_CHARS or line.rstrip().endswith("。"):
            break
        titles.append(number)
    return None
