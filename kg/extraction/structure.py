"""Relations that names themselves state.

聊城市司法局 serves 聊城市; 莘县化工产业园 lies in 莘县; 河北省景县 is a county in a province; 中国银行洋浦分行 is
part of 中国银行; 聊城富锋公司总经理张三 holds a post. No verb is needed: the words touch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from kg.extraction.claims import make_relation
from kg.extraction.clauses import SentenceView
from kg.extraction.regions import RegionContext
from kg.model import Mention, MentionKind, Qualifier, Relation
from kg.schema import load_schema

__all__ = ["find_structural"]

_LOCATED_TYPES = frozenset({"Company", "Organization", "Project", "Zone", "Platform"})
_TITLE_FILLER = re.compile(r"^[^，。；：！？“”（）()《》\s]{0,24}$")
_REGION_HEAD = re.compile(r"(?:省|市|县|区|州|旗|镇|乡|村|自治区)$")
_BODY_WITH_TITLE = frozenset({"Company", "Agency", "Organization", "Project", "Zone", "Platform"})


def find_structural(view: SentenceView, context: RegionContext) -> Iterator[Relation]:
    """Yield the relations stated by the names of one sentence."""
    yield from _jurisdictions(view)
    yield from _locations_in_names(view)
    yield from _place_chains(view, context)
    yield from _parts(view)
    yield from _positions(view)


def _inside(view: SentenceView, outer: Mention) -> list[Mention]:
    return [m for m in view.mentions if m is not outer and outer.span.contains(m.span)]


def _jurisdictions(view: SentenceView) -> Iterator[Relation]:
    for agency in view.mentions:
        if agency.type != "Agency" or agency.kind is not MentionKind.NAME:
            continue
        regions = [m for m in _inside(view, agency) if m.type in ("Place", "Zone")]
        heads = [m for m in regions if m.name != agency.name and _heads(m, agency, regions)]
        if heads:
            yield make_relation(
                view, "jurisdiction", agency, heads[-1], method="name of an agency", confidence=0.9
            )


def _heads(place: Mention, outer: Mention, places: Sequence[Mention]) -> bool:
    """Say whether *place* stands at the head of *outer*, alone or behind a larger region."""
    begin = outer.span.begin
    for other in sorted(places, key=lambda m: m.span.begin):
        if other.span.begin != begin:
            return False
        if other is place:
            return True
        begin = other.span.end
    return False


def _locations_in_names(view: SentenceView) -> Iterator[Relation]:
    """A plain place in the name locates what bears it: the nearest level first in rank."""
    for outer in view.mentions:
        if outer.type not in _LOCATED_TYPES or outer.kind is not MentionKind.NAME:
            continue
        places = [m for m in _inside(view, outer) if m.type in ("Place", "Zone")]
        heads = [m for m in places if _heads(m, outer, places) and m.name != outer.name]
        for rank, place in enumerate(reversed(heads[-2:])):
            confidence = 0.85 if rank == 0 else 0.6
            yield make_relation(
                view, "locatedIn", outer, place, method="place in a name", confidence=confidence
            )


def _place_chains(view: SentenceView, context: RegionContext) -> Iterator[Relation]:
    """山东聊城, 石家庄鹿泉市寺家庄村, 莘县莘州街道: touching places, the second in the first.

    Before a body or project the last place locates it: 东昌府区堂邑镇 + 光伏项目.
    """
    for left, right in zip(view.mentions, view.mentions[1:], strict=False):
        touching = left.span.end == right.span.begin or view.between(left, right) == "的"
        if left.type not in ("Place", "Zone") or not touching or left.name == right.name:
            continue
        if right.type == "Place" and _is_below(left, right, context):
            yield make_relation(
                view, "locatedIn", right, left, method="chain of places", confidence=0.85
            )
        elif right.type in _LOCATED_TYPES and left.span.end == right.span.begin:
            yield make_relation(
                view, "locatedIn", right, left, method="place before a name", confidence=0.75
            )


def _is_below(left: Mention, right: Mention, context: RegionContext) -> bool:
    upper = context.resolve(left.name)
    lower = context.resolve(right.name)
    if upper is not None and lower is not None:
        return lower.lies_in(upper) and lower is not upper
    return upper is not None  # a village or street behind a region


def _parts(view: SentenceView) -> Iterator[Relation]:
    """中国银行洋浦分行, 国家发改委产业协调司, …项目一期: a name that begins with the whole's name."""
    for outer in view.mentions:
        for inner in _inside(view, outer):
            alike = inner.type == outer.type != "Place" and inner.name != outer.name
            if alike and inner.span.begin == outer.span.begin:
                yield make_relation(
                    view, "partOf", outer, inner, method="whole in a name", confidence=0.8
                )


# -------------------------------------------------------------------------------- positions


@lru_cache(maxsize=1)
def _title_end() -> re.Pattern[str]:
    titles = sorted(
        load_schema().word_list("surname-title"), key=lambda title: (-len(title), title)
    )
    return re.compile(rf"(?:{'|'.join(map(re.escape, titles))})$")


def _positions(view: SentenceView) -> Iterator[Relation]:
    """聊城市委副书记、市长张三: walk left from a person over titles and the bodies they belong to."""
    persons = [m for m in view.outer if m.type == "Person"]
    for person in persons:
        yield from _titles_before(view, person)


def _titles_before(view: SentenceView, person: Mention) -> Iterator[Relation]:
    end = person.span.begin
    clause = view.clauses[view.clause_index(end)] if view.clauses else None
    floor = clause.span.begin if clause is not None else view.sentence.span.begin
    pending: list[str] = []
    while True:
        body = _body_ending_before(view, end, floor)
        begin = body.span.end if body is not None else floor
        title = view.text[begin:end].strip("、和兼")
        split = title.rfind("、")
        if body is not None and _is_title(title):
            pending.append(title)
            whole = "、".join(reversed(pending))
            yield make_relation(
                view,
                "holdsPosition",
                person,
                body,
                method="title before a person",
                confidence=0.9,
                qualifiers=[Qualifier("title", whole)],
            )
            pending = []
            end = body.span.begin
            if view.text[end - 1 : end] != "、":
                return
            end -= 1
            continue
        if split < 0 or not _is_title(title[split + 1 :]):
            region = _region_with_title(view, end, floor)
            if region is not None:
                place, title = region
                yield make_relation(
                    view,
                    "holdsPosition",
                    person,
                    place,
                    method="head of a region",
                    confidence=0.85,
                    qualifiers=[Qualifier("title", title)],
                )
            return
        pending.append(title[split + 1 :])
        end = begin + view.text[begin:end].rfind("、")


def _body_ending_before(view: SentenceView, end: int, floor: int) -> Mention | None:
    bodies = [
        m
        for m in view.outer
        if m.type in _BODY_WITH_TITLE and floor <= m.span.begin and m.span.end <= end
    ]
    return bodies[-1] if bodies else None


def _is_title(text: str) -> bool:
    return (
        bool(text)
        and _TITLE_FILLER.match(text) is not None
        and "的" not in text
        and _title_end().search(text) is not None
    )


def _region_with_title(view: SentenceView, end: int, floor: int) -> tuple[Mention, str] | None:
    """江阴市长王锡南, 副县长: 市长 shares its 市 with the region's name or stands for it."""
    for place in view.mentions:
        if place.type != "Place" or not floor <= place.span.begin or place.span.end > end:
            continue
        tail = view.text[place.span.end : end]
        head = _REGION_HEAD.search(place.text)
        if head is not None and tail in ("长", "长、"):
            return place, head.group() + "长"
        if re.fullmatch(r"(?:常务)?副?(?:省|市|县|区|州|镇|乡|旗)长", tail):
            return place, tail
    return None
