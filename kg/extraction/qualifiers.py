"""Amount, date, and how the text means it: the qualifiers of a relation.

投资1.2亿元建设…, 12月19日签约, 计划…, 尚未…, 据业内人士透露… Words that only name (莘县化工产业园) have no
time and no amount, so relations read off names are left as they are.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kg.extraction.clauses import SentenceView
from kg.extraction.dates import FoundDate, find_dates
from kg.extraction.modality import modal_word
from kg.extraction.quantities import FoundQuantity, dimension, find_quantities
from kg.model import Mention, MentionId, Qualifier, Relation, Span

__all__ = ["TIMELESS", "modal_qualifiers", "qualify"]

TIMELESS = frozenset({"jurisdiction", "locatedIn", "partOf", "holdsPosition"})
# The sum may stand in the next clause: 投资建设…项目，总投资1.2亿元; 签约 takes one from its own only.
_AMOUNT_NEARBY = frozenset({"investsIn", "finances"})
_AMOUNT_IN_CLAUSE = frozenset({"ownsStakeIn", "cooperatesWith", "builds"})
MAX_AMOUNT_DISTANCE = 30  # characters between an amount and what it is spent on
_SOURCE = re.compile(r"据(?P<source>[^，。；\s]{2,16}?)(?:介绍|透露|称|预测|统计|报道)")


def qualify(
    relations: Iterable[Relation],
    views: Sequence[SentenceView],
    published: date | None,
) -> list[Relation]:
    """Return the relations of an article with the qualifiers their sentences give.

    Args:
        relations: of one article.
        views: its sentences.
        published: the report's date, for 今年 and 3月22日.
    """
    reader = _Reader(views, published)
    return [reader.qualified(relation) for relation in relations]


@dataclass(frozen=True, slots=True)
class _Values:
    amounts: tuple[FoundQuantity, ...]
    dates: tuple[FoundDate, ...]


class _Reader:
    """Reads each sentence's numbers and dates once."""

    def __init__(self, views: Sequence[SentenceView], published: date | None) -> None:
        self._views = views
        self._published = published
        self._begins = [view.sentence.span.begin for view in views]
        self._values: dict[int, _Values] = {}
        self._mentions: Mapping[MentionId, Mention] = {
            m.id: m for view in views for m in view.mentions
        }

    def qualified(self, relation: Relation) -> Relation:
        if relation.is_fact or relation.predicate in TIMELESS:
            return relation
        index = bisect_right(self._begins, relation.evidence.span.begin) - 1
        view, values = self._views[index], self._read(index)
        found = {q.name: q for q in relation.qualifiers}
        for qualifier in self._qualifiers(relation, view, values):
            found.setdefault(qualifier.name, qualifier)
        return replace(relation, qualifiers=tuple(found[name] for name in sorted(found)))

    def _read(self, index: int) -> _Values:
        if index not in self._values:
            span = self._views[index].sentence.span
            text = span.of(self._views[index].text)
            money = [
                found
                for found in find_quantities(text, begin=span.begin)
                if dimension(found.quantity.unit) == "money"
            ]
            dates = find_dates(text, published=self._published, begin=span.begin)
            self._values[index] = _Values(tuple(money), dates)
        return self._values[index]

    def _qualifiers(
        self, relation: Relation, view: SentenceView, values: _Values
    ) -> Iterator[Qualifier]:
        focus = relation.evidence.span
        clause = view.clauses[view.clause_index(focus.begin)].span
        if relation.predicate in _AMOUNT_NEARBY:
            yield from _amount(focus, values.amounts)
        elif relation.predicate in _AMOUNT_IN_CLAUSE:
            inside = [a for a in values.amounts if clause.contains(a.span)]
            yield from _amount(focus, inside)
        yield from _date(view, focus, values.dates)
        yield from modal_qualifiers(view, self._mentions[relation.subject], focus)


def _amount(focus: Span, amounts: Sequence[FoundQuantity]) -> Iterator[Qualifier]:
    near = [a for a in amounts if _distance(a.span, focus) <= MAX_AMOUNT_DISTANCE]
    if near:
        nearest = min(near, key=lambda a: (_distance(a.span, focus), a.span.begin))
        yield Qualifier("amount", nearest.quantity.value)
        yield Qualifier("currency", nearest.quantity.unit)
        if nearest.quantity.bound is not None:
            yield Qualifier("bound", nearest.quantity.bound.value)


def _date(view: SentenceView, focus: Span, dates: Sequence[FoundDate]) -> Iterator[Qualifier]:
    """A date holds for the clauses behind it, up to the next date."""
    before = [found for found in dates if found.span.begin <= focus.end]
    if before:
        yield Qualifier("date", before[-1].date.iso)


def _distance(one: Span, other: Span) -> int:
    if one.overlaps(other):
        return 0
    return max(one.begin, other.begin) - min(one.end, other.end)


def modal_qualifiers(view: SentenceView, subject: Mention, focus: Span) -> Iterator[Qualifier]:
    """Yield what 尚未, 计划, 据称 make of a claim of *subject*; *focus* lies in the claim's clause."""
    clause = view.clauses[view.clause_index(focus.begin)].span
    begin = max(clause.begin, subject.span.end) if subject.span.end <= focus.end else clause.begin
    span = Span(begin, max(begin + 1, focus.end))
    for name, qualifier in (
        ("negation", Qualifier("negated", True)),
        ("planned", Qualifier("modality", "planned")),
    ):
        word = modal_word(name, view, span)
        if word is not None:
            yield qualifier
            yield Qualifier("status", word)
    sentence = view.sentence.span
    if modal_word("hearsay", view, sentence) is not None:
        yield Qualifier("modality", "hearsay")
    source = _SOURCE.search(view.text, sentence.begin, focus.begin)
    if source is not None and source.group("source") not in ("悉", "了解", "记者"):
        yield Qualifier("attributedTo", source.group("source"))
