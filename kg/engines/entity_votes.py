"""Which entities of several engines are one, and which mentions stand.

Engines call one thing by different names (鲁西集团, 鲁西集团有限公司) and draw its edges differently. So
entities are aligned by type and name, or else by the places where they are named; each place then
keeps one mention. Two mentions of one article cannot be the same words or cross each other: the surer
one stays, and that another engine took them for something else is kept in its method.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from kg.engines.ballots import (
    CONTRADICTED,
    Label,
    Voice,
    joint_confidence,
    joint_method,
)
from kg.methods import AGAINST, contradictions
from kg.model import Extraction, Mention, MentionId, Span

__all__ = ["Places", "align_entities", "elect_mentions"]

EntityKey: TypeAlias = tuple[str, str]  # type and name
_Source: TypeAlias = tuple[Label, Mention]  # an engine and what it saw
_Voted: TypeAlias = tuple[Mention, list[_Source]]


@dataclass(slots=True)
class Cluster:
    """Entities of several engines that are one; at most one of each engine."""

    key_by_label: dict[Label, EntityKey] = field(default_factory=dict)
    mentions: list[_Source] = field(default_factory=list)

    def shared(self, key: EntityKey, mentions: Sequence[Mention]) -> float:
        """Say how much speaks for *mentions* of an entity *key* being this one."""
        own = Counter((mention.span.end, mention.type) for _, mention in self.mentions)
        spans = {mention.span for _, mention in self.mentions}
        # Equal spans, or names of one type that end together: a Chinese head comes last, and only
        # how much stands before it (山东聊城富锋公司, 富锋公司) is seen differently.
        common = sum(
            1.0 if mention.span in spans else 0.5 if own[mention.span.end, mention.type] else 0.0
            for mention in mentions
        )
        return common + 100.0 * (key in self.key_by_label.values())


def align_entities(extractions: Mapping[Label, Extraction]) -> list[Cluster]:
    """Return the entities of all engines, those that are one together."""
    clusters: list[Cluster] = []
    for label, extraction in extractions.items():
        groups: dict[EntityKey, list[Mention]] = defaultdict(list)
        for mention in extraction.mentions:
            groups[mention.type, mention.name].append(mention)
        scores = [
            (score, key, cluster)
            for key, found in groups.items()
            for cluster in clusters
            if (score := cluster.shared(key, found))
        ]
        for _, key, cluster in sorted(scores, key=lambda it: -it[0]):
            if key in groups and label not in cluster.key_by_label:
                cluster.key_by_label[label] = key
                cluster.mentions += ((label, mention) for mention in groups.pop(key))
        for key, found in groups.items():
            clusters.append(Cluster({label: key}, [(label, mention) for mention in found]))
    return clusters


Places: TypeAlias = dict[tuple[Label, MentionId], MentionId]


def elect_mentions(
    clusters: Sequence[Cluster], engines: int
) -> tuple[dict[MentionId, Mention], Places]:
    """Return one mention a span, by id, and where each engine's mentions went."""
    voted: list[_Voted] = []
    for cluster in clusters:
        voted += _voted(cluster, engines)
    taken = _Taken()
    kept: dict[Span, Mention] = {}
    lost: list[_Voted] = []
    places: Places = {}
    for mention, sources in sorted(voted, key=lambda it: (-it[0].score, it[0].span)):
        if taken.add(mention.span):
            kept[mention.span] = mention
            places.update({(label, source.id): mention.id for label, source in sources})
        else:
            lost.append((mention, sources))
    by_key = {(mention.type, mention.name): mention.id for mention in kept.values()}
    for mention, sources in lost:
        winner = kept.get(mention.span)
        if winner is not None:  # the same words, taken for something else
            kept[mention.span] = _contradicted(winner, mention, sources)
        # Claims go with the words; where those cross others, to the entity's other mentions.
        other = winner.id if winner else by_key.get((mention.type, mention.name))
        if other is not None:
            places.update({(label, source.id): other for label, source in sources})
    ordered = sorted(kept.values(), key=lambda m: (m.span.begin, -m.span.end, m.type))
    return {mention.id: mention for mention in ordered}, places


def _contradicted(winner: Mention, other: Mention, sources: Sequence[_Source]) -> Mention:
    """Return *winner* with what others take its words for."""
    what = other.type if other.type != winner.type else other.name
    said = sorted(f"{label}: {what}" for label in {label for label, _ in sources})
    factor = 1.0 if contradictions(winner.method) else CONTRADICTED
    return replace(
        winner,
        score=round(winner.score * factor, 4),
        method=AGAINST.join((winner.method, *said)),
    )


class _Taken:
    """The places of mentions: two cannot both stand if they are equal or cross."""

    def __init__(self) -> None:
        self._covering: dict[int, list[Span]] = defaultdict(list)  # by character

    def add(self, span: Span) -> bool:
        """Take *span* unless it clashes with one taken before; say whether it was taken."""
        edges = (*self._covering.get(span.begin, ()), *self._covering.get(span.end - 1, ()))
        if any(o == span or not (o.contains(span) or span.contains(o)) for o in edges):
            return False  # what crosses covers an edge
        for offset in range(span.begin, span.end):
            self._covering[offset].append(span)
        return True


def _voted(cluster: Cluster, engines: int) -> Iterator[_Voted]:
    """Yield a mention for each place where the entity of *cluster* is named, and its sources."""
    type_, name = _elected(cluster)
    against = sorted(
        f"{label}: {other}" for label, (other, _) in cluster.key_by_label.items() if other != type_
    )
    for sources in _same_place(cluster.mentions):
        agreeing = [it for it in sources if it[1].type == type_] or sources
        span = Counter(mention.span for _, mention in agreeing)
        _, chosen = max(agreeing, key=lambda it: (span[it[1].span], it[1].score, len(it[1].span)))
        voices = [Voice(label, m.method, m.score) for label, m in agreeing if m.span == chosen.span]
        yield (
            replace(
                chosen,
                id=_mention_id(chosen, type_),
                type=type_,
                name=name,
                score=joint_confidence(voices, engines, contradicted=bool(against)),
                method=joint_method(voices, against),
            ),
            sources,
        )


def _mention_id(mention: Mention, type_: str) -> MentionId:
    span = mention.span
    return MentionId(f"{mention.article_id}#{span.begin}-{span.end}-{type_}")


def _elected(cluster: Cluster) -> EntityKey:
    """Return the type most is said for, and of the names that go with it the most frequent."""
    weight: dict[str, float] = defaultdict(float)
    for label, (type_, _) in cluster.key_by_label.items():
        weight[type_] += max(m.score for voter, m in cluster.mentions if voter == label)
    elected = max(weight, key=lambda type_: weight[type_])
    names = Counter(name for type_, name in cluster.key_by_label.values() if type_ == elected)
    return elected, names.most_common(1)[0][0]  # of equals the one of the engine named first


def _same_place(
    mentions: Sequence[_Source],
) -> Iterator[list[_Source]]:
    """Yield the mentions of one entity in groups that end together."""
    groups: dict[int, list[_Source]] = defaultdict(list)
    for label, mention in mentions:
        groups[mention.span.end].append((label, mention))
    yield from groups.values()
