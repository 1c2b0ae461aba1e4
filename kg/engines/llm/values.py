"""Read the number, date or state of a fact from the words that the model points at.

The model says *where* a value stands; what it is worth is read by the parsers that the builtin engine
uses, in the sentence around it: 下降5.2% becomes -5.2, 今年底 gets the report's year. Words that hold
no value, or more than one, give none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TypeVar

from kg.extraction.clauses import SentenceView
from kg.extraction.dates import FoundDate, find_dates
from kg.extraction.fact_values import FactValue, admits, event_date, find_values
from kg.extraction.quantities import FoundQuantity, dimension, find_quantities
from kg.model import Span

__all__ = ["SentenceValues", "read_value"]

_T = TypeVar("_T")

MAX_STATE_CHARS = 30  # the longest status of 350 annotated documents has 28


class SentenceValues:
    """The numbers and dates of one sentence, each read when first asked for."""

    def __init__(self, view: SentenceView, published: date | None) -> None:
        self._view = view
        self._published = published

    @cached_property
    def quantities(self) -> tuple[FoundQuantity, ...]:
        """The numbers with units."""
        span = self._view.sentence.span
        return find_quantities(span.of(self._view.text), begin=span.begin)

    @cached_property
    def dates(self) -> tuple[FoundDate, ...]:
        """The dates."""
        span = self._view.sentence.span
        return find_dates(span.of(self._view.text), published=self._published, begin=span.begin)

    @cached_property
    def numbers(self) -> tuple[FactValue, ...]:
        """The numbers as facts have them: with their sign and the date they hold for."""
        found = find_values(self._view, self._published)
        return tuple(value for value in found if value.kind == "number")

    def money_at(self, words: Span) -> FoundQuantity | None:
        """Return the one amount of money at *words*."""
        money = [q for q in self.quantities if dimension(q.quantity.unit) == "money"]
        return _only(money, words, lambda found: found.span)

    def date_at(self, words: Span) -> FoundDate | None:
        """Return the one date at *words*."""
        return _only(self.dates, words, lambda found: found.span)

    def number_at(self, words: Span) -> FactValue | None:
        """Return the one number at *words*, also where a name holds it (年产120万吨双酚A项目)."""
        number = _only(self.numbers, words, lambda value: value.span)
        if number is not None:
            return number
        bare = _only(self.quantities, words, lambda found: found.span)
        if bare is None or bare.upper is not None:  # a range states no single value
            return None
        unit = bare.quantity.unit
        return FactValue(bare.span, bare.quantity, "", "number", None, unit, dimension(unit))


def read_value(
    values: SentenceValues, attribute: str, kind: str, words: Span, text: str
) -> FactValue | None:
    """Return the value of *attribute* at *words*, or nothing where they do not hold one.

    Args:
        values: of the sentence around *words*.
        attribute: of the ontology.
        kind: number, date, text or any (`kg.engines.llm.prompt.attribute_kinds`).
        words: what the model points at, in *text*.
        text: of the article.
    """
    if kind in ("number", "any") and (number := values.number_at(words)):
        fits = admits(attribute, number.dimension)  # 260亩 is no investment
        return replace(number, attribute=attribute) if fits else None
    if kind in ("date", "any") and (found := values.date_at(words)):
        return FactValue(found.span, event_date(found), attribute, "date", None)
    if kind in ("text", "any") and len(words) <= MAX_STATE_CHARS:
        return FactValue(words, words.of(text), attribute, "state", None)
    return None


def _only(found: Sequence[_T], words: Span, span_of: Callable[[_T], Span]) -> _T | None:
    """Return what stands at *words*, if it is one: exactly there, or else overlapping."""
    exact = [each for each in found if span_of(each) == words]
    near = exact or [each for each in found if span_of(each).overlaps(words)]
    return near[0] if len(near) == 1 else None
