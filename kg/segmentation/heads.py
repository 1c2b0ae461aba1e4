"""Cut display lines into headlines, and say what speaks for each of them and a body.

On paper a headline stands above its body, in a hole of it, beside or below it; in a text layer it
may be pages away from it, next to the headline of another article. What always holds: a headline
repeats names and numbers of its body, and every body has one. So every pair of headline and body is
scored by shared words and by place; `arrangement` takes the best for the page as a whole.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise

from kg.model import Box
from kg.segmentation.blocks import Block
from kg.segmentation.continuity import continuation_score
from kg.segmentation.geometry import bounding_box
from kg.segmentation.lines import Line, squeezed
from kg.segmentation.links import Fragment
from kg.segmentation.topics import Topics

__all__ = [
    "Chain",
    "Head",
    "adjoin",
    "company_features",
    "head_features",
    "head_score",
    "heads_of_layout",
    "heads_of_text",
    "rival_features",
    "stacked",
]

MAX_HALF_EM = 9.5  # each of two lines of one headline where nothing else tells
MAX_TAG_CHARS = 4  # 深度调查, 能源时评: a column's name above a headline
MIN_STACK_SHARE = 0.9  # cosine of what kicker and headline share with every part of a body
MIN_DECK_FLOW = 0.0  # log ratio above which a deck goes on in the next line
MIN_FLOW = 3.0  # log ratio above which two lines are one phrase
SPLIT_RATIO = 0.62  # shorter line by longer line of one headline


@dataclass(frozen=True, slots=True)
class Head:
    """Display lines that are one headline, kicker or deck, or (with boxes) all three."""

    number: int
    rows: tuple[tuple[Line, ...], ...]  # units that are set alike, from top to bottom or in order
    order: int  # block index
    box: Box | None
    joined: bool  # stands next to the head before it, no blank line between

    @property
    def text(self) -> str:
        return squeezed("".join(line.text for row in self.rows for line in row))

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for row in self.rows for line in row)

    @property
    def is_deck(self) -> bool:
        """Whether it goes on behind its headline: ——从申请到交割全程留痕."""
        return self.text.startswith("——")

    @property
    def is_tag(self) -> bool:
        """Whether it may be the name of a column above a headline: 深度调查."""
        return len(self.rows) == 1 and len(self.text) <= MAX_TAG_CHARS


@dataclass(frozen=True, slots=True)
class Chain:
    """The parts of one body, in order."""

    fragments: tuple[Fragment, ...]

    @property
    def text(self) -> str:
        return "".join(fragment.text for fragment in self.fragments)


# ---------------------------------------------------------------------------- finding the heads


def heads_of_text(blocks: Sequence[Block]) -> list[Head]:
    """Cut display blocks of a text layer into headlines.

    Blank lines part kicker and headline where the text layer has blank lines at all; where it has
    none, two short lines of about one length are taken as one headline (红岭枢纽大坝 | 葛洲坝集团中标).
    """
    gaps = any(line.gap for block in blocks for line in block.lines[:1] if line.index)
    heads: list[Head] = []
    for block in blocks:
        rows = [block.lines] if gaps and not _is_list(block.lines) else _rows(block.lines)
        for at, row in enumerate(rows):
            heads.append(Head(len(heads), (row,), block.index, None, at > 0))
    return heads


def _is_list(lines: Sequence[Line]) -> bool:
    """Say whether lines that stand together are too long to be one headline."""
    return len(lines) > 3 or sum(line.width for line in lines) > 36


def _rows(lines: Sequence[Line]) -> list[tuple[Line, ...]]:
    rows: list[list[Line]] = []
    for line in lines:
        if rows and _is_second_half(rows[-1], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [tuple(row) for row in rows]


def _is_second_half(row: Sequence[Line], line: Line) -> bool:
    if len(row) > 1 or re.match("[—－-]{2}", line.text):
        return False
    first = row[0]
    if first.text.startswith("——") or " " in first.text.strip():
        return False
    if len(first.text) <= MAX_TAG_CHARS and len(line.text) > len(first.text) + 1:
        return False
    short, long = sorted((first.width, line.width))
    if long < 15 and continuation_score(first.text, line.text) > MIN_FLOW:
        return True
    return long <= MAX_HALF_EM and short >= SPLIT_RATIO * long and short >= 2.5


def stacked(
    heads: Sequence[Head], covers: Mapping[int, Mapping[int, float]], opening: Set[int]
) -> list[Head]:
    """Put kicker and headline together where they stand beside each other and share their bodies.

    *covers* tells for every head how much of it each body repeats; *opening* holds the heads that no
    body stands above, so that they can only belong to what follows. The kicker comes first: before
    its headline where blank lines part them, behind it where the text layer has no blank lines.
    """
    found: list[Head] = []
    for head in heads:
        last = found[-1] if found else None
        if last is not None and _belongs_to(last, head, covers, opening):
            rows = (*last.rows, *head.rows)
            if head.joined and not head.is_deck and not last.is_tag:
                rows = (*head.rows, *last.rows)
            found[-1] = replace(last, rows=rows)
        else:
            found.append(head)
    return [replace(head, number=number) for number, head in enumerate(found)]


def _belongs_to(
    last: Head, head: Head, covers: Mapping[int, Mapping[int, float]], opening: Set[int]
) -> bool:
    if len(last.rows) > 2 or head.order - last.order > 1:
        return False
    if not adjoin(last, head):
        return False
    if head.is_deck or last.is_tag or _runs_over(last, head):
        return True
    if last.number in opening and not head.joined:
        return True
    # Squares: the body that a head fits best shall count, not words that every body shares.
    one = {number: value**2 for number, value in covers[last.number].items()}
    other = {number: value**2 for number, value in covers[head.number].items()}
    shared = sum(value * other.get(number, 0.0) for number, value in one.items())
    sizes = math.sqrt(sum(v * v for v in one.values()) * sum(v * v for v in other.values()))
    return sizes > 0 and shared / sizes > MIN_STACK_SHARE


def _runs_over(last: Head, head: Head) -> bool:
    """Say whether a deck goes on: ——…党中央引领推进 | 新时代农业农村现代化事业述评."""
    deck, line = last.lines[-1], head.lines[0]
    if not deck.text.startswith("——") or len(head.lines) > 1:
        return False
    narrower = line.width <= deck.width
    return narrower and continuation_score(deck.text, line.text) > MIN_DECK_FLOW


def heads_of_layout(blocks: Sequence[Block]) -> list[Head]:
    """Stack display blocks that stand closely above one another: kicker, headline, deck."""
    stacks: list[list[Block]] = []
    for block in sorted(blocks, key=_place):
        stack = next((s for s in reversed(stacks) if _stands_on(s, block)), None)
        if stack is None:
            stacks.append([block])
        else:
            stack.append(block)
    stacks.sort(key=lambda stack: min(block.index for block in stack))
    heads: list[Head] = []
    for stack in stacks:
        lines = [line for block in stack for line in block.lines]
        rows = tuple(block.lines for block in stack)
        order = min(block.index for block in stack)
        heads.append(Head(len(heads), rows, order, bounding_box(lines), False))
    return heads


def _place(block: Block) -> tuple[int, float, float]:
    box = block.lines[0].box
    return (box.page, box.top, box.left) if box is not None else (0, 0.0, 0.0)


def _stands_on(stack: Sequence[Block], block: Block) -> bool:
    upper, lower = bounding_box(stack[-1].lines), bounding_box(block.lines)
    if upper is None or lower is None or upper.page != lower.page:
        return False
    gap = lower.top - upper.bottom
    size = max(stack[-1].lines[0].size, block.lines[0].size)
    narrow = min(upper.right - upper.left, lower.right - lower.left)
    shared = min(upper.right, lower.right) - max(upper.left, lower.left)
    return -0.3 * size < gap < 0.9 * size and shared > 0.7 * narrow


# ------------------------------------------------------------------------------------- evidence


def head_features(
    head: Head, chain: Chain, topics: Topics, cover: float, orders: Sequence[int]
) -> dict[str, float]:
    """Return the evidence for *head* being the headline of *chain*, other bodies left aside.

    *cover* tells how much of the head's words the body repeats; *orders* are the block indexes of
    all fragments within reach, sorted.
    """
    at = bisect_left(orders, head.order)
    places = [fragment.order for fragment in chain.fragments]
    steps = [_between(orders, *sorted((place, head.order))) for place in places]
    features = {
        "bias": 1.0,
        "cover": cover,
        "known": topics.known_covered(head.text, chain.text),
        "above": float(orders[at : at + 1] == places[:1]),
        "below": float(at > 0 and orders[at - 1] == places[-1]),
        "inside_torn": float(_is_inside(head, chain, orders, dangling=True)),
        "inside_whole": float(_is_inside(head, chain, orders, dangling=False)),
        "touches": float(min(steps, default=9) == 0),
        "far": math.log1p(min(steps, default=0)),
        "long": math.log(max(10, len(chain.text))) - 5,
        "brief": float(len(chain.text) < 40),
        "caption": float(chain.fragments[0].caption),
    }
    if head.box is not None:
        features.update(_nearness(head.box, chain))
    return features


def _between(orders: Sequence[int], low: int, high: int) -> int:
    """Count the sorted *orders* between two, without them."""
    return max(0, bisect_left(orders, high) - bisect_right(orders, low))


def rival_features(cover: float, rival: float) -> dict[str, float]:
    """Return the evidence that other bodies give: *rival* is the most that one of them repeats."""
    return {
        "lead": max(-0.6, min(0.6, cover - rival)),
        "sure": cover * max(0.0, cover - rival),
    }


def company_features(head: Head, others: Sequence[Head]) -> dict[str, float]:
    """Return the evidence that the other headlines of a body give for one more: kicker or deck.

    A kicker stands beside its headline, most often; a deck (——…) goes on behind it; a line that goes
    on where the one before it ends was torn from it.
    """
    if not others:
        return {}
    near = [other for other in others if adjoin(head, other)]
    joined = any(max(head, other, key=_number).joined for other in near)
    flow = max((_flow(*sorted((head, other), key=_number)) for other in near), default=0.0)
    return {
        "other": 1.0,
        "others": float(len(others) > 1),
        "beside": float(bool(near) and not joined),
        "beside_joined": float(joined),
        "beside_flow": flow,
        "deck_beside": float(any(max(head, o, key=_number).is_deck for o in near)),
        "deck_apart": float(head.is_deck and not near),
        "main": float(not head.is_deck and all(other.is_deck for other in others)),
        "tag_beside": float(any(min(head, o, key=_number).is_tag for o in near)),
    }


def _number(head: Head) -> int:
    return head.number


def adjoin(one: Head, other: Head) -> bool:
    """Say whether no line stands between two headlines."""
    first, second = sorted((one, other), key=_number)
    return second.lines[0].index - max(line.index for line in first.lines) == 1


def _flow(first: Head, second: Head) -> float:
    return max(-4.0, min(6.0, continuation_score(first.lines[-1].text, second.lines[0].text)))


def _is_inside(head: Head, chain: Chain, orders: Sequence[int], *, dangling: bool) -> bool:
    """Say whether a head stands alone between two neighbouring parts of one body.

    Behind a whole sentence that is the place of a subhead, in mid-sentence that of a headline set
    into its columns.
    """
    for one, other in pairwise(chain.fragments):
        if one.order < head.order < other.order and one.dangling == dangling:
            return not any(one.order < order < other.order for order in orders)
    return False


def _nearness(box: Box, chain: Chain) -> dict[str, float]:
    gaps: list[tuple[float, float, float]] = []  # overall, sideways, down (negative: body above)
    frame: list[Box] = []
    for fragment in chain.fragments:
        other = fragment.box
        if other is None or other.page != box.page:
            continue
        frame.append(other)
        sideways = max(0.0, other.left - box.right, box.left - other.right)
        vertical = max(0.0, other.top - box.bottom, box.top - other.bottom)
        down = other.top - box.bottom if other.top > box.top else other.bottom - box.top
        gaps.append((math.hypot(sideways, vertical), sideways, down))
    if not gaps:
        return {"elsewhere": 1.0}
    near, sideways, down = min(gaps)
    left, right = min(other.left for other in frame), max(other.right for other in frame)
    top, bottom = min(other.top for other in frame), max(other.bottom for other in frame)
    middle = (box.left + box.right) / 2
    return {
        "distance": min(3.0, near / 60),
        "close": float(near < 30),
        "column": float(sideways == 0.0),
        "over": float(0 <= down < 40 and sideways == 0.0),
        "framed": float(
            left <= middle <= right and top - 5 <= box.top and box.bottom <= bottom + 5
        ),
        "centered": float(abs(middle - (left + right) / 2) < 0.12 * (right - left)),
    }


# Log odds, fitted to typeset pages by benchmarks/fit_links.py --heads.
TEXT_WEIGHTS: dict[str, float] = {
    "above": 0.56,
    "below": 0.74,
    "beside": 3.16,
    "beside_flow": -0.05,
    "beside_joined": 3.77,
    "bias": 1.1,
    "brief": -1.45,
    "caption": -1.37,
    "cover": -1.7,
    "deck_apart": 0.69,
    "deck_beside": -3.76,
    "far": -0.87,
    "in_column": 0.36,
    "in_column_start": 0.28,
    "inside_torn": 0.12,
    "inside_whole": -4.17,
    "known": 2.95,
    "lead": 6.74,
    "long": -0.69,
    "main": 3.0,
    "other": -2.33,
    "others": -2.46,
    "sure": -0.73,
    "teaser": -1.96,
    "touches": -1.04,
}
PLACE_WEIGHTS: dict[str, float] = {
    "above": 1.4,
    "below": 0.78,
    "beside": -0.2,
    "bias": 2.82,
    "brief": -3.56,
    "caption": -1.67,
    "centered": 2.09,
    "close": 1.65,
    "column": -1.48,
    "cover": 1.22,
    "distance": -0.67,
    "far": -0.07,
    "framed": 2.17,
    "inside_torn": -2.97,
    "known": 1.74,
    "lead": 3.49,
    "long": -0.78,
    "other": -7.27,
    "over": -0.31,
    "sure": 0.53,
    "teaser": -1.94,
    "touches": -0.31,
}


def head_score(features: Mapping[str, float], *, placed: bool) -> float:
    """Return the log odds that a headline belongs to a body."""
    weights = PLACE_WEIGHTS if placed else TEXT_WEIGHTS
    return sum(weights.get(name, 0.0) * value for name, value in features.items())
