"""What speaks for a relation between two entities, as strings for the linear model.

The closest mentions give the words between and around them, the clause structure and the cue words
in force; the rules that fired, the gazetteer and the article as a whole give the rest. Each feature
comes plain and joined with the pair's types, so that "by 与, a firm and a city" can weigh otherwise
than "by 与, two firms".
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kg.extraction.clauses import SentenceView
from kg.extraction.linear import hash_joint_features
from kg.extraction.pairs import TOPICAL, EntityKey, Pair, focus_place
from kg.extraction.regions import RegionContext
from kg.model import Mention, MentionId, Relation
from kg.schema import load_schema

__all__ = ["ArticleFacts", "article_facts", "pair_columns"]

MAX_BETWEEN_CHARS = 60

# A post right before a person: 董事长, 党组成员、副局长, 负责人
_TITLE = re.compile(r"[一-龥]{1,6}(?:长|理|记|任|人|裁|席|员|师|监|官|表|授)$")


@lru_cache(maxsize=1)
def _cues() -> tuple[re.Pattern[str], Mapping[str, tuple[str, ...]]]:
    schema = load_schema()
    signals: dict[str, set[str]] = defaultdict(set)
    for cue_set in schema.cues:
        if cue_set.signals in schema.relations:
            for word in cue_set.words:
                signals[word].add(cue_set.signals)
    ordered = sorted(signals, key=lambda word: (-len(word), word))
    pattern = re.compile("|".join(map(re.escape, ordered)))
    return pattern, {word: tuple(sorted(names)) for word, names in signals.items()}


@dataclass(frozen=True, slots=True)
class _MentionFacts:
    """What a mention's clause says of it."""

    governed: tuple[str, ...]  # relations the nearest cue before it signals
    then: tuple[str, ...]  # relations signalled behind it in its clause
    is_adjunct: bool
    is_attribute: bool
    is_topic: bool


@dataclass(slots=True)
class ArticleFacts:
    """What all pairs of an article share."""

    context: RegionContext
    focus: str | None
    counts: Mapping[str, int]  # mentions by entity name
    fired: Mapping[tuple[EntityKey, EntityKey], tuple[str, ...]]  # rules by pair
    _begins: Mapping[str, Sequence[int]]  # of the mentions of each type, sorted
    _by_mention: dict[MentionId, _MentionFacts] = field(default_factory=dict)

    def named_between(self, type_: str, low: int, high: int) -> int:
        """Return how many mentions of *type_* begin after *low* and before *high*."""
        begins = self._begins.get(type_, ())
        return max(0, bisect_left(begins, high) - bisect_right(begins, low))

    def of(self, view: SentenceView, mention: Mention) -> _MentionFacts:
        """Return what the clause of *mention* says of it."""
        found = self._by_mention.get(mention.id)
        if found is None:
            found = self._by_mention[mention.id] = _mention_facts(view, mention)
        return found


def article_facts(
    views: Sequence[SentenceView], context: RegionContext, relations: Iterable[Relation]
) -> ArticleFacts:
    """Collect the shared facts; *relations* are those that rules found."""
    entity = {m.id: (m.type, m.name) for view in views for m in view.mentions}
    counts = Counter(m.name for view in views for m in view.mentions)
    fired: dict[tuple[EntityKey, EntityKey], list[str]] = defaultdict(list)
    for relation in relations:
        key = (entity[relation.subject], entity[relation.object])  # type: ignore[index]
        rule = relation.evidence.method.split(" ")[0]
        level = "hi" if relation.evidence.confidence >= 0.5 else "lo"
        fired[key] += [relation.predicate, f"{relation.predicate}:{rule}:{level}"]
    begins: dict[str, list[int]] = defaultdict(list)
    for view in views:
        for mention in view.mentions:
            begins[mention.type].append(mention.span.begin)
    focus = focus_place(views)
    return ArticleFacts(
        context,
        focus[0].name if focus else None,
        counts,
        {key: tuple(rules) for key, rules in fired.items()},
        begins,
    )


def _mention_facts(view: SentenceView, mention: Mention) -> _MentionFacts:
    clause = view.clauses[view.clause_index(mention.span.begin)].span
    pattern, signals = _cues()
    matches = list(pattern.finditer(view.text, clause.begin, max(clause.begin, mention.span.begin)))
    behind = pattern.finditer(view.text, mention.span.end, max(mention.span.end, clause.end))
    topic = next((m for m in view.outer if not view.is_adjunct(m)), None)
    return _MentionFacts(
        signals[matches[-1].group()] if matches else (),
        tuple(sorted({name for match in behind for name in signals[match.group()]})),
        view.is_adjunct(mention),
        view.is_attribute(mention),
        topic is not None and topic.name == mention.name,
    )


def pair_columns(pair: Pair, facts: ArticleFacts, buckets: int) -> NDArray[np.int64]:
    """Return the features of a pair as columns of a table with *buckets* rows."""
    signature = f"{pair.subject[0]}>{pair.object[0]}"
    return hash_joint_features(
        _plain_features(pair, facts), signature, _lexical_features(pair), buckets
    )


def _plain_features(pair: Pair, facts: ArticleFacts) -> Iterator[str]:
    left, right = pair.left, pair.right
    yield f"dist:{_bucket(pair.distance)}"
    yield f"meet:{min(pair.meetings, 3)}"
    yield f"kind:{left.kind.value}>{right.kind.value}"
    if pair.view is not pair.other_view:
        yield "apart" if pair.distance < TOPICAL else "topic"
        if pair.view.sentence.paragraph == 0 or pair.other_view.sentence.paragraph == 0:
            yield "apart:headline"
    elif left.span.contains(right.span):
        yield "in:head" if left.span.begin == right.span.begin else "in:middle"
    elif right.span.contains(left.span):
        yield "out:head" if left.span.begin == right.span.begin else "out:middle"
    else:
        yield from _order_features(pair, facts)
    if pair.view.sentence.paragraph == 0:
        yield "headline"
    if pair.distance < TOPICAL:
        yield from _governing_features(pair, facts)
    yield from _recency_features(pair, facts)
    for rule in facts.fired.get((pair.subject, pair.object), ()):
        yield f"rule:{rule}"
    for rule in facts.fired.get((pair.object, pair.subject), ()):
        yield f"reverse:{rule.split(':')[0]}"
    if pair.object[0] == "Place":
        yield from _region_features(pair, facts)
    if pair.subject[1] in pair.object[1]:
        yield "name:inside"
    if pair.object[1] in pair.subject[1]:
        yield "name:around"
    yield f"freq:{min(facts.counts[pair.subject[1]], 4)}>{min(facts.counts[pair.object[1]], 4)}"


def _governing_features(pair: Pair, facts: ArticleFacts) -> Iterator[str]:
    """What governs each end, wherever the other stands; the subject may be a carried topic."""
    object_facts = facts.of(pair.other_view, pair.right)
    for name in object_facts.governed or ("no",):
        yield f"object governed:{name}"
    for name in object_facts.then:
        yield f"object then:{name}"
    subject_facts = facts.of(pair.view, pair.left)
    for name in subject_facts.then:
        yield f"subject then:{name}"
    if subject_facts.is_topic:
        yield "subject:topic"
    if pair.other_view is not pair.view and pair.other_view.outer:
        rival = any(m.type == pair.subject[0] for m in pair.other_view.outer)
        yield "apart:rival" if rival else "apart:free"
        if pair.other_view.sentence.index > pair.view.sentence.index:
            yield "apart:after"


def _recency_features(pair: Pair, facts: ArticleFacts) -> Iterator[str]:
    """How many rivals of each end's type were named between the two, and a person's title."""
    left, right = pair.left, pair.right
    if pair.view is not pair.other_view:
        low, high = sorted((left.span.begin, right.span.begin))
        for role, type_ in (("subject", left.type), ("object", right.type)):
            rivals = facts.named_between(type_, low, high)
            yield f"recency:{role}:{min(rivals, 4)}"
        yield "backwards" if right.span.begin < left.span.begin else "forwards"
    if left.type == "Person":
        title = _TITLE.search(left_context(pair.view, left))
        yield f"title:{title.group()[-2:]}" if title else "title:no"


def left_context(view: SentenceView, mention: Mention, characters: int = 12) -> str:
    """Return the characters before *mention* in its sentence."""
    begin = max(view.sentence.span.begin, mention.span.begin - characters)
    return view.text[begin : mention.span.begin]


def _order_features(pair: Pair, facts: ArticleFacts) -> Iterator[str]:
    view, left, right = pair.view, pair.left, pair.right
    forward = left.span.begin < right.span.begin
    yield "order:so" if forward else "order:os"
    first, second = (left, right) if forward else (right, left)
    gap = view.between(first, second)
    commas = gap.count("，") + gap.count("；")
    yield f"commas:{min(commas, 4)}:{forward}"
    inner = [
        m.type
        for m in view.outer
        if first.span.end <= m.span.begin and m.span.end <= second.span.begin
    ]
    yield f"inner:{min(len(inner), 4)}"
    for type_ in sorted(set(inner)):
        yield f"innertype:{type_}"
    if right.type in inner:
        yield "inner:rival object"
    if left.type in inner:
        yield "inner:rival subject"
    for role, mention in (("subject", left), ("object", right)):
        mention_facts = facts.of(view, mention)
        if mention_facts.is_adjunct:
            yield f"{role}:adjunct"
        if mention_facts.is_attribute:
            yield f"{role}:的"
    pattern, signals = _cues()
    for match in pattern.finditer(gap):
        for name in signals[match.group()]:
            yield f"cue:{name}:{forward}:{'near' if commas == 0 else 'far'}"
    window = view.text[second.span.end : min(second.span.end + 12, view.sentence.span.end)]
    for match in pattern.finditer(window):
        for name in signals[match.group()]:
            yield f"cueafter:{name}:{forward}"


def _region_features(pair: Pair, facts: ArticleFacts) -> Iterator[str]:
    context = facts.context
    region = context.gazetteer.resolve(pair.object[1], context.regions)
    if pair.object[1] == facts.focus:
        yield "place:focus"
    if region is None:
        yield "place:unknown"
        return
    yield f"place:level{region.level}"
    if pair.subject[0] == "Place":
        inner = context.gazetteer.resolve(pair.subject[1], context.regions)
        if inner is not None:
            parent = context.gazetteer.parent(inner)
            inside = "region:inside" if inner.lies_in(region) else "region:outside"
            yield "region:parent" if parent == region else inside


def _lexical_features(pair: Pair) -> Iterator[str]:
    view, left, right = pair.view, pair.left, pair.right
    yield f"stail:{pair.subject[1][-2:]}"
    yield f"otail:{pair.object[1][-2:]}"
    if view is not pair.other_view or left.span.overlaps(right.span):
        return
    forward = left.span.begin < right.span.begin
    first, second = (left, right) if forward else (right, left)
    gap = view.between(first, second)
    mark = "f" if forward else "b"
    if len(gap) <= 8:
        yield f"gap{mark}:{gap}"
    if len(gap) <= MAX_BETWEEN_CHARS:
        for i in range(len(gap) - 1):
            yield f"g{mark}:{gap[i : i + 2]}"
        yield f"gs{mark}:{gap[:2]}"
        yield f"ge{mark}:{gap[-2:]}"
    sentence = view.sentence.span
    before = view.text[max(sentence.begin, first.span.begin - 4) : first.span.begin]
    after = view.text[second.span.end : min(sentence.end, second.span.end + 6)]
    yield f"b{mark}:{before[-1:]}"
    yield f"bb{mark}:{before[-2:]}"
    yield f"a{mark}:{after[:1]}"
    yield f"aa{mark}:{after[:2]}"
    for i in range(len(after) - 1):
        yield f"ag{mark}:{after[i : i + 2]}"


def _bucket(distance: int) -> int:
    for index, limit in enumerate((0, 1, 2, 4, 7, 12, 20, 35, 60, 99, 999)):
        if distance <= limit:
            return index
    return 11
