"""Find the blocks of a web page that are its article.

Most of a page is something else: menus, side bars, lists of other articles, comments, the foot of
the site. Elements named for these are dropped, a thread is cut to its first post, a page ends at
the line that names its editor; where much is left besides the article, trafilatura says which
blocks are it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

from kg.segmentation.body_lines import MAX_FURNITURE_CHARS
from kg.segmentation.html_blocks import Block
from kg.segmentation.lines import squeezed

__all__ = ["article_blocks", "is_beside_headline", "is_links", "is_paragraph", "name_words"]

logger = logging.getLogger(__name__)


def article_blocks(source: str, blocks: list[Block]) -> list[Block]:
    """Return the blocks of a web page that are its article."""
    blocks = _first_post(_without_surroundings(blocks))
    if not _is_clean(blocks):
        blocks = _main_blocks(source, blocks)
    blocks = _up_to_editor(blocks)
    while blocks and (re.fullmatch("h[1-6]", blocks[-1].tag) or is_links(blocks[-1])):
        blocks = blocks[:-1]  # a list of other articles and its heading
    return blocks


def name_words(label: str) -> list[str]:
    """Return the words of the class and id of an element: div.site-footer.f1 gives site, footer, f1."""
    return re.findall("[a-z]+", label.partition(".")[2].lower())


_SURROUNDING = frozenset(
    [
        "footer", "foot", "bottom", "copyright", "nav", "navbar", "navigation", "menu", "sidebar",
        "crumb", "crumbs", "breadcrumb", "breadcrumbs", "related", "relate", "relevant",
        "recommend", "hot", "comments", "respond", "share", "statement", "disclaimer", "login",
        "qrcode", "ewm", "authi", "tool", "tools", "toolbar",
    ]
)  # fmt: skip
_NOT_ONE = frozenset(["no", "has", "with"])  # has-sidebar


def _is_surrounding(block: Block) -> bool:
    """Say whether an element around the block is named for what stands around articles."""
    for label in block.path:
        if re.match(r"(?:nav|aside|footer)\b", label):
            return True
        names = [] if re.match(r"(?:body|html|main|article)\b", label) else name_words(label)
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
        begun = begun or is_paragraph(block)
    return blocks


def is_paragraph(block: Block) -> bool:
    return len(block.text) > MIN_PARAGRAPH_CHARS and "。" in block.text.text


MIN_PARAGRAPH_CHARS = 40


_BESIDE_HEADLINE = frozenset(["meta", "info", "byline", "posted", "source", "author", "pubtime"])


def is_beside_headline(block: Block) -> bool:
    """Say whether a block tells about the article by its name: div.article-meta, div.info."""
    named = any(not _BESIDE_HEADLINE.isdisjoint(name_words(label)) for label in block.path[-2:])
    return named and len(block.text) < MAX_FURNITURE_CHARS


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
    words = "" if len(blocks) > MAX_TRAFILATURA_BLOCKS else squeezed(_extracted(source))
    words = words[:MAX_ARTICLE_CHARS]
    openings = {words[at : at + MIN_MATCH_CHARS] for at in range(len(words))}  # to reject fast
    texts = [squeezed(block.text.text) for block in blocks]
    marked = {
        number
        for number, text in enumerate(texts)
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


def is_links(block: Block) -> bool:
    """Say whether a block is mainly links: a menu, a list of other articles."""
    return block.link_chars >= 0.8 * len(block.text) and len(block.text) < 80
