"""Put the articles of a page together from its blocks.

Bodies first: their parts are linked to chains. Then every headline finds its body; a second one
beside it is its kicker or deck, one between two parts of a body a subhead. A headline that no body
claims announces an article of another page; a caption that no headline claims is left out, because
it only illustrates another article.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kg.segmentation.arrangement import arranged
from kg.segmentation.heads import Chain, Head
from kg.segmentation.joining import chains_of
from kg.segmentation.lines import Line
from kg.segmentation.matching import heads_of
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
    heads = heads_of(page, [chain.fragments for chain in chains_of(page)])
    found = arranged(page, heads)
    by_number = {head.number: head for head in heads}
    drafts: list[Draft] = []
    for at, body in enumerate(found.bodies):
        fragments = tuple(page.fragments[number] for number in body)
        draft = Draft(Chain(at, fragments))
        draft.heads = [by_number[number] for number in found.heads.get(at, ())]
        draft.subheads = [by_number[number] for number in found.subheads.get(at, ())]
        if draft.heads or not _is_loose_caption(draft):
            drafts.append(draft)
    loose = [by_number[number] for number in found.loose]
    return drafts + [Draft(None, list(group)) for group in _announcements(loose)]


def _is_loose_caption(draft: Draft) -> bool:
    """Say whether a draft is only the caption of a picture that illustrates another article."""
    return draft.chain is not None and draft.chain.fragments[0].caption


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
