"""Several engines read each article, and what they say is put to a vote: ``builtin+hanlp+llm:URL#MODEL``.

Where independent readers agree they are nearly always right: of the names that two of our taggers both
saw, 85 % were right, of those that either saw, 72 %. So agreement raises confidence and being alone
lowers it:

    confidence = (1 - product over witnesses of (1 - theirs)) * alone * contradicted

A *witness* is a way of finding something, not an engine: two engines that found a claim by the same
rule or tagger are one witness, because they share its errors, and the surer of them is counted. (A
noisy-or over engines would take the builtin rules inside `hanlp` for a second opinion on themselves.) `alone` is 0.8
where only one of several engines said it. `contradicted` is 0.6 where another engine says otherwise: it
gives the words of an end another type, or reads another value of an attribute in the same sentence.
The two factors are chosen, not fitted: they put doubtful claims behind others, which is what a
confidence is for.

What was said by whom stands in the method of the evidence, so that it travels with the claim:

    builtin/builds 建设+hanlp:small/pair model       both said it
    hanlp:small/pair model                           hanlp alone
    builtin/fact:…; against llm:qwen: 5000000000 CNY said otherwise

`said_by` and `contradictions` read that back, and ``kg review`` lists what is of low confidence.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, cast

from kg.engines.interface import Engine
from kg.errors import InternalError
from kg.model import (
    Article,
    Extraction,
    Mention,
    MentionId,
    PartialDate,
    Qualifier,
    Quantity,
    Relation,
    RelationId,
    Span,
    Value,
)
from kg.schema import load_schema

__all__ = ["ALONE", "CONTRADICTED", "VotingEngine", "contradictions", "said_by", "vote"]

ALONE = 0.8
CONTRADICTED = 0.6
SUREST = 0.999  # what several weak witnesses never exceed
_AGAINST = "; against "
_JOINT = "+"
_OF = "\t"  # between an engine and a name of its counts
# An engine's label and its method: builtin/…, hanlp:small/…
_SAID = re.compile(r"(?:^|\+)([a-z][a-z0-9_-]*(?::[^/+]*)?)/")

EntityKey = tuple[str, str]  # type and name
Label = str


class VotingEngine:
    """Runs engines one after the other on the same articles."""

    def __init__(self, engines: Mapping[Label, Engine]) -> None:
        """Take *engines* by the labels that methods name them with."""
        self._engines = dict(engines)

    @property
    def identity(self) -> str:
        """Return the identities of all."""
        return "vote 1: " + " + ".join(engine.identity for engine in self._engines.values())

    def extract_all(
        self, articles: Sequence[Article], *, home: str | None = None
    ) -> Iterator[Extraction]:
        runs = [engine.extract_all(articles, home=home) for engine in self._engines.values()]
        for found in zip(*runs, strict=True):
            yield vote(dict(zip(self._engines, found, strict=True)))

    def take_counts(self) -> Mapping[str, int]:
        """Return what the engines that count have counted since the last call."""
        return {
            f"{label}{_OF}{name}": number
            for label, engine in self._engines.items()
            if (take := getattr(engine, "take_counts", None)) is not None
            for name, number in take().items()
        }

    def report(self, counts: Mapping[str, int]) -> Sequence[str]:
        """Return what each engine has to tell about its own *counts*."""
        lines: list[str] = []
        for label, engine in self._engines.items():
            head = label + _OF
            own = {n.removeprefix(head): c for n, c in counts.items() if n.startswith(head)}
            if own:
                lines += cast("Any", engine).report(own)  # it counts, so it reports
        return lines


def said_by(method: str) -> tuple[Label, ...]:
    """Return the engines that *method* names; none where there was no vote.

    >>> said_by("builtin/tagger+ending 局+hanlp:small/tagger; against llm: Place")
    ('builtin', 'hanlp:small')
    """
    return tuple(_SAID.findall(method.partition(_AGAINST)[0]))


def contradictions(method: str) -> tuple[str, ...]:
    """Return what other engines said instead, each with its engine.

    >>> contradictions("builtin/tagger; against llm: Place")
    ('llm: Place',)
    """
    return tuple(method.split(_AGAINST)[1:])


def vote(extractions: Mapping[Label, Extraction]) -> Extraction:
    """Join what several engines say of one article.

    Raises:
        InternalError: the extractions are not of one article.
    """
    first = next(iter(extractions.values()))
    if any(each.article != first.article for each in extractions.values()):
        raise InternalError(f"engines answered about other articles than {first.article.id}")
    clusters = _aligned(extractions)
    mentions, place = _mentions(clusters, len(extractions))
    relations = _relations(extractions, mentions, place)
    sentences = next((each.sentences for each in extractions.values() if each.sentences), ())
    return Extraction(first.article, tuple(mentions.values()), tuple(relations), sentences)


# ---------------------------------------------------------------------------------- confidence


@dataclass(frozen=True, slots=True)
class _Voice:
    """One engine's word on something."""

    label: Label
    method: str
    confidence: float


def _joint_method(voices: Sequence[_Voice], against: Iterable[str] = ()) -> str:
    said = _JOINT.join(f"{voice.label}/{voice.method}" for voice in voices)
    return _AGAINST.join((said, *against))


def _confidence(voices: Sequence[_Voice], engines: int, *, contradicted: bool) -> float:
    doubt = 1.0
    for witness in _witnesses(voices):
        doubt *= 1.0 - max(voice.confidence for voice in witness)
    surest = max(voice.confidence for voice in voices)
    joint = max(surest, min(1.0 - doubt, SUREST))
    if engines > 1 and len({voice.label for voice in voices}) == 1:
        joint *= ALONE
    return round(joint * (CONTRADICTED if contradicted else 1.0), 4)


def _witnesses(voices: Iterable[_Voice]) -> list[list[_Voice]]:
    """Put those together that rest on a rule or tagger in common: ``tagger+ending 局`` on two."""
    witnesses: list[tuple[set[str], list[_Voice]]] = []
    for voice in voices:
        parts = set(voice.method.split(_JOINT))
        same = [it for it in witnesses if it[0] & parts]
        witnesses = [it for it in witnesses if not it[0] & parts]
        joint = parts.union(*(ways for ways, _ in same))
        witnesses.append((joint, [*chain.from_iterable(found for _, found in same), voice]))
    return [found for _, found in witnesses]


# ------------------------------------------------------------------------------------ entities


@dataclass(slots=True)
class _Cluster:
    """Entities of several engines that are one; at most one of each engine."""

    key_by_label: dict[Label, EntityKey] = field(default_factory=dict)
    mentions: list[tuple[Label, Mention]] = field(default_factory=list)

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


def _aligned(extractions: Mapping[Label, Extraction]) -> list[_Cluster]:
    """Return the entities of all engines, those that are one together."""
    clusters: list[_Cluster] = []
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
            clusters.append(_Cluster({label: key}, [(label, mention) for mention in found]))
    return clusters


Place = dict[tuple[Label, MentionId], MentionId]


def _mentions(clusters: Sequence[_Cluster], engines: int) -> tuple[dict[MentionId, Mention], Place]:
    """Return one mention a span, by id, and where each engine's mentions went."""
    voted: list[tuple[Mention, list[tuple[Label, Mention]]]] = []
    for cluster in clusters:
        voted += _voted(cluster, engines)
    kept: dict[MentionId, Mention] = {}
    place: Place = {}
    taken = _Taken()
    by_key: dict[EntityKey, MentionId] = {}
    lost: list[tuple[Mention, list[tuple[Label, Mention]]]] = []
    for mention, sources in sorted(voted, key=lambda it: (-it[0].score, it[0].span)):
        if not taken.add(mention.span):
            lost.append((mention, sources))
            continue
        kept[mention.id] = mention
        by_key.setdefault((mention.type, mention.name), mention.id)
        place.update({(label, source.id): mention.id for label, source in sources})
    for mention, sources in lost:  # claims about it move to another mention of the entity
        other = by_key.get((mention.type, mention.name))
        if other is not None:
            place.update({(label, source.id): other for label, source in sources})
    ordered = sorted(kept.values(), key=lambda m: (m.span.begin, -m.span.end, m.type))
    return {mention.id: mention for mention in ordered}, place


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


def _voted(
    cluster: _Cluster, engines: int
) -> Iterator[tuple[Mention, list[tuple[Label, Mention]]]]:
    """Yield a mention for each place where the entity of *cluster* is named, and its sources."""
    type_, name = _elected(cluster)
    against = sorted(
        f"{label}: {other}" for label, (other, _) in cluster.key_by_label.items() if other != type_
    )
    for sources in _same_place(cluster.mentions):
        agreeing = [it for it in sources if it[1].type == type_] or sources
        span = Counter(mention.span for _, mention in agreeing)
        _, chosen = max(agreeing, key=lambda it: (span[it[1].span], it[1].score, len(it[1].span)))
        voices = [
            _Voice(label, m.method, m.score) for label, m in agreeing if m.span == chosen.span
        ]
        yield (
            replace(
                chosen,
                id=_mention_id(chosen, type_),
                type=type_,
                name=name,
                score=_confidence(voices, engines, contradicted=bool(against)),
                method=_joint_method(voices, against),
            ),
            sources,
        )


def _mention_id(mention: Mention, type_: str) -> MentionId:
    span = mention.span
    return MentionId(f"{mention.article_id}#{span.begin}-{span.end}-{type_}")


def _elected(cluster: _Cluster) -> EntityKey:
    """Return the type most is said for, and of the names that go with it the most frequent."""
    weight: dict[str, float] = defaultdict(float)
    for label, (type_, _) in cluster.key_by_label.items():
        weight[type_] += max(m.score for voter, m in cluster.mentions if voter == label)
    elected = max(weight, key=lambda type_: weight[type_])
    names = Counter(name for type_, name in cluster.key_by_label.values() if type_ == elected)
    return elected, names.most_common(1)[0][0]  # of equals the one of the engine named first


def _same_place(
    mentions: Sequence[tuple[Label, Mention]],
) -> Iterator[list[tuple[Label, Mention]]]:
    """Yield the mentions of one entity in groups that end together."""
    groups: dict[int, list[tuple[Label, Mention]]] = defaultdict(list)
    for label, mention in mentions:
        groups[mention.span.end].append((label, mention))
    yield from groups.values()


# -------------------------------------------------------------------------------------- claims


@dataclass(frozen=True, slots=True)
class _Claim:
    """One engine's claim, its ends among the mentions of the vote."""

    label: Label
    relation: Relation
    subject: Mention
    target: Mention | None  # None: a fact

    @property
    def key(self) -> tuple[object, ...]:
        """What is said, of which entities; two claims of equal key are one."""
        subject = (self.subject.type, self.subject.name)
        predicate = self.relation.predicate
        if self.target is None:
            return predicate, subject, _plain(self.relation.object)
        object_ = (self.target.type, self.target.name)
        if load_schema().relations[predicate].symmetric:
            return predicate, frozenset((subject, object_))
        return predicate, subject, object_


def _relations(
    extractions: Mapping[Label, Extraction], mentions: Mapping[MentionId, Mention], place: Place
) -> list[Relation]:
    claims = [
        claim
        for label, extraction in extractions.items()
        for claim in _claims(label, extraction, mentions, place)
    ]
    by_key: dict[tuple[object, ...], list[_Claim]] = defaultdict(list)
    for claim in claims:
        by_key[claim.key].append(claim)
    rivals = _rivals(claims, by_key)
    found = {
        relation.id: relation
        for group in by_key.values()
        for relation in _decided(group, rivals, len(extractions))
    }
    return sorted(found.values(), key=lambda r: (r.is_fact, r.evidence.span, r.predicate, r.id))


def _claims(
    label: Label,
    extraction: Extraction,
    mentions: Mapping[MentionId, Mention],
    place: Place,
) -> Iterator[_Claim]:
    """Yield the claims of one engine whose ends are still there and still admit it."""
    schema = load_schema()
    for relation in extraction.relations:
        subject = mentions.get(place.get((label, relation.subject), MentionId("")))
        if subject is None:
            continue
        if relation.is_fact:
            domain = schema.attributes[relation.predicate].domain
            if not domain or subject.type in domain:
                yield _Claim(label, relation, subject, None)
            continue
        object_ = mentions.get(place.get((label, MentionId(str(relation.object))), MentionId("")))
        if (
            object_ is not None
            and (subject.type, subject.name) != (object_.type, object_.name)
            and schema.allows(relation.predicate, subject.type, object_.type)
        ):
            yield _Claim(label, relation, subject, object_)


def _decided(
    group: Sequence[_Claim], rivals: Mapping[RelationId, Sequence[str]], engines: int
) -> Iterator[Relation]:
    """Yield what *group*, claims that say the same, comes to: one relation, a fact a sentence."""
    best = {
        claim.label: claim
        for claim in sorted(group, key=lambda claim: claim.relation.evidence.confidence)
    }
    # in the order in which the engines were asked, which that of the claims is
    ordered = [best[label] for label in dict.fromkeys(claim.label for claim in group)]
    voices = [
        _Voice(it.label, it.relation.evidence.method, it.relation.evidence.confidence)
        for it in ordered
    ]
    against = sorted(
        {said for claim in group for said in (*rivals.get(claim.relation.id, ()), *_doubts(claim))}
    )
    confidence = _confidence(voices, engines, contradicted=bool(against))
    method = _joint_method(voices, against)
    shown: dict[Span | None, _Claim] = {}
    for claim in sorted(group, key=lambda claim: -claim.relation.evidence.confidence):
        sentence = claim.relation.evidence.sentence if claim.target is None else None
        shown.setdefault(sentence, claim)
    for claim in shown.values():
        relation = claim.relation
        evidence = replace(relation.evidence, method=method, confidence=confidence)
        yield replace(
            relation,
            id=_relation_id(claim),
            subject=claim.subject.id,
            object=relation.object if claim.target is None else claim.target.id,
            evidence=evidence,
            qualifiers=_qualifiers(claim, group),
        )


def _doubts(claim: _Claim) -> Iterator[str]:
    """Yield who takes an end of *claim* for something of another type."""
    for mention in (claim.subject, claim.target):
        if mention is not None:
            for said in contradictions(mention.method):
                yield f"{said} {mention.text}"


def _relation_id(claim: _Claim) -> RelationId:
    if claim.target is not None:
        tail = str(claim.target.id)
    else:
        span = claim.relation.evidence.span
        tail = f"{span.begin}-{span.end}={_said(claim.relation.object)}"
    return RelationId(f"{claim.subject.id}|{claim.relation.predicate}|{tail}")


def _qualifiers(claim: _Claim, group: Sequence[_Claim]) -> tuple[Qualifier, ...]:
    """Return the qualifiers of the surest claim, with those that only others have."""
    ordered = sorted(group, key=lambda it: -it.relation.evidence.confidence)
    by_name = {
        qualifier.name: qualifier
        for relation in reversed([claim.relation, *(it.relation for it in ordered)])
        for qualifier in relation.qualifiers
    }
    return tuple(by_name[name] for name in sorted(by_name))


def _rivals(
    claims: Sequence[_Claim], by_key: Mapping[tuple[object, ...], Sequence[_Claim]]
) -> Mapping[RelationId, Sequence[str]]:
    """Return what others read instead: another value of the attribute, in the same sentence.

    A value that several engines read contradicts none of theirs: the sentence then has two.
    """
    by_place: dict[tuple[object, ...], list[_Claim]] = defaultdict(list)
    for claim in claims:
        sentence = claim.relation.evidence.sentence
        if claim.target is None and sentence is not None:
            place = (claim.relation.predicate, claim.subject.type, claim.subject.name, sentence)
            by_place[place].append(claim)
    rivals: dict[RelationId, list[str]] = defaultdict(list)
    for together in by_place.values():
        for claim in together:
            own = {it.label for it in by_key[claim.key]}
            for other in together:
                others = {it.label for it in by_key[other.key]}
                if other.key != claim.key and not own & others:
                    said = f"{other.label}: {_said(other.relation.object)}"
                    rivals[claim.relation.id].append(said)
    return rivals


def _plain(value: MentionId | Value) -> object:
    """Return what of a value makes it another one; how it is written does not."""
    if isinstance(value, Quantity):
        return value.value, value.unit
    return value.iso if isinstance(value, PartialDate) else value


def _said(value: MentionId | Value) -> str:
    plain = _plain(value)
    return " ".join(map(str, plain)) if isinstance(plain, tuple) else str(plain)
