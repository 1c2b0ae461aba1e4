"""Score which headline of a page belongs to which body."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from kg.segmentation.blocks import BlockKind
from kg.segmentation.heads import (
    Chain,
    Head,
    head_features,
    head_score,
    heads_of_layout,
    heads_of_text,
    stacked,
)
from kg.segmentation.lines import is_teaser_label
from kg.segmentation.links import MAX_REACH, best_assignment
from kg.segmentation.page import Page

__all__ = ["first_heads", "head_pairs", "head_scores", "heads_of", "is_announced"]

MIN_HEAD_SCORE = -1.5  # log odds below which a headline stays without a body
FULL_COVER = 0.4  # share of a headline's words in its body that leaves no doubt
COST_SUBHEAD = 2.5  # for a headline that stands where a subhead would

Scores = dict[tuple[int, int], float]


def heads_of(page: Page, chains: Sequence[Chain]) -> list[Head]:
    """Return the headlines of a page, those of other pages included."""
    displays = [block for block in page.blocks if block.kind is BlockKind.DISPLAY]
    if page.placed:
        return heads_of_layout(displays)
    heads = heads_of_text(displays)
    covers = {
        head.number: {chain.number: page.cover(head.text, chain.fragments) for chain in chains}
        for head in heads
    }
    opening = {
        head.number
        for head in heads
        if head.order == 0 or page.blocks[head.order - 1].kind in (BlockKind.FOLIO, BlockKind.LABEL)
    }
    return stacked(heads, covers, opening)


def first_heads(scores: Mapping[tuple[int, int], float]) -> dict[int, int]:
    """Return the body of each headline, one headline a body, so that the sum is highest."""
    return best_assignment({pair: score - MIN_HEAD_SCORE for pair, score in scores.items()})


def head_scores(
    page: Page,
    heads: Sequence[Head],
    chains: Sequence[Chain],
    rivals: Sequence[Chain] = (),
) -> Scores:
    """Return the log odds of every headline and body that may belong together.

    *rivals* are bodies that are only compared with: a headline fits a body better the less it fits
    all others.
    """
    scores: Scores = {}
    for head, chain, features in head_pairs(page, heads, chains, rivals):
        score = head_score(features, placed=page.placed)
        scores[head.number, chain.number] = score - COST_SUBHEAD * features["inside_whole"]
    return scores


def head_pairs(
    page: Page,
    heads: Sequence[Head],
    chains: Sequence[Chain],
    rivals: Sequence[Chain] = (),
) -> Iterable[tuple[Head, Chain, Mapping[str, float]]]:
    """Yield headlines and bodies within reach of each other, with the evidence."""
    orders = [fragment.order for fragment in page.fragments]
    for head in heads:
        at = bisect_left(orders, head.order)
        low, high = max(0, at - MAX_REACH), at + MAX_REACH
        reachable = [chain for chain in chains if _reaches(chain, low, high)]
        covers = {
            chain.number: page.cover(head.text, chain.fragments)
            for chain in (*reachable, *(rival for rival in rivals if _reaches(rival, low, high)))
        }
        announced = is_announced(page, head)
        for chain in reachable:
            features = head_features(head, chain, page.topics, covers, orders[low:high])
            # A body that repeats the headline word for word outweighs a pointer beside it.
            doubt = 1.0 - min(1.0, features["cover"] / FULL_COVER)
            yield head, chain, {**features, "teaser": doubt * announced}


def _reaches(chain: Chain, low: int, high: int) -> bool:
    return any(low <= fragment.number < high for fragment in chain.fragments)


def is_announced(page: Page, head: Head) -> bool:
    """Say whether a pointer to another page (→ 2版) stands beside a headline or a label above it.

    A label below says nothing: 今日导读 may open the teasers behind the last headline of a page.
    """
    last = max(line.index for line in head.lines)
    first = min(line.index for line in head.lines)
    for block in page.blocks[max(0, head.order - 2) : head.order + 4]:
        above = first - block.lines[-1].index == 1
        below = block.lines[0].index - last == 1
        if block.kind is BlockKind.POINTER and (above or below):
            return True
        if block.kind is BlockKind.LABEL and above and is_teaser_label(block.text):
            return True
    return False
