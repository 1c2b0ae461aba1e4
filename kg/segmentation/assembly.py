"""Put the articles of a page together from its blocks.

Bodies first: their parts are linked to chains. Then every headline finds its body; a second one
beside it is its kicker or deck, one between two parts of a body a subhead. A headline that no body
claims announces an article of another page; a caption that no headline claims is left out, because
it only illustrates another article.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from kg.segmentation.heads import Chain, Head
from kg.segmentation.joining import chains_of, settled
from kg.segmentation.lines import Line
from kg.segmentation.matching import head_scores, heads_of, is_announced
from kg.segmentation.page import Page

__all__ = ["Draft", "assemble"]

MAX_HEADS = 3  # kicker, headline, deck
MIN_SECOND_SCORE = -0.5  # log odds of a kicker or deck and a body
BESIDE_BONUS = 2.0  # for standing next to the headline
MIN_BESIDE_COVER = 0.08  # share of a kicker's words that its body repeats, beside the headline
MIN_KNOWN_COVER = 0.15  # the same of the words that any body of the page has
MIN_FAR_COVER = 0.2  # the same where the kicker stands apart from its headline
MIN_TEASER_CHARS = 6
MAX_TAG_CHARS = 5  # 深度调查: the name of a column above the headline of a teaser


@dataclass(slots=True)
class Draft:
    """An article while it is put together."""

    chain: Chain | None
    heads: list[Head] = field(default_factory=list)
    subheads: list[Head] = field(default_factory=list)
    bylines: list[Line] = field(default_factory=list)


def assemble(page: Page) -> list[Draft]:
    """Return the articles of a page, bodies in order, then headlines without a body."""
    linked = chains_of(page)
    heads = heads_of(page, linked)
    chains, owner = settled(page, linked, heads)
    drafts = [Draft(chain) for chain in chains]
    loose: list[Head] = []
    for head in heads:
        target = owner.get(head.number)
        (drafts[target].heads if target is not None else loose).append(head)
    loose = _placed_inside(page, loose, drafts)
    if not page.placed:  # with boxes, kicker and headline are one head already
        loose = _seconds(page, loose, chains, drafts)
    found = [draft for draft in drafts if draft.heads or not _is_loose_caption(draft)]
    return found + [Draft(None, list(group)) for group in _announcements(loose)]


def _is_loose_caption(draft: Draft) -> bool:
    """Say whether a draft is only the caption of a picture that illustrates another article."""
    return draft.chain is not None and draft.chain.fragments[0].caption


# ---------------------------------------------------------------------------- subheads, kickers


def _placed_inside(page: Page, loose: Sequence[Head], drafts: Sequence[Draft]) -> list[Head]:
    """Take headlines that stand between two parts of one body for its subheads."""
    home = {
        fragment.number: draft
        for draft in drafts
        if draft.chain is not None
        for fragment in draft.chain.fragments
    }
    orders = [fragment.order for fragment in page.fragments]
    left: list[Head] = []
    for head in loose:
        at = bisect_left(orders, head.order)
        draft = home.get(at - 1)
        inside = draft is not None and draft is home.get(at)
        if draft is not None and inside and draft.heads and not page.fragments[at - 1].dangling:
            draft.subheads.append(head)
        else:
            left.append(head)
    return left


def _seconds(
    page: Page, loose: Sequence[Head], chains: Sequence[Chain], drafts: Sequence[Draft]
) -> list[Head]:
    """Add kickers and decks to the headlines they stand beside; return what is left."""
    scores = head_scores(page, loose, chains)
    left: list[Head] = []
    for head in loose:
        best: tuple[float, int] = (MIN_SECOND_SCORE, -1)
        for number, draft in enumerate(drafts):
            if draft.chain is None or not 0 < len(draft.heads) < MAX_HEADS:
                continue
            beside = any(_adjoin(head, other) for other in draft.heads)
            score = scores.get((head.number, number), -9.0) + BESIDE_BONUS * beside
            if beside and _is_about(page, head, draft.chain, chains):
                score = max(score, MIN_SECOND_SCORE + 1.0)
            if _repeats(page, head, draft.chain, beside=beside):
                best = max(best, (score, number))
        if best[1] >= 0 and not is_announced(page, head):
            drafts[best[1]].heads.append(head)
        else:
            left.append(head)
    return left


def _repeats(page: Page, head: Head, chain: Chain, *, beside: bool) -> bool:
    """Say whether a body repeats enough of a kicker; less is enough beside its headline."""
    cover = page.cover(head.text, chain.fragments)
    if not beside:
        return cover > MIN_FAR_COVER
    known = page.topics.known_covered(head.text, chain.text)
    return cover > MIN_BESIDE_COVER or known > MIN_KNOWN_COVER


def _is_about(page: Page, head: Head, chain: Chain, chains: Sequence[Chain]) -> bool:
    """Say whether hardly another body repeats more of a kicker than this one."""
    most = max(page.cover(head.text, other.fragments) for other in chains)
    return page.cover(head.text, chain.fragments) >= 0.6 * most


def _adjoin(one: Head, other: Head) -> bool:
    return abs(one.number - other.number) == 1 and abs(one.order - other.order) <= 1


# -------------------------------------------------------------------------------- announcements


def _announcements(loose: Sequence[Head]) -> list[list[Head]]:
    """Group headlines without a body: kicker and headline of one teaser belong together."""
    groups: list[list[Head]] = []
    for head in loose:
        if len(head.text) < 3:
            continue
        if groups and _same_teaser(groups[-1], head):
            groups[-1].append(head)
        else:
            groups.append([head])
    return [group for group in groups if sum(len(h.text) for h in group) >= MIN_TEASER_CHARS]


def _same_teaser(group: Sequence[Head], head: Head) -> bool:
    last = group[-1]
    if head.box is not None or not _adjoin(last, head):
        return False
    if head.text.startswith("——") or last.text.startswith("——"):
        return True
    return len(last.text) <= MAX_TAG_CHARS and len(group) == 1
