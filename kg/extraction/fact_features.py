"""What speaks for an entity as the subject of a number or date, as strings for the linear model.

A value has rival subjects, so the model compares them: `subject_features` describe one candidate,
`nobody_features` the choice to drop the value (a date that only tells when somebody spoke, a number
in passing). Where a candidate stands, what else stands between, the types at hand and the words around
decide; the choice of the rules is a feature among others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.extraction.clauses import SentenceView
from kg.extraction.fact_subjects import ArticleTopics, Candidate, rule_choice
from kg.extraction.fact_values import FactValue
from kg.extraction.pairs import EntityKey
from kg.model import MentionKind

__all__ = ["ValueScene", "nobody_features", "subject_features", "type_features", "value_scene"]

MAX_GAP_CHARS = 8  # text between subject and value that is a feature as a whole


@dataclass(frozen=True, slots=True)
class ValueScene:
    """A value with its candidates and what its sentence says; shared by all their features."""

    view: SentenceView
    value: FactValue
    candidates: tuple[Candidate, ...]
    chosen: EntityKey | None  # by the rules
    rule: str
    last: EntityKey | None  # subject of the value before in this paragraph
    last_clauses: int  # clause borders since then
    topics: ArticleTopics
    topic: EntityKey | None  # of the sentence: its first name that is no adjunct
    types: frozenset[str]  # of the mentions in the sentence
    clause_types: frozenset[str]
    what: str  # kind, attribute and dimension


def value_scene(
    view: SentenceView,
    value: FactValue,
    found: Sequence[Candidate],
    topics: ArticleTopics,
    last: tuple[EntityKey, int] | None,
) -> ValueScene:
    """Collect what the features of a value share; *last* is the subject before and its offset."""
    choice = rule_choice(view, value, found, topics)
    clause = view.clauses[view.clause_index(value.span.begin)]
    topic = next((m for m in view.outer if not view.is_adjunct(m)), None)
    clauses = -1
    if last is not None and last[1] >= view.sentence.span.begin:
        clauses = view.clause_index(value.span.begin) - view.clause_index(last[1])
    return ValueScene(
        view,
        value,
        tuple(found),
        choice[0].entity if choice else None,
        choice[1] if choice else "none",
        last[0] if last else None,
        clauses,
        topics,
        (topic.type, topic.name) if topic is not None else None,
        frozenset(m.type for m in view.outer),
        frozenset(m.type for m in clause.mentions),
        f"{value.attribute}/{value.dimension}",
    )


def subject_features(scene: ValueScene, candidate: Candidate) -> Iterator[str]:
    """Yield the features of *candidate* as the subject of the scene's value."""
    type_ = candidate.entity[0]
    what = scene.what
    for feature in _position(scene, candidate):
        yield feature
        yield f"{type_}|{feature}"
        yield f"{scene.value.kind}|{type_}|{feature}"
    yield f"type:{type_}"
    yield f"{type_}|{what}"
    yield f"{candidate.place}|{type_}|{what}"
    yield from _words(scene, candidate)


def _position(scene: ValueScene, candidate: Candidate) -> Iterator[str]:
    """Yield where the candidate stands, as the rules and the values before see it."""
    mention, place = candidate.mention, candidate.place
    yield f"at:{place}"
    yield f"at:{place}:{min(candidate.clauses, 5)}:{min(candidate.sentences, 4)}"
    yield f"kind:{mention.kind.value}:{place}"
    yield f"rank:{min(scene.candidates.index(candidate), 6)}"
    if candidate.entity == scene.chosen:
        yield "rule"
        yield f"rule:{scene.rule}"
    if scene.last is not None:
        if candidate.entity == scene.last:
            yield "last"
            yield f"last:{min(scene.last_clauses, 4)}"
        else:
            yield f"not last:{min(scene.last_clauses, 4)}"
    if mention.kind is not MentionKind.NAME:
        yield f"deictic:{mention.text[:2]}"
    yield from _in_sentence(scene, candidate)
    yield from _in_article(scene, candidate)


def _in_sentence(scene: ValueScene, candidate: Candidate) -> Iterator[str]:
    view, value, mention, place = scene.view, scene.value, candidate.mention, candidate.place
    if place in ("clause", "before", "clause-after", "after", "nested"):
        first, second = sorted((mention.span, value.span))
        between = [
            m for m in view.outer if first.end <= m.span.begin and m.span.end <= second.begin
        ]
        yield f"between:{place}:{min(len(between), 4)}"
        if any(m.type == mention.type for m in between):
            yield f"rival between:{place}"
        for rival in sorted({m.type for m in between}):
            yield f"between:{place}:{rival}"
        if view.is_adjunct(mention):
            yield f"adjunct:{place}"
        if view.is_attribute(mention):
            yield f"的:{place}"
        yield f"distance:{place}:{_bucket(second.begin - first.end)}"
    if scene.topic == candidate.entity:
        yield f"topic of sentence:{place}"
    for rival in sorted(scene.types):
        yield f"with:{rival}"
    for rival in sorted(scene.clause_types):
        yield f"in clause:{rival}"


def _in_article(scene: ValueScene, candidate: Candidate) -> Iterator[str]:
    topics, (type_, name) = scene.topics, candidate.entity
    if (
        topics.carried is not None
        and (topics.carried.type, topics.carried.name) == candidate.entity
    ):
        yield "topic before"
        yield f"topic before:{bool(scene.types)}"
    yield f"times:{min(topics.counts.get(candidate.entity, 0), 8)}"
    main = topics.main.get(type_)
    if main is not None and main.name == name:
        yield "main of type"
    if type_ == "Place" and topics.focus is not None:
        yield "focus" if topics.focus.name == name else "not focus"
    if any((m.type, m.name) == candidate.entity for m in topics.headline):
        yield "in headline"
    if topics.in_headline(scene.view):
        yield "of headline"


def type_features(scene: ValueScene, type_: str) -> Iterator[str]:
    """Yield the words at the value, joined with a type: 86家 are a region's firms.

    They are the same for all candidates of that type, so they are computed once.
    """
    view, value = scene.view, scene.value
    text = view.text
    begin = view.clauses[view.clause_index(value.span.begin)].span.begin
    before, after = _around(scene)
    if value.cue is not None:
        yield f"cue:{value.cue.of(text)}|{type_}"
    yield f"unit:{value.unit}|{type_}"
    yield f"before:{before[-2:]}|{type_}"
    yield f"before:{before}|{type_}"
    yield f"noun:{after[:2]}|{type_}"
    yield f"noun:{after}|{type_}"
    for character in sorted(set(text[begin : value.span.begin])):
        yield f"clause:{character}|{type_}"
    if value.kind == "state":
        yield f"first:{str(value.value)[:2]}|{type_}"


def _around(scene: ValueScene) -> tuple[str, str]:
    """Return the characters right before and right behind the value."""
    view, span = scene.view, scene.value.span
    begin = view.clauses[view.clause_index(span.begin)].span.begin
    before = view.text[max(begin, span.begin - 3) : span.begin]
    return before, view.text[span.end : min(view.sentence.span.end, span.end + 4)]


def _words(scene: ValueScene, candidate: Candidate) -> Iterator[str]:
    """Yield the words at the value, joined with where the candidate stands."""
    view, value = scene.view, scene.value
    text, (type_, name) = view.text, candidate.entity
    place = candidate.place
    begin = view.clauses[view.clause_index(value.span.begin)].span.begin
    before, after = _around(scene)
    yield f"tail:{name[-2:]}|{value.attribute}"
    if value.cue is not None:
        yield f"cue:{value.cue.of(text)}|{type_}|{place}"
    yield f"unit:{value.unit}|{type_}|{place}"
    yield f"clause begins:{text[begin : begin + 2]}|{type_}|{place}"
    yield f"before:{before[-2:]}|{type_}|{place}"
    yield f"noun:{after[:2]}|{type_}|{place}"
    if value.kind == "state":
        yield from _at_state(scene, candidate)
    yield from _between(scene, candidate)


def _at_state(scene: ValueScene, candidate: Candidate) -> Iterator[str]:
    value, type_ = scene.value, candidate.entity[0]
    yield f"begins:{value.begins}|{type_}|{candidate.place}"
    touching = candidate.mention.span.end == value.span.begin
    yield f"touching:{touching}|{value.begins}"
    yield f"touching:{touching}|{type_}"


def _between(scene: ValueScene, candidate: Candidate) -> Iterator[str]:
    """Yield the text between subject and value, at either end."""
    text, value, mention = scene.view.text, scene.value, candidate.mention
    type_ = candidate.entity[0]
    if candidate.place in ("clause", "before"):
        gap = text[mention.span.end : value.span.begin]
        if len(gap) <= MAX_GAP_CHARS:
            yield f"gap:{gap}"
        yield f"next:{gap[:1]}"
        yield f"next:{gap[:2]}|{type_}"
        begin = max(scene.view.sentence.span.begin, mention.span.begin - 2)
        ahead = text[begin : mention.span.begin]
        yield f"ahead:{ahead[-1:]}"
        yield f"ahead:{ahead}|{type_}"
        window = gap[:6]
        for i in range(len(window) - 1):
            yield f"gap pair:{window[i : i + 2]}"
    elif candidate.place in ("clause-after", "head", "after"):
        gap = text[value.span.end : mention.span.begin]
        if len(gap) <= MAX_GAP_CHARS:
            yield f"gap behind:{gap}"
        yield f"behind:{gap[:2]}|{type_}"
        yield f"ahead of it:{gap[-2:]}|{type_}"


def nobody_features(scene: ValueScene) -> Iterator[str]:
    """Yield the features that speak for dropping the scene's value."""
    view, value = scene.view, scene.value
    text, sentence = view.text, view.sentence.span
    yield "no"
    for feature in (
        f"kind:{value.kind}",
        f"what:{scene.what}",
        f"unit:{value.unit}",
        f"rule:{scene.rule}",
        f"cue:{value.cue.of(text) if value.cue else ''}",
        f"headline:{scene.topics.in_headline(view)}",
        f"candidates:{min(len(scene.candidates), 10)}",
        f"inside:{value.inside.type if value.inside else ''}",
    ):
        yield f"no|{feature}"
        yield f"no|{value.kind}|{feature}"
    quoted = text[sentence.begin : value.span.begin]
    if quoted.count("“") > quoted.count("”"):
        yield "no|in quotation"
    number = value.span.of(text)
    if number[0] in "一二三四五六七八九十两":
        yield "no|in words"
        yield f"no|in words:{number[:1]}:{value.unit}"
    clause = view.clauses[view.clause_index(value.span.begin)].span
    before = text[max(clause.begin, value.span.begin - 6) : value.span.begin]
    after = text[value.span.end : min(sentence.end, value.span.end + 6)]
    for name, window in (("b", before), ("a", after)):
        for i in range(len(window) - 1):
            yield f"no|{name}:{window[i : i + 2]}"
        for char in window:
            yield f"no|{name}1:{char}"
    yield f"no|before:{before[-1:]}"
    yield f"no|before:{before[-2:]}"
    yield f"no|after:{after[:1]}"
    yield f"no|after:{after[:2]}"
    yield f"no|clause:{text[clause.begin : clause.begin + 2]}"
    if value.kind == "state":
        yield from _state_words(scene)
    for type_ in sorted(scene.clause_types) or ["none"]:
        yield f"no|{value.kind}|in clause:{type_}"


def _state_words(scene: ValueScene) -> Iterator[str]:
    """Yield how a predicate begins and ends: 已… and …手续 make a state, 将… a plan."""
    words = str(scene.value.value)
    begins = scene.value.begins
    yield f"no|begins:{begins}"
    yield f"no|first:{words[:1]}"
    yield f"no|first:{words[:2]}"
    yield f"no|first:{words[:2]}:{begins}"
    yield f"no|last:{words[-2:]}"
    yield f"no|last:{words[-1:]}"
    yield f"no|length:{len(words)}"
    yield f"no|words:{words}"
    for i in range(len(words) - 1):
        yield f"no|s:{words[i : i + 2]}"


def _bucket(distance: int) -> int:
    for index, limit in enumerate((0, 1, 2, 4, 7, 12, 20, 35, 60, 100)):
        if distance <= limit:
            return index
    return 10
