"""Describe a printed page: its blocks, and what stands where among them.

A document is taken apart page by page, because a body seldom goes on across pages without a jump
line saying so. A long text layer that does not mark its pages is cut into stretches of the size of
a page, so that the work grows with its length and not with the square of it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from typing import TypeAlias

from kg.model import Document
from kg.segmentation.blocks import Block, BlockKind, blocks_of_text, paragraph_blocks
from kg.segmentation.display import is_article_opening
from kg.segmentation.geometry import blocks_of_layout
from kg.segmentation.language_model import language_model
from kg.segmentation.lines import ends_sentence, ends_with_photo_credit, read_lines, squeezed
from kg.segmentation.links import (
    MAX_REACH,
    Fragment,
    link_features,
    link_score,
    make_fragment,
    may_follow,
    start_features,
)
from kg.segmentation.topics import Topics

__all__ = ["Page", "Parts", "pages_of"]

Parts: TypeAlias = tuple[int, ...]  # numbers of the fragments of one body, in order

AIRY_SHARE = 0.65  # of paragraph ends; 0.85 on the seed page, 0.3 where columns end at blank lines
MAX_CAPTION_LINES = 6
CAPTION_WIDTH = 1.45  # a caption is set this much wider than columns
MAX_BODIES = 150  # bodies on one page; the fullest of 200 pages has 120, paragraphs counted
_PHOTOGRAPHER = re.compile("摄(?!影报道)|供图|图$")  # under a picture: 区佩仪 摄


@dataclass(frozen=True, slots=True)
class Page:
    """The blocks of a page, and what putting them together needs to know of them."""

    blocks: tuple[Block, ...]
    fragments: tuple[Fragment, ...]
    topics: Topics
    displays: tuple[int, ...]  # block indexes of display blocks
    placed: bool  # blocks have boxes
    flows: Mapping[tuple[int, int], float]  # how well one fragment goes on in another (nats)
    airy: bool  # a blank line stands between paragraphs, not only between columns
    _links: dict[tuple[int, int], Mapping[str, float]] = field(default_factory=dict)
    _covers: dict[tuple[str, tuple[int, ...]], float] = field(default_factory=dict)

    def between(self, one: Fragment, other: Fragment) -> int:
        """Count the display blocks between two fragments in the order of the document."""
        low, high = sorted((one.order, other.order))
        return bisect_left(self.displays, high) - bisect_right(self.displays, low)

    def evidence(self, one: Fragment, other: Fragment) -> Mapping[str, float]:
        """Return what speaks for *other* going on where *one* ends."""
        key = (one.number, other.number)
        if key not in self._links:
            self._links[key] = link_features(
                one,
                other,
                self.topics,
                self.between(one, other),
                airy=self.airy,
                flow=self.flows.get(key),
            )
        return self._links[key]

    def link(self, one: Fragment, other: Fragment) -> float:
        """Return the log odds of *other* going on where *one* ends."""
        return link_score(self.evidence(one, other))

    def start_evidence(self, fragment: Fragment) -> Mapping[str, float]:
        """Return what speaks for an article beginning with *fragment*."""
        before = self.blocks[fragment.order - 1] if fragment.order else None
        return start_features(fragment, before)

    def cover(self, title: str, fragments: Sequence[Fragment]) -> float:
        """Return the share of a headline's words that a body repeats."""
        key = (title, tuple(fragment.number for fragment in fragments))
        if key not in self._covers:
            body = "".join(fragment.text for fragment in fragments)
            self._covers[key] = self.topics.covered(title, body)
        return self._covers[key]


def pages_of(document: Document) -> list[Page]:
    """Cut a document into pages and describe each."""
    lines = read_lines(document)
    pages: list[Page] = []
    for _, group in groupby(lines, key=lambda line: line.page):
        own = [replace(line, index=number) for number, line in enumerate(group)]
        if document.layout:
            pages.append(_described(blocks_of_layout(own), placed=True))
        else:
            blocks = paragraph_blocks(blocks_of_text(own))
            pages += [_described(part, placed=False) for part in _stretches(blocks)]
    return pages


def _stretches(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Cut a text layer without page marks into stretches, where an article begins if possible."""
    begin = 0
    while begin < len(blocks):
        end = _end_of_stretch(blocks, begin)
        yield [replace(block, index=at) for at, block in enumerate(blocks[begin:end])]
        begin = end


def _end_of_stretch(blocks: Sequence[Block], begin: int) -> int:
    bodies = 0
    safe = 0
    for at in range(begin, len(blocks)):
        bodies += blocks[at].kind is BlockKind.BODY
        if bodies > MAX_BODIES:
            return safe or at
        if bodies > MAX_BODIES // 2 and is_article_opening(blocks[at].lines[0].text):
            safe = at
    return len(blocks)


def _described(blocks: Sequence[Block], *, placed: bool) -> Page:
    bodies = [block for block in blocks if block.kind is BlockKind.BODY]
    usual = _usual_width(bodies)
    fragments = tuple(
        make_fragment(
            number,
            block,
            signed=_is_signed(block, blocks),
            closed=_is_closed(block, blocks),
            caption=_is_caption(block, usual),
        )
        for number, block in enumerate(bodies)
    )
    return Page(
        tuple(blocks),
        fragments,
        Topics(fragment.text for fragment in fragments),
        tuple(block.index for block in blocks if block.kind is BlockKind.DISPLAY),
        placed,
        {} if placed else _flows(fragments),
        not placed and _is_airy(bodies),
    )


def _flows(fragments: Sequence[Fragment]) -> dict[tuple[int, int], float]:
    """Say how well fragments go on in others, where a sentence was cut or they are neighbours.

    With boxes, the places tell; without, only the words.
    """
    pairs = [
        (one.number, other.number)
        for one in fragments
        for other in fragments[max(0, one.number - MAX_REACH) : one.number + MAX_REACH + 1]
        if may_follow(one, other) and (_is_next(one, other) or _is_torn(one, other))
    ]
    texts = [part.text for part in fragments]
    lines = [squeezed(line.text) for part in fragments for line in part.block.lines[1:-1]]
    flows = language_model().flows(texts, pairs, lines)
    return dict(zip(pairs, flows, strict=True))


def _is_next(one: Fragment, other: Fragment) -> bool:
    return other.number - one.number == 1


def _is_torn(one: Fragment, other: Fragment) -> bool:
    """Say whether two fragments may be halves of one sentence."""
    return one.dangling and other.indent <= 0


def _is_airy(bodies: Sequence[Block]) -> bool:
    """Say whether most paragraphs of a text layer end at a blank line."""
    at_gaps = within = 0
    for block, after in pairwise(bodies):
        last, first = block.lines[-1], after.lines[0]
        if ends_sentence(last.text) and last.width < block.width - 1.8:
            at_gaps += first.gap
            within += not first.gap and first.index == last.index + 1
    return at_gaps > AIRY_SHARE * (at_gaps + within)


def _usual_width(bodies: Sequence[Block]) -> float:
    """Return the column width that most lines of a page have."""
    widths = sorted(block.width for block in bodies for _ in block.lines)
    return widths[len(widths) // 2] if widths else 0.0


def _is_caption(block: Block, usual: float) -> bool:
    """Say whether a body is a caption: few lines, wider than the columns, or with a photographer."""
    if len(block.lines) > MAX_CAPTION_LINES:
        return False
    widest = max(line.width for line in block.lines)
    return widest > CAPTION_WIDTH * usual or ends_with_photo_credit(block.lines[-1].text)


def _is_signed(block: Block, blocks: Sequence[Block]) -> bool:
    """Say whether a byline stands right above a body: it begins an article."""
    before = blocks[block.index - 1] if block.index else None
    if before is None or before.kind is not BlockKind.BYLINE:
        return False
    if _PHOTOGRAPHER.search(before.text):
        return False
    upper, lower = before.lines[-1].box, block.lines[0].box
    if upper is None or lower is None:
        return True
    return 0 < lower.top - upper.top < 3 * block.lines[0].size and lower.left < upper.right


def _is_closed(block: Block, blocks: Sequence[Block]) -> bool:
    """Say whether a jump line or credit stands right below a body: it ends an article."""
    after = blocks[block.index + 1 : block.index + 2]
    return bool(after) and after[0].kind in (BlockKind.JUMP, BlockKind.CREDIT)
