"""Read the articles of posts, web pages, Markdown, JSON records and plain-text articles.

Here an article is a file or a record, so nothing has to be put together; the work is to tell its
body from what stands around it: byline, source line, photo credits, navigation, share bars, links
to the next article. A post holds little else than its article, so everything that is not
recognizably something else stays; a page of a web site is mostly something else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kg.gazetteer import load_gazetteer
from kg.masthead import (
    RECORD_KEYS,
    clean_publisher,
    find_date,
    parse_front_matter,
    pick,
    read_masthead,
    without_halves,
)
from kg.model import Article, ArticleId, Document
from kg.segmentation.body_lines import names_of_credit, read_body
from kg.segmentation.byline import inline_reporters, parse_byline
from kg.segmentation.html_blocks import Block, read_blocks
from kg.segmentation.lines import squeezed
from kg.segmentation.traced import Traced, joined
from kg.segmentation.web_page import (
    article_blocks,
    is_beside_headline,
    is_links,
    is_paragraph,
    name_words,
)

__all__ = ["is_single_article", "split_markup"]

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


# ------------------------------------------------------------------------------ posts and pages


def _post(document: Document) -> _Parts:
    record, begin = parse_front_matter(document.text)
    blocks = read_blocks(Traced.verbatim(document.text, 0)[begin:])
    title = pick(record, "title") or document.title or ""
    headline, blocks = _headline(document, title, blocks, begin)
    if not begin:
        blocks = article_blocks(document.text, blocks)
    prose = [block for block in blocks if not is_links(block) and _is_prose(block)]
    first = next((number for number, block in enumerate(prose) if is_paragraph(block)), 0)
    beside = {number for number in range(first) if is_beside_headline(prose[number])}
    about = read_body([prose[number].text for number in sorted(beside)])
    body = read_body([block.text for number, block in enumerate(prose) if number not in beside])
    return _Parts(
        headline,
        body.paragraphs,
        (*about.reporters, *body.reporters),
        about.published or body.published,
        about.publisher or body.publisher,
    )


def _is_prose(block: Block) -> bool:
    return block.tag not in ("title", "option", "head", "figcaption")


def _headline(
    document: Document, title: str, blocks: list[Block], body_begin: int
) -> tuple[Traced, list[Block]]:
    """Find the headline in the page and take it out of the blocks.

    Best is a heading that the title contains or repeats; then the title where it stands in front
    matter or in <title>; then the first <h1>.
    """
    wanted = squeezed(title)
    headings = [block for block in blocks if re.fullmatch("h[1-3]", block.tag)]
    same = [b for b in blocks if b.tag != "title" and wanted and squeezed(b.text.text) == wanted]
    titled = [block for block in blocks if block.tag != "title" and _is_titled(block)]
    near = [b for b in [*headings, *titled] if len(b.text) > 4 and squeezed(b.text.text) in wanted]
    found = next(iter([*(b for b in same if b in headings), *near, *same[:1]]), None)
    if found is None and not title:
        found = next(iter(headings), None)
    if found is not None:
        at = blocks.index(found)
        # Above the headline of a page stand its menus; above that of a post, nothing.
        rest = blocks[at + 1 :] if not body_begin else blocks[:at] + blocks[at + 1 :]
        return found.text, [block for block in rest if squeezed(block.text.text) != wanted]
    return _title_in_source(document.text, title), blocks


def _is_titled(block: Block) -> bool:
    """Say whether the innermost element is named for a title: div.xl_title, td#biaoti."""
    names = name_words(block.path[-1]) if block.path else []
    return len(block.text) > 7 and not {"title", "tit", "headline", "biaoti"}.isdisjoint(names)


def _title_in_source(text: str, title: str) -> Traced:
    at = text.find(title, 0, 50_000) if title else -1
    title_line = re.sub(r"\s+", " ", title)
    if at >= 0 and "\n" not in title:
        return Traced.verbatim(title, at)
    return Traced.inserted(title_line) if title else _NOTHING


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
        parts.append(Traced.decoded(_unescaped(match[0]), match.start(), match.end()))
        at = match.end()
    return joined([*parts, Traced.verbatim(text[at:end], at)])


def _unescaped(escape: str) -> str:
    return without_halves(str(json.loads(f'"{escape}"')))


def _record(record: Mapping[str, object], values: _Spans) -> _Parts:
    headline = _first(values, "title")
    text = _first(values, "text")
    if re.search(r"<(?:p|br|div|span)[\s/>]", text.text):
        lines = [block.text for block in read_blocks(text) if not is_links(block)]
    else:
        lines = [line.strip() for line in text.split_lines()]
    headline = joined([part.strip() for part in headline.split_lines() if part.text.strip()], " ")
    lines = [line for line in lines if line.text]
    if lines and squeezed(lines[0].text) == squeezed(headline.text):
        lines = lines[1:]
    body = read_body(lines)
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
    body = read_body([line.strip() for line in lines[masthead.body_line :]])
    names = names_of_credit(masthead.credit) or _bare_names(masthead.credit)
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
        body = read_body(filled[1:])
        return _Parts(first, body.paragraphs, body.reporters, body.published, body.publisher)
    body = read_body(filled)
    return _Parts(_NOTHING, body.paragraphs, body.reporters, body.published, body.publisher)
