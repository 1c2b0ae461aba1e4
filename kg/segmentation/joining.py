"""Link the parts of bodies to chains, as far as the parts alone tell.

Where the text flows on from one part to the next is seen from the parts. Where it does not (a body
cut behind a whole sentence goes on below another article), only the headlines tell: `arrangement`
cuts and joins the chains that are found here.
"""

from __future__ import annotations

from kg.segmentation.heads import Chain
from kg.segmentation.links import MAX_REACH, Fragment, best_links
from kg.segmentation.page import Page

__all__ = ["chains_of", "link_prior"]

DANGLING_BONUS = 1.0  # a sentence cut in two goes on somewhere, most often on the same page
MIN_WHOLE_SCORE = 0.7  # to go on behind a whole sentence: a false joint spoils two articles


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


def link_prior(fragment: Fragment) -> float:
    """Return the log odds, before any other is looked at, that a fragment goes on at all."""
    return DANGLING_BONUS if fragment.dangling else -MIN_WHOLE_SCORE


def _link_scores(page: Page) -> dict[tuple[int, int], float]:
    """Return the log odds of all links within reach, by the numbers of the fragments."""
    scores: dict[tuple[int, int], float] = {}
    for one in page.fragments:
        low = max(0, one.number - MAX_REACH)
        for other in page.fragments[low : one.number + MAX_REACH + 1]:
            if one is not other and one.caption == other.caption and not other.opening:
                scores[one.number, other.number] = page.link(one, other) + link_prior(one)
    return scores
