"""Link the parts of bodies to chains, and cut and join chains until each has a headline.

Where the text flows on from one part to the next is seen from the parts alone. Where it does not (a
body cut behind a whole sentence goes on below another article), only the headlines tell: a chain
without one is most likely the rest of another chain, and a headline without a body that fits the
latter half of a chain tells that two articles were linked there.
"""

from __future__ import annotations

from kg.segmentation.heads import Chain
from kg.segmentation.links import (
    MAX_REACH,
    Fragment,
    best_links,
)
from kg.segmentation.page import Page

__all__ = ["chains_of", "link_prior"]

DANGLING_BONUS = 1.0  # a sentence cut in two goes on somewhere, most often on the same page
MIN_WHOLE_SCORE = 0.7  # to go on behind a whole sentence: a false joint spoils two articles
MIN_JOINT_SCORE = -4.0  # for a chain without headline to become part of another
FRAME_BONUS = 3.0  # for standing below in columns with the same outer edges
MAX_CUT_SCORE = 3.0  # of a link that a headline may still cut
COST_CUT = 2.0
MIN_CUT_COVER = 0.15  # share of a headline's words in the half it is to be given
MAX_ROUNDS = 40  # cuts and joints on one page


def chains_of(page: Page, min_score: float = 0.0) -> list[Chain]:
    """Link the fragments of a page to bodies, by links of more than *min_score*."""
    scores = _link_scores(page)
    best = best_links(scores)
    links = {one: other for one, other in best.items() if scores[one, other] > min_score}
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


def link_prior(fragment: Fragment) -> float:
    """Return what speaks for a fragment going on at all."""
    return DANGLING_BONUS if fragment.dangling else -MIN_WHOLE_SCORE


def _link_scores(page: Page) -> dict[tuple[int, int], float]:
    scores: dict[tuple[int, int], float] = {}
    for one in page.fragments:
        low = max(0, one.number - MAX_REACH)
        for other in page.fragments[low : one.number + MAX_REACH + 1]:
            if one is not other and one.caption == other.caption and not other.opening:
                scores[one.number, other.number] = page.link(one, other) + link_prior(one)
    return scores
