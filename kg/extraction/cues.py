"""Relations that a verb or noun signals: the cue words of the ontology, frame by frame.

A cue set says which relation its words signal and in which frame (ontology/lexicon.ttl). The frames
are few and about syntax, so a new relation needs words, not code:

active     A ● B              the subject stands before, objects behind; objects may be a list
passive    B 由|被|经 A ●      also 由 A ● 的 B
mutual     A 与|和|同 B ●      also A、B ●
located    A ● B              B a place
ownership  B ● 的? A          旗下, 子公司; also A 是 B 的 ●
product    A ● 数量? B         年产120万吨双酚A
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kg.extraction.claims import make_relation
from kg.extraction.clauses import Clause, SentenceView
from kg.model import Mention, Relation, Span
from kg.schema import CueSet, Schema, load_schema

__all__ = ["Carry", "cues_in", "find_cued"]

MAX_OBJECT_DISTANCE = 30  # characters between a cue and its object
CARRIED_CONFIDENCE = 0.75  # factor for a subject taken over from an earlier clause
_PASSIVE_MARKER = re.compile(r"由|被|经|获|受")


@dataclass(slots=True)
class Carry:
    """The topic handed from sentence to sentence within a paragraph."""

    paragraph: int = -1
    topic: Mention | None = None


@dataclass(frozen=True, slots=True)
class _Cue:
    span: Span
    sets: tuple[CueSet, ...]


@lru_cache(maxsize=2)
def _cue_pattern(schema_id: int) -> tuple[re.Pattern[str], Mapping[str, tuple[CueSet, ...]]]:
    schema = load_schema()
    sets: dict[str, list[CueSet]] = {}
    for cue_set in schema.cues:
        if cue_set.signals in schema.relations:
            for word in cue_set.words:
                sets.setdefault(word, []).append(cue_set)
    ordered = sorted(sets, key=lambda word: (-len(word), word))
    pattern = re.compile("|".join(map(re.escape, ordered)))
    return pattern, {word: tuple(found) for word, found in sets.items()}


def cues_in(view: SentenceView) -> Iterator[tuple[Span, tuple[CueSet, ...]]]:
    """Yield where the cue words of a sentence stand, outside names, and what they signal."""
    pattern, sets_by_word = _cue_pattern(id(load_schema()))
    names = [m.span for m in view.outer]
    for match in pattern.finditer(view.text, view.sentence.span.begin, view.sentence.span.end):
        span = Span(*match.span())
        if not any(name.contains(span) for name in names):
            yield span, sets_by_word[match.group()]


def find_cued(view: SentenceView, carry: Carry) -> Iterator[Relation]:
    """Yield the relations that cue words of one sentence signal; update the carried topic."""
    schema = load_schema()
    sentence = view.sentence
    if sentence.paragraph != carry.paragraph:
        carry.paragraph, carry.topic = sentence.paragraph, None
    for span, cue_sets in cues_in(view):
        for cue_set in cue_sets:
            yield from _FRAMES[cue_set.frame](view, span, cue_set, schema, carry)
    topic = next((m for m in view.outer if not view.is_adjunct(m)), None)
    if topic is not None:
        carry.topic = topic


def _admits(schema: Schema, relation: str, subject: Mention, object_: Mention) -> bool:
    return subject.name != object_.name and schema.allows(relation, subject.type, object_.type)


def _objects(view: SentenceView, cue: Span, clause: Clause, types: frozenset[str]) -> list[Mention]:
    """Return the object behind a cue and what is listed with it.

    The head of a Chinese noun phrase comes last: in 建设位于莘县的光伏项目 the place only modifies.
    """
    behind = [m for m in view.outer if m.type in types and m.span.begin >= cue.end]
    near = [m for m in behind if m.span.begin - cue.end <= MAX_OBJECT_DISTANCE]
    near = [m for m in near if m.span.end <= clause.span.end] or (
        [near[0]] if near and view.text[cue.end : near[0].span.begin].count("，") == 0 else []
    )
    heads = [m for m in near if not view.is_attribute(m) and not view.is_adjunct(m)]
    if not heads:
        return []
    return view.listed_with(heads[0])


def _subjects(
    view: SentenceView, cue: Span, types: frozenset[str], carry: Carry
) -> tuple[list[Mention], float]:
    """Return the subject before a cue, with what is listed with it, and how sure that is."""
    index = view.clause_index(cue.begin)
    for distance, clause in enumerate(reversed(view.clauses[: index + 1])):
        before = [m for m in clause.mentions if m.span.end <= cue.begin and m.type in types]
        free = [m for m in before if not view.is_adjunct(m) and not view.is_attribute(m)]
        if free:
            factor = 1.0 if distance == 0 else CARRIED_CONFIDENCE
            return view.listed_with(free[0]), factor
    if carry.topic is not None and carry.topic.type in types:
        return [carry.topic], CARRIED_CONFIDENCE**2
    return [], 0.0


def _relate(
    view: SentenceView,
    cue: Span,
    cue_set: CueSet,
    schema: Schema,
    subjects: Sequence[Mention],
    objects: Sequence[Mention],
    factor: float,
) -> Iterator[Relation]:
    for subject in subjects:
        for object_ in objects:
            if _admits(schema, cue_set.signals, subject, object_):
                yield make_relation(
                    view,
                    cue_set.signals,
                    subject,
                    object_,
                    method=f"{cue_set.name} {cue.of(view.text)}",
                    confidence=round(cue_set.weight * factor, 3),
                    focus=cue,
                )


def _active(
    view: SentenceView, cue: Span, cue_set: CueSet, schema: Schema, carry: Carry
) -> Iterator[Relation]:
    relation = schema.relations[cue_set.signals]
    clause = view.clauses[view.clause_index(cue.begin)]
    objects = _objects(view, cue, clause, relation.range)
    subjects, factor = _subjects(view, cue, relation.domain, carry)
    yield from _relate(view, cue, cue_set, schema, subjects, objects, factor)


def _passive(
    view: SentenceView, cue: Span, cue_set: CueSet, schema: Schema, carry: Carry
) -> Iterator[Relation]:
    """工程由中铁十五局承建, 由中铁十五局施工的隧道工程."""
    relation = schema.relations[cue_set.signals]
    clause = view.clauses[view.clause_index(cue.begin)]
    agents = [
        m
        for m in clause.mentions
        if m.type in relation.domain and m.span.end <= cue.begin and _marked(view, m)
    ]
    if not agents:
        return
    agents = [m for m in view.listed_with(agents[0]) if m.span.end <= cue.begin]
    if view.text[cue.end : cue.end + 1] == "的":
        patients = _objects(view, Span(cue.begin, cue.end + 1), clause, relation.range)
        factor = 1.0
    else:
        marker = Span(agents[0].span.begin, cue.end)
        patients, factor = _subjects(view, marker, relation.range, carry)
    yield from _relate(view, cue, cue_set, schema, agents, patients, factor)


def _marked(view: SentenceView, mention: Mention) -> bool:
    begin = mention.span.begin
    return _PASSIVE_MARKER.search(view.text[max(0, begin - 1) : begin]) is not None


def _mutual(
    view: SentenceView, cue: Span, cue_set: CueSet, schema: Schema, carry: Carry
) -> Iterator[Relation]:
    """华莱士集团与莘县签约: two sides joined by 与, both before the cue."""
    relation = schema.relations[cue_set.signals]
    clause = view.clauses[view.clause_index(cue.begin)]
    sides = [m for m in clause.mentions if m.type in relation.domain and m.span.end <= cue.begin]
    for index, right in enumerate(sides):
        marker = view.text[max(0, right.span.begin - 1) : right.span.begin]
        if marker not in ("与", "和", "同", "跟"):
            continue
        left = sides[:index]
        if left:
            partners, factor = [left[-1]], 1.0
        else:
            partners, factor = _subjects(
                view, Span(right.span.begin - 1, cue.end), relation.domain, carry
            )
        yield from _relate(
            view, cue, cue_set, schema, partners[:1], view.listed_with(right), factor
        )
        return
    if cue.of(view.text) in ("联合", "携手", "联手", "会同", "牵手"):
        yield from _active(view, cue, cue_set, schema, carry)


def _ownership(
    view: SentenceView, cue: Span, cue_set: CueSet, schema: Schema, carry: Carry
) -> Iterator[Relation]:
    """鲁西集团旗下聊城鲁西聚碳酸酯公司: the whole before the cue, the part behind it."""
    relation = schema.relations[cue_set.signals]
    before = [m for m in view.outer if m.span.end == cue.begin and m.type in relation.range]
    behind = [
        m for m in view.outer if m.type in relation.domain and 0 <= m.span.begin - cue.end <= 6
    ]
    if before and behind:
        parts = view.listed_with(behind[0])
        yield from _relate(view, cue, cue_set, schema, parts, before, 1.2)


def _product(
    view: SentenceView, cue: Span, cue_set: CueSet, schema: Schema, carry: Carry
) -> Iterator[Relation]:
    yield from _active(view, cue, cue_set, schema, carry)


_FRAMES: Mapping[str, Callable[[SentenceView, Span, CueSet, Schema, Carry], Iterator[Relation]]] = {
    "active": _active,
    "passive": _passive,
    "mutual": _mutual,
    "located": _active,
    "ownership": _ownership,
    "product": _product,
}
