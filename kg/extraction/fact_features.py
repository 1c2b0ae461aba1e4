"""What speaks for an entity as the subject of a number or date, as strings for the linear model.

A value has rival subjects, so the model compares them: `own_features` describe one candidate,
`value_features` the words around the value, which count joined with the candidate's type, and
`nobody_features` the choice to drop the value (a date that only tells when somebody spoke, a number
in passing). Where a candidate stands, what else stands between, the types at hand and the words around
decide; the choice of the rules is a feature among others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg.extraction.clauses import Clause, SentenceView
from kg.extraction.fact_subjects import ArticleTopics, Candidate, rule_choice
from kg.extraction.fact_values import FactValue
from kg.extraction.pairs import EntityKey
from kg.model import Mention, MentionKind, Span

__all__ = [
    "ValueScene",
    "last_features",
    "nobody_features",
    "own_features",
    "value_clues",
    "value_features",
    "value_scene",
]

MAX_QUOTATION_CHARS = 200  # a quotation longer than that is looked at no further
MAX_GAP_CHARS = 8  # text between subject and value that is a feature as a whole
_BEHIND = frozenset({"clause-after", "head", "after"})
_OF_SENTENCE = frozenset({"clause", "before", "clause-after", "after", "nested"})

# A thing spoken of by its kind alone: 项目占地260亩, 全市完成产值5亿元, 公司注册资本3000万元.
_KINDS: Mapping[str, str] = {
    "项目": "Project", "工程": "Project", "公司": "Company", "企业": "Company", "集团": "Company",
    "该行": "Company", "合作社": "Company", "平台": "Platform", "系统": "Platform", "园区": "Zone",
    "开发区": "Zone", "高新区": "Zone", "基地": "Zone", "方案": "Policy", "办法": "Policy",
    "政策": "Policy", "该局": "Agency", "中心": "Agency", "大会": "Event", "展会": "Event",
    "产业": "Industry", "行业": "Industry", "产品": "Product",
}  # fmt: skip
_REGION = re.compile(r"[全我该本]([省市县区镇乡村州旗国])")
_KIND_WORD = re.compile("|".join(sorted(_KINDS, key=lambda word: (-len(word), word))))


@dataclass(frozen=True, slots=True)
class ValueScene:
    """A value with its candidates and what its sentence says; shared by all their features."""

    view: SentenceView
    value: FactValue
    candidates: tuple[Candidate, ...]
    chosen: EntityKey | None  # by the rules
    rule: str
    topics: ArticleTopics
    carried: EntityKey | None  # topic of the sentence before
    topic: EntityKey | None  # of the sentence: its first name that is no adjunct
    leader: EntityKey | None  # the last name before the value that opens its clause
    types: frozenset[str]  # of the mentions in the sentence
    clause: Span
    clause_types: frozenset[str]
    what: str  # kind, attribute and dimension
    called: frozenset[str]  # types, and last characters of regions, spoken of by their kind alone
    clues: tuple[str, ...]  # value_clues
    respective: EntityKey | None  # whose it is by the order of a list: 莘县、冠县分别…


def value_scene(
    view: SentenceView,
    value: FactValue,
    found: Sequence[Candidate],
    topics: ArticleTopics,
    clues: tuple[str, ...],
    respective: EntityKey | None,
    *,
    for_rules: bool = False,
) -> ValueScene:
    """Collect what the features of a value share, or the little that rules ask for."""
    choice = rule_choice(view, value, found, topics)
    clause = view.clauses[view.clause_index(value.span.begin)]
    topic = next((m for m in view.outer if not view.is_adjunct(m)), None)
    carried = topics.carried
    return ValueScene(
        view,
        value,
        tuple(found),
        choice[0].entity if choice else None,
        choice[1] if choice else "none",
        topics,
        (carried.type, carried.name) if carried is not None else None,
        (topic.type, topic.name) if topic is not None else None,
        None if for_rules else _leader(view, value.span.begin),
        frozenset(m.type for m in view.outer),
        clause.span,
        frozenset(m.type for m in clause.mentions),
        f"{value.attribute}/{value.dimension}",
        frozenset() if for_rules else _called(view, clause.span.begin, value.span.begin),
        clues,
        respective,
    )


def _leader(view: SentenceView, offset: int) -> EntityKey | None:
    """Return the last name before *offset* that opens a clause: what the clauses behind are about."""
    for clause in reversed(view.clauses):
        if clause.span.begin <= offset and clause.mentions:
            mention = clause.mentions[0]
            if mention.span.begin - clause.span.begin <= 1 and mention.span.end <= offset:
                return mention.type, mention.name
    return None


def _called(view: SentenceView, begin: int, end: int) -> frozenset[str]:
    found = set()
    for match in _KIND_WORD.finditer(view.text, begin, end):
        if not any(m.span.begin < match.end() <= m.span.end for m in view.outer):
            found.add(_KINDS[match.group()])
    found.update(m[1] for m in _REGION.finditer(view.text, begin, end))
    return frozenset(found)


def own_features(scene: ValueScene, candidate: Candidate) -> Iterator[str]:
    """Yield the features of *candidate*; each counts plain and joined with its type."""
    place = candidate.place
    yield "any"
    yield f"at:{place}"
    yield f"at:{place}:{min(candidate.clauses, 5)}:{min(candidate.sentences, 4)}"
    yield f"{place}|{scene.what}"
    yield f"rank:{min(candidate.rank, 6)}"
    yield f"same:{min(candidate.same, 3)}:{place}"
    mention = candidate.mention
    yield f"kind:{mention.kind.value}:{place}"
    if mention.kind is not MentionKind.NAME:
        yield f"deictic:{mention.text[:2]}"
    if candidate.entity == scene.chosen:
        yield "rule"
        yield f"rule:{scene.rule}"
    if place in _OF_SENTENCE:
        yield from _in_sentence(scene, candidate)
    yield from _as_topic(scene, candidate)
    yield from _words(scene, candidate)


def last_features(*, same: bool, clauses: int) -> tuple[str, ...]:
    """Return how a candidate stands to the subject taken some clauses before: the same, or not."""
    distance = min(clauses, 4)
    return ("last", f"last:{distance}") if same else (f"not last:{distance}",)


def _in_sentence(scene: ValueScene, candidate: Candidate) -> Iterator[str]:
    view, value, mention, place = scene.view, scene.value, candidate.mention, candidate.place
    first, second = sorted((mention.span, value.span))
    between = {
        m.type
        for m in view.outer
        if first.end <= m.span.begin and m.span.end <= second.begin and m is not mention
    }
    yield f"between:{place}:{len(between)}"
    if mention.type in between:
        yield f"rival between:{place}"
    for rival in sorted(between):
        yield f"between:{place}:{rival}"
    if view.is_adjunct(mention):
        yield f"adjunct:{place}"
    if view.is_attribute(mention):
        yield f"的:{place}"
    yield f"distance:{place}:{_bucket(second.begin - first.end)}"


def _as_topic(scene: ValueScene, candidate: Candidate) -> Iterator[str]:
    topics, (type_, name), place = scene.topics, candidate.entity, candidate.place
    if scene.respective is not None:
        yield "respective" if scene.respective == candidate.entity else "respective other"
    if scene.topic == candidate.entity:
        yield f"topic of sentence:{place}"
    if scene.leader == candidate.entity:
        yield f"leader:{place}"
        yield f"leader:{place}:{min(candidate.clauses, 5)}"
    if scene.carried == candidate.entity:
        yield "topic before"
        yield f"topic before:{bool(scene.types)}"
    if type_ in scene.called or (type_ == "Place" and name[-1] in scene.called):
        yield f"called:{place}"
        yield f"called:{min(candidate.same, 2)}"
    yield f"times:{min(topics.counts.get(candidate.entity, 0), 8)}"
    main = topics.main.get(type_)
    if main is not None and main.name == name:
        yield "main of type"
    if type_ == "Place" and topics.focus is not None:
        yield "focus" if topics.focus.name == name else "not focus"
    if candidate.entity in topics.in_head:
        yield "in headline"


def value_features(scene: ValueScene) -> Iterator[str]:
    """Yield the words at the value; they count joined with the candidate's type: 86家 are firms."""
    view, value, text = scene.view, scene.value, scene.view.text
    before, after = _around(scene)
    yield scene.what
    if value.cue is not None:
        yield f"cue:{value.cue.of(text)}"
    yield f"unit:{value.unit}"
    yield f"before:{before[-2:]}"
    yield f"before:{before}"
    yield f"noun:{after[:2]}"
    yield f"noun:{after}"
    for character in sorted(set(text[scene.clause.begin : value.span.begin])):
        yield f"clause:{character}"
    if value.kind == "state":
        yield f"first:{str(value.value)[:2]}"
    for rival in sorted(scene.types):
        yield f"with:{rival}"
    for rival in sorted(scene.clause_types):
        yield f"in clause:{rival}"
    for kind in sorted(scene.called):
        yield f"called:{kind}"
    if scene.topics.in_headline(view):
        yield "of headline"


def _around(scene: ValueScene) -> tuple[str, str]:
    """Return the characters right before and right behind the value."""
    view, span = scene.view, scene.value.span
    before = view.text[max(scene.clause.begin, span.begin - 3) : span.begin]
    return before, view.text[span.end : min(view.sentence.span.end, span.end + 4)]


def _words(scene: ValueScene, candidate: Candidate) -> Iterator[str]:
    """Yield the words at the value, joined with where the candidate stands."""
    value, text, place = scene.value, scene.view.text, candidate.place
    begin = scene.clause.begin
    before, after = _around(scene)
    name = candidate.entity[1]
    yield f"tail:{name[-2:]}|{value.attribute}"
    yield f"tail:{name[-1:]}|{value.unit}"
    if after[:2] and after[:2] in name:
        yield f"noun in name:{place}"
    if value.cue is not None:
        cue = value.cue.of(text)
        yield f"cue:{cue}|{place}"
        yield f"tail:{name[-1:]}|cue:{cue}"
    yield f"unit:{value.unit}|{place}"
    yield f"clause begins:{text[begin : begin + 2]}|{place}"
    yield f"before:{before[-2:]}|{place}"
    yield f"noun:{after[:2]}|{place}"
    mention = candidate.mention
    if value.kind == "state":
        touching = mention.span.end == value.span.begin
        yield f"begins:{value.begins}|{place}"
        yield f"touching:{touching}|{value.begins}"
        yield f"touching:{touching}"
    if place in ("clause", "before"):
        yield from _gap(scene, mention)
    elif place in _BEHIND:
        gap = text[value.span.end : mention.span.begin]
        if len(gap) <= MAX_GAP_CHARS:
            yield f"gap behind:{gap}"
        yield f"behind:{gap[:2]}"
        yield f"ahead of it:{gap[-2:]}"


def _gap(scene: ValueScene, mention: Mention) -> Iterator[str]:
    """Yield the text between subject and value, at either end, and before the subject."""
    text = scene.view.text
    gap = text[mention.span.end : scene.value.span.begin]
    if len(gap) <= MAX_GAP_CHARS:
        yield f"gap:{gap}"
    yield f"next:{gap[:1]}"
    yield f"next:{gap[:2]}"
    begin = max(scene.view.sentence.span.begin, mention.span.begin - 2)
    ahead = text[begin : mention.span.begin]
    yield f"ahead:{ahead[-1:]}"
    yield f"ahead:{ahead}"
    for i in range(min(len(gap), 6) - 1):
        yield f"gap pair:{gap[i : i + 2]}"


def nobody_features(scene: ValueScene) -> Iterator[str]:
    """Yield the features that speak for dropping the scene's value: its clues, and the rivals."""
    yield from scene.clues
    yield "no"
    for feature in (f"rule:{scene.rule}", f"candidates:{min(len(scene.candidates), 10)}"):
        yield f"no|{feature}"


def value_clues(
    view: SentenceView, clause: Clause, value: FactValue, *, in_headline: bool
) -> Iterator[str]:
    """Yield what tells of a value, before any subject is looked for, that it may be no fact."""
    text, sentence, begin = view.text, view.sentence.span, value.span.begin
    yield f"no|what:{value.attribute}/{value.dimension}"
    yield f"no|unit:{value.unit}"
    yield f"no|cue:{value.cue.of(text) if value.cue else ''}"
    yield f"no|headline:{in_headline}"
    yield f"no|inside:{value.inside.type if value.inside else ''}"
    quoted = text[max(sentence.begin, begin - MAX_QUOTATION_CHARS) : begin]
    if quoted.count("“") > quoted.count("”"):
        yield "no|in quotation"
    number = value.span.of(text)
    if number[0] in "一二三四五六七八九十两":
        yield "no|in words"
        yield f"no|in words:{number[:1]}:{value.unit}"
    before = text[max(clause.span.begin, begin - 6) : begin]
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
    yield f"no|clause:{text[clause.span.begin : clause.span.begin + 2]}"
    if value.kind == "state":
        yield from _state_words(value)
    for type_ in sorted({m.type for m in clause.mentions}) or ["none"]:
        yield f"no|in clause:{type_}"
    for type_ in sorted({m.type for m in view.outer}) or ["none"]:
        yield f"no|{value.kind}|in sentence:{type_}"


def _state_words(value: FactValue) -> Iterator[str]:
    """Yield how a predicate begins and ends: 已… and …手续 make a state, 将… a plan."""
    words = str(value.value)
    begins = value.begins
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
