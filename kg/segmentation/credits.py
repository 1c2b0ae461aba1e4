"""Give bylines and credits to the articles they stand at.

A byline stands below its headline or above the first line of its body, a credit below the last; in
a text layer any of them may have drifted next to another article. So nearness counts, and an article
that has named its reporters already (本报讯（记者 …）) stands back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg.model import Box
from kg.segmentation.assembly import Draft
from kg.segmentation.blocks import Block, BlockKind
from kg.segmentation.byline import inline_reporters
from kg.segmentation.lines import Line
from kg.segmentation.links import best_assignment

__all__ = ["assign_credits"]

COST_NAMED = 2.6  # the article has reporters in its opening words
_PHOTO = re.compile("摄|供图|图片|图/")


def assign_credits(blocks: Sequence[Block], drafts: Sequence[Draft]) -> None:
    """Add each byline to the draft it fits best, one a draft; what fits none is left out."""
    lines = [
        line
        for block in blocks
        if block.kind in (BlockKind.BYLINE, BlockKind.CREDIT)
        for line in block.lines
        if line.names
    ]
    scores: dict[tuple[int, int], float] = {}
    for at, line in enumerate(lines):
        for number, draft in enumerate(drafts):
            if draft.chain is None:
                continue
            score = _near(line, draft) - (COST_NAMED if _is_named(draft) else 0.0)
            scores[at, number] = score
    for at, number in best_assignment(scores).items():
        drafts[number].bylines.append(lines[at])


def _is_named(draft: Draft) -> bool:
    if draft.chain is None:
        return False
    opening = "".join(line.text for line in draft.chain.fragments[0].block.lines[:4])
    return bool(inline_reporters(opening[:90]))


def _near(line: Line, draft: Draft) -> float:
    chain = draft.chain
    if chain is None:
        return -9.0
    first, last = chain.fragments[0].block.lines, chain.fragments[-1].block.lines
    if chain.fragments[0].caption and not _PHOTO.search(line.text):
        return -9.0
    if line.box is not None:
        return _near_on_page(line.box, line.size, draft)
    heads = [one.index for head in draft.heads for one in head.lines]
    score = 0.3  # an article without reporters may take a byline from afar
    if line.text[0] in "（(" or line.text[-1] in "道摄":
        score = (
            max(score, 4.0 - 2.0 * (line.index - last[-1].index - 1))
            if line.index > last[-1].index
            else score
        )
    for place, worth in (
        (first[0].index - line.index, 3.4),
        *((line.index - at, 3.6) for at in heads),
    ):
        if 0 < place <= 2:
            score = max(score, worth - 0.8 * (place - 1))
    for at in heads:
        if 0 < at - line.index <= 2:
            score = max(score, 2.2 - 0.5 * (at - line.index - 1))
    if 0 < line.index - last[-1].index <= 2:
        score = max(score, 2.6)
    return score


def _near_on_page(box: Box, size: float, draft: Draft) -> float:
    score = -1.0
    for head in draft.heads:
        if head.box is not None and head.box.page == box.page:
            gap = box.top - head.box.bottom
            if -size < gap < 3.5 * size and _shares(box, head.box):
                score = max(score, 4.0 - 0.3 * gap / size)
    if draft.chain is None:
        return score
    first, last = draft.chain.fragments[0], draft.chain.fragments[-1]
    if first.box is not None and first.box.page == box.page and _shares(box, first.box):
        gap = first.box.top - box.bottom
        if -size < gap < 3 * size:
            score = max(score, 3.5 - 0.3 * gap / size)
    if last.box is not None and last.box.page == box.page and _shares(box, last.box):
        gap = box.top - last.box.bottom
        if -size < gap < 2.5 * size:
            score = max(score, 4.0 - 0.3 * gap / size)
    return score


def _shares(one: Box, other: Box) -> bool:
    return min(one.right, other.right) > max(one.left, other.left)
