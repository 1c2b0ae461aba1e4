"""Cut the lines of a page into blocks: columns of body text, headlines, and the small things.

A text layer has lost type size and place. What is left is the width of lines: body text fills its
column line after line and only the last line of a paragraph is short, a headline is as wide as its
words. So every line gets the column width (or "display") that makes the whole page cheapest, by
Viterbi over the widths that occur; blocks are then runs of equal width without a break.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from kg.segmentation.byline import is_credit
from kg.segmentation.continuity import continuation_score, opening_score
from kg.segmentation.display import display_odds, is_article_opening
from kg.segmentation.language_model import language_model
from kg.segmentation.lines import Line, LineKind, ends_sentence, squeezed

__all__ = ["Block", "BlockKind", "blocks_of_text", "paragraph_blocks"]

MAX_WIDTHS = 40  # column widths tried on one page
MIN_OPENING = 0.0  # log ratio above which a line may open a paragraph
MIN_TORN_FLOW = 2.0  # nats; a headline above its body stays below 0
EQUAL_EM = 0.6
MAX_DISPLAY_EM = 27.0  # wider lines are captions or columns, never headlines
NARROW_DOUBT_EM = 0.15  # what a digit or Latin letter may be wider or narrower than counted
INDENT_EM = 2.0  # a paragraph begins two characters in

_HAN = re.compile("[\u4e00-\u9fff]")


class BlockKind(str, Enum):
    """What a block is on the page."""

    BODY = "body"
    DISPLAY = "display"  # headline, kicker, deck, subhead: one or more lines set together
    BYLINE = "byline"
    CREDIT = "credit"
    JUMP = "jump"
    POINTER = "pointer"
    LABEL = "label"
    FOLIO = "folio"


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that stand together."""

    index: int  # in reading or file order
    kind: BlockKind
    lines: tuple[Line, ...]
    width: float = 0.0  # em of the column, for a body

    @property
    def text(self) -> str:
        """The words without white space."""
        return squeezed("".join(line.text for line in self.lines))


def blocks_of_text(lines: Sequence[Line]) -> list[Block]:
    """Return the blocks of a page whose format tells nothing but the words."""
    widths = _with_torn_openings(lines, _repaired(lines, _column_widths(lines)))
    blocks: list[Block] = []
    for run, width in _runs(lines, widths):
        kind = BlockKind(run[0].kind.value) if run[0].kind is not LineKind.TEXT else None
        if kind is None:
            kind = BlockKind.BODY if width else BlockKind.DISPLAY
            if not width and ends_sentence(run[-1].text) and run[-1].text[-1] in "。”…）":
                kind, width = BlockKind.BODY, max(line.width for line in run)
        blocks.append(Block(len(blocks), kind, tuple(run), width))
    return blocks


def paragraph_blocks(blocks: Sequence[Block]) -> list[Block]:
    """Cut bodies where a paragraph ends: two articles of one column width may meet there."""
    found: list[Block] = []
    for block in blocks:
        run: list[Line] = []
        for line, below in zip(block.lines, (*block.lines[1:], None), strict=True):
            run.append(line)
            if block.kind is BlockKind.BODY and _ends_paragraph(line, below, block.width):
                found.append(Block(len(found), block.kind, tuple(run), block.width))
                run = []
        if run:
            found.append(Block(len(found), block.kind, tuple(run), block.width))
    return found


def _ends_paragraph(line: Line, below: Line | None, width: float) -> bool:
    if not ends_sentence(line.text) or line.stretched:
        return False
    if line.width < width - 1.7:
        return True
    # The last line may be full: …资金500万元。 | 近日，从北原海关获悉，… One cut too many does no harm:
    # lines that follow one another are linked again unless something speaks against it.
    return below is not None and opening_score(below.text) > MIN_OPENING


# ------------------------------------------------------------------------------ column widths


class _Costs(NamedTuple):
    """What speaks against a way of cutting a page; negative log probabilities, roughly.

    Found by random search on typeset pages (benchmarks/fit_columns.py), tried against others and
    the pages of gold.
    """

    new_width: float = 6.8  # a column of another width begins
    new_width_gap: float = 2.65  # the same behind a blank line
    display: float = 1.05  # a display line follows body
    display_gap: float = 0.76
    back: float = 1.2  # the old column width goes on behind a subhead or headline
    flow: float = 0.04  # times how much better a line continues the one above than it opens
    odds: float = 1.0  # times what the words say
    short: float = 3.0  # a short line inside a paragraph
    short_comma: float = 2.29
    unfilled: float = 2.0  # a line that would have had room for what follows
    last: float = 0.05  # a short last line of a paragraph
    off: float = 0.3  # per em that a full line misses the column width
    wide: float = 9.52  # a line wider than the column


COSTS = _Costs()


def _column_widths(lines: Sequence[Line], odds: Sequence[float] | None = None) -> list[float]:
    """Return for every line the width of its column, or 0 for a display line.

    A state is a column width, and whether the line is body of that width or a display line that
    interrupts it: going on in the old width behind a subhead is cheap.
    """
    candidates = _candidate_widths(lines)
    size = len(candidates)
    if not size:
        return [0.0] * len(lines)
    odds = odds or odds_of(lines)
    costs = [0.0] * (2 * size)  # body states, then display states
    back: list[list[int] | None] = []
    previous: Line | None = None
    for line, below in zip(lines, (*lines[1:], None), strict=True):
        if line.kind is not LineKind.TEXT:
            back.append(None)
            previous = None
            continue
        costs, trail = _step(costs, candidates, line, (previous, below), odds[line.index])
        back.append(trail)
        previous = line
    return [candidates[state] if state < size else 0.0 for state in _traced(costs, back)]


def _step(
    costs: Sequence[float],
    candidates: Sequence[float],
    line: Line,
    around: tuple[Line | None, Line | None],
    odds: float,
) -> tuple[list[float], list[int]]:
    """Return what each state costs at *line*, and from which state it is reached cheapest."""
    previous, below = around
    size = len(candidates)
    best = min(range(2 * size), key=costs.__getitem__)
    flow = _flow_cost(line, previous)
    enter = costs[best] + flow + (COSTS.new_width_gap if line.gap else COSTS.new_width)
    leave = COSTS.display_gap if line.gap else COSTS.display
    display = COSTS.odds * math.log1p(math.exp(-odds))
    shared = COSTS.odds * math.log1p(math.exp(odds))
    step, trail = [0.0] * (2 * size), [0] * (2 * size)
    for state, width in enumerate(candidates):
        other = size + state
        ways = (
            (costs[state], state),
            (costs[other] + COSTS.back + flow, other),
            (enter, best),
        )
        cost, trail[state] = min(ways)
        step[state] = cost + shared + _width_cost(line, width, previous, below)
        ways = ((costs[other], other), (costs[state] + leave, state), (enter + leave, best))
        cost, trail[other] = min(ways)
        step[other] = cost + display
    return step, trail


def odds_of(lines: Sequence[Line]) -> list[float]:
    """Return for every line the log odds that it is a display line, within reason."""
    return [max(-12.0, min(12.0, display_odds(lines, at))) for at in range(len(lines))]


def _traced(costs: list[float], back: list[list[int] | None]) -> list[int]:
    state = min(range(len(costs)), key=costs.__getitem__)
    path: list[int] = []
    for trail in reversed(back):
        path.append(state)
        state = state if trail is None else trail[state]
    return path[::-1]


def _candidate_widths(lines: Sequence[Line]) -> list[float]:
    counts: Counter[float] = Counter()
    for line in lines:
        if line.kind is LineKind.TEXT and line.width >= 5:
            counts[round(line.width * 2) / 2] += 1
    return sorted(width for width, _ in counts.most_common(MAX_WIDTHS))


def _width_cost(line: Line, width: float, previous: Line | None, below: Line | None) -> float:
    """Return how badly a line fits a column of *width*."""
    off = line.width - width
    if line.stretched and off < 0.8:
        return 0.3 if off > -0.6 * width else 2.0
    if off > 0.8:
        return COSTS.wide if off > 1.4 else COSTS.wide / 3
    if off > -1.7:
        return COSTS.off * abs(off) + (COSTS.unfilled if _takes_more(line, below, -off) else 0.0)
    paragraph_begins = previous is None or ends_sentence(previous.text) or line.gap
    if paragraph_begins and off > -INDENT_EM - 1.7:
        unfilled = COSTS.unfilled if _takes_more(line, below, -off - INDENT_EM) else 0.0
        return 0.3 + COSTS.off * abs(off + INDENT_EM) + unfilled
    if ends_sentence(line.text):
        return COSTS.last
    return COSTS.short_comma if line.text[-1] in "，、；：" else COSTS.short


def _takes_more(line: Line, below: Line | None, room: float) -> bool:
    """Say whether the first character of the line below would have had room in this one.

    A line is set short of its column only before a mark that may not begin a line, or a number or
    word that may not be cut.
    """
    if below is None or below.gap or below.kind is not LineKind.TEXT or ends_sentence(line.text):
        return False
    narrow = sum(character < "\u0300" for character in line.text)
    return _HAN.match(below.text) is not None and room > 0.9 + NARROW_DOUBT_EM * narrow


def _repaired(lines: Sequence[Line], widths: Sequence[float]) -> list[float]:
    """Give display lines back to the body that goes on in mid-sentence below or above them."""
    repaired = [
        line.width if line.width > MAX_DISPLAY_EM else width
        for line, width in zip(lines, widths, strict=True)
    ]
    for upper, lower in pairwise(lines):
        open_end = upper.width > MAX_DISPLAY_EM and not _ends_caption(upper.text)
        if open_end and lower.kind is LineKind.TEXT and not lower.gap:
            repaired[lower.index] = repaired[upper.index]
    for at in range(len(lines) - 1, 0, -1):
        upper, lower = lines[at - 1], lines[at]
        if repaired[at] and not repaired[at - 1] and _is_torn(upper, lower, repaired[at]):
            repaired[at - 1] = repaired[at]
    for upper, lower in pairwise(lines):
        at = upper.index
        if (
            repaired[at]
            and not repaired[at + 1]
            and _is_torn(lower=lower, upper=upper, width=repaired[at])
        ):
            repaired[at + 1] = repaired[at]
    return repaired


def _with_torn_openings(lines: Sequence[Line], widths: Sequence[float]) -> list[float]:
    """Give the first line of a body back to it: as wide as an indented line, and going on below."""
    doubtful = [
        (upper, lower)
        for upper, lower in pairwise(lines)
        if not widths[upper.index]
        and widths[lower.index]
        and _may_open(upper, lower, widths[lower.index])
    ]
    if not doubtful:
        return list(widths)
    texts = [squeezed(line.text) for pair in doubtful for line in pair]
    background = [squeezed(line.text) for line, width in zip(lines, widths, strict=True) if width]
    pairs = [(at, at + 1) for at in range(0, len(texts), 2)]
    repaired = list(widths)
    flows = language_model().flows(texts, pairs, background)
    for (upper, lower), flow in zip(doubtful, flows, strict=True):
        if flow > MIN_TORN_FLOW:
            repaired[upper.index] = repaired[lower.index]
    return repaired


def _may_open(upper: Line, lower: Line, width: float) -> bool:
    if lower.gap or upper.kind is not LineKind.TEXT or ends_sentence(upper.text):
        return False
    off = upper.width - width
    return abs(off) < EQUAL_EM or abs(off + INDENT_EM) < EQUAL_EM


def _ends_caption(text: str) -> bool:
    """Say whether a line ends a sentence, the photographer behind it aside (…可见。 西山晴 温泉 摄)."""
    tail = re.search(r"[。！？…”]\s*([^。！？…”]{2,30})$", text)
    return ends_sentence(text) or (tail is not None and is_credit(tail[1]))


def _is_torn(upper: Line, lower: Line, width: float) -> bool:
    """Say whether two lines are one sentence, as far as a column of *width* allows."""
    if lower.gap or lower.kind is not LineKind.TEXT or upper.kind is not LineKind.TEXT:
        return False
    if ends_sentence(upper.text) or not (upper.stretched or -4.5 < upper.width - width < 1.0):
        return False
    flow = continuation_score(upper.text, lower.text)
    return lower.width < width + 1.0 and flow > 0.5 and flow > opening_score(lower.text) + 0.5


def _flow_cost(line: Line, previous: Line | None) -> float:
    """Return how much a line reads like the rest of the line above: that was no headline then."""
    if previous is None or line.gap or ends_sentence(previous.text):
        return 0.0
    flow = continuation_score(previous.text, line.text) - opening_score(line.text)
    return max(0.0, min(3.5, COSTS.flow * flow))


# --------------------------------------------------------------------------------------- runs


def _runs(lines: Sequence[Line], widths: Sequence[float]) -> Iterator[tuple[list[Line], float]]:
    run: list[Line] = []
    width = 0.0
    for line, line_width in zip(lines, widths, strict=True):
        if run and _breaks(run, width, line, line_width):
            yield run, width
            run = []
        run.append(line)
        width = line_width if line.kind is LineKind.TEXT else 0.0
    if run:
        yield run, width


def _breaks(run: Sequence[Line], width: float, line: Line, line_width: float) -> bool:
    last = run[-1]
    if line.gap or LineKind.TEXT is not line.kind or line.kind is not last.kind:
        return True
    if line_width != width:
        return True
    if not width:
        return False
    return _is_new_body(last, line, width)


def _is_new_body(last: Line, line: Line, width: float) -> bool:
    """Say whether two lines of one column width belong to two bodies all the same."""
    if is_article_opening(line.text):
        return True
    if ends_sentence(last.text) or last.width < width - 1.7:
        return False
    # The column before ended in mid-sentence, and this line does not go on with it.
    indented = -INDENT_EM - 1.2 < line.width - width < -INDENT_EM + 0.8 and not line.stretched
    unlikely = continuation_score(last.text, line.text) < -5.0
    return unlikely and (indented or opening_score(line.text) > 2.5)
