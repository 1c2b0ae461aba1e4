"""Link the parts of bodies, as far as the parts alone tell.

Where the text flows on from one part to the next is seen from the parts. Where it does not (a body
cut behind a whole sentence goes on below another article), only the headlines tell: `arrangement`
cuts and joins the bodies that are found here.
"""

from __future__ import annotations

from kg.segmentation.links import MAX_REACH, Fragment, best_links, may_follow
from kg.segmentation.page import Page, Parts

__all__ = ["link_odds", "linked_bodies"]

DANGLING_BONUS = 1.0  # a sentence cut in two goes on somewhere, most often on the same page
MIN_WHOLE_SCORE = 0.7  # to go on behind a whole sentence: a false joint spoils two articles


def linked_bodies(page: Page) -> tuple[Parts, ...]:
    """Link the fragments of a page to bodies."""
    links = best_links(_link_scores(page))
    followed = set(links.values())
    bodies: list[Parts] = []
    for fragment in page.fragments:
        if fragment.number in followed:
            continue
        parts = [fragment.number]
        while parts[-1] in links:
            parts.append(links[parts[-1]])
        bodies.append(tuple(parts))
    return tuple(bodies)


def link_odds(page: Page, one: Fragment, other: Fragment) -> float:
    """Return the log odds that *other* goes on where *one* ends, and that *one* goes on at all."""
    prior = DANGLING_BONUS if one.dangling else -MIN_WHOLE_SCORE
    return page.link(one, other) + prior


def _link_scores(page: Page) -> dict[tuple[int, int], float]:
    """Return the log odds of all links within reach, by the numbers of the fragments."""
    scores: dict[tuple[int, int], float] = {}
    for one in page.fragments:
        low = max(0, one.number - MAX_REACH)
        for other in page.fragments[low : one.number + MAX_REACH + 1]:
            if may_follow(one, other):
                scores[one.number, other.number] = link_odds(page, one, other)
    return scores
