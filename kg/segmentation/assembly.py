"""Put the articles of a page together from its blocks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from kg.model import Document
from kg.segmentation.blocks import Block, BlockKind, blocks_of_text
from kg.segmentation.geometry import blocks_of_layout
from kg.segmentation.lines import read_lines
from kg.segmentation.links import Fragment, make_fragment
from kg.segmentation.topics import Topics


@dataclass(frozen=True, slots=True)
class Page:
    """The blocks of a document, and what linking needs to know of them."""

    blocks: tuple[Block, ...]
    fragments: tuple[Fragment, ...]
    topics: Topics
    displays: tuple[int, ...]  # block indexes of display blocks
    placed: bool  # blocks have boxes

    def between(self, one: Fragment, other: Fragment) -> int:
        """Count the display blocks between two fragments in the order of the document."""
        low, high = sorted((one.order, other.order))
        return bisect_left(self.displays, high) - bisect_right(self.displays, low)


def described(document: Document) -> Page:
    """Cut a document into blocks and describe the bodies among them."""
    lines = read_lines(document)
    blocks = blocks_of_layout(lines) if document.layout else blocks_of_text(lines)
    bodies = [block for block in blocks if block.kind is BlockKind.BODY]
    fragments = tuple(
        make_fragment(number, block, closed=_is_closed(block, blocks))
        for number, block in enumerate(bodies)
    )
    topics = Topics(fragment.text for fragment in fragments)
    displays = tuple(block.index for block in blocks if block.kind is BlockKind.DISPLAY)
    return Page(tuple(blocks), fragments, topics, displays, bool(document.layout))


def _is_closed(block: Block, blocks: Sequence[Block]) -> bool:
    after = blocks[block.index + 1 : block.index + 2]
    return bool(after) and after[0].kind in (BlockKind.JUMP, BlockKind.CREDIT)
