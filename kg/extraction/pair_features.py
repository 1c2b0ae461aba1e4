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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import add

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
_DISTANCES = (0, 1, 2, 4, 7, 12, 20, 35, 60, 99, 999)  # upper ends of what counts as equally far

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
    """What a mention's surroundings say of it, as features ready to use: it is in many pairs."""

    governed: tuple[str, ...]  # relations the nearest cue before it signals
    then_object: tuple[str, ...]  # relations signalled behind it in its clause
    then_subject: tuple[str, ...]
    adjunct_or_attribute: tuple[str, ...]  # endings of features
    is_topic: bool
    signalled_after: tuple[str, ...]  # relations signalled right behind it
    title: str  # the post before a person
    inside: tuple[Mention, ...]  # the names it stands in, the shortest first


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
    begin, end = mention.span.begin, mention.span.end
    clause = view.clauses[view.clause_index(begin)].span
    pattern, signals = _cues()
    cues = pattern.findall(view.text, clause.begin, max(clause.begin, begin))
    behind = pattern.findall(view.text, end, max(end, clause.end))
    then = sorted({name for cue in behind for name in signals[cue]})
    topic = next((m for m in view.outer if not view.is_adjunct(m)), None)
    window = view.text[end : min(end + 12, view.sentence.span.end)]
    standing = [
        mark
        for mark, holds in (
            ("adjunct", view.is_adjunct(mention)),
            ("的", view.is_attribute(mention)),
        )
        if holds
    ]
    return _MentionFacts(
        tuple(f"object governed:{name}" for name in (signals[cues[-1]] if cues else ("no",))),
        tuple(f"object then:{name}" for name in then),
        tuple(f"subject then:{name}" for name in then),
        tuple(standing),
        topic is not None and topic.name == mention.name,
        tuple(name for cue in pattern.findall(window) for name in signals[cue]),
        _title(view, mention) if mention.type == "Person" else "",
        _names_around(view, mention),
    )


def _names_around(view: SentenceView, mention: Mention) -> tuple[Mention, ...]:
    around = (m for m in view.mentions if m.span.contains(mention.span) and m.span != mention.span)
    return tuple(sorted(around, key=lambda m: len(m.span)))


def _title(view: SentenceView, person: Mention) -> str:
    title = _TITLE.search(left_context(view, person))
    return f"title:{title.group()[-2:]}" if title else "title:no"


def pair_columns(pair: Pair, facts: ArticleFacts, buckets: int) -> NDArray[np.int64]:
    """Return the features of a pair as columns of a table with *buckets* rows."""
    signature = f"{pair.subject[0]}>{pair.object[0]}"
    return hash_joint_features(
        _plain_features(pair, facts), signature, _lexical_features(pair), buckets
    )


def _plain_features(pair: Pair, facts: ArticleFacts) -> list[str]:
    left, right = pair.left, pair.right
    found = [
        f"dist:{_bucket(pair.distance)}",
        f"meet:{min(pair.meetings, 3)}",
        f"kind:{left.kind.value}>{right.kind.value}",
    ]
    if pair.view is not pair.other_view:
        found.append("apart" if pair.distance < TOPICAL else "topic")
        if pair.view.sentence.paragraph == 0 or pair.other_view.sentence.paragraph == 0:
            found.append("apart:headline")
    elif left.span.contains(right.span):
        found.append("in:head" if left.span.begin == right.span.begin else "in:middle")
    elif right.span.contains(left.span):
        found.append("out:head" if left.span.begin == right.span.begin else "out:middle")
    else:
        found += _order_features(pair, facts)
    found += _nesting_features(pair, facts)
    if pair.view.sentence.paragraph == 0:
        found.append("headline")
    if pair.distance < TOPICAL:
        found += _governing_features(pair, facts)
    found += _recency_features(pair, facts)
    found += [f"rule:{rule}" for rule in facts.fired.get((pair.subject, pair.object), ())]
    for rule in facts.fired.get((pair.object, pair.subject), ()):
        found.append(f"reverse:{rule.split(':')[0]}")
    if pair.object[0] == "Place":
        found += _region_features(pair, facts)
    subject_name, object_name = pair.subject[1], pair.object[1]
    if subject_name in object_name:
        found.append("name:inside")
    if object_name in subject_name:
        found.append("name:around")
    found.append(f"freq:{min(facts.counts[subject_name], 4)}>{min(facts.counts[object_name], 4)}")
    return found


def _nesting_features(pair: Pair, facts: ArticleFacts) -> list[str]:
    """Which other names the ends stand in: a firm in another project's name does not build this one."""
    found = []
    for role, mention, view, partner in (
        ("subject", pair.left, pair.view, pair.right),
        ("object", pair.right, pair.other_view, pair.left),
    ):
        around = facts.of(view, mention).inside
        if not around:
            continue
        nearest = around[0]
        if nearest.id == partner.id:
            continue
        # 山东 in 山东特硅新材料有限公司高性能新材料项目 is the firm's
        place = "via" if partner.id in {m.id for m in around} else "apart"
        found.append(f"{role}:in {nearest.type}:{place}")
        if nearest.type == partner.type:
            found.append(f"{role}:in rival:{place}")
    return found


def _governing_features(pair: Pair, facts: ArticleFacts) -> list[str]:
    """What governs each end, wherever the other stands; the subject may be a carried topic."""
    object_facts = facts.of(pair.other_view, pair.right)
    subject_facts = facts.of(pair.view, pair.left)
    found = [*object_facts.governed, *object_facts.then_object, *subject_facts.then_subject]
    if subject_facts.is_topic:
        found.append("subject:topic")
    if pair.other_view is not pair.view and pair.other_view.outer:
        rival = any(m.type == pair.subject[0] for m in pair.other_view.outer)
        found.append("apart:rival" if rival else "apart:free")
        if pair.other_view.sentence.index > pair.view.sentence.index:
            found.append("apart:after")
    return found


def _recency_features(pair: Pair, facts: ArticleFacts) -> list[str]:
    """How many rivals of each end's type were named between the two, and a person's title."""
    left, right = pair.left, pair.right
    found = []
    if pair.view is not pair.other_view:
        low, high = sorted((left.span.begin, right.span.begin))
        for role, type_ in (("subject", left.type), ("object", right.type)):
            rivals = facts.named_between(type_, low, high)
            found.append(f"recency:{role}:{min(rivals, 4)}")
        found.append("backwards" if right.span.begin < left.span.begin else "forwards")
    if left.type == "Person":
        found.append(facts.of(pair.view, left).title)
    return found


def left_context(view: SentenceView, mention: Mention, characters: int = 12) -> str:
    """Return the characters before *mention* in its sentence."""
    begin = max(view.sentence.span.begin, mention.span.begin - characters)
    return view.text[begin : mention.span.begin]


def _order_features(pair: Pair, facts: ArticleFacts) -> list[str]:
    view, left, right = pair.view, pair.left, pair.right
    forward = left.span.begin < right.span.begin
    first, second = (left, right) if forward else (right, left)
    begin, end = first.span.end, second.span.begin
    commas = view.text.count("，", begin, end) + view.text.count("；", begin, end)
    inner = [m.type for m in view.outer if begin <= m.span.begin and m.span.end <= end]
    found = [
        "order:so" if forward else "order:os",
        f"commas:{min(commas, 4)}:{forward}",
        f"inner:{min(len(inner), 4)}",
    ]
    found += [f"innertype:{type_}" for type_ in sorted(set(inner))]
    if right.type in inner:
        found.append("inner:rival object")
    if left.type in inner:
        found.append("inner:rival subject")
    left_facts, right_facts = facts.of(view, left), facts.of(view, right)
    found += [f"subject:{mark}" for mark in left_facts.adjunct_or_attribute]
    found += [f"object:{mark}" for mark in right_facts.adjunct_or_attribute]
    pattern, signals = _cues()
    near = f"{forward}:{'near' if commas == 0 else 'far'}"
    for cue in pattern.findall(view.text, begin, end) if begin < end else ():
        found += [f"cue:{name}:{near}" for name in signals[cue]]
    after = (right_facts if forward else left_facts).signalled_after
    found += [f"cueafter:{name}:{forward}" for name in after]
    return found


def _region_features(pair: Pair, facts: ArticleFacts) -> list[str]:
    region = facts.context.resolve(pair.object[1])
    found = ["place:focus"] if pair.object[1] == facts.focus else []
    if region is None:
        return [*found, "place:unknown"]
    found.append(f"place:level{region.level}")
    if pair.left.span.contains(pair.right.span):
        head = "head" if pair.left.span.begin == pair.right.span.begin else "middle"
        short = "short" if pair.right.text == region.short else "full"
        found.append(f"place:level{region.level}:{head}:{short}")
    if pair.subject[0] == "Place":
        inner = facts.context.resolve(pair.subject[1])
        if inner is not None:
            parent = facts.context.gazetteer.parent(inner)
            inside = "region:inside" if inner.lies_in(region) else "region:outside"
            found.append("region:parent" if parent == region else inside)
    return found


def _lexical_features(pair: Pair) -> list[str]:
    view, left, right = pair.view, pair.left, pair.right
    found = [f"stail:{pair.subject[1][-2:]}", f"otail:{pair.object[1][-2:]}"]
    if view is not pair.other_view or left.span.overlaps(right.span):
        return found
    forward = left.span.begin < right.span.begin
    first, second = (left, right) if forward else (right, left)
    gap = view.between(first, second)
    mark = "f" if forward else "b"
    if len(gap) <= 8:
        found.append(f"gap{mark}:{gap}")
    if len(gap) <= MAX_BETWEEN_CHARS:
        found += [f"g{mark}:{pair_}" for pair_ in map(add, gap, gap[1:])]
        found += [f"gs{mark}:{gap[:2]}", f"ge{mark}:{gap[-2:]}"]
    sentence = view.sentence.span
    before = view.text[max(sentence.begin, first.span.begin - 4) : first.span.begin]
    after = view.text[second.span.end : min(sentence.end, second.span.end + 6)]
    found += [
        f"b{mark}:{before[-1:]}",
        f"bb{mark}:{before[-2:]}",
        f"a{mark}:{after[:1]}",
        f"aa{mark}:{after[:2]}",
    ]
    found += [f"ag{mark}:{pair_}" for pair_ in map(add, after, after[1:])]
    return found


def _bucket(distance: int) -> int:
    return bisect_left(_DISTANCES, distance)
