"""Tell the body of an article from the lines that stand between and around its paragraphs.

A post or page repeats in its body what belongs beside it: the info line with day and source, a
byline, captions, an editor's line, 扫一扫. Such lines are taken out and read, for they
name reporters, day and publisher.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kg.masthead import clean_publisher, find_source, parse_info_line
from kg.segmentation.byline import find_jump, is_credit, is_jump_line, parse_byline
from kg.segmentation.lines import squeezed
from kg.segmentation.traced import Traced

__all__ = ["MAX_FURNITURE_CHARS", "Body", "names_of_credit", "read_body"]

MAX_FURNITURE_CHARS = 60
_FURNITURE = re.compile(
    r"返回(?:首页|顶部|列表|上一?[页级]|.{0,12}(?:新闻|频道|首页))|^(?:上|下)一[篇页条][:：]?|^分享(?:到|至)|^[【\[（(]?(?:打印|关闭|收藏|评论|点赞|举报|复制链接|字号|字体)"
    r"|^(?:相关(?:阅读|新闻|链接|文章|推荐)|延伸阅读|推荐阅读|热门(?:新闻|推荐|文章)|更多(?:精彩|新闻|内容)|猜你喜欢|为您推荐|精彩推荐|热点排行|点击排行)"
    r"|扫(?:一扫|描|码).{0,20}(?:二维码|关注|分享|打开)|^(?:[大中小]字号|阅读原文|阅读\s*[（(]?\d|点击.{0,6}蓝字|关注(?:该|本)?公众号|平台声明|凡(?:本[网报站刊]|注明)|Powered by)|微信(?:扫一扫|公众号)|版权(?:所有|声明)|免责声明|未经.{0,10}授权|^(?:当前|您的?)(?:当前)?(?:所在)?位置|ICP备|公网安备|QQ\s*[:：]?\s*\d{6,}|Copyright|^[©|｜/›»>·\s]+$"
    r"|^(?:责任编辑|责编|编辑|审核|校对|来源|作者|记者|发布时间|发布日期|时间|日期|浏览(?:次数|量)?|阅读(?:量|数)?|点击(?:量|数|率)?|原标题|关键词|标签|发布人|信息来源|文章来源|稿件来源|字号|热度|人气)\s*[:：]",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+$")
# The source in brackets that a site glues to the last sentence.
_GLUED_SOURCE = re.compile(
    r"返回\S{1,6}[，,]\s?查看更多$|\s*[（(\[【](?:文章|稿件|信息|新闻|消息|内容|图片|本文)?(?:来源|稿源|责任编辑|责编|编辑|转自)\s*[:：][^（）()\[\]【】]{1,40}[）)\]】]\s*$"
)

# … or the agency alone: …储备库。（证券时报）
_GLUED_MEDIUM = re.compile(
    r"\s*[（(]((?:据)?[\u4e00-\u9fff]{1,8}(?:报|网|通讯社|新华社|新闻|周刊|客户端)|新华社|中新社)[）)]$"
)


# The foot of a site, in one paragraph and spaced out at times: 版 权 所 有.
_FOOT = re.compile(
    "Copyright|版权所有|ICP备|公网安备|网站标识码|许可证编?号[:：]|^凡(?:本[网报站刊]|注明)|^(?:平台|免责|版权)声明",
    re.IGNORECASE,
)
MAX_FOOT_CHARS = 300


def _is_furniture(text: str) -> bool:
    if len(text) <= MAX_FOOT_CHARS and _FOOT.search(squeezed(text)):
        return True
    if len(text) > MAX_FURNITURE_CHARS:
        return _ADDRESS.match(text) is not None
    return bool(
        _FURNITURE.search(text)
        or _is_info(text)
        or _ADDRESS.match(text)
        or is_credit(text)
        or is_jump_line(text)
    )


def _is_info(text: str) -> bool:
    """Say whether a line tells day, paper and names, and nothing besides."""
    info = parse_info_line(text)
    return info is not None and (not info.credit or bool(names_of_credit(info.credit)))


MAX_CAPTION_CHARS = 90
# 图为…, 图1：…, ▲…, or with the photographer behind it: …割台。徒骇河观察网 供图. A report in words
# and pictures ends otherwise: （记者 李梦 摄影报道）.
_CAPTION = re.compile(
    r"[（(▲△▼▽↑↓←→\s]*(?:[上下左右]?图(?:[一二三四五六七八九十\d①-⑨]{0,2}\s*)?(?:为|是|[:：])|(?:资料|配|题|首|示意|效果)图(?:片|[:：。）]|$)|[▲△▼▽])"
    r"|.*(?:[\s（(。，/／][^。，]{1,16}(?:摄|供图|摄影|制图|提供)|摄影\s*[:：/／\s]\s*[^。，]{2,12}|图片来源\s*[:：][^。]{2,14})[）)]?[。]?$"
)


_FIGURE = re.compile(r"图(?:[①-⑨]|[一二三四五六七八九十\d]{1,2}\s*[:：])")


def _is_caption(text: str) -> bool:
    return len(text) <= MAX_CAPTION_CHARS and _CAPTION.match(text) is not None


@dataclass(frozen=True, slots=True)
class Body:
    """Paragraphs, and what the lines between them said about the article."""

    paragraphs: tuple[Traced, ...]
    reporters: tuple[str, ...]
    published: date | None
    publisher: str | None


def read_body(lines: Sequence[Traced]) -> Body:
    """Keep the lines that are body text; read the others."""
    kept: list[Traced] = []
    captions: set[int] = set()  # indexes in kept
    names: list[str] = []
    published: date | None = None
    publisher: str | None = None
    for line in lines:
        line, source = _without_glued_source(line)
        line, closing = _without_glued_byline(line)
        publisher = publisher or source
        if not line.text:
            continue
        if not _is_furniture(line.text):
            captions.update([len(kept)] if _is_caption(line.text) else [])
            kept.append(line)
            names.extend(closing)
            continue
        names.extend(names_of_credit(line.text))
        info = parse_info_line(line.text)
        publisher = publisher or (info.publisher if info else find_source(line.text))
        if info and not kept:
            published = published or info.published
    if not _is_told_in_pictures(kept, captions):
        kept = [line for number, line in enumerate(kept) if number not in captions]
    return Body(tuple(kept), tuple(dict.fromkeys(names)), published, publisher)


def _is_told_in_pictures(lines: Sequence[Traced], captions: set[int]) -> bool:
    """Say whether captions are the article: nothing else is there, or some are long (图①：…)."""
    others = [line.text for number, line in enumerate(lines) if number not in captions]
    return not others or any(_FIGURE.match(text) for text in others)


# The byline behind the last sentence: …两个项目都将最终定标。（记者：陶晓宇）. Names alone (（沈建国）)
# may be those of a speaker, so they stay.
_GLUED_BYLINE = re.compile(
    r"(?<=[。！？”])\s*([（(](?:[^（）()。]{0,8}(?:记者|通讯员)|作者|撰稿|供稿)[^（）()。摄]{2,40}[）)])$"
)


def _without_glued_byline(line: Traced) -> tuple[Traced, tuple[str, ...]]:
    tail_begin = max(0, len(line) - 60)
    match = _GLUED_BYLINE.search(line.text, tail_begin)
    names = names_of_credit(match[1]) if match else ()
    return (line[: match.start()], names) if match and names else (line, ())


def _without_glued_source(line: Traced) -> tuple[Traced, str | None]:
    tail_begin = max(0, len(line) - 80)
    match = _GLUED_SOURCE.search(line.text[tail_begin:])
    source = find_source(match[0]) if match else None
    line = line[: tail_begin + match.start()] if match else line
    jump = find_jump(line.text)
    if medium := _GLUED_MEDIUM.search(line.text[tail_begin:]):
        source = source or clean_publisher(medium[1])
        line = line[: len(line.text[:tail_begin]) + medium.start()]
    return (line[: jump.begin].strip() if jump else line), source


def names_of_credit(text: str) -> tuple[str, ...]:
    """Read the names of a byline, also one behind a label (作者：闻朴)."""
    if names := parse_byline(text):
        return names
    label = re.search(
        r"(?:作者|记者|撰文|撰稿人?|供稿人?|通讯员)(?:\s*[:：]\s*|\s+)([^:：]{2,24}?)"
        r"(?=\s*(?:来源|编辑|责编|责任编辑|时间|审核|审稿|核稿|校对|初审|终审|$))",
        text.strip("（()）[]【】 "),
    )
    return (parse_byline(f"（记者 {label[1]}）") or ()) if label else ()
