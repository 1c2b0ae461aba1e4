"""Tell bylines, credits and jump lines from body text, and read the names in them.

Who wrote an article stands on a line of its own (■ 本报记者 曹天伟), in the opening words
(本报讯（记者 尹腾淑 通讯员 贾明鑫）) or behind the last sentence (（祁连／摄）). The first and the
last are not body, the second is. Names are often printed without a space between them
(□ 本报记者李梦孙亚飞高田): they are parted where a surname begins the next one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, lru_cache

from kg.masthead import parse_info_line, split_publisher
from kg.model import Span
from kg.schema import ontology_path

__all__ = [
    "dateline_date",
    "find_jump",
    "inline_reporters",
    "is_credit",
    "is_jump_line",
    "parse_byline",
    "split_names",
    "tears_role",
]

MAX_BYLINE_CHARS = 60  # three reporters and three correspondents of a county with its name
# Ranks in ontology/surnames.txt. Beyond the first limit stand
# 日, 本, 要, which begin more words than names; names run together need more certainty still.
RARE_SURNAME = 500
FREQUENT_SURNAME = 200

# ------------------------------------------------------------------------------------- words

MARKERS = "■□●○◎◆◇▲△▼▽★☆◤◢▪•·※＊*◼◻✎"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002fa1f"

# What stands before 记者: 本报, 全媒体, 首席, 驻冀, 聊城日报·… Five at most, and a run of letters whole: a run
# cut in every possible way (httpwwwkuaixun…, 报报报…) would take longer than the universe has lasted.
_ROLE_PREFIX = (
    r"(?:[A-Za-z]{2,}(?![A-Za-z])|本报|本刊|本网|本台|本社|融媒体?|全媒体?|新媒体|特约|特派|首席|见习|实习|高级|主任|摄影|文字|视频|"
    rf"驻[{_HAN}]{{1,4}}?|[{_HAN}]{{2,7}}(?:报|周刊|网|电视台|广播电台|融媒|传媒|客户端|融媒体中心)社?|"  # 光岳新报
    r"新华社|中新社|央视)"
)
_ROLE = re.compile(
    rf"{_ROLE_PREFIX}{{0,5}}(?:记者|通讯员|实习生|撰稿人|撰稿|撰文|编译|采写|采访|作者|评论员|报道组|供稿|执笔)"
)
# What stands beside a name to say what it did: 文/图, 摄影报道, 供图.
_ACTION = "综合报道|摄影报道|图文报道|报道|综合整理|整理|供图|供稿|提供|摄影|摄像|摄|制图|绘图|漫画|图文|文图|编译|撰文|文|图"
_WHOLE_ACTION = re.compile(_ACTION)
_GLUED_ACTION = re.compile(rf"([{_HAN}·]{{2,}})(?:摄影报道|报道|供图|供稿|摄影|摄)")
_TORN_CHARS = 4  # on each side of a line break
_EDITING = re.compile(
    r"责任编辑|责编|编辑|值班|主编|美编|编审|编委|校对|排版|版式|组版|审校|审核|终审|复审|初审|监制|来源|原标题|稿源"
)
_SOURCE = re.compile(
    r"[（(\[【]?\s*(?:文章|稿件|信息|新闻|消息|资料|内容|本文)?"
    r"(?:来源|出处|稿源|转自|转载自|来自)(?:于|自)?\s*[:：]\s*\S.{0,40}"
)
_PHOTO = re.compile(
    rf"(?:(?:资料|新闻|网络|配|效果|示意)?(?:图片|照片|图|资料)(?:[/／:：].{{1,12}}|来源.{{0,14}})?|"
    rf"摄影?[/／:：]\s?.{{1,12}}|[{_HAN}·\s]{{0,12}}(?:摄|供图|摄影))"
)
# Section labels that newspapers mark as they mark a pen name: ■ 要闻, □ 时评.
_LABELS = frozenset(
    [
        "要闻",
        "时评",
        "评论",
        "综合",
        "视点",
        "聚焦",
        "短评",
        "链接",
        "资料",
        "观点",
        "新闻",
        "导读",
        "图片",
        "广告",
        "公告",
        "声明",
        "热点",
        "民生",
        "关注",
        "言论",
        "快评",
        "社论",
        "简讯",
        "专题",
        "经济",
        "社会",
        "文化",
        "体育",
        "教育",
        "科技",
        "国际",
        "国内",
        "副刊",
        "理论",
        "调查",
        "特写",
        "通讯",
        "消息",
        "快讯",
        "动态",
        "案例",
        "背景",
        "提示",
        "解读",
        "数据",
        "现场",
        "声音",
        "速览",
        "目录",
        "今日",
        "本版",
        "区域",
        "产业",
        "财经",
        "项目",
        "招商",
        "附录",
        "说明",
        "新闻链接",
        "相关链接",
        "编者按",
        "记者手记",
        "短新闻",
        "完",
        "待续",
        "续",
        "上",
        "中",
        "下",
        "略",
        "图文",
        "注",
        "下转",
        "上接",
        "更多",
        "首页",
        "返回",
        "分享",
    ]
)


@cache
def _surname_ranks() -> dict[str, int]:
    """Return surnames and their rank in frequency, from ontology/surnames.txt."""
    lines = (ontology_path() / "surnames.txt").read_text(encoding="utf-8").split("\n")
    names = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return {name: rank for rank, name in enumerate(names)}


def _surname(name: str) -> str | None:
    """Return the surname *name* begins with: 欧阳 of 欧阳娜娜, 李 of 李梦."""
    ranks = _surname_ranks()
    if len(name) > 2 and name[:2] in ranks:
        return name[:2]
    return name[0] if len(name) > 1 and ranks.get(name[0], RARE_SURNAME) < RARE_SURNAME else None


# ------------------------------------------------------------------------------------- names


@lru_cache(maxsize=4096)
def split_names(run: str) -> tuple[str, ...] | None:
    """Part names printed without a space between them, or return None where that is impossible.

    >>> split_names("李梦孙亚飞高田")
    ('李梦', '孙亚飞', '高田')

    The cheapest parting wins: frequent surnames are cheap, names of three characters are cheaper
    than names of two, and a frequent surname inside a given name is dear (李梦孙 costs more).
    """
    if len(run) > MAX_BYLINE_CHARS or not _all_han(run):
        return None
    rank_limit = FREQUENT_SURNAME if len(run) == 4 else RARE_SURNAME  # 阿依古丽 is one name
    best: list[tuple[float, int]] = [(0.0, 0)] + [(math.inf, 0)] * len(run)
    for end in range(2, len(run) + 1):
        for length in (2, 3, 4):
            if length > end:
                continue
            before = best[end - length][0]
            cost = before + _name_cost(run[end - length : end], rank_limit)
            if cost < best[end][0]:
                best[end] = (cost, end - length)
    if best[-1][0] == math.inf:
        return None
    names: list[str] = []
    end = len(run)
    while end:
        begin = best[end][1]
        names.append(run[begin:end])
        end = begin
    return tuple(reversed(names))


def _name_cost(name: str, rank_limit: int) -> float:
    """Return how unlikely *name* is: a negative logarithm, roughly."""
    surname = _surname(name)
    if surname is None or not 1 <= len(name) - len(surname) <= 2:
        return math.inf
    ranks = _surname_ranks()
    if len(surname) == 1 and ranks[surname] >= rank_limit:
        return math.inf
    given = name[len(surname) :]
    inner = sum(1.5 for character in given if ranks.get(character, 999) < 100)
    return math.log(ranks[surname] + 5) + (0.3 if len(given) == 2 else 1.1) + inner


def _all_han(text: str) -> bool:
    return re.fullmatch(rf"[{_HAN}]+", text) is not None


def _is_name(token: str, *, sure: bool) -> bool:
    """Say whether a token can be one name; *sure* when a role and a space before it say so."""
    if token in _LABELS or _NO_NAME.search(token):
        return False
    if re.fullmatch(rf"[{_HAN}]{{1,8}}(?:[·•・][{_HAN}]{{1,8}}){{1,3}}", token):
        return True  # 库尔班·艾合买提
    if sure and re.fullmatch(rf"[{_HAN}]{{2,4}}", token):
        return True  # pen names: 记者 象山
    surname = _surname(token)
    if surname is None or not _all_han(token) or _NO_SURE_NAME.search(token):
        return False
    return 1 <= len(token) - len(surname) <= 2


# Never a name, even behind a role: 记者 在莘县采访. And not without a role: （江苏）, （金融时报）.
_NO_NAME = re.compile("^[在从于是的将对]|[了到]$")
_NO_SURE_NAME = re.compile(
    "^(?:江苏|江西|安徽|云南|宁夏|广东|广西|山东|山西|湖南|湖北|海南|河南|河北|甘肃|陕西|贵州|高唐|"
    "全文|全国|时间|单位|万元|何时|双语|金融)|[报网社台刊完版图讯省市县区州局部院所司厂]$"
)


# Characters that transcribe Uighur, Kazakh, Mongolian and Tibetan names: 阿不都热依木
_TRANSCRIBING = re.compile(
    "[阿艾买提江古丽尔克木热依不都拉布赛娜吐逊库班哈力孜帕沙米努再汗合海麦斯塔巴音朝鲁那苏其格日乌云"
    "扎西卓玛次仁桑杰多吉达娃尼旺罗央金平措]{5,8}"
)


def _read_names(token: str, *, sure: bool) -> tuple[str, ...] | None:
    """Read a token as one name, or as several printed without a space."""
    names = split_names(token) if len(token) >= 4 else None
    if names and len(names) > 1 and all(_is_name(name, sure=False) for name in names):
        return names
    if _is_name(token, sure=sure) or (sure and _TRANSCRIBING.fullmatch(token)):
        return (token,)
    return None


# ------------------------------------------------------------------------------------ bylines

_SEPARATORS = re.compile(r"[\s\u3000、，,；;/／|｜:：&]+")


def parse_byline(line: str) -> tuple[str, ...] | None:
    """Return the names where the whole line is a byline or says who took the picture, else None.

    >>> parse_byline("◎ 本报记者 宫晓彤 实习生 栾一鸣")
    ('宫晓彤', '栾一鸣')
    >>> parse_byline("记者从采购办了解到") is None
    True
    """
    stripped = line.strip()
    text = stripped.lstrip(MARKERS + " \u3000")
    marker = stripped[0] if text != stripped else ""
    text, bracketed = _without_brackets(text.strip("—–-－ \u3000"))
    text = _without_day_and_paper(text)
    if not text or len(text) > MAX_BYLINE_CHARS or _NO_BYLINE.search(text):
        return None
    return _names_of(text, bare=bool(marker) or bracketed, marker=marker)


# A sentence, a figure, a dateline (本报天津9月7日讯 记者 柳青 opens a body), an editor's line
_NO_BYLINE = re.compile(
    rf"[。！？!?“”…《》\d]|(?:本报|本刊|本网)[{_HAN}]{{0,4}}(?:讯(?!员)|电)|(?:记者|员)[，,]|{_EDITING.pattern}"
)


def _without_day_and_paper(text: str) -> str:
    """Return the byline in an info line: 2023-04-12　光岳新报　记者 岳成林."""
    if re.search(r"\d", text) and (info := parse_info_line(text)):
        return info.credit
    paper, rest = split_publisher(text)
    return rest if paper and _ROLE.match(rest) else text


def _without_brackets(text: str) -> tuple[str, bool]:
    match = re.fullmatch(r"[（(]([^（）()]*)[）)]|[【\[]([^【】\[\]]*)[】\]]", text)
    if match is None:
        return text, False
    return (match[1] or match[2] or "").strip(), True


@dataclass(frozen=True, slots=True)
class _Word:
    """A part of a byline: `kind` is role, action, name (a candidate), place (平顶山报道) or medium."""

    kind: str
    text: str
    spaced: bool = True  # a separator stands before it
    sure: bool = False  # a role before it or an action says that it is a name


# A correspondent's office before the name: 通讯员 市住建局 田野
_BODY = re.compile("..(?:局|委|办|中心|公司|集团|学院|大学|医院|法院|支队|管委会|办事处|街道)$")


def _words(text: str) -> Iterator[_Word]:
    for chunk in _SEPARATORS.split(text):
        at = 0
        for role in _ROLE.finditer(chunk):
            if role.start() > at:
                before = chunk[at : role.start()]
                yield _Word(_kind_before_role(before), before, spaced=at == 0)
            yield _Word("role", role[0])
            at = role.end()
        if at < len(chunk):
            yield from _tail_words(chunk[at:], spaced=at == 0)


def _kind_before_role(text: str) -> str:
    """Tell a medium that no suffix betrays (每时财经记者) from names (李梦高田记者)."""
    is_long = len(text) >= 4 and _all_han(text)
    return "medium" if is_long and _read_names(text, sure=False) is None else "name"


def _tail_words(rest: str, *, spaced: bool) -> Iterator[_Word]:
    if _WHOLE_ACTION.fullmatch(rest):
        yield _Word("action", rest)
    elif glued := _GLUED_ACTION.fullmatch(rest):
        yield _Word("place" if rest.endswith("报道") else "name", glued[1], spaced)
        yield _Word("action", rest[len(glued[1]) :])
    else:
        yield _Word("name", rest, spaced)


def _names_of(text: str, *, bare: bool, marker: str = "") -> tuple[str, ...] | None:
    """Read "本报记者 付饶 史可 平顶山报道"; *bare* when names may stand without a role."""
    words = list(_words(text))
    kinds = [word.kind for word in words]
    has_role = "role" in kinds or "action" in kinds
    first_role = 0 if "action" in kinds or "role" not in kinds else kinds.index("role")
    words = [
        replace(word, sure=has_role and word.spaced and number >= first_role)
        for number, word in enumerate(words)
    ]
    candidates = [word for word in words if word.kind == "name" and not _BODY.search(word.text)]
    if not candidates:  # 本报记者李梦报道
        candidates = [word for word in words if word.kind == "place"]
    if not candidates or not (has_role or bare):
        return None
    names: list[str] = []
    for token, sure in _joined(candidates):
        found = _read_names(token, sure=sure)
        if found is None:
            return _pen_names(candidates, marker)
        names.extend(found)
    return tuple(dict.fromkeys(names))


def _joined(words: Sequence[_Word]) -> Iterator[tuple[str, bool]]:
    """Join a name of two characters that is spaced to the width of three: 高　田."""
    at = 0
    while at < len(words):
        pair = words[at : at + 2]
        if len(pair) == 2 and all(len(word.text) == 1 for word in pair):
            yield pair[0].text + pair[1].text, pair[0].sure
            at += 2
            continue
        yield words[at].text, words[at].sure
        at += 1


def _pen_names(words: Sequence[_Word], marker: str) -> tuple[str, ...] | None:
    """Accept short names without a known surname behind a mark: □ 洱扬, □江小渔 赣一.

    □ is the mark of bylines; behind another mark one of the names needs a surname, because
    section labels are marked as well (■ 要闻).
    """
    tokens = [word.text for word in words]
    fits = all(
        re.fullmatch(rf"[{_HAN}]{{2,3}}", token) and token not in _LABELS for token in tokens
    )
    known = any(_surname(token) for token in tokens)
    return tuple(tokens) if marker and fits and (known or marker == "□") else None


# ------------------------------------------------------------------------------- other lines


def is_credit(line: str) -> bool:
    """Say whether a line only tells who took, wrote, edited or first published something.

    >>> is_credit("（文章来源：大众日报）"), is_credit("责任编辑：严复生 校对：路遥")
    (True, True)
    """
    text = line.strip().lstrip(MARKERS + " \u3000→▶")
    if not text or len(text) > MAX_BYLINE_CHARS or re.search("[。！？]$", text):
        return False
    if _SOURCE.fullmatch(text) or parse_byline(line) is not None:
        return True
    inner, _ = _without_brackets(text)
    if _PHOTO.fullmatch(inner):
        return True
    return _is_editing_line(inner)


def _is_editing_line(text: str) -> bool:
    """Tell 责任编辑：严复生 校对：路遥 from a sentence about editing."""
    first = re.match(
        rf"(?:本版|值班|责任|执行|美术|版面|电子|图文)?(?:{_EDITING.pattern})[{_HAN}]{{0,2}}[\s:：/]"
        rf"|(?:撰稿|供稿|撰文|作者|摄影)人?\s*[:：][^:：]{{2,20}}(?:{_EDITING.pattern})[{_HAN}]{{0,2}}[:：]",
        text,
    )
    return first is not None and not re.search("[，,、]", text)


_PAGE = rf"[A-Za-z]?\s?[0-9０-９〇一二三四五六七八九十]{{1,3}}\s?[版面](?:[·・\s]?[{_HAN}]{{0,6}})"
_ARROWS = r"[→▶►▷⇒➔➜>》\s]"
_JUMP_WORD = r"(?:未完[，,]?\s?)?(?:下转|上接|紧接|转自|转|接|详见|见|更多[^。]{0,8}见|相关[^。]{0,8}见|全文见)"
_JUMP = re.compile(
    rf"[（(\[【]?\s*{_ARROWS}*(?:{_JUMP_WORD}\s?(?:今日)?(?:本报)?第?\s?{_PAGE})\s*{_ARROWS}*[）)\]】]?"
)
_POINTER = re.compile(rf"{_ARROWS}+\s?第?{_PAGE}|第?{_PAGE}\s?{_ARROWS}+")


def is_jump_line(line: str) -> bool:
    """Say whether a line only points to another page.

    >>> is_jump_line("（未完，转第五版）"), is_jump_line("▶▶下转A07版"), is_jump_line("转版发行")
    (True, True, False)
    """
    text = line.strip()
    return bool(_JUMP.fullmatch(text) or _POINTER.fullmatch(text))


def find_jump(text: str) -> Span | None:
    """Return where a bracketed pointer to another page ends *text*: …的目标。（下转2版）."""
    for match in _JUMP.finditer(text, max(0, len(text) - 40)):
        if match[0][0] in "（([【" and not text[match.end() :].strip():
            return Span(match.start(), match.end())
    return None


# ------------------------------------------------------------------------------- in the text

_OPENING_CHARS = 90
_CLOSING_CHARS = 60
_DATELINE = re.compile(
    rf"[【\[(（]?(?:(?:本报|本刊|本网|本台|[{_HAN}]{{1,8}}?)[{_HAN}]{{0,6}}(?:\d{{1,2}}月\d{{1,2}}日|\d{{1,2}}日)?"
    r"(?:讯|专电|电|消息))[】\])）]?[\s:：]*"
)
_BRACKET = re.compile(r"[（(]([^（）()]{2,50})[）)]")
# Words that may follow 本报讯 where a name could stand: 本报讯 日前, … but 本报讯 松花 日前…
_NOT_A_NAME = re.compile(
    r"[日近昨今前去明同当据由在从我全省市县区这一第经为]|截至|目前|根据|随着|记者|报道|[年月]"
)


def tears_role(upper: str, lower: str) -> bool:
    """Say whether a line break cuts a word such as 编译 in two: （记者 天山雪 编 | 译 阿依古丽）.

    >>> tears_role("本报讯（记者 天山雪 编", "译 阿依古丽）新疆"), tears_role("（记者 湘", "宁）")
    (True, False)
    """
    tail = upper[-_TORN_CHARS:]
    whole = tail + lower[:_TORN_CHARS]
    return any(
        match.start() < len(tail) < match.end()
        for pattern in (_ROLE, _WHOLE_ACTION)
        for match in pattern.finditer(whole)
    )


def inline_reporters(text: str) -> tuple[str, ...]:
    """Return the reporters an article names in its opening or closing words.

    >>> inline_reporters("本报讯（记者 尹腾淑 通讯员 贾明鑫）“放款合同已签订完毕，效率很高！”")
    ('尹腾淑', '贾明鑫')
    """
    return tuple(dict.fromkeys([*_opening_reporters(text), *_closing_reporters(text)]))


def _opening_reporters(text: str) -> tuple[str, ...]:
    head = text[:_OPENING_CHARS].lstrip()
    dateline = _DATELINE.match(head)
    rest = head[dateline.end() :] if dateline else head
    if bracket := _BRACKET.match(rest):
        inner = bracket[1]
        if dateline or _ROLE.search(inner):
            return _names_in_bracket(inner, sure=dateline is not None)
    if dateline or _ROLE.match(rest):
        return tuple(
            _names_in_run(rest, named=dateline is not None and head[dateline.end() - 1].isspace())
        )
    return ()


def _closing_reporters(text: str) -> tuple[str, ...]:
    tail = text.rstrip()[-_CLOSING_CHARS:]
    match = re.search(r"[（(]([^（）()]{2,50})[）)]\s*[。.]?$", tail)
    if match is None or _NO_BYLINE.search(match[1]):
        return ()
    return _names_in_bracket(match[1], sure=False)


def _names_in_bracket(inner: str, *, sure: bool) -> tuple[str, ...]:
    if _NO_BYLINE.search(inner) or _SOURCE.fullmatch(inner):
        return ()
    return _names_of(inner, bare=True, marker="□" if sure else "") or ()


def _names_in_run(text: str, *, named: bool) -> Iterator[str]:
    """Read the names that stand unbracketed before the first sentence.

    本报讯 首席记者 陶冶 通讯员 郦波 绍兴县…: after a role one name a word, the last of them
    ends where a word cannot be a name. *named*: 本报讯 松花 日前… has a name without a role.
    """
    previous = "dateline" if named else ""
    for word in _words(re.split("[，。：“]", text, maxsplit=1)[0]):
        if word.kind != "name":
            previous = word.kind
            continue
        if not previous or _NOT_A_NAME.match(word.text) or not word.spaced:
            return
        sure = previous in ("role", "dateline")
        if not _is_name(word.text, sure=sure) or not 2 <= len(word.text) <= 4:
            return
        yield word.text
        previous = "name" if previous != "dateline" else ""


# -------------------------------------------------------------------------------------- date

_DAY = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日[^，。]{0,6}?[讯电]")


def dateline_date(text: str, published: date | None = None) -> date | None:
    """Return the day of a dateline: 本报聊城1月17日讯; the year is that of *published*.

    A day more than a month after *published* belongs to the year before.
    """
    match = _DAY.search(text[:_OPENING_CHARS])
    if match is None or (match[1] is None and published is None):
        return None
    year = int(match[1]) if match[1] else published.year if published else 0
    try:
        day = date(year, int(match[2]), int(match[3]))
        if match[1] is None and published and day > published + timedelta(days=31):
            day = day.replace(year=year - 1)
    except ValueError:
        return None
    return day
