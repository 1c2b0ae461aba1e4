"""Link the parts of bodies to chains, and cut and join chains until each has a headline.

Where the text flows on from one part to the next is seen from the parts alone. Where it does not (a
body cut behind a whole sentence goes on below another article), only the headlines tell: a chain
without one is most likely the rest of another chain, and a headline without a body that fits the
latter half of a chain tells that two articles were linked there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kg.segmentation.geometry import bounding_box
from kg.segmentation.heads import Chain, Head
from kg.segmentation.links import (
    MAX_REACH,
    Fragment,
    best_assignment,
    best_links,
    link_score,
)
from kg.segmentation.matching import first_heads, head_scores, is_announced
from kg.segmentation.page import Page

__all__ = ["chains_of", "settled"]

DANGLING_BONUS = 1.0  # a sentence cut in two goes on somewhere, most often on the same page
MIN_WHOLE_SCORE = 0.7  # to go on behind a whole sentence: a false joint spoils two articles
MIN_JOINT_SCORE = -4.0  # for a chain without headline to become part of another
FRAME_BONUS = 3.0  # for standing below in columns with the same outer edges
MAX_CUT_SCORE = 3.0  # of a link that a headline may still cut
COST_CUT = 2.0
MIN_CUT_COVER = 0.15  # share of a headline's words in the half it is to be given
MAX_ROUNDS = 40  # cuts and joints on one page


def chains_of(page: Page) -> list[Chain]:
    """Link the fragments of a page to bodies."""
    links = best_links(_link_scores(page))
    followed = set(links.values())
    chains: list[Chain] = []
    for fragment in page.fragments:
        if fragment.number in followed:
            continue
        parts = [fragment]
        while parts[-1].number in links:
            parts.append(page.fragments[links[parts[-1].number]])
        chains.append(Chain(len(chains), tuple(parts)))
    return chains


def _link_scores(page: Page) -> dict[tuple[int, int], float]:
    scores: dict[tuple[int, int], float] = {}
    for one in page.fragments:
        prior = DANGLING_BONUS if one.dangling else -MIN_WHOLE_SCORE
        low = max(0, one.number - MAX_REACH)
        for other in page.fragments[low : one.number + MAX_REACH + 1]:
            if one is not other and one.caption == other.caption and not other.opening:
                scores[one.number, other.number] = page.link(one, other) + prior
    return scores


def settled(
    page: Page, chains: list[Chain], heads: Sequence[Head]
) -> tuple[list[Chain], dict[int, int]]:
    """Cut and join chains as far as headlines tell; return them, and the chain of each headline."""
    for _ in range(MAX_ROUNDS):
        owner = first_heads(head_scores(page, heads, chains))
        better = _parted(page, chains, heads, owner) or _rejoined(page, chains, owner)
        if better is None:
            return chains, owner
        chains = better
    return chains, first_heads(head_scores(page, heads, chains))


def _renumbered(parts: Iterable[Sequence[Fragment]]) -> list[Chain]:
    ordered = sorted(parts, key=lambda fragments: fragments[0].order)
    return [Chain(number, tuple(fragments)) for number, fragments in enumerate(ordered)]


# ------------------------------------------------------------------------------------- cutting


def _parted(
    page: Page, chains: Sequence[Chain], heads: Sequence[Head], owner: Mapping[int, int]
) -> list[Chain] | None:
    """Cut the one chain where a headline without a body gains most from it."""
    loose = [head for head in heads if head.number not in owner and not is_announced(page, head)]
    best: tuple[float, int, int] = (0.0, -1, -1)
    for chain in chains if loose else ():
        own = [head for head in heads if owner.get(head.number) == chain.number]
        for at in range(1, len(chain.fragments)):
            link = page.link(chain.fragments[at - 1], chain.fragments[at])
            if link > MAX_CUT_SCORE:
                continue
            gain = _cut_gain(page, chains, chain, at, loose, own) - link
            best = max(best, (gain, chain.number, at))
    if best[1] < 0:
        return None
    parts: list[Sequence[Fragment]] = []
    for chain in chains:
        at = best[2] if chain.number == best[1] else len(chain.fragments)
        parts += [part for part in (chain.fragments[:at], chain.fragments[at:]) if part]
    return _renumbered(parts)


def _cut_gain(
    page: Page,
    chains: Sequence[Chain],
    chain: Chain,
    at: int,
    loose: Sequence[Head],
    own: Sequence[Head],
) -> float:
    """Return what the headlines of a chain and one without a body gain when it is cut."""
    halves = [
        Chain(chain.number, chain.fragments[:at]),
        Chain(len(chains), chain.fragments[at:]),
    ]
    fitting = [
        head
        for head in loose
        if any(page.cover(head.text, half.fragments) > MIN_CUT_COVER for half in halves)
    ]
    if not fitting:
        return -99.0
    others = [other for other in chains if other is not chain]
    before = head_scores(page, own, [chain], others)
    after = head_scores(page, [*own, *fitting], halves, others)
    taken = best_assignment(after)
    if len(taken) < 2:
        return -99.0
    return sum(after[pair] for pair in taken.items()) - sum(before.values()) - COST_CUT


# ------------------------------------------------------------------------------------- joining


def _rejoined(page: Page, chains: Sequence[Chain], owner: Mapping[int, int]) -> list[Chain] | None:
    """Join the one chain without a headline that continues, or is continued by, another best."""
    headed = set(owner.values())
    best: tuple[float, list[Fragment], set[int]] | None = None
    for chain in chains:
        if chain.number in headed or chain.fragments[0].caption:
            continue
        for other in chains:
            if other.number == chain.number or other.fragments[0].caption:
                continue
            for score, merged in _ways_to_join(page, chain, other):
                if score > MIN_JOINT_SCORE and (best is None or score > best[0]):
                    best = (score, merged, {chain.number, other.number})
    if best is None:
        return None
    _, merged, gone = best
    return _renumbered([merged, *(c.fragments for c in chains if c.number not in gone)])


def _ways_to_join(page: Page, chain: Chain, other: Chain) -> Iterable[tuple[float, list[Fragment]]]:
    """Yield the orders in which a chain may stand before, behind or inside another."""
    parts, rest = list(chain.fragments), list(other.fragments)
    yield _joint_score(page, other, chain), rest + parts
    yield _joint_score(page, chain, other), parts + rest
    if parts[0].opening or not parts[-1].dangling:
        return
    for at in range(1, len(rest)):
        one, two = rest[at - 1], rest[at]
        if one.dangling:
            score = page.link(one, parts[0]) + page.link(parts[-1], two) - page.link(one, two)
            yield score, rest[:at] + parts + rest[at:]


def _joint_score(page: Page, first: Chain, second: Chain) -> float:
    """Return the log odds of one chain going on in another, by all that both speak of."""
    one, other = first.fragments[-1], second.fragments[0]
    if abs(one.number - other.number) > MAX_REACH or other.opening:
        return -99.0
    features = page.evidence(one, other)
    state = "mid" if one.dangling else "end"
    name = f"{state}_topic" if other.number - one.number == 1 else f"{state}_topic_apart"
    topic = min(3.0, page.topics.shared(first.text, second.text))
    frame = FRAME_BONUS if _in_one_frame(first, second) else 0.0
    return link_score({**features, name: max(topic, features[name])}) + frame


def _in_one_frame(first: Chain, second: Chain) -> bool:
    """Say whether two bodies have the same left and right edge, the second below the first."""
    one = bounding_box([line for part in first.fragments for line in part.block.lines])
    other = bounding_box([line for part in second.fragments for line in part.block.lines])
    if one is None or other is None or one.page != other.page:
        return False
    size = first.fragments[0].block.lines[0].size
    level = abs(one.left - other.left) < size and abs(one.right - other.right) < size
    return level and other.top > one.top
