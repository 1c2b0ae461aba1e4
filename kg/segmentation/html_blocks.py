"""Cut HTML and Markdown into blocks of visible text whose characters lead back to the source.

Parsers that build a tree (lxml) forget where a character stood, so this is a scanner: tags, text
and references in one pass, in time linear in the length of the page whatever the page does
(unclosed comments, a million `<a`). It knows what a browser shows and what not, and no more. Posts
are often HTML with Markdown around it; text outside paragraphs is therefore read as Markdown.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from kg.segmentation.traced import Traced, joined

__all__ = ["Block", "read_blocks"]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list item or table cell."""

    text: Traced
    tag: str  # p, h1…h6, li, td, title… or "" for text outside any
    path: tuple[str, ...]  # the elements around it, with class and id: div.content.zoom
    link_chars: int  # how many characters of it are links


BLOCK_TAGS = frozenset(
    [
        "p",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "table",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "td",
        "th",
        "caption",
        "section",
        "article",
        "header",
        "footer",
        "nav",
        "aside",
        "main",
        "blockquote",
        "figure",
        "figcaption",
        "pre",
        "address",
        "form",
        "fieldset",
        "hr",
        "br",
        "body",
        "html",
        "head",
        "title",
        "center",
        "option",
        "summary",
        "details",
    ]
)
VOID_TAGS = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
# Their content is no visible prose; the first group is raw text that may hold "<".
RAW_TAGS = frozenset(
    ["script", "style", "textarea", "noscript", "iframe", "template", "noframes", "xmp"]
)
HIDDEN_TAGS = frozenset(
    ["svg", "select", "button", "canvas", "object", "audio", "video", "math", "dialog"]
)
# An element that closes an open one of the same name: <li>…<li>
SELF_CLOSING = frozenset(["p", "li", "td", "th", "tr", "dt", "dd", "option"])
CONTAINERS = frozenset(
    [
        "div",
        "section",
        "article",
        "main",
        "body",
        "html",
        "center",
        "form",
        "header",
        "footer",
        "nav",
        "aside",
    ]
)

# With a dash or colon too: <founder-content> of digital papers, <o:p> of Word.
_TAG_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9]*(?:[-:][a-zA-Z][a-zA-Z0-9]*)*)(?=[\s/>])")
_AUTOLINK = re.compile(r"<(?:https?|ftp|mailto):[^\s<>]{0,2000}>")
_ATTRIBUTE_END = re.compile("[\"'>]")
_HIDDEN = re.compile(
    r"""\shidden(?=[\s=/>])|display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?=[\s;"'p])|aria-hidden\s*=\s*["']?true""",
    re.IGNORECASE,
)
_CLASS = re.compile(r"""\s(?:class|id)\s*=\s*(?:"([^"]{0,200})"|'([^']{0,200})')""", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[a-zA-Z][a-zA-Z0-9]{1,31};?)")


def _is_hidden(inside: str) -> bool:
    """Say whether a browser keeps an element hidden.

    WeChat delivers the article hidden and shows it by script when it is laid out.
    """
    return _HIDDEN.search(inside) is not None and "js_content" not in inside


@dataclass(slots=True)
class _Scanner:
    """The state while a page is read: open elements and the block being filled."""

    source: Traced
    blocks: list[Block] = field(default_factory=list)
    parts: list[Traced] = field(default_factory=list)
    link_chars: int = 0
    stack: list[tuple[str, bool, str]] = field(default_factory=list)  # tag, hidden, label
    open: Counter[str] = field(default_factory=Counter)
    hidden: int = 0
    block_tags: list[str] = field(default_factory=list)

    def text(self, begin: int, end: int) -> None:
        if self.hidden or begin >= end:
            return
        part = _resolved(self.source[begin:end])
        self.parts.append(part)
        if self.open["a"]:
            self.link_chars += sum(not character.isspace() for character in part.text)

    def start(self, tag: str, inside: str) -> None:
        if tag in SELF_CLOSING and self._closes_sibling(tag):
            self.end(tag)
        if tag in BLOCK_TAGS:
            self.finish()
        if tag in VOID_TAGS:
            return
        hidden = tag in HIDDEN_TAGS or (len(inside) > len(tag) + 3 and _is_hidden(inside))
        names = [double or single for double, single in _CLASS.findall(inside)]
        label = ".".join([tag, *names])
        self.stack.append((tag, hidden, label))
        self.open[tag] += 1
        self.hidden += hidden

    def _closes_sibling(self, tag: str) -> bool:
        """Say whether the innermost block of this kind is open without a container in between."""
        for name, _, _ in reversed(self.stack[-6:]):
            if name == tag:
                return True
            if name in CONTAINERS or name in ("table", "ul", "ol"):
                return False
        return False

    def end(self, tag: str) -> None:
        if tag in BLOCK_TAGS:
            self.finish()
        if not self.open[tag]:
            return
        while self.stack:
            name, hidden, _ = self.stack.pop()
            self.open[name] -= 1
            self.hidden -= hidden
            if name == tag:
                return

    def finish(self) -> None:
        """Close the block being filled."""
        parts, self.parts = self.parts, []
        links, self.link_chars = self.link_chars, 0
        text = joined(parts)
        if not text.text.strip():
            return
        names = [label for _, _, label in self.stack[-12:]]
        tag = next((name for name, _, _ in reversed(self.stack[-12:]) if name in BLOCK_TAGS), "")
        if tag in CONTAINERS or not tag:
            self._loose(text, tag, tuple(names), links)
        else:
            self._add(_collapsed(text), tag, tuple(names), links)

    def _loose(self, text: Traced, tag: str, path: tuple[str, ...], links: int) -> None:
        """Read text that stands in no paragraph as Markdown (which plain words are as well)."""
        chars = sum(not character.isspace() for character in text.text)
        for paragraph, heading, linked in _markdown_paragraphs(text):
            share = linked + (links * len(paragraph) // chars if chars and links else 0)
            self._add(_collapsed(paragraph), heading or tag or "p", path, share)

    def _add(self, text: Traced, tag: str, path: tuple[str, ...], links: int) -> None:
        if text.text:
            self.blocks.append(Block(text, tag, path, min(links, len(text))))


def read_blocks(source: Traced) -> list[Block]:
    """Return the blocks of visible text of a page or a part of one, in its order."""
    scanner = _Scanner(source)
    text = source.text
    at = mark = 0  # text from mark to at is pending
    no_more: set[str] = set()  # what the rest of the page is known not to hold
    while (at := text.find("<", at)) >= 0:
        end = _markup_end(text, at, no_more)
        if end is None:
            at += 1
            continue
        scanner.text(mark, at)
        name = _TAG_NAME.match(text, at + 1, end)
        if name and not _AUTOLINK.match(text, at, end):
            tag = name[1].lower()
            if text[at + 1] == "/":
                scanner.end(tag)
            elif tag in RAW_TAGS:
                end = _raw_end(text, end, tag, no_more)
            else:
                scanner.start(tag, text[at:end])
        at = mark = end
    scanner.text(mark, len(text))
    scanner.finish()
    return scanner.blocks


def _markup_end(text: str, at: int, no_more: set[str]) -> int | None:
    """Return where the tag, comment or declaration at "<" ends, None where there is none."""
    if text.startswith("<!--", at):
        end = _find("-->", text, at + 4, no_more)
        return len(text) if end is None else end + 3
    if text.startswith("<![CDATA[", at):
        end = _find("]]>", text, at, no_more)
        return len(text) if end is None else end + 3
    if text.startswith(("<!", "<?"), at):
        end = _find(">", text, at, no_more)
        return None if end is None else end + 1
    if link := _AUTOLINK.match(text, at):
        return link.end()
    name = _TAG_NAME.match(text, at + 1)
    return _tag_end(text, name.end(), no_more) if name else None


def _find(wanted: str, text: str, at: int, no_more: set[str]) -> int | None:
    """Find *wanted*, remembering when there is none so that nobody looks again."""
    if wanted in no_more:
        return None
    found = text.find(wanted, at)
    if found < 0:
        no_more.add(wanted)
        return None
    return found


def _tag_end(text: str, at: int, no_more: set[str]) -> int | None:
    """Return where a tag ends; ">" inside a quoted value does not end it."""
    plain = _find(">", text, at, no_more)
    if plain is None:
        return None
    while (match := _ATTRIBUTE_END.search(text, at)) is not None:
        if match[0] == ">":
            return match.end()
        closing = _find(match[0], text, match.end(), no_more)
        if closing is None:
            return plain + 1  # an unpaired quotation mark
        at = closing + 1
    return plain + 1


def _raw_end(text: str, at: int, tag: str, no_more: set[str]) -> int:
    """Return where the content of a script or style ends with its closing tag."""
    closing = f"</{tag}"
    if closing in no_more:
        return len(text)
    match = re.compile(re.escape(closing), re.IGNORECASE).search(text, at)
    if match is None:
        no_more.add(closing)
        return len(text)
    end = text.find(">", match.end())
    return len(text) if end < 0 else end + 1


# -------------------------------------------------------------------------------------- words


def _resolved(text: Traced) -> Traced:
    """Replace character references by their characters."""
    if "&" not in text.text:
        return text
    parts: list[Traced] = []
    at = 0
    for match in _REFERENCE.finditer(text.text):
        words = html.unescape(match[0])
        if words == match[0]:
            continue
        tail = len(words) - 1 if len(words) > 1 and match[0].endswith(words[1:]) else 0
        parts.append(text[at : match.start()])
        parts.append(
            _reference(text, match.start(), match.end() - tail, words[: len(words) - tail])
        )
        at = match.end() - tail
    return joined([*parts, text[at:]])


def _reference(text: Traced, begin: int, end: int, words: str) -> Traced:
    first, last = text.origins[begin], text.origins[end - 1]
    if first[0] < 0 or last[1] < 0:
        return Traced.inserted(words)
    return Traced.decoded(words, first[0], last[1])


_HAN_SIDE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef“”‘’—…]")
_BLANKS = re.compile(r"[\s\u200b\ufeff]+")


def _collapsed(text: Traced) -> Traced:
    r"""Make white space what a browser shows: a line break between Chinese characters is none.

    >>> _collapsed(Traced.verbatim("聊城市\n 东阿县  2022 年 ", 0)).text
    '聊城市东阿县 2022 年'
    """
    text = text.strip(" \t\n\r\x0b\x0c\u3000\xa0\u200b\ufeff")
    parts: list[Traced] = []
    at = 0
    for match in _BLANKS.finditer(text.text):
        parts.append(text[at : match.start()])
        at = match.end()
        if match[0] == "\u200b" or match[0] == "\ufeff":
            continue
        beside = text.text[match.start() - 1], text.text[match.end()]
        if "\n" in match[0] and all(map(_HAN_SIDE.match, beside)):
            continue
        kept = text[match.start() : match.start() + 1]
        parts.append(kept if kept.text in " \u3000" else Traced.inserted(" "))
    return joined([*parts, text[at:]])


# ----------------------------------------------------------------------------------- Markdown

_HEADING = re.compile(r" {0,3}(#{1,6})\s+(.*?)(?:\s+#+)?\s*$")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])\s+(?=\S)")
_QUOTE = re.compile(r" {0,3}(?:> ?)+")
_RULE = re.compile(r"\s*(?:(?:[-*_]\s*){3,}|=+\s*|:?-+:?(?:\s*\|\s*:?-+:?)*\s*\|?|\|[\s:|-]+\|)$")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_INLINE = re.compile(
    r"!\[[^\]\n]{0,300}\]\([^)\n]{0,2000}\)"  # a picture
    r"|\[(?P<link>[^\]\n]{1,300})\]\([^)\n]{0,2000}\)"
    r"|\[(?P<reference>[^\]\n]{1,300})\]\[[^\]\n]{0,100}\]"
    r"|(?P<mark>\*{1,3}|_{2,3}|~~|`+)(?P<marked>[^\s*_~`][^*_~`\n]{0,500})(?P=mark)"
    r"|\\(?P<escaped>[\\`*_{}\[\]()#+.!|<>~-])"
)


def _markdown_paragraphs(text: Traced) -> Iterator[tuple[Traced, str, int]]:
    """Yield paragraphs, the tag of those that are headings or items, and their link characters."""
    waiting: list[Traced] = []
    fenced = False

    def flush() -> Iterator[tuple[Traced, str, int]]:
        if waiting:
            plain, links = _inline(joined(waiting, "\n"))
            waiting.clear()
            yield plain, "", links

    for line in text.split_lines():
        if _FENCE.match(line.text):
            fenced = not fenced
            yield from flush()
        elif fenced:
            continue
        elif not line.text.strip() or _RULE.match(line.text):
            yield from flush()
        elif heading := _HEADING.match(line.text):
            yield from flush()
            plain, links = _inline(line[heading.start(2) : heading.end(2)])
            yield plain, f"h{len(heading[1])}", links
        elif line.text.lstrip().startswith("|") and line.text.count("|") >= 2:
            yield from flush()
            yield from _cells(line)
        else:
            quote = _QUOTE.match(line.text)
            line = line[quote.end() :] if quote else line
            item = _ITEM.match(line.text)
            if item or (waiting and _begins_paragraph(waiting[-1].text, line.text)):
                yield from flush()
            waiting.append(line[item.end() :] if item else line)
    yield from flush()


def _begins_paragraph(previous: str, line: str) -> bool:
    """Say whether a line begins a paragraph though no blank line stands before it.

    Chinese writers indent paragraphs (　　) instead, or just begin a line when a sentence is over.
    """
    ended = previous.rstrip().endswith(tuple("。！？”）：")) or previous.endswith("  ")
    return ended or line.startswith("\u3000")


def _cells(line: Traced) -> Iterator[tuple[Traced, str, int]]:
    begin = 0
    for cell in line.text.split("|"):
        part = line[begin : begin + len(cell)].strip()
        begin += len(cell) + 1
        if part.text:
            plain, links = _inline(part)
            yield plain, "td", links


def _inline(text: Traced) -> tuple[Traced, int]:
    """Take the marks off links, emphasis and code; return also how many characters are links."""
    if not re.search(r"[\[*_~`\\]", text.text):
        return text, 0
    parts: list[Traced] = []
    at = links = 0
    for match in _INLINE.finditer(text.text):
        parts.append(text[at : match.start()])
        at = match.end()
        for group in ("link", "reference", "marked", "escaped"):
            if match[group]:
                inner = text[match.start(group) : match.end(group)]
                parts.append(inner)
                links += len(inner) if group in ("link", "reference") else 0
    return joined([*parts, text[at:]]), links
