"""Put the articles of a page together from its blocks.

`arrangement` says which parts are one body, which headlines each has, and which stand between its
parts as subheads. Here they become drafts of articles. A headline that no body claims announces an
article of another page, if a pointer beside it or a neighbour of its kind says so; a caption that no
headline claims is left out, because it only illustrates another article.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kg.segmentation.arrangement import arranged
from kg.segmentation.heads import Chain, Head, adjoin
from kg.segmentation.lines import Line
from kg.segmentation.matching import heads_of, is_announced
from kg.segmentation.page import Page

__all__ = ["Draft", "assemble"]

MIN_HEAD_CHARS = 3  # shorter lines are crumbs of a picture or logo
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
    heads = heads_of(page, page.fragments)
    found = arranged(page, heads)
    by_number = {head.number: head for head in heads}
    drafts: list[Draft] = []
    for at, body in enumerate(found.bodies):
        fragments = tuple(page.fragments[number] for number in body)
        draft = Draft(Chain(fragments))
        draft.heads = [by_number[number] for number in found.heads.get(at, ())]
        draft.subheads = [by_number[number] for number in found.subheads.get(at, ())]
        if draft.heads or not _is_loose_caption(draft):
            drafts.append(draft)
    loose = [by_number[number] for number in found.loose]
    return drafts + [Draft(None, list(group)) for group in _announcements(page, loose)]


def _is_loose_caption(draft: Draft) -> bool:
    """Say whether a draft is only the caption of a picture that illustrates another article."""
    return draft.chain is not None and draft.chain.fragments[0].caption


# -------------------------------------------------------------------------------- announcements


def _announcements(page: Page, loose: Sequence[Head]) -> list[list[Head]]:
    """Return the headlines of articles on other pages, kicker and headline of one together.

    A pointer or label stands beside them (→ 2版, 今日导读), or several stand together. A single line
    without either is more likely a subhead, a quotation set large or what is left of a kicker.
    """
    groups: list[list[Head]] = []
    for head in loose:
        if len(head.text) < MIN_HEAD_CHARS:
            continue
        if groups and _same_teaser(groups[-1], head):
            groups[-1].append(head)
        else:
            groups.append([head])
    long = [group for group in groups if sum(len(h.text) for h in group) >= MIN_TEASER_CHARS]
    return [
        group
        for at, group in enumerate(long)
        if any(is_announced(page, head) for head in group)
        or (at > 0 and adjoin(long[at - 1][-1], group[0]))
        or (at + 1 < len(long) and adjoin(group[-1], long[at + 1][0]))
    ]


def _same_teaser(group: Sequence[Head], head: Head) -> bool:
    last = group[-1]
    if head.box is not None or not adjoin(last, head):
        return False
    if head.is_deck or last.is_deck:
        return True
    return len(last.text) <= MAX_TAG_CHARS and len(group) == 1
