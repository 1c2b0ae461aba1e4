"""Pairs of entities of an article that may be related.

A relation is decided for a pair of entities, not for a pair of mentions; the pair stands for its
closest mentions. Nearly all annotated relations (96 %) hold between entities that meet in one
sentence or in two neighbours; only the region an article is about may be far away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from kg.extraction.clauses import SentenceView
from kg.extraction.regions import RegionContext
from kg.gazetteer import Region
from kg.model import Mention
from kg.schema import load_schema

__all__ = ["TOPICAL", "EntityKey", "Pair", "focus_place", "possible_pairs"]

EntityKey = tuple[str, str]  # type and name

TOPICAL = 1000  # distance of a pair that the article's topic alone brings together
_NEIGHBOUR = 100  # added where the mentions stand in neighbouring sentences
_MAX_MENTIONS_IN_WINDOW = 40  # an enumeration of 100 firms must not make 10,000 pairs

_WITH_POSTS = frozenset({"Company", "Agency", "Organization"})
_LOCATABLE = frozenset({"Company", "Project", "Zone", "Platform", "Organization", "Place"})


@dataclass(slots=True)
class Pair:
    """Two entities in the roles of subject and object, with their closest mentions."""

    subject: EntityKey
    object: EntityKey
    left: Mention  # mention of the subject
    right: Mention  # mention of the object
    view: SentenceView  # around `left`
    other_view: SentenceView  # around `right`
    distance: int
    meetings: int = 1  # sentences in which both stand


def possible_pairs(
    views: Sequence[SentenceView], context: RegionContext
) -> dict[tuple[EntityKey, EntityKey], Pair]:
    """Return the ordered pairs whose types some relation admits, each with its closest mentions."""
    pairs: dict[tuple[EntityKey, EntityKey], Pair] = {}
    signatures = _signatures()
    previous: SentenceView | None = None
    for view in views:
        _meet(pairs, signatures, view, view)
        if previous is not None and (
            previous.sentence.paragraph == view.sentence.paragraph
            or previous.sentence.paragraph == 0
        ):
            _meet(pairs, signatures, previous, view)
            _meet(pairs, signatures, view, previous)
        previous = view
    distant = (
        _topical(views, context) | _wholes(views) | _nested_regions(views, context) | _posts(views)
    )
    for key, pair in distant.items():
        pairs.setdefault(key, pair)
    return pairs


@lru_cache(maxsize=1)
def _signatures() -> frozenset[tuple[str, str]]:
    relations = load_schema().relations.values()
    return frozenset((s, o) for r in relations for s in r.domain for o in r.range)


def _meet(
    pairs: dict[tuple[EntityKey, EntityKey], Pair],
    signatures: frozenset[tuple[str, str]],
    view: SentenceView,
    other: SentenceView,
) -> None:
    same = view is other
    for left in view.mentions[:_MAX_MENTIONS_IN_WINDOW]:
        for right in other.mentions[:_MAX_MENTIONS_IN_WINDOW]:
            if (left.type, right.type) not in signatures or left.name == right.name:
                continue
            distance = _gap(left, right) + (0 if same else _NEIGHBOUR)
            key = ((left.type, left.name), (right.type, right.name))
            known = pairs.get(key)
            if known is None:
                pairs[key] = Pair(*key, left, right, view, other, distance)
            else:
                known.meetings += same
                if distance < known.distance:
                    known.left, known.right, known.distance = left, right, distance
                    known.view, known.other_view = view, other


def _gap(left: Mention, right: Mention) -> int:
    if left.span.overlaps(right.span):
        return 0
    return max(left.span.begin, right.span.begin) - min(left.span.end, right.span.end)


def _topical(
    views: Sequence[SentenceView], context: RegionContext
) -> dict[tuple[EntityKey, EntityKey], Pair]:
    """Pair what the article names with the region it is about, however far away that stands."""
    focus = focus_place(views)
    if focus is None:
        return {}
    mention, home_view = focus
    pairs: dict[tuple[EntityKey, EntityKey], Pair] = {}
    for view in views:
        for left in view.mentions:
            if left.type in _LOCATABLE and left.name != mention.name:
                key = ((left.type, left.name), (mention.type, mention.name))
                pairs.setdefault(key, Pair(*key, left, mention, view, home_view, TOPICAL))
    return pairs


def _wholes(views: Sequence[SentenceView]) -> dict[tuple[EntityKey, EntityKey], Pair]:
    """Pair a part with the whole whose name its own begins with, wherever they stand."""
    first: dict[EntityKey, tuple[Mention, SentenceView]] = {}
    for view in views:
        for mention in view.mentions:
            if mention.type != "Place":
                first.setdefault((mention.type, mention.name), (mention, view))
    pairs: dict[tuple[EntityKey, EntityKey], Pair] = {}
    ordered = sorted(first)  # a name that another begins with comes right before it
    for index, whole in enumerate(ordered):
        for part in ordered[index + 1 :]:
            if part[0] != whole[0] or not part[1].startswith(whole[1]):
                break
            (left, view), (right, other) = first[part], first[whole]
            pairs[(part, whole)] = Pair(part, whole, left, right, view, other, TOPICAL)
    return pairs


def _nested_regions(
    views: Sequence[SentenceView], context: RegionContext
) -> dict[tuple[EntityKey, EntityKey], Pair]:
    """Pair each region with those around it that the article names, wherever they stand."""
    first: dict[str, tuple[Mention, SentenceView, Region]] = {}
    for view in views:
        for mention in view.mentions:
            if mention.type == "Place" and mention.name not in first:
                region = context.resolve(mention.name)
                if region is not None:
                    first[mention.name] = (mention, view, region)
    pairs: dict[tuple[EntityKey, EntityKey], Pair] = {}
    named = list(first.values())[:_MAX_MENTIONS_IN_WINDOW]
    for left, view, inner in named:
        for right, other, outer in named:
            if inner is not outer and inner.lies_in(outer):
                key = (("Place", left.name), ("Place", right.name))
                pairs[key] = Pair(*key, left, right, view, other, TOPICAL)
    return pairs


def _posts(views: Sequence[SentenceView]) -> dict[tuple[EntityKey, EntityKey], Pair]:
    """Pair each person with the bodies last spoken of: 董事长徐柏年 in an article on his firm."""
    pairs: dict[tuple[EntityKey, EntityKey], Pair] = {}
    last: dict[str, tuple[Mention, SentenceView]] = {}
    for view in views:
        for mention in view.mentions:
            if mention.type == "Person":
                for type_, (body, other) in last.items():
                    key = (("Person", mention.name), (type_, body.name))
                    pairs.setdefault(key, Pair(*key, mention, body, view, other, TOPICAL))
            elif mention.type in _WITH_POSTS:
                last[mention.type] = (mention, view)
    return pairs


def focus_place(views: Sequence[SentenceView]) -> tuple[Mention, SentenceView] | None:
    """Return a mention of the place that the article names most, headline counted thrice."""
    counts: Counter[str] = Counter()
    first: dict[str, tuple[Mention, SentenceView]] = {}
    for view in views:
        for mention in view.mentions:
            if mention.type == "Place" and mention.name != "中国":
                counts[mention.name] += 3 if view.sentence.paragraph == 0 else 1
                first.setdefault(mention.name, (mention, view))
    if not counts:
        return None
    top = max(counts.items(), key=lambda item: (item[1], -first[item[0]][0].span.begin))
    return first[top[0]]
