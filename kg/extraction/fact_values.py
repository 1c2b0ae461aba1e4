"""What an article says in numbers and dates, and which attribute each gives.

The attribute of a number is decided by the nearest word before it that speaks of its kind of unit:
总投资 of money, 占地 of an area, 同比增长 of a percentage (ontology/attributes.ttl). A number without such
a word gets the attribute of its unit. A date counts only beside a word that says what happened then
(开工, 竣工, 上线): most dates of a report just tell when somebody spoke.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from kg.extraction.clauses import SentenceView
from kg.extraction.dates import FoundDate, find_dates
from kg.extraction.fact_states import find_states
from kg.extraction.quantities import FoundQuantity, dimension, find_quantities
from kg.model import Mention, PartialDate, Quantity, Span, Value
from kg.schema import load_schema

__all__ = ["FactValue", "admits", "event_date", "find_values"]

MAX_CUE_DISTANCE = 24  # characters between a number and the word that tells its attribute
MAX_EVENT_DISTANCE = 20  # between a date and what happened then

# Which attributes a unit of some dimension can give.
_ADMITS: Mapping[str, frozenset[str]] = {
    "totalInvestment": frozenset({"money"}),
    "amount": frozenset({"money", "rate"}),
    "creditAmount": frozenset({"money"}),
    "revenue": frozenset({"money"}),
    "output": frozenset({"money", "mass", "power", "count", "volume"}),
    "sales": frozenset({"money", "mass", "count", "volume", "length"}),
    "capacity": frozenset({"mass", "power", "count", "volume", "rate", "length"}),
    "area": frozenset({"area"}),
    "registeredUsers": frozenset({"count"}),
    "count": frozenset({"count"}),
    "growth": frozenset({"ratio"}),
}
_BY_DIMENSION = {
    "money": "amount",
    "area": "area",
    "count": "count",
    "power": "capacity",
    "rank": "other",
}
_LABELLED_TYPES = frozenset({"Project", "Product", "Platform", "Zone", "Policy", "Event"})


@dataclass(frozen=True, slots=True)
class FactValue:
    """A number or date with the attribute that the words around it give."""

    span: Span
    value: Value
    attribute: str
    kind: str  # number, date or state
    cue: Span | None  # the words that decided the attribute
    unit: str = ""
    dimension: str = ""
    when: PartialDate | None = None  # the date a number holds for
    inside: Mention | None = None  # the name it is a part of: 年产120万吨双酚A项目
    begins: str = ""  # of a state: at what it begins (fact_states)


def admits(attribute: str, dimension: str) -> bool:
    """Say whether a number that measures *dimension* can be a value of *attribute*.

    >>> admits("totalInvestment", "money"), admits("totalInvestment", "area"), admits("other", "area")
    (True, False, True)
    """
    return attribute not in _ADMITS or dimension in _ADMITS[attribute]


def find_values(view: SentenceView, published: date | None) -> tuple[FactValue, ...]:
    """Return the numbers and dates of a sentence that may be facts, in text order."""
    span = view.sentence.span
    text = span.of(view.text)
    dates = find_dates(text, published=published, begin=span.begin)
    quantities = find_quantities(text, begin=span.begin)
    values = [*_numbers(view, quantities, dates), *_dates(view, dates), *_states(view)]
    return tuple(sorted(values, key=lambda value: (value.span, value.attribute)))


@dataclass(frozen=True, slots=True)
class _Cue:
    span: Span
    attributes: tuple[str, ...]


@lru_cache(maxsize=1)
def _cue_words() -> Mapping[str, tuple[re.Pattern[str], Mapping[str, tuple[str, ...]]]]:
    """Return for each frame its words and the attributes each signals."""
    schema = load_schema()
    frames: dict[str, dict[str, list[str]]] = {}
    for cue_set in schema.cues:
        if cue_set.signals in schema.attributes:
            words = frames.setdefault(cue_set.frame, {})
            for word in cue_set.words:
                words.setdefault(word, []).append(cue_set.signals)
    return {
        frame: (
            re.compile(
                "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))
            ),
            {word: tuple(signals) for word, signals in words.items()},
        )
        for frame, words in frames.items()
    }


def _cues(text: str, begin: int, end: int, *frames: str) -> list[_Cue]:
    found = []
    for frame in frames:
        pattern, signals = _cue_words()[frame]
        for match in pattern.finditer(text, begin, max(begin, end)):
            found.append(_Cue(Span(*match.span()), signals[match.group()]))
    return sorted(found, key=lambda cue: cue.span)


def _states(view: SentenceView) -> Iterator[FactValue]:
    for state in find_states(view):
        words = state.span.of(view.text)
        yield FactValue(state.span, words, "status", "state", state.cue, begins=state.begins)


# ------------------------------------------------------------------------------------- numbers


def _numbers(
    view: SentenceView, quantities: Sequence[FoundQuantity], dates: Sequence[FoundDate]
) -> Iterator[FactValue]:
    for found in quantities:
        if found.upper is not None or any(d.span.overlaps(found.span) for d in dates):
            continue  # a range states no single value; 三年 of 2023年 is no duration
        inside = next((m for m in view.outer if m.span.contains(found.span)), None)
        if inside is not None and _counts(found, inside):
            inside = None
        if inside is not None and inside.type not in _LABELLED_TYPES:
            continue  # 第16家, 五台 of 五台山
        kind = dimension(found.quantity.unit)
        attribute, cue = _attribute(view, found, kind, inside)
        value = _signed(view, found.quantity, found.span, kind)
        when = next((d.date for d in reversed(dates) if d.span.end <= found.span.begin), None)
        yield FactValue(found.span, value, attribute, "number", cue, value.unit, kind, when, inside)


_COUNTED_BY = frozenset("家个位名所条户")


def _counts(found: FoundQuantity, inside: Mention) -> bool:
    """Say whether a number counts what a name was taken for: 31家银行 is no bank, but banks."""
    return (
        inside.span.begin == found.span.begin
        and found.quantity.unit in _COUNTED_BY
        and not found.is_ordinal
        and len(found.span) < len(inside.span)
        and inside.type not in _LABELLED_TYPES
    )


def _attribute(
    view: SentenceView, found: FoundQuantity, kind: str, inside: Mention | None
) -> tuple[str, Span | None]:
    if found.is_ordinal:
        return "other", None
    if inside is not None:
        return ("capacity" if kind in ("mass", "power", "volume", "rate") else "count"), None
    clause = view.clauses[view.clause_index(found.span.begin)].span
    begin = max(clause.begin, found.span.begin - MAX_CUE_DISTANCE)
    before = _cues(view.text, begin, found.span.begin, "value", "change")
    for cue in reversed(before):
        for attribute in cue.attributes:
            if kind in _ADMITS[attribute]:
                return attribute, cue.span
    behind = _cues(view.text, found.span.end, min(clause.end, found.span.end + 6), "value")
    for cue in behind:
        for attribute in cue.attributes:
            if kind in _ADMITS[attribute] and attribute != "count":
                return attribute, cue.span
    return _BY_DIMENSION.get(kind, "other"), None


@lru_cache(maxsize=1)
def _directions() -> tuple[re.Pattern[str], tuple[str, ...]]:
    """Return the words of a change and, among them, those of a fall."""
    schema = load_schema()
    down = schema.word_list("change-down")
    words = {*_cue_words()["change"][1], *down, *schema.word_list("change-to")}
    pattern = re.compile("|".join(map(re.escape, sorted(words, key=lambda w: (-len(w), w)))))
    return pattern, tuple(sorted(down))


def _signed(view: SentenceView, quantity: Quantity, span: Span, kind: str) -> Quantity:
    """Make the size of a fall negative: 同比下降5.2% is -5.2 %; 降至12% is a level reached."""
    if kind != "ratio":
        return quantity
    clause = view.clauses[view.clause_index(span.begin)].span
    pattern, down = _directions()
    words = [match.group() for match in pattern.finditer(view.text, clause.begin, span.begin)]
    if words and words[-1].endswith(down):  # 下降 of 同比下降
        return Quantity(-quantity.value, quantity.unit, quantity.text, quantity.bound)
    return quantity


# --------------------------------------------------------------------------------------- dates


def _dates(view: SentenceView, dates: Sequence[FoundDate]) -> Iterator[FactValue]:
    for index, found in enumerate(dates):
        if any(m.span.contains(found.span) for m in view.outer):
            continue  # 2023海安恳谈会
        limit = dates[index + 1].span.begin if index + 1 < len(dates) else view.sentence.span.end
        event = _event(view, found.span, limit)
        if event is None:
            continue
        attribute, cue = event
        yield FactValue(found.span, event_date(found), attribute, "date", cue)
        if found.end is not None and len(found.date.iso) == 10:  # 7月6日至8日举行
            yield FactValue(found.span, found.end, "completionDate", "date", cue)


def event_date(found: FoundDate) -> PartialDate:
    """Return when something happens: some time in 明年三季度 is no month, only a year."""
    if found.end is not None and len(found.date.iso) == len("2022-01"):
        return PartialDate(found.date.iso[:4], found.date.text)
    return found.date


def _event(view: SentenceView, span: Span, limit: int) -> tuple[str, Span] | None:
    """Return what happened then: the first such word behind the date, or one just before (成立于)."""
    end = min(limit, span.end + MAX_EVENT_DISTANCE)
    behind = [
        cue
        for cue in _cues(view.text, span.end, end, "date")
        if not any(m.span.contains(cue.span) for m in view.outer)
    ]
    if behind:
        return behind[0].attributes[0], behind[0].span
    far = _cues(view.text, span.end, min(limit, span.end + 60), "date")
    before = _cues(view.text, max(view.sentence.span.begin, span.begin - 8), span.begin, "date")
    if before:
        return before[-1].attributes[0], before[-1].span
    return (far[0].attributes[0], far[0].span) if far else None
