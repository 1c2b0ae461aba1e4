"""Score which headline of a page belongs to which body.

`heads` says what speaks for one headline and one body. Here the page is looked at as a whole: which
display lines are headlines at all, what other bodies repeat of a headline, whether a pointer beside
it leads to another page. While `arrangement` cuts and joins bodies, most of them stay as they were,
so what was found out once is kept.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from kg.segmentation.blocks import BlockKind
from kg.segmentation.byline import is_credit
from kg.segmentation.heads import (
    Chain,
    Head,
    adjoin,
    company_features,
    head_features,
    head_score,
    heads_of_layout,
    heads_of_text,
    rival_features,
    stacked,
)
from kg.segmentation.lines import Line, ends_with_photo_credit, is_teaser_label
from kg.segmentation.links import MAX_REACH, Fragment, start_score
from kg.segmentation.page import Page, Parts

__all__ = ["HeadScores", "heads_of", "is_announced"]

MIN_BESIDE_COVER = 0.03  # share of a kicker's words that its body repeats, beside the headline
MIN_KNOWN_COVER = 0.05  # the same of the words that any body of the page has
MIN_FAR_COVER = 0.1  # the same where the kicker stands apart from its headline
FULL_COVER = 0.4  # share of a headline's words in its body that leaves no doubt

_CREDIT_END = re.compile("^[（(](?:本报)?记者$|摄影报道[）)]$")  # torn: （记者 | 吕晨 摄影报道）

Scores: TypeAlias = dict[tuple[int, int], float]  # by headline and place of the body


def heads_of(page: Page, fragments: Sequence[Fragment]) -> list[Head]:
    """Return the headlines of a page, those of other pages included.

    *fragments* tell which headlines that stand together speak of the same: kicker and headline.
    """
    displays = [
        block
        for block in page.blocks
        if block.kind is BlockKind.DISPLAY and not any(_is_caption(line) for line in block.lines)
    ]
    if page.placed:
        return heads_of_layout(displays)
    heads = heads_of_text(displays)
    covers = {
        head.number: {part.number: page.cover(head.text, (part,)) for part in fragments}
        for head in heads
    }
    opening = {
        head.number
        for head in heads
        if head.order == 0 or page.blocks[head.order - 1].kind in (BlockKind.FOLIO, BlockKind.LABEL)
    }
    return stacked(heads, covers, opening)


def _is_caption(line: Line) -> bool:
    """Say whether a line is the end of a caption: a sentence, or the name of a photographer."""
    return (
        line.text[-1] == "。"
        or ends_with_photo_credit(line.text)
        or is_credit(line.text)
        or _CREDIT_END.search(line.text) is not None
    )


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What speaks for a headline and a body, other bodies left aside."""

    features: Mapping[str, float]
    cover: float
    score: float


class HeadScores:
    """The log odds of headlines and bodies, while bodies are cut and joined."""

    def __init__(self, page: Page, heads: Sequence[Head]) -> None:
        self._page = page
        self._heads = heads
        self._by_number = {head.number: head for head in heads}
        self._orders = [fragment.order for fragment in page.fragments]
        self._announced = {head.number: is_announced(page, head) for head in heads}
        self._fixed: dict[tuple[int, Parts], _Evidence | None] = {}
        self._companies: dict[tuple[int, tuple[int, ...]], float] = {}

    def announced(self, head: int) -> bool:
        """Say whether a pointer to another page stands beside a headline."""
        return self._announced[head]

    def of(self, bodies: Sequence[Parts]) -> Scores:
        """Return the log odds of each headline and each body (by place) within reach."""
        scores: Scores = {}
        for head in self._heads:
            fixed = self._within_reach(head, bodies)
            for at, evidence, rival in _with_rivals(fixed):
                change = rival_features(evidence.cover, rival)
                scores[head.number, at] = evidence.score + self._score(change)
        return scores

    def repeats(self, head: int, body: Parts, others: Sequence[int]) -> bool:
        """Say whether a body repeats enough of a kicker; less is enough beside its headline."""
        own = self._by_number[head]
        evidence = self._evidence(own, body)
        if evidence is None:
            return False
        if any(adjoin(own, self._by_number[other]) for other in others):
            if len(own.rows) == 1:
                return True  # a kicker may be all rhetoric: 鄂西“水缸”再扩容
            known = evidence.features["known"]
            return evidence.cover > MIN_BESIDE_COVER or known > MIN_KNOWN_COVER
        return evidence.cover > MIN_FAR_COVER

    def company(self, head: int, others: tuple[int, ...]) -> float:
        """Return what the other headlines of a body add to the log odds of one more."""
        key = (head, others)
        if key not in self._companies:
            found = [self._by_number[other] for other in others]
            self._companies[key] = self._score(company_features(self._by_number[head], found))
        return self._companies[key]

    def evidence(
        self, bodies: Sequence[Parts]
    ) -> Iterator[tuple[tuple[int, int], Mapping[str, float]]]:
        """Yield headlines and bodies within reach of each other, with what speaks for them."""
        for head in self._heads:
            for at, evidence, rival in _with_rivals(self._within_reach(head, bodies)):
                rivals = rival_features(evidence.cover, rival)
                yield (head.number, at), {**evidence.features, **rivals}

    def _score(self, features: Mapping[str, float]) -> float:
        return head_score(features, placed=self._page.placed)

    def _within_reach(self, head: Head, bodies: Sequence[Parts]) -> dict[int, _Evidence]:
        return {
            at: evidence
            for at, body in enumerate(bodies)
            if (evidence := self._evidence(head, body)) is not None
        }

    def _evidence(self, head: Head, body: Parts) -> _Evidence | None:
        """Return the evidence of a headline and a body, None where they are out of reach."""
        key = (head.number, body)
        if key not in self._fixed:
            at = bisect_left(self._orders, head.order)
            low, high = max(0, at - MAX_REACH), at + MAX_REACH
            found = None
            if any(low <= number < high for number in body):
                features = self._near_features(head, body, self._orders[low:high])
                found = _Evidence(features, features["cover"], self._score(features))
            self._fixed[key] = found
        return self._fixed[key]

    def _near_features(self, head: Head, body: Parts, orders: Sequence[int]) -> dict[str, float]:
        chain = Chain(tuple(self._page.fragments[number] for number in body))
        cover = self._page.cover(head.text, chain.fragments)
        features = head_features(head, chain, self._page.topics, cover, orders)
        # A body that repeats the headline word for word outweighs a pointer beside it.
        doubt = 1.0 - min(1.0, cover / FULL_COVER)
        features["teaser"] = doubt * self._announced[head.number]
        if self._is_in_column(head, chain):
            features["in_column"] = 1.0
            evidence = self._page.start_evidence(chain.fragments[0])
            features["in_column_start"] = start_score(evidence)
        return features

    def _is_in_column(self, head: Head, chain: Chain) -> bool:
        """Say whether a headline stands above its body where a subhead would: within a column."""
        blocks = self._page.blocks
        if head.box is not None or not 0 < head.order < len(blocks) - 1:
            return False
        above, below = blocks[head.order - 1], blocks[head.order + 1]
        if below.index != chain.fragments[0].order or above.kind is not BlockKind.BODY:
            return False
        narrow = len(head.lines) == 1 and head.lines[0].width <= below.width
        return narrow and abs(above.width - below.width) < 1.0


def _with_rivals(found: Mapping[int, _Evidence]) -> Iterator[tuple[int, _Evidence, float]]:
    """Yield bodies by place, with the most that another one repeats of the headline."""
    covers = sorted((evidence.cover for evidence in found.values()), reverse=True)
    first, second = (*covers, 0.0, 0.0)[:2]
    for at, evidence in found.items():
        yield at, evidence, second if evidence.cover == first else first


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
