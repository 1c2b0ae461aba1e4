"""Arrange the parts of a page: which bodies go on where, and which headlines they have.

The two questions answer each other. A body cut behind a whole sentence goes on below another article,
and only a headline that would be left without a body tells that a new article begins there; a kicker
that stands apart from its headline looks like a headline of its own until the bodies are whole. So
an arrangement of the page as a whole is scored: every link of two parts, every headline of a body,
every headline left alone, every body left without one. From the best links the search goes on by
cutting a body, joining two, exchanging their ends or setting one into another, each time by the
change that gains most, until none does.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from kg.segmentation.heads import Head
from kg.segmentation.joining import link_odds, linked_bodies
from kg.segmentation.links import Fragment, best_assignment, may_follow, start_score
from kg.segmentation.matching import HeadScores
from kg.segmentation.page import Page, Parts

__all__ = ["Arrangement", "Search", "arranged"]

# What an arrangement gains by each thing that is counted or added up. Found by a grid on typeset
# pages (benchmarks/typeset_pages.py) and on the pages of gold; a structured perceptron on the same
# pages (Collins 2002) found none better.
WEIGHTS: dict[str, float] = {
    "body": -1.5,  # one article more needs a reason
    "cohesion": 7.0,  # of what both halves of a body share where it was cut behind a whole sentence
    "company": 1.0,  # log odds that kicker and headline have one body
    "first": 1.2,  # log odds of headline and body
    "headless": -4.8,  # bodies without a headline
    "link_apart": 0.8,  # log odds of going on elsewhere behind a whole sentence
    "link_mid": 1.0,  # of going on in mid-sentence
    "link_next": 1.2,  # of going on in the next part behind a whole sentence
    "loose": -1.3,  # headlines without a body
    "second": 1.2,  # log odds of kicker and body
    "start": 0.5,  # log odds that articles begin as these bodies do
    "subhead": 0.5,  # headlines between two parts of one body
}
# The same where places tell more of links and starts.
PLACE_WEIGHTS = {**WEIGHTS, "first": 1.0, "link_apart": 1.0, "second": 1.0, "start": 0.7}
MAX_SHARED = 3.0
MIN_GAIN = 0.1  # smaller ones are worth no other arrangement
MIN_LINK_CHANGE = -6.0  # what the links may lose by a change that is looked at
MAX_TRIED = 40  # changes looked at in one round
MAX_ROUNDS = 40  # changes made on one page
FORBIDDEN = -99.0  # of what may not be
MAX_HEADS = 3  # kicker, headline, deck

Change: TypeAlias = tuple[float, set[int], tuple[Parts, ...]]  # of the links; gone; new


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The bodies of a page, and the headlines, subheads of each."""

    bodies: tuple[Parts, ...]
    heads: Mapping[int, tuple[int, ...]]  # of each body: its headline first, then kicker, deck
    subheads: Mapping[int, tuple[int, ...]]
    loose: tuple[int, ...]
    score: float  # log odds, weighed; only comparable on one page


def arranged(page: Page, heads: Sequence[Head]) -> Arrangement:
    """Return the best arrangement found."""
    search = Search(page, heads)
    best = search.with_heads(linked_bodies(page))
    for _ in range(MAX_ROUNDS):
        better = search.improved(best)
        if better is None:
            break
        best = better
    return best


def _link_kind(one: Fragment, other: Fragment) -> str:
    """Return which weight the link of two fragments has."""
    if one.dangling:
        return "link_mid"
    return "link_next" if other.number - one.number == 1 else "link_apart"


class Search:
    """The scores of arrangements of one page, and the way to better ones."""

    def __init__(self, page: Page, heads: Sequence[Head]) -> None:
        """Take the headlines of *page*."""
        self._page = page
        self._scores = HeadScores(page, heads)
        self._weights = PLACE_WEIGHTS if page.placed else WEIGHTS
        self._heads = {head.number: head for head in heads}
        self._links: dict[tuple[int, int], float] = {}
        self._shared: dict[tuple[Parts, Parts], float] = {}
        self._starts: dict[int, float] = {}

    def link(self, one: int, other: int) -> float:
        """Return what a link adds to the score of a page."""
        key = (one, other)
        if key not in self._links:
            left, right = self._page.fragments[one], self._page.fragments[other]
            odds = link_odds(self._page, left, right)
            self._links[key] = self._weights[_link_kind(left, right)] * odds
        return self._links[key]

    # ------------------------------------------------------------------------------- headlines

    def with_heads(self, bodies: Sequence[Parts]) -> Arrangement:
        """Give the bodies their headlines and score the whole."""
        odds = self._scores.of(bodies)
        owner, score = self._firsts(bodies, odds)
        heads: dict[int, list[int]] = {at: [head] for head, at in owner.items()}
        subheads: dict[int, list[int]] = {}
        loose: list[int] = []
        between = _gaps(self._page, bodies)
        for head in self._heads:
            if head in owner:
                continue
            gain, at, role = self._second(head, bodies, heads, odds, between)
            gain -= self._loose(head)
            if at < 0 or gain <= 0:
                loose.append(head)
                continue
            (heads if role == "head" else subheads).setdefault(at, []).append(head)
            score += gain
        return Arrangement(
            tuple(bodies),
            {at: tuple(found) for at, found in heads.items()},
            {at: tuple(found) for at, found in subheads.items()},
            tuple(loose),
            score,
        )

    def _firsts(
        self, bodies: Sequence[Parts], odds: Mapping[tuple[int, int], float]
    ) -> tuple[dict[int, int], float]:
        """Return which body has which headline, one each at most, and the score so far."""
        gains = {
            (head, at): self._weights["first"] * value
            - self._loose(head)
            - self._headless(bodies[at])
            for (head, at), value in odds.items()
        }
        owner = best_assignment(gains)
        score = sum(self._body_score(body) for body in bodies)
        score += sum(self._headless(body) for body in bodies)
        score += sum(self._loose(head) for head in self._heads)
        return owner, score + sum(gains[pair] for pair in owner.items())

    def _second(
        self,
        head: int,
        bodies: Sequence[Parts],
        heads: Mapping[int, Sequence[int]],
        odds: Mapping[tuple[int, int], float],
        between: Mapping[int, int],
    ) -> tuple[float, int, str]:
        """Return where a headline that has no body of its own belongs best, and what it adds."""
        best = (FORBIDDEN, -1, "")
        if self._scores.announced(head):
            return best
        for at, taken in heads.items():
            if len(taken) >= MAX_HEADS:
                continue
            value = odds.get((head, at))
            if value is not None and self._scores.repeats(head, bodies[at], taken):
                company = self._scores.company(head, tuple(taken))
                gain = self._weights["second"] * value + self._weights["company"] * company
                best = max(best, (gain, at, "head"))
        home = between.get(self._heads[head].order)
        if home is not None and home in heads:
            best = max(best, (self._weights["subhead"], home, "subhead"))
        return best

    def _loose(self, head: int) -> float:
        return 0.0 if self._scores.announced(head) else self._weights["loose"]

    def _headless(self, body: Parts) -> float:
        return 0.0 if self._page.fragments[body[0]].caption else self._weights["headless"]

    def _body_score(self, body: Parts) -> float:
        links = sum(self.link(one, other) for one, other in itertools.pairwise(body))
        links += sum(self._cohesion(body, at) for at in range(1, len(body)))
        first = self._page.fragments[body[0]]
        if first.caption:
            return links
        return links + self._weights["start"] * self.start(first) + self._weights["body"]

    def _cohesion(self, body: Parts, at: int) -> float:
        """Return what all that stands before and behind a cut shares, beyond the two parts at it.

        Behind a whole sentence, two parts far apart tell little; what both halves speak of tells more.
        """
        one, other = (self._page.fragments[number] for number in body[at - 1 : at + 1])
        if self._page.placed or _link_kind(one, other) != "link_apart":
            return 0.0
        key = (body[:at], body[at:])
        if key not in self._shared:
            before, behind = (
                "".join(self._page.fragments[number].text for number in half) for half in key
            )
            topics = self._page.topics
            near = topics.shared(one.text, other.text)
            self._shared[key] = max(0.0, min(MAX_SHARED, topics.shared(before, behind) - near))
        return self._weights["cohesion"] * self._shared[key]

    def start(self, fragment: Fragment) -> float:
        """Return the log odds that an article begins with a fragment."""
        if fragment.number not in self._starts:
            self._starts[fragment.number] = start_score(self._page.start_evidence(fragment))
        return self._starts[fragment.number]

    # --------------------------------------------------------------------------------- changes

    def improved(self, now: Arrangement) -> Arrangement | None:
        """Return the arrangement that one change improves most, or None where none does."""
        changes = sorted(self._changes(now), key=lambda change: -change[0])
        best: Arrangement | None = None
        for _, bodies in changes[:MAX_TRIED]:
            found = self.with_heads(bodies)
            if found.score > (best.score if best else now.score + MIN_GAIN):
                best = found
        return best

    def _changes(self, now: Arrangement) -> Iterator[tuple[float, tuple[Parts, ...]]]:
        for change, gone, new in (
            *self._cuts(now.bodies),
            *self._joints(now.bodies),
            *self._exchanges(now.bodies),
            *self._insertions(now.bodies),
        ):
            if change > MIN_LINK_CHANGE:
                kept = [body for at, body in enumerate(now.bodies) if at not in gone]
                yield change, tuple(sorted([*kept, *new]))

    def _cuts(self, bodies: Sequence[Parts]) -> Iterator[Change]:
        for at, body in enumerate(bodies):
            for cut in range(1, len(body)):
                yield -self.link(body[cut - 1], body[cut]), {at}, (body[:cut], body[cut:])

    def _joints(self, bodies: Sequence[Parts]) -> Iterator[Change]:
        for (one, left), (other, right) in itertools.permutations(enumerate(bodies), 2):
            if self._may_follow(left[-1], right[0]):
                yield self.link(left[-1], right[0]), {one, other}, (left + right,)

    def _exchanges(self, bodies: Sequence[Parts]) -> Iterator[Change]:
        """Exchange the ends of two bodies; one of them may be a whole body."""
        for (one, left), (other, right) in itertools.combinations(enumerate(bodies), 2):
            for i, j in itertools.product(range(len(left) + 1), range(len(right) + 1)):
                if i in (0, len(left)) and j in (0, len(right)):
                    continue  # nothing is exchanged, or the two are joined
                change = self._exchange(left, i, right, j)
                if change > MIN_LINK_CHANGE:
                    new = (left[:i] + right[j:], right[:j] + left[i:])
                    yield change, {one, other}, tuple(part for part in new if part)

    def _exchange(self, left: Parts, i: int, right: Parts, j: int) -> float:
        """Return how much the links gain when *left* from *i* on goes behind *right* before *j*."""
        return (
            self._joint(right[:j], left[i:])
            + self._joint(left[:i], right[j:])
            - self._joint(left[:i], left[i:])
            - self._joint(right[:j], right[j:])
        )

    def _joint(self, before: Parts, after: Parts) -> float:
        if not before or not after:
            return 0.0
        return (
            self.link(before[-1], after[0]) if self._may_follow(before[-1], after[0]) else FORBIDDEN
        )

    def _insertions(self, bodies: Sequence[Parts]) -> Iterator[Change]:
        """Set a body into another."""
        for (one, inner), (other, outer) in itertools.permutations(enumerate(bodies), 2):
            for at in range(1, len(outer)):
                left, right = outer[at - 1], outer[at]
                if self._may_follow(left, inner[0]) and self._may_follow(inner[-1], right):
                    change = self.link(left, inner[0]) + self.link(inner[-1], right)
                    change -= self.link(left, right)
                    yield change, {one, other}, (outer[:at] + inner + outer[at:],)

    def _may_follow(self, one: int, other: int) -> bool:
        return may_follow(self._page.fragments[one], self._page.fragments[other])


def _gaps(page: Page, bodies: Sequence[Parts]) -> dict[int, int]:
    """Return for the order of each display block between two parts of one body, that body.

    Behind a whole sentence that is the place of a subhead.
    """
    found: dict[int, int] = {}
    for at, body in enumerate(bodies):
        for one, other in itertools.pairwise(body):
            left, right = page.fragments[one], page.fragments[other]
            if other == one + 1 and not left.dangling:
                for order in range(left.order + 1, right.order):
                    found[order] = at
    return found
