"""Read the articles of posts, web pages, Markdown, JSON records and plain-text articles.

Here an article is a file or a record, so nothing has to be put together; the work is to tell its
body from what stands around it: byline, source line, photo credits, navigation, share bars, links
to the next article. A post holds little else than its article, so everything that is not
recognizably something else stays. A page of a web site is mostly something else; there trafilatura
says which blocks are the article.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kg.gazetteer import load_gazetteer
from kg.masthead import (
    RECORD_KEYS,
    clean_publisher,
    find_date,
    find_source,
    parse_front_matter,
    parse_info_line,
    pick,
    read_masthead,
)
from kg.model import Article, ArticleId, Document
from kg.segmentation.byline import (
    find_jump,
    inline_reporters,
    is_credit,
    is_jump_line,
    parse_byline,
)
from kg.segmentation.html_blocks import Block, read_blocks
from kg.segmentation.traced import Traced, joined

__all__ = ["is_single_article", "split_markup"]

logger = logging.getLogger(__name__)

HTML, MARKDOWN, JSON_LINES = "text/html", "text/markdown", "application/jsonl"


def split_markup(document: Document) -> tuple[Article, ...]:
    """Return the articles of a post, web page, Markdown file, JSON Lines or plain-text article."""
    if document.format == JSON_LINES:
        parts = list(_records(document))
    elif document.format in (HTML, MARKDOWN):
        parts = [_post(document)]
    else:
        parts = [_plain(document)]
    parts = [part for part in parts if part.headline.text or part.paragraphs]
    return tuple(_article(document, number, part) for number, part in enumerate(parts, start=1))


def is_single_article(document: Document) -> bool:
    """Say whether a text file is one article rather than the text layer of a printed page.

    An article has its paragraphs on a line each; on a page dump every line ends where its column
    ended, in the middle of a sentence.
    """
    lines = [line.strip() for line in document.text.split("\n") if line.strip()]
    has_masthead = read_masthead(document.text[:4000].split("\n")) is not None
    lines = lines[2:] if has_masthead else lines
    whole = sum(len(line) for line in lines if len(line) > 60 or _SENTENCE_END.search(line))
    unwrapped = has_masthead or max(map(len, lines), default=0) > MAX_PRINTED_LINE_CHARS
    return unwrapped and whole >= 0.6 * sum(map(len, lines))


MAX_PRINTED_LINE_CHARS = 40  # of a column; captions run wider but are few
_SENTENCE_END = re.compile("[。！？；：”）]$")


@dataclass(frozen=True, slots=True)
class _Parts:
    """An article before it is put together."""

    headline: Traced
    paragraphs: Sequence[Traced]
    reporters: tuple[str, ...] = ()
    published: date | None = None
    publisher: str | None = None
    url: str | None = None


_NOTHING = Traced("", ())


def _article(document: Document, number: int, parts: _Parts) -> Article:
    whole = joined([*([parts.headline] if parts.headline.text else []), *parts.paragraphs], "\n")
    body = "\n".join(paragraph.text for paragraph in parts.paragraphs)
    named = (*parts.reporters, *_inline_names(parts.paragraphs))
    return Article(
        id=ArticleId(f"{document.id}/a{number}"),
        document_id=document.id,
        headline=parts.headline.text,
        text=whole.text,
        pieces=whole.pieces(),
        reporters=tuple(dict.fromkeys(named)) or document.reporters,
        published=parts.published or document.published,
        publisher=parts.publisher or document.publisher,
        url=parts.url or document.url,
        complete=bool(body),
    )


def _inline_names(paragraphs: Sequence[Traced]) -> Iterator[str]:
    """Yield the reporters of opening and closing words; a subhead may stand above the opening."""
    for paragraph in paragraphs[:2]:
        found = inline_reporters(paragraph.text)
        yield from found
        if found or len(paragraph) > 40:
            break
    if len(paragraphs) > 1:
        yield from inline_reporters("\u3000" + paragraphs[-1].text[-60:])


# ------------------------------------------------------------------------- what is no body text

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
    if len(text) <= MAX_FOOT_CHARS and _FOOT.search(_squeezed(text)):
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
    return info is not None and (not info.credit or bool(_names_of_credit(info.credit)))


def _is_links(block: Block) -> bool:
    """Say whether a block is mainly links: a menu, a list of other articles."""
    return block.link_chars >= 0.8 * len(block.text) and len(block.text) < 80


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
class _Body:
    """Paragraphs, and what the lines between them said about the article."""

    paragraphs: tuple[Traced, ...]
    reporters: tuple[str, ...]
    published: date | None
    publisher: str | None


def _body(lines: Sequence[Traced]) -> _Body:
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
        names.extend(_names_of_credit(line.text))
        info = parse_info_line(line.text)
        publisher = publisher or (info.publisher if info else find_source(line.text))
        if info and not kept:
            published = published or info.published
    if not _is_told_in_pictures(kept, captions):
        kept = [line for number, line in enumerate(kept) if number not in captions]
    return _Body(tuple(kept), tuple(dict.fromkeys(names)), published, publisher)


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
    names = _names_of_credit(match[1]) if match else ()
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


def _names_of_credit(text: str) -> tuple[str, ...]:
    """Read the names of a byline, also one behind a label (作者：闻朴)."""
    if names := parse_byline(text):
        return names
    label = re.search(
        r"(?:作者|记者|撰文|撰稿人?|供稿人?|通讯员)(?:\s*[:：]\s*|\s+)([^:：]{2,24}?)"
        r"(?=\s*(?:来源|编辑|责编|责任编辑|时间|审核|审稿|核稿|校对|初审|终审|$))",
        text.strip("（()）[]【】 "),
    )
    return (parse_byline(f"（记者 {label[1]}）") or ()) if label else ()


# ------------------------------------------------------------------------------ posts and pages


def _post(document: Document) -> _Parts:
    record, begin = parse_front_matter(document.text)
    blocks = read_blocks(Traced.verbatim(document.text, 0)[begin:])
    title = pick(record, "title") or document.title or ""
    headline, blocks = _headline(document, title, blocks, begin)
    if not begin:
        blocks = _of_page(document.text, blocks)
    prose = [block for block in blocks if not _is_links(block) and _is_prose(block)]
    first = next((number for number, block in enumerate(prose) if _is_paragraph(block)), 0)
    beside = {number for number in range(first) if _is_beside_headline(prose[number])}
    about = _body([prose[number].text for number in sorted(beside)])
    body = _body([block.text for number, block in enumerate(prose) if number not in beside])
    return _Parts(
        headline,
        body.paragraphs,
        (*about.reporters, *body.reporters),
        about.published or body.published,
        about.publisher or body.publisher,
    )


def _of_page(source: str, blocks: list[Block]) -> list[Block]:
    """Return the blocks of a web page that are its article."""
    blocks = _first_post(_without_surroundings(blocks))
    if not _is_clean(blocks):
        blocks = _main_blocks(source, blocks)
    blocks = _up_to_editor(blocks)
    while blocks and (re.fullmatch("h[1-6]", blocks[-1].tag) or _is_links(blocks[-1])):
        blocks = blocks[:-1]  # a list of other articles and its heading
    return blocks


def _is_prose(block: Block) -> bool:
    return block.tag not in ("title", "option", "head", "figcaption")


def _names(label: str) -> list[str]:
    """Return the words of the class and id of an element: div.site-footer.f1 gives site, footer, f1."""
    return re.findall("[a-z]+", label.partition(".")[2].lower())


_SURROUNDING = frozenset(
    [
        "footer", "foot", "bottom", "copyright", "nav", "navbar", "navigation", "menu", "sidebar",
        "crumb", "crumbs", "breadcrumb", "breadcrumbs", "related", "relate", "relevant",
        "recommend", "hot", "comments", "respond", "share", "statement", "disclaimer", "login",
        "qrcode", "ewm", "authi", "tool", "tools", "toolbar"
    ]
)  # fmt: skip
_NOT_ONE = frozenset(["no", "has", "with"])  # has-sidebar


def _is_surrounding(block: Block) -> bool:
    """Say whether an element around the block is named for what stands around articles."""
    for label in block.path:
        if re.match(r"(?:nav|aside|footer)\b", label):
            return True
        names = [] if re.match(r"(?:body|html|main|article)\b", label) else _names(label)
        if not _SURROUNDING.isdisjoint(names) and _NOT_ONE.isdisjoint(names):
            return True
    return False


def _without_surroundings(blocks: list[Block]) -> list[Block]:
    """Drop menus, side bars and feet by their names, unless the article would go with them."""
    kept = [block for block in blocks if not _is_surrounding(block)]
    return kept if 2 * _prose_chars(kept) >= _prose_chars(blocks) else blocks


def _prose_chars(blocks: Sequence[Block]) -> int:
    return sum(len(block.text) - block.link_chars for block in blocks if len(block.text) > 40)


def _first_post(blocks: list[Block]) -> list[Block]:
    """Return the first post of a thread (Discuz names its elements postmessage_1001 …)."""
    posts = [label for block in blocks for label in block.path if "postmessage_" in label]
    return [block for block in blocks if posts[0] in block.path] if posts else blocks


_EDITOR = re.compile(
    r"[（(\[【]?\s*(?:责任编辑|责编|(?:初审|二审|终审|值班|网络)编辑|编辑|审核)\s*[:：]"
)


def _up_to_editor(blocks: list[Block]) -> list[Block]:
    """Cut a page off at the line that names its editor: below it stands no article any more."""
    begun = False
    for number, block in enumerate(blocks):
        if begun and len(block.text) < MAX_FURNITURE_CHARS and _EDITOR.match(block.text.text):
            return blocks[: number + 1]
        begun = begun or _is_paragraph(block)
    return blocks


def _is_paragraph(block: Block) -> bool:
    return len(block.text) > MIN_PARAGRAPH_CHARS and "。" in block.text.text


MIN_PARAGRAPH_CHARS = 40


_BESIDE_HEADLINE = frozenset(["meta", "info", "byline", "posted", "source", "author", "pubtime"])


def _is_beside_headline(block: Block) -> bool:
    """Say whether a block tells about the article by its name: div.article-meta, div.info."""
    named = any(not _BESIDE_HEADLINE.isdisjoint(_names(label)) for label in block.path[-2:])
    return named and len(block.text) < MAX_FURNITURE_CHARS


def _headline(
    document: Document, title: str, blocks: list[Block], body_begin: int
) -> tuple[Traced, list[Block]]:
    """Find the headline in the page and take it out of the blocks.

    Best is a heading that the title contains or repeats; then the title where it stands in front
    matter or in <title>; then the first <h1>.
    """
    wanted = _squeezed(title)
    headings = [block for block in blocks if re.fullmatch("h[1-3]", block.tag)]
    same = [b for b in blocks if b.tag != "title" and wanted and _squeezed(b.text.text) == wanted]
    titled = [block for block in blocks if block.tag != "title" and _is_titled(block)]
    near = [b for b in [*headings, *titled] if len(b.text) > 4 and _squeezed(b.text.text) in wanted]
    found = next(iter([*(b for b in same if b in headings), *near, *same[:1]]), None)
    if found is None and not title:
        found = next(iter(headings), None)
    if found is not None:
        at = blocks.index(found)
        # Above the headline of a page stand its menus; above that of a post, nothing.
        rest = blocks[at + 1 :] if not body_begin else blocks[:at] + blocks[at + 1 :]
        return found.text, [block for block in rest if _squeezed(block.text.text) != wanted]
    return _title_in_source(document.text, title), blocks


def _is_titled(block: Block) -> bool:
    """Say whether the innermost element is named for a title: div.xl_title, td#biaoti."""
    names = _names(block.path[-1]) if block.path else []
    return len(block.text) > 7 and not {"title", "tit", "headline", "biaoti"}.isdisjoint(names)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _title_in_source(text: str, title: str) -> Traced:
    at = text.find(title, 0, 50_000) if title else -1
    title_line = re.sub(r"\s+", " ", title)
    if at >= 0 and "\n" not in title:
        return Traced.verbatim(title, at)
    return Traced.inserted(title_line) if title else _NOTHING


def _is_clean(blocks: Sequence[Block]) -> bool:
    """Say whether a page is an article and little else: no menus, few links."""
    chars = sum(len(block.text) for block in blocks)
    linked = sum(block.link_chars for block in blocks)
    around = any(
        re.match(r"(?:nav|aside|footer|header)\b", label)
        for block in blocks
        for label in block.path
    )
    return not around and linked <= 0.1 * chars


# ------------------------------------------------------------------------------- main content

# Beyond these a page is no article, and trafilatura needs a minute for 250,000 blocks. News pages
# have some hundred blocks.
MAX_TRAFILATURA_CHARS = 3_000_000
MAX_TRAFILATURA_BLOCKS = 20_000
MAX_ARTICLE_CHARS = 200_000
MIN_MATCH_CHARS = 12  # a shorter block may equal a menu entry by chance


def _main_blocks(source: str, blocks: list[Block]) -> list[Block]:
    """Return the blocks that trafilatura takes for the article, and those between them.

    trafilatura gives words, not offsets, and leaves out short lines; so its words only mark where
    the article begins and ends, and which containers it stands in.
    """
    words = "" if len(blocks) > MAX_TRAFILATURA_BLOCKS else _squeezed(_extracted(source))
    words = words[:MAX_ARTICLE_CHARS]
    openings = {words[at : at + MIN_MATCH_CHARS] for at in range(len(words))}  # to reject fast
    squeezed = [_squeezed(block.text.text) for block in blocks]
    marked = {
        number
        for number, text in enumerate(squeezed)
        if len(text) >= MIN_MATCH_CHARS and text[:MIN_MATCH_CHARS] in openings and text in words
    }
    if not marked:
        return _dense_blocks(blocks)
    first, last = min(marked), max(marked)
    paths = {blocks[number].path for number in marked}
    return [
        block
        for number, block in enumerate(blocks[: last + 1])
        if number in marked
        or (number > first and (_is_beside(block, paths) or _is_heading_or_cell(block)))
    ]


def _is_beside(block: Block, paths: set[tuple[str, ...]]) -> bool:
    """Say whether a block stands in the same container as the article and is no list of links."""
    return block.path in paths and block.link_chars < 0.5 * len(block.text)


def _is_heading_or_cell(block: Block) -> bool:
    is_kind = re.fullmatch("h[1-6]|li|td|th|blockquote|dd|dt", block.tag) is not None
    return is_kind and not block.link_chars


def _extracted(source: str) -> str:
    """Return trafilatura's idea of the article, "" where it has none."""
    if len(source) > MAX_TRAFILATURA_CHARS:
        return ""
    import trafilatura  # takes half a second, which posts need not pay

    try:
        text = trafilatura.extract(
            source, include_comments=False, include_tables=True, favor_recall=True, fast=True
        )
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        logger.info("trafilatura failed (%s); the densest blocks are taken", error)
        return ""
    return text or ""


def _dense_blocks(blocks: list[Block]) -> list[Block]:
    """Return the blocks around the longest paragraphs: where trafilatura is at a loss."""
    weights: dict[tuple[str, ...], int] = {}
    for block in blocks:
        if len(block.text) >= 30 and block.link_chars < 0.3 * len(block.text):
            weights[block.path] = weights.get(block.path, 0) + len(block.text)
    if not weights:
        return blocks
    best = max(weights, key=weights.__getitem__)
    return [block for block in blocks if block.path == best]


# ------------------------------------------------------------------------------------ records


def _records(document: Document) -> Iterator[_Parts]:
    """Yield the articles of JSON Lines or of an array."""
    text = document.text
    position = _next_record(text, 0)
    decoder = json.JSONDecoder()
    while position < len(text) and text[position] == "{":
        values = _values(text, position, decoder)
        record, end = decoder.raw_decode(text, position)
        yield _record({str(key).lower(): value for key, value in record.items()}, values)
        position = _next_record(text, end)


def _next_record(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\n,[]\x0c":
        position += 1
    return position


_Spans = Mapping[str, Traced]


def _values(text: str, position: int, decoder: json.JSONDecoder) -> _Spans:
    """Return the strings of an object by key (lower case), decoded, with where they stand."""
    found: dict[str, Traced] = {}
    position += 1
    while True:
        position = _next_record(text, position)
        if text[position] == "}":
            return found
        key, position = decoder.raw_decode(text, position)
        position = text.index(":", position) + 1
        while text[position] in " \t\n":
            position += 1
        value, end = decoder.raw_decode(text, position)
        if isinstance(value, str) and str(key).lower() in _WANTED:
            found[str(key).lower()] = _json_string(text, position + 1, end - 1)
        position = end


_WANTED = frozenset((*RECORD_KEYS["title"], *RECORD_KEYS["text"]))
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\."
)


def _json_string(text: str, begin: int, end: int) -> Traced:
    """Decode the string literal between its quotation marks."""
    parts: list[Traced] = []
    at = begin
    for match in _ESCAPE.finditer(text, begin, end):
        parts.append(Traced.verbatim(text[at : match.start()], at))
        parts.append(Traced.decoded(json.loads(f'"{match[0]}"'), match.start(), match.end()))
        at = match.end()
    return joined([*parts, Traced.verbatim(text[at:end], at)])


def _record(record: Mapping[str, object], values: _Spans) -> _Parts:
    headline = _first(values, "title")
    text = _first(values, "text")
    if re.search(r"<(?:p|br|div|span)[\s/>]", text.text):
        lines = [block.text for block in read_blocks(text) if not _is_links(block)]
    else:
        lines = [line.strip() for line in text.split_lines()]
    headline = joined([part.strip() for part in headline.split_lines() if part.text.strip()], " ")
    lines = [line for line in lines if line.text]
    if lines and _squeezed(lines[0].text) == _squeezed(headline.text):
        lines = lines[1:]
    body = _body(lines)
    author = pick(record, "reporters")
    return _Parts(
        headline,
        body.paragraphs,
        (*(parse_byline(f"（记者 {author}）") or ()), *body.reporters),
        find_date(pick(record, "date")) or body.published,
        clean_publisher(pick(record, "publisher")) or body.publisher,
        pick(record, "url") or None,
    )


def _first(values: _Spans, what: str) -> Traced:
    found = (values[key] for key in RECORD_KEYS[what] if key in values and values[key].text.strip())
    return next(found, _NOTHING)


# --------------------------------------------------------------------------------- plain text


def _plain(document: Document) -> _Parts:
    """Read an article saved as text: headline, date line, then a paragraph a line."""
    lines = list(Traced.verbatim(document.text, 0).split_lines())
    masthead = read_masthead([line.text for line in lines[:12]])
    if masthead is None:
        return _without_masthead(lines)
    headline = joined((lines[number].strip() for number in masthead.titles), " ")
    body = _body([line.strip() for line in lines[masthead.body_line :]])
    names = _names_of_credit(masthead.credit) or _bare_names(masthead.credit)
    return _Parts(
        headline,
        body.paragraphs,
        (*names, *body.reporters),
        masthead.published,
        masthead.publisher or body.publisher,
    )


def _bare_names(credit: str) -> tuple[str, ...]:
    """Read names beside the date, unless it is the place that stands there (2023-09-15  荆门)."""
    names = parse_byline(f"（{credit}）") or ()
    return () if any(load_gazetteer().lookup(name) for name in names) else names


def _without_masthead(lines: Sequence[Traced]) -> _Parts:
    """Take a short first line without a full stop for the headline."""
    filled = [line.strip() for line in lines if line.text.strip()]
    first = filled[0] if filled else _NOTHING
    if len(filled) > 1 and len(first) <= 50 and not re.search("[。！；：]$", first.text):
        body = _body(filled[1:])
        return _Parts(first, body.paragraphs, body.reporters, body.published, body.publisher)
    body = _body(filled)
    return _Parts(_NOTHING, body.paragraphs, body.reporters, body.published, body.publisher)
