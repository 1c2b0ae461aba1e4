"""Decide which part of a body goes on in which.

Where a column ends, the sentence goes on at the head of another; a text layer may put anything
between the two, and a body cut by another article may go on anywhere below it. For every pair of
parts the evidence (characters that meet, indents, widths, quotation marks, shared names, order, and
places where there are boxes) is added up to log odds; then the assignment with the highest sum wins,
because one continuation taken is one fewer for the others.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from kg.model import Box
from kg.segmentation.blocks import Block, BlockKind
from kg.segmentation.continuity import continuation_score, lead_score, opening_score
from kg.segmentation.display import is_article_opening
from kg.segmentation.geometry import bounding_box
from kg.segmentation.lines import Line, ends_sentence
from kg.segmentation.topics import Topics

__all__ = [
    "MAX_REACH",
    "Fragment",
    "best_assignment",
    "best_links",
    "lead_of",
    "link_features",
    "link_score",
    "make_fragment",
    "may_follow",
    "start_features",
    "start_score",
]

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.intp]

MAX_REACH = 60  # fragments between the two parts of one body, in a long document
MAX_EXACT = 140  # fragments for which the best assignment is computed exactly
MAX_START = 6.0  # log odds: a beginning is never surer than this


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part of a body: a column, or what is left of one between two headlines."""

    number: int  # among the fragments of the document
    block: Block
    text: str  # without white space
    dangling: bool  # ends in mid-sentence
    opening: bool  # 本报讯（记者 …）
    signed: bool  # a byline stands right above it
    closed: bool  # a jump line or a closing credit stands below it
    indent: float  # of its first line: 1 begins a paragraph, -1 goes on in one, 0 cannot be told
    full_end: bool  # the last line fills the column
    spaced: float | None  # share of numbers with spaces around them, None with few numbers
    order: int  # index of the block
    box: Box | None
    caption: bool  # set as captions are: few lines, wider than the columns of the page

    @property
    def width(self) -> float:
        return self.block.width


def make_fragment(
    number: int, block: Block, *, signed: bool, closed: bool, caption: bool
) -> Fragment:
    """Describe a body block for linking."""
    lines = block.lines
    last = lines[-1]
    full_end = _is_full(last, block)
    return Fragment(
        number,
        block,
        block.text,
        not ends_sentence(last.text) and (full_end or len(lines) == 1),
        is_article_opening(lines[0].text),
        signed,
        closed,
        _indent(block),
        full_end,
        _spaced(" ".join(line.text for line in lines)),
        block.index,
        bounding_box(lines),
        caption,
    )


def _is_full(line: Line, block: Block) -> bool:
    """Say whether a line fills its column: a sentence may go on behind it."""
    if line.box is not None and len(block.lines) > 1:
        right = max(one.box.right for one in block.lines if one.box is not None)
        return line.box.right > right - 1.6 * line.size
    return line.width > block.width - 1.8 or line.stretched


def _indent(block: Block) -> float:
    first = block.lines[0]
    if first.box is not None and len(block.lines) > 1:
        left = min(line.box.left for line in block.lines if line.box is not None)
        return 1.0 if first.box.left > left + 1.2 * first.size else -1.0
    if len(block.lines) < 2 or first.stretched or not block.width:
        return 0.0
    full = [line.width for line in block.lines[1:-1] if not line.stretched]
    off = first.width - (median(full) if full else block.width)
    if -2.9 < off < -1.4:
        return 1.0 if full else 0.0  # of two lines, either may be the odd one
    return -1.0 if off > -0.9 else 0.0


_NUMBER = re.compile(r"(?<=[\u4e00-\u9fff，、])( ?)[0-9][0-9.]*( ?)(?=[\u4e00-\u9fff])")


def _spaced(text: str) -> float | None:
    found = _NUMBER.findall(text)
    if len(found) < 2:
        return None
    return sum(bool(left or right) for left, right in found) / len(found)


# ------------------------------------------------------------------------------------ evidence


def may_follow(one: Fragment, other: Fragment) -> bool:
    """Say whether *other* may go on where *one* ends at all: no caption in a body, no new article."""
    return (
        one is not other
        and one.caption == other.caption
        and not other.opening
        and abs(one.number - other.number) <= MAX_REACH
    )


def link_features(
    one: Fragment,
    other: Fragment,
    topics: Topics,
    between: int,
    *,
    airy: bool,
    flow: float | None = None,
) -> dict[str, float]:
    """Return the evidence for *other* going on where *one* ends.

    *between* counts headlines that stand between the two in the order of the document; *airy* says
    that a blank line stands between paragraphs, not only between columns; *flow* is what the
    language model says (`kg.segmentation.language_model`), None where it was not asked.
    """
    state = "mid" if one.dangling else "end"
    near = other.number - one.number == 1
    features = {state: 1.0}
    features.update(_meeting(one, other, f"{state}_", topics, flow=flow, near=near))
    features.update(_order(other.number - one.number, between, f"{state}_", airy=airy))
    features.update(_style(one, other))
    if one.box is not None and other.box is not None:
        features.update(_places(one.box, other.box, f"{state}_", one.block.lines[0].size))
        sizes = one.block.lines[0].size / other.block.lines[0].size
        features["size"] = min(3.0, 10 * abs(sizes - 1))
    return features


def _meeting(
    one: Fragment,
    other: Fragment,
    state: str,
    topics: Topics,
    *,
    flow: float | None,
    near: bool,
) -> dict[str, float]:
    """Return how the end of a fragment and the beginning of another fit, by their words.

    Words of neighbours (*near*) and of fragments that stand apart weigh differently.
    """
    words = {
        f"{state}flow": _clip(continuation_score(one.text[-6:], other.text[:6]), 7.0)
        if one.dangling
        else 0.0,
        f"{state}words": _clip(flow or 0.0, 12.0),
        f"{state}opening": _clip(opening_score(other.text[:6]), 5.0),
        f"{state}topic": min(3.0, topics.shared(one.text, other.text)),
    }
    return {
        **(words if near else {f"{name}_apart": value for name, value in words.items()}),
        f"{state}unlikely": float(one.dangling and flow is None),
        f"{state}indented": float(other.indent > 0),
        f"{state}flush": float(other.indent < 0),
        f"{state}lead": lead_of(other),
        f"{state}lede": float(is_lede(other.text)),
        f"{state}follows": follows(other.text),
        f"{state}joined": float(_is_joined(one, other)),
        f"{state}full": float(one.full_end),
    }


def _order(steps: int, between: int, state: str, *, airy: bool) -> dict[str, float]:
    """Return how two fragments stand in the document: *steps* apart, headlines *between* them."""
    return {
        f"{state}next": float(steps == 1 and not between),
        f"{state}next_airy": float(steps == 1 and not between and airy),
        f"{state}over": float(steps == 1 and between > 0),
        f"{state}over_airy": float(steps == 1 and between == 1 and airy),
        f"{state}back": float(steps < 0),
        f"{state}far": math.log(abs(steps)) if steps else 0.0,
        f"{state}between": min(3.0, float(between)) if steps > 0 else 0.0,
    }


def _style(one: Fragment, other: Fragment) -> dict[str, float]:
    """Return whether two fragments are set alike, and whether either stands at an edge."""
    return {
        "width": min(4.0, abs(one.width - other.width)) if _measured(one, other) else 0.0,
        "spaced": _style_gap(one, other),
        "quotes": _quotes(one.text, other.text),
        "closed": float(one.closed),
        "article": float(other.opening),
        "byline": float(other.signed),
    }


def start_features(fragment: Fragment, before: Block | None) -> dict[str, float]:
    """Return the evidence for an article beginning with *fragment*, below the block *before*."""
    above = before.kind if before is not None else None
    return {
        "bias": 1.0,
        "article": float(fragment.opening),
        "signed": float(fragment.signed),
        "lead": lead_of(fragment),
        "lede": float(is_lede(fragment.text)),
        "follows": follows(fragment.text),
        "opening": _clip(opening_score(fragment.text[:6]), 4.0),
        "indented": float(fragment.indent > 0),
        "flush": float(fragment.indent < 0),
        "gap": float(fragment.block.lines[0].gap),
        "headed": float(above is BlockKind.DISPLAY),
        "closed": float(above in (BlockKind.JUMP, BlockKind.CREDIT)),
        "short": float(len(fragment.text) < 20),
    }


def start_score(features: Mapping[str, float]) -> float:
    """Return the log odds that an article begins with a fragment, within reason."""
    score = sum(START_WEIGHTS.get(name, 0.0) * value for name, value in features.items())
    return _clip(score, MAX_START)


def _is_joined(one: Fragment, other: Fragment) -> bool:
    """Say whether the lines of two fragments follow one another without a blank line."""
    first = other.block.lines[0]
    return first.index == one.block.lines[-1].index + 1 and not first.gap and first.box is None


_DAY = r"(?:[0-9]{1,2}月[0-9]{1,2}日|[0-9]{1,2}日|日前|近日|昨[日天]|今[日天]|前不久|最近|[上本]周)"
_NEW = "(?!会[议上]|现场|活动|上述|该)"  # 从会议上了解到: the meeting was spoken of before
# How news begins: 记者4月19日从贵阳市住建局获悉, 日前, 从省商务厅获悉, 3月20日, …会议在南昌召开
_LEDE = re.compile(
    rf"记者.{{0,4}}(?:{_DAY})?.{{0,4}}从{_NEW}.{{2,24}}(?:获悉|了解到|得知)|"
    rf"(?:{_DAY}[上下]?午?，?)?(?:记者)?从{_NEW}.{{2,24}}(?:获悉|了解到)|"
    rf"{_DAY}[上下]?午?，.{{4,60}}(?:举行|召开|开工|奠基|签约|签署|揭牌|启动|投产|开幕|开标|发布|出台|印发)"
)


# What refers back. In 20,000 articles of raw news none begins with most of these, and of 100,000 later
# paragraphs 6,000 do.
_FOLLOWS = re.compile(
    "记者(?:随后|接着|还|了解到|看到)|随后|接着|还|另外|此外|同时|与此同时|对此|为此|其|上述|该[^省市县区]|"
    "下一步|接下来|最后|另一方面|二是|三是|但|而|不过|因此|于是|他|她|这|"
    "记者从(?:会[议上]|现场)"
)
# What refers back as a rule: one article in a few hundred begins so.
_OFTEN_FOLLOWS = re.compile("据介绍|据了解|据悉|此次|(?:截至)?目前，?|一方面|第[二三四五]")


def follows(text: str) -> float:
    """Return how surely the first words of a text refer back to something said before, up to 1.

    >>> follows("记者随后从余姚市交通局了解到，"), follows("据了解，"), follows("日前，")
    (1.0, 0.5, 0.0)
    """
    if _FOLLOWS.match(text):
        return 1.0
    return 0.5 if _OFTEN_FOLLOWS.match(text) else 0.0


def is_lede(text: str) -> bool:
    """Say whether a text begins as the first sentence of news does.

    >>> is_lede("记者从余姚市交通局了解到，"), is_lede("记者随后从余姚市交通局了解到，")
    (True, False)
    """
    return _LEDE.match(text[:100]) is not None and follows(text) < 1


def lead_of(fragment: Fragment) -> float:
    """Return how much a fragment begins as articles do rather than as later paragraphs do."""
    return 3.0 if fragment.opening else max(-4.0, min(2.0, lead_score(fragment.text[:6])))


def _clip(value: float, limit: float) -> float:
    return max(-limit, min(limit, value))


def _measured(one: Fragment, other: Fragment) -> bool:
    return all(len(part.block.lines) > 1 for part in (one, other))


def _style_gap(one: Fragment, other: Fragment) -> float:
    if one.spaced is None or other.spaced is None:
        return 0.0
    return abs(one.spaced - other.spaced)


def _quotes(one: str, other: str) -> float:
    """Return 1 where an open quotation is closed behind the cut, -1 where marks do not fit."""
    opened = one.rfind("“") > one.rfind("”")
    first = re.search("[“”]", other)
    if first is None:
        return -0.5 if opened and len(other) > 60 else 0.0
    closes = first[0] == "”"
    if opened:
        return 1.0 if closes else -1.0
    return -1.0 if closes else 0.0


def _places(one: Box, other: Box, state: str, size: float) -> dict[str, float]:
    """Return how two boxes lie: beside each other in one frame, below, or apart."""
    if one.page != other.page:
        return {f"{state}page": 1.0}
    apart = other.left - one.right
    beside = 0 < apart < 5 * size and other.top < one.bottom and one.top < other.bottom
    same_column = abs(other.left - one.left) < 2.5 * size
    below = same_column and other.top > one.bottom - 1
    near = below and other.top - one.bottom < 3 * size
    return {
        f"{state}beside": float(beside),
        f"{state}level": float(
            beside and min(abs(one.top - other.top), abs(one.bottom - other.bottom)) < size
        ),
        f"{state}below": float(below),
        f"{state}near": float(near),
        f"{state}return": float(other.left < one.left - size and other.top > one.bottom - 1),
        f"{state}above": float(other.bottom < one.top and other.left <= one.left),
        f"{state}left": float(other.right < one.left and other.top < one.bottom),
        f"{state}distance": min(
            3.0,
            math.hypot(
                max(0.0, apart, one.left - other.right),
                max(0.0, other.top - one.bottom, one.top - other.bottom),
            )
            / 200,
        ),
    }


# Log odds, fitted to typeset pages by benchmarks/fit_links.py.
TEXT_WEIGHTS: dict[str, float] = {
    "byline": -2.28,
    "closed": -3.8,
    "end": -3.35,
    "end_back": -2.72,
    "end_between": -0.85,
    "end_far": -0.43,
    "end_flush": -0.18,
    "end_follows": 0.59,
    "end_full": 0.4,
    "end_indented": 0.05,
    "end_joined": 3.59,
    "end_lead": -0.12,
    "end_lede": -1.76,
    "end_next": 1.95,
    "end_next_airy": 2.86,
    "end_opening": -0.11,
    "end_over": 3.42,
    "end_over_airy": 1.37,
    "end_topic": 5.21,
    "end_topic_apart": 2.22,
    "end_words": 0.22,
    "mid": 1.33,
    "mid_back": -1.55,
    "mid_between": -0.4,
    "mid_far": -0.59,
    "mid_flow": 0.18,
    "mid_flow_apart": 0.22,
    "mid_flush": 0.6,
    "mid_follows": -0.56,
    "mid_full": 0.76,
    "mid_indented": -2.34,
    "mid_joined": 3.55,
    "mid_lede": -2.22,
    "mid_next": 1.63,
    "mid_next_airy": 2.96,
    "mid_opening": -0.05,
    "mid_opening_apart": -0.19,
    "mid_over": 2.13,
    "mid_over_airy": 2.3,
    "mid_topic": 1.0,
    "mid_topic_apart": 1.87,
    "mid_unlikely": 0.06,
    "mid_words": 0.48,
    "mid_words_apart": 0.5,
    "quotes": 1.99,
    "spaced": -0.59,
    "width": -0.93,
}
PLACE_WEIGHTS: dict[str, float] = {
    "byline": -1.5,
    "closed": -1.6,
    "end": -3.2,
    "end_above": -1.5,
    "end_back": -0.9,
    "end_below": -1.3,
    "end_beside": 3.2,
    "end_between": -1.0,
    "end_far": -0.7,
    "end_flush": -2.0,
    "end_full": 0.4,
    "end_indented": -0.6,
    "end_lead": -0.1,
    "end_left": -2.2,
    "end_level": 1.8,
    "end_near": 4.5,
    "end_next": 2.9,
    "end_opening": -0.2,
    "end_opening_apart": 0.2,
    "end_over": 0.3,
    "end_return": -1.3,
    "end_topic": 1.3,
    "end_topic_apart": 0.8,
    "mid": -0.6,
    "mid_above": 0.6,
    "mid_back": 0.5,
    "mid_below": -1.2,
    "mid_beside": 3.7,
    "mid_distance": -0.1,
    "mid_far": -0.8,
    "mid_flow": 0.1,
    "mid_flow_apart": 0.3,
    "mid_flush": 0.5,
    "mid_full": -0.6,
    "mid_indented": -2.5,
    "mid_left": -1.0,
    "mid_level": -1.3,
    "mid_near": 4.9,
    "mid_next": 5.0,
    "mid_opening": -0.3,
    "mid_opening_apart": -0.1,
    "mid_over": 0.7,
    "mid_return": 3.3,
    "mid_topic": 0.5,
    "mid_topic_apart": 2.8,
    "quotes": 1.6,
    "spaced": -0.3,
    "width": -0.9,
}


# Log odds, fitted to typeset pages by benchmarks/fit_links.py --starts.
START_WEIGHTS: dict[str, float] = {
    "article": 6.4,
    "bias": -2.9,
    "closed": 4.29,
    "flush": -4.77,
    "follows": -3.86,
    "gap": 0.61,
    "headed": 2.35,
    "indented": 0.44,
    "lead": 0.18,
    "lede": 1.51,
    "opening": 0.22,
    "short": -2.25,
    "signed": 5.89,
}


def link_score(features: Mapping[str, float]) -> float:
    """Return the log odds that two fragments are neighbours in one body."""
    placed = "size" in features
    weights = PLACE_WEIGHTS if placed else TEXT_WEIGHTS
    return sum(weights.get(name, 0.0) * value for name, value in features.items())


# ---------------------------------------------------------------------------------- assignment


def best_links(scores: Mapping[tuple[int, int], float]) -> dict[int, int]:
    """Return for each fragment its continuation, so that the positive scores sum up highest.

    A circle is cut at its weakest link.
    """
    return _without_circles(best_assignment(scores), scores)


def best_assignment(scores: Mapping[tuple[int, int], float]) -> dict[int, int]:
    """Assign lefts to rights one to one so that the positive scores sum up highest.

    Exact (Hungarian) for a page, greedy for a book.
    """
    wanted = {pair: score for pair, score in scores.items() if score > 0}
    rows = sorted({one for one, _ in wanted})
    columns = sorted({other for _, other in wanted})
    if max(len(rows), len(columns), 1) <= MAX_EXACT:
        return _assigned(rows, columns, wanted)
    return _greedy(wanted)


def _greedy(wanted: Mapping[tuple[int, int], float]) -> dict[int, int]:
    links: dict[int, int] = {}
    taken: set[int] = set()
    for (one, other), _ in sorted(wanted.items(), key=lambda item: (-item[1], item[0])):
        if one not in links and other not in taken:
            links[one] = other
            taken.add(other)
    return links


def _assigned(
    rows: Sequence[int], columns: Sequence[int], wanted: Mapping[tuple[int, int], float]
) -> dict[int, int]:
    """Solve the assignment by shortest augmenting paths (Jonker and Volgenant 1987, O(n³))."""
    if not rows:
        return {}
    width = len(columns) + len(rows)  # a row may stay alone at no cost: its own dummy column
    row_at = {row: at for at, row in enumerate(rows)}
    column_at = {column: at for at, column in enumerate(columns)}
    cost = np.zeros((len(rows), width))
    for (row, column), score in wanted.items():
        cost[row_at[row], column_at[column]] = -score
    row_price, column_price = np.zeros(len(rows)), np.zeros(width)
    owner = np.full(width, -1)
    for row in range(len(rows)):
        _augment(row, cost, row_price, column_price, owner)
    return {
        rows[owner[at]]: column
        for at, column in enumerate(columns)
        if owner[at] >= 0 and (rows[owner[at]], column) in wanted
    }


def _augment(row: int, cost: Floats, row_price: Floats, column_price: Floats, owner: Ints) -> None:
    """Give *row* a column, moving others along the cheapest path."""
    slack = np.full(len(owner), np.inf)
    came_from = np.full(len(owner), -1)
    done = np.zeros(len(owner), dtype=bool)
    at, current = -1, row
    path: list[int] = []  # columns in the order in which they were reached for good
    low = 0.0
    while True:
        reduced = low + cost[current] - row_price[current] - column_price
        better = ~done & (reduced < slack)
        slack[better] = reduced[better]
        came_from[better] = at
        at = int(np.where(done, np.inf, slack).argmin())
        low = float(slack[at])
        if owner[at] < 0:
            break
        done[at] = True
        path.append(at)
        current = int(owner[at])
    for column in path:
        row_price[owner[column]] += low - slack[column]
        column_price[column] -= low - slack[column]
    row_price[row] += low
    while at >= 0:
        before = int(came_from[at])
        owner[at] = owner[before] if before >= 0 else row
        at = before


def _without_circles(
    links: dict[int, int], scores: Mapping[tuple[int, int], float]
) -> dict[int, int]:
    links = dict(links)
    seen: set[int] = set()
    for start in list(links):
        path: list[int] = []
        at: int | None = start
        while at is not None and at not in seen:
            seen.add(at)
            path.append(at)
            at = links.get(at)
        if at is not None and at in path:
            circle = path[path.index(at) :]
            weakest = min(circle, key=lambda one: scores[one, links[one]])
            del links[weakest]
    return links
