"""Write a draft out as an article, every character led back to the file.

Hard wraps are undone, stray spaces dropped, headline parts set in their order. Nothing is rewritten:
the text of an article is made of characters of the file, one space between kicker and headline, and
one line break a paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg.model import Article, ArticleId, Document
from kg.segmentation.assembly import Draft
from kg.segmentation.byline import find_jump, inline_reporters, is_credit, parse_byline, tears_role
from kg.segmentation.continuity import continuation_score, opening_score
from kg.segmentation.display import is_article_opening
from kg.segmentation.heads import Head
from kg.segmentation.lines import Line, ends_sentence, squeezed
from kg.segmentation.links import Fragment
from kg.segmentation.traced import Traced, joined

__all__ = ["composed"]

_PHRASES = re.compile(r"[^\s“]{3,}[ \u3000]+[^\s”]{3,}")  # two phrases of three characters at least


def composed(document: Document, number: int, draft: Draft, *, airy: bool) -> Article | None:
    """Return the article of a draft, or None where nothing is left of it.

    *airy* says that blank lines part paragraphs in the text layer.
    """
    headline = _headline(document, draft.heads)
    paragraphs, credited = _paragraphs(document, draft, airy=airy)
    if not headline.text and not paragraphs:
        return None
    whole = joined([*([headline] if headline.text else []), *paragraphs], "\n")
    named = [name for line in draft.bylines for name in line.names]
    named += credited
    named += _inline_names(paragraphs, draft)
    return Article(
        id=ArticleId(f"{document.id}/a{number}"),
        document_id=document.id,
        headline=headline.text,
        text=whole.text,
        pieces=whole.pieces(),
        reporters=tuple(dict.fromkeys(named)),
        url=document.url,
        complete=bool(paragraphs),
    )


# ------------------------------------------------------------------------------------- headline


def _headline(document: Document, heads: Sequence[Head]) -> Traced:
    """Join kicker, headline and deck: a space behind a kicker, none before a deck."""
    parts: list[Traced] = []
    for row, is_first in _ordered_rows(heads):
        text = joined([_tidy(document, line) for line in row])
        if parts and not is_first and not _is_deck(row):
            parts.append(Traced.inserted(" "))
        parts.append(text)
    return joined(parts)


def _is_deck(row: Sequence[Line]) -> bool:
    return row[0].text.startswith(("—", "－", "--", "―"))


def _ordered_rows(heads: Sequence[Head]) -> Iterator[tuple[tuple[Line, ...], bool]]:
    """Yield rows in reading order, and whether no space stands before one (first row, deck)."""
    if any(head.box is not None for head in heads):
        yield from _ordered_by_place(heads)
        return
    rows = [row for head in _kickers_first(heads) for row in head.rows]
    decks = [row for row in rows if _is_deck(row)]
    for number, row in enumerate([row for row in rows if row not in decks] + decks):
        yield row, number == 0


def _kickers_first(heads: Sequence[Head]) -> list[Head]:
    """Put a kicker before its headline.

    A kicker sets two phrases side by side (投资91.5亿元　7月开工). Else it stands before its headline
    where blank lines part them; where the text layer has none, it was written behind.
    """
    ordered: list[Head] = []
    for head in sorted(heads, key=lambda head: head.number):
        last = ordered[-1] if ordered else None
        if last is not None and _is_kicker(head, last):
            ordered.insert(len(ordered) - 1, head)
        else:
            ordered.append(head)
    return ordered


def _is_kicker(head: Head, last: Head) -> bool:
    """Say whether a headline is the kicker of the one read before it."""
    two, other_two = _PHRASES.search(head.lines[0].text), _PHRASES.search(last.lines[0].text)
    if bool(two) != bool(other_two):
        return bool(two)
    return head.joined and head.number == last.number + 1 and not last.is_tag


def _ordered_by_place(heads: Sequence[Head]) -> Iterator[tuple[tuple[Line, ...], bool]]:
    rows = [row for head in heads for row in head.rows]
    rows.sort(key=lambda row: (row[0].box.page, row[0].box.top) if row[0].box else (0, 0.0))
    main = max(range(len(rows)), key=lambda at: rows[at][0].size)
    for number, row in enumerate(rows):
        yield row, number == 0 or number > main


# ----------------------------------------------------------------------------------------- body


def _paragraphs(document: Document, draft: Draft, *, airy: bool) -> tuple[list[Traced], list[str]]:
    """Return the paragraphs of a body and the names its closing credit gives."""
    if draft.chain is None:
        return [], []
    paragraphs: list[list[Line]] = []
    previous: tuple[int, Fragment] | None = None
    subheads = sorted(draft.subheads, key=lambda head: head.order)
    for fragment in draft.chain.fragments:
        while subheads and subheads[0].order < fragment.order:
            paragraphs.append(list(subheads.pop(0).lines))
            previous = None
        for at, line in enumerate(fragment.block.lines):
            if previous is None or _begins_paragraph(previous, at, fragment, airy=airy):
                paragraphs.append([])
            paragraphs[-1].append(line)
            previous = (at, fragment)
    texts = [joined([_tidy(document, line) for line in lines]) for lines in paragraphs]
    return _without_credit([text for text in texts if text.text])


def _begins_paragraph(
    previous: tuple[int, Fragment], at: int, fragment: Fragment, *, airy: bool
) -> bool:
    """Say whether a line, given as its place in a fragment, opens a paragraph.

    The line above ends a sentence, and it is short, or this line is indented, or a blank line
    parts them where blank lines part paragraphs.
    """
    line = fragment.block.lines[at]
    place_above, home = previous
    above = home.block.lines[place_above]
    if is_article_opening(line.text) and at == 0:
        return True
    if _is_subhead(place_above, home) or _is_subhead(at, fragment):
        return True
    if not ends_sentence(above.text):
        return False
    if airy and line.gap:
        return True
    if above.width < home.width - 1.8 and not above.stretched:
        return True
    return not airy and _is_indented(line, fragment)


def _is_indented(line: Line, fragment: Fragment) -> bool:
    if line.box is not None and fragment.box is not None and len(fragment.block.lines) > 1:
        return line.box.left > fragment.box.left + 1.2 * line.size
    off = line.width - fragment.width
    return not line.stretched and -3.4 < off < -1.3 and not ends_sentence(line.text)


def _is_subhead(at: int, fragment: Fragment) -> bool:
    """Say whether a line of a body is a subhead: short on both sides, or alone, without an end."""
    line = fragment.block.lines[at]
    if ends_sentence(line.text) or line.text[-1] in "，、；：" or len(fragment.block.lines) < 2:
        return False
    if line.box is not None and fragment.box is not None:
        left = line.box.left - fragment.box.left
        right = fragment.box.right - line.box.right
        return left > 1.2 * line.size and right > 1.2 * line.size
    above = fragment.block.lines[at - 1] if at else None
    opens = above is None or ends_sentence(above.text)
    if not opens or at == len(fragment.block.lines) - 1 or line.stretched:
        return False
    below = fragment.block.lines[at + 1].text
    flows = continuation_score(line.text, below) > opening_score(below)
    return line.width < fragment.width - 3.4 and not flows


def _without_credit(paragraphs: list[Traced]) -> tuple[list[Traced], list[str]]:
    """Cut what stands behind the last sentence and is no body: credits, jumps, photographers."""
    if not paragraphs:
        return [], []
    last = paragraphs[-1]
    names: list[str] = []
    jump = find_jump(last.text)
    if jump is not None:
        last = last[: jump.begin].strip()
    match = re.search(r"[。！？”…]\s*([^。！？”…]{2,40})$", last.text)
    if match is not None and is_credit(match[1]):
        names = list(parse_byline(match[1]) or inline_reporters(match[1]))
        last = last[: match.start(1)].strip()
    paragraphs = [*paragraphs[:-1], *([last] if last.text else [])]
    return paragraphs, names


def _inline_names(paragraphs: Sequence[Traced], draft: Draft) -> list[str]:
    """Return the names of 本报讯（记者 …）, which a line break may part from their role."""
    if draft.chain is None or not paragraphs:
        return []
    lines = [
        squeezed(line.text) if line.stretched else line.text
        for line in draft.chain.fragments[0].block.lines[:5]
    ]
    found = [inline_reporters(_glued(lines, glue)[:120]) for glue in ("", " ")]
    names = max(found, key=len)
    return list(names)


def _glued(lines: Sequence[str], glue: str) -> str:
    """Join lines by *glue*, but not where the break tears a reporter's role."""
    text = lines[0]
    for line in lines[1:]:
        text += line if tears_role(text, line) else glue + line
    return text


# --------------------------------------------------------------------------------------- spaces

_WIDE = "\u2e80-\u9fff\uff00-\uffef\u3000-\u303f“”‘’…—·"
# Between Chinese characters, and between one and a number, a space is justification. In the opening
# （记者 尹腾淑 通讯员 贾明鑫） spaces part names; between two halves of a headline they are meant.
_STRAY = re.compile(rf"(?<=[{_WIDE}])\s+(?=[0-9A-Za-z%.（“])|(?<=[0-9A-Za-z%.）”])\s+(?=[{_WIDE}])")
_SPACED_OUT = re.compile(rf"(?:[{_WIDE}0-9] +){{2,}}[{_WIDE}0-9]")
_NAMES = re.compile(
    r"(?:记者|通讯员|实习生|编译|讯|报道|专电|特约)[^，。“]{0,30}|[（(][^（）()]{2,40}[）)]"
)


def _tidy(document: Document, line: Line) -> Traced:
    """Return a line without stray spaces."""
    text = line.text
    keep: set[int] = set()
    for match in _NAMES.finditer(text):
        if not _SPACED_OUT.search(match[0]):
            keep.update(range(*match.span()))
    drop: set[int] = set()
    for match in _STRAY.finditer(text):
        drop.update(range(*match.span()))
    if line.stretched:
        for match in _SPACED_OUT.finditer(text):
            drop.update(at for at in range(*match.span()) if text[at].isspace())
    drop.update(
        at
        for at, character in enumerate(text)
        if character.isspace() and _between_wide(text, at) and line.stretched and at not in keep
    )
    kept = [at for at in range(len(text)) if at not in drop or at in keep]
    begin = line.span.begin
    return Traced(
        "".join(text[at] for at in kept), tuple((begin + at, begin + at + 1) for at in kept)
    )


def _between_wide(text: str, at: int) -> bool:
    left, right = text[:at].rstrip()[-1:], text[at:].lstrip()[:1]
    return bool(left and right) and left > "\u2e80" and right > "\u2e80"
