"""Cut the lines of a page into blocks where the format tells places and sizes (PDF).

With boxes nothing has to be guessed from line widths: body text is what the frequent type sizes
print, a column is what stands below one another in equal steps, and a headline has a size of its own.
Blocks keep the order in which the layout program drew them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from kg.model import Box
from kg.segmentation.blocks import Block, BlockKind
from kg.segmentation.display import is_article_opening
from kg.segmentation.lines import Line, LineKind, ends_sentence, ends_with_photo_credit

__all__ = ["blocks_of_layout", "bounding_box"]

SIZE_STEP = 0.25  # points; smaller differences are rounding
BODY_SHARE = 0.06  # share of a page's characters that makes a size a body size
MAX_STEP = 1.35  # leadings between two lines of one column
HEADLINE_STEP = 1.9  # type sizes between two lines of one headline


def blocks_of_layout(lines: Sequence[Line]) -> list[Block]:
    """Return the blocks of a page with boxes, in the order of drawing."""
    main, body_sizes = _body_sizes(lines)
    leading = _leadings(lines)
    groups: list[list[Line]] = []
    kinds: list[BlockKind] = []
    for line in lines:
        kind = _kind(line, body_sizes)
        if groups and kind is kinds[-1] and _goes_on(groups[-1], line, kind, leading):
            groups[-1].append(line)
        else:
            groups.append([line])
            kinds.append(kind)
    blocks: list[Block] = []
    for group, kind in zip(groups, kinds, strict=True):
        if kind is BlockKind.BODY and _rounded(group[0].size) != main and not _is_prose(group):
            kind = BlockKind.DISPLAY  # a kicker in the type of the captions
        elif kind is BlockKind.DISPLAY and ends_with_photo_credit(group[-1].text):
            kind = BlockKind.BODY
        width = _column_em(group) if kind is BlockKind.BODY else 0.0
        blocks.append(Block(len(blocks), kind, tuple(group), width))
    return blocks


def _is_prose(group: Sequence[Line]) -> bool:
    if ends_with_photo_credit(group[-1].text):
        return True
    return any("。" in line.text for line in group) or sum(len(line.text) for line in group) > 40


def bounding_box(lines: Sequence[Line]) -> Box | None:
    """Return the rectangle around lines of one page, or None without boxes."""
    boxes = [line.box for line in lines if line.box is not None]
    if not boxes:
        return None
    return Box(
        boxes[0].page,
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


def _rounded(size: float) -> float:
    return round(size / SIZE_STEP) * SIZE_STEP


def _body_sizes(lines: Sequence[Line]) -> tuple[float, set[float]]:
    """Return the type size of most text, and all that print body text: columns, captions."""
    characters: Counter[float] = Counter()
    for line in lines:
        characters[_rounded(line.size)] += len(line.text)
    total = sum(characters.values())
    main = characters.most_common(1)[0][0] if characters else 0.0
    sentences: Counter[float] = Counter()
    for line in lines:
        sentences[_rounded(line.size)] += line.text.count("。")
    return main, {
        size
        for size, count in characters.items()
        if size == main
        or (sentences[size] >= 1 and count > 30 and size < 1.35 * main)
        or (sentences[size] and count > BODY_SHARE * total)
    }


def _leadings(lines: Sequence[Line]) -> dict[float, float]:
    """Return the usual step from line to line for each type size."""
    steps: dict[float, list[float]] = defaultdict(list)
    for upper, lower in pairwise(lines):
        if upper.box is None or lower.box is None or upper.box.page != lower.box.page:
            continue
        step = lower.box.top - upper.box.top
        if (
            _rounded(upper.size) == _rounded(lower.size)
            and 0.9 * upper.size < step < 2.6 * upper.size
        ):
            steps[_rounded(upper.size)].append(step)
    return {size: median(found) for size, found in steps.items()}


def _kind(line: Line, body_sizes: set[float]) -> BlockKind:
    if line.kind is not LineKind.TEXT:
        return BlockKind(line.kind.value)
    in_body = _rounded(line.size) in body_sizes
    return BlockKind.BODY if in_body else BlockKind.DISPLAY


def _goes_on(
    group: Sequence[Line], line: Line, kind: BlockKind, leading: dict[float, float]
) -> bool:
    """Say whether *line* stands below the last line of *group* in one column or headline."""
    upper, box = group[-1], line.box
    if upper.box is None or box is None or upper.box.page != box.page:
        return False
    if _rounded(upper.size) != _rounded(line.size) or line.index != upper.index + 1:
        return False
    step = box.top - upper.box.top
    if kind is BlockKind.DISPLAY:
        return 0 < step < HEADLINE_STEP * line.size and _overlap(upper.box, box) > 0.5
    if kind is not BlockKind.BODY or is_article_opening(line.text):
        return False
    usual = leading.get(_rounded(line.size), 1.6 * line.size)
    if not 0.5 * line.size < step < MAX_STEP * usual:
        return False
    column = bounding_box(group)
    if column is None or _overlap(column, box) < 0.7:
        return False
    full = [one.box.right for one in group if one.box is not None]
    return box.right < max(full) + 1.5 * line.size or ends_sentence(upper.text)


def _overlap(one: Box, other: Box) -> float:
    """Return the share of the narrower box that the other covers from left to right."""
    shared = min(one.right, other.right) - max(one.left, other.left)
    return shared / max(1.0, min(one.right - one.left, other.right - other.left))


def _column_em(group: Sequence[Line]) -> float:
    box = bounding_box(group)
    size = group[0].size
    return round((box.right - box.left) / size, 1) if box is not None and size else 0.0
