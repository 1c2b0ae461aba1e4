"""Apply what people decided to what the stages found.

Same and different are decided before the names are clustered (`constraints`), everything else after
it (`apply_judgements`): a class, a label, a claim. A judgement that cannot be applied, because what
it is about is gone or is no longer one thing, is an `Outcome` with its line; it stays in the file and
is tried again by the next build.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from kg.graph.builder import is_asserted
from kg.model import (
    Decision,
    Entity,
    EntityId,
    Evidence,
    Extraction,
    Resolution,
    Statement,
    Verdict,
)
from kg.resolution.names import entity_id, normalize_name
from kg.resolution.statements import combine_statements, restated
from kg.resolution.variants import mark_superseded
from kg.review.claims import POLARITY, details_agree, details_of, value_text
from kg.review.judgements import ClaimKey, Judgement, Kind, Pair, effective
from kg.review.references import Directory
from kg.schema import Schema, load_schema

__all__ = [
    "JUDGED",
    "Applied",
    "Outcome",
    "apply_judgements",
    "constraints",
]

JUDGED = "judged"  # the method of a claim that a person found right


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one judgement in a build."""

    judgement: Judgement
    problem: str = ""  # why it was not applied; "" where it was
    dropped: tuple[str, ...] = ()  # statements that its change of class made impossible


@dataclass(frozen=True, slots=True)
class Applied:
    """A resolution as people want it, and what became of each judgement."""

    resolution: Resolution
    outcomes: tuple[Outcome, ...] = ()

    @property
    def problems(self) -> tuple[Outcome, ...]:
        """The judgements that were not applied."""
        return tuple(outcome for outcome in self.outcomes if outcome.problem)

    @property
    def dropped(self) -> tuple[str, ...]:
        """The statements that a change of class made impossible, in words."""
        return tuple(words for outcome in self.outcomes for words in outcome.dropped)


# --------------------------------------------------------------------------- before clustering


def constraints(
    judgements: Iterable[Judgement], schema: Schema | None = None
) -> tuple[Decision, ...]:
    """Return the pairs that must, must not or need not be one entity, as resolution takes them.

    A pair judged after one of it was retyped is also handed over under its old class: resolution runs
    before classes are changed.
    """
    schema = schema or load_schema()
    effective_ones = effective(judgements)
    former = _former_ids(effective_ones, schema)
    pairs = [(each, each.target) for each in effective_ones if isinstance(each.target, Pair)]
    return tuple(
        Decision(left, right, Verdict(judgement.kind.value), 1.0, _reason(judgement))
        for judgement, pair in pairs
        for left in former.get(pair.left, (pair.left,))
        for right in former.get(pair.right, (pair.right,))
        if left != right
    )


def _former_ids(
    judgements: Iterable[Judgement], schema: Schema
) -> dict[EntityId, tuple[EntityId, ...]]:
    """Return, by the id an entity has after its change of class, the ids it may have before."""
    former: dict[EntityId, tuple[EntityId, ...]] = {}
    for judgement in judgements:
        if judgement.kind is Kind.RETYPE and isinstance(judgement.target, str):
            new = _retyped_id(judgement.target, judgement.value, schema)
            former[new] = (*former.get(new, (new,)), judgement.target)
    return former


def _retyped_id(old: EntityId, type_: str, schema: Schema) -> EntityId:
    return EntityId(f"{schema.classes[type_].prefix}:{old.partition(':')[2]}")


def _reason(judgement: Judgement) -> str:
    return "人工判断" + (f"：{judgement.note}" if judgement.note else "")


# ---------------------------------------------------------------------------- after clustering


def apply_judgements(
    resolution: Resolution,
    extractions: Iterable[Extraction],
    judgements: Iterable[Judgement],
    schema: Schema | None = None,
) -> Applied:
    """Return the resolution with classes, labels and claims as people want them."""
    schema = schema or load_schema()
    chosen = effective(judgements)
    if not chosen:
        return Applied(resolution)
    work = _Work(resolution, tuple(extractions), schema)
    order = (Kind.RETYPE, Kind.RENAME)  # a claim is judged under the classes the graph has
    first = [each for kind in order for each in chosen if each.kind is kind]
    rest = [each for each in chosen if each.kind not in order]
    outcomes = [work.apply(judgement) for judgement in (*first, *rest)]
    outcomes.sort(key=lambda outcome: outcome.judgement.line)
    return Applied(work.result(), tuple(outcomes))


class _Work:
    """A resolution that is being changed."""

    def __init__(
        self, resolution: Resolution, extractions: tuple[Extraction, ...], schema: Schema
    ) -> None:
        self._schema = schema
        self._resolution = resolution
        self._articles = tuple(extraction.article for extraction in extractions)
        self._directory = Directory(resolution.entities, extractions, schema)
        self._moved: dict[EntityId, EntityId] = {}  # by the id before a change of class
        self._entities = dict(self._directory.entities)
        self._statements = list(resolution.statements)
        self._by_ends: dict[tuple[EntityId, str], list[int]] | None = None

    def result(self) -> Resolution:
        entities = tuple(sorted(self._entities.values(), key=lambda entity: entity.id))
        # Which sources are left, and which value is the latest, is another question now.
        stories = dict(self._resolution.reprints)
        kept = (replace(each, superseded_by=None) for each in self._statements if each.evidence)
        statements = mark_superseded(
            combine_statements(kept, stories),
            self._articles,
            stories,
            {entity.id: entity.type for entity in entities},
            self._schema,
        )
        return replace(self._resolution, entities=entities, statements=statements)

    def apply(self, judgement: Judgement) -> Outcome:
        target = judgement.target
        if isinstance(target, Pair):
            return self._check_pair(judgement, target)
        if isinstance(target, ClaimKey):
            return self._judge_claim(judgement, target)
        entity = self._find(target)
        if entity is None and judgement.kind is Kind.RETYPE:
            # Better extraction may have come to see it as the person does.
            entity = self._find(_retyped_id(target, judgement.value, self._schema))
        if entity is None:
            return Outcome(judgement, f"no entity is {target}")
        if judgement.kind is Kind.RETYPE:
            return self._retype(judgement, entity)
        return self._rename(judgement, entity)

    def _find(self, reference: EntityId) -> Entity | None:
        found = self._entities.get(reference)
        if found is None and (known := self._directory.find(reference)):
            found = self._entities.get(self._moved.get(known, known))
        return found

    def _check_pair(self, judgement: Judgement, pair: Pair) -> Outcome:
        """Say whether resolution did as it was told."""
        ends = [(reference, self._find(reference)) for reference in (pair.left, pair.right)]
        missing = [reference for reference, entity in ends if entity is None]
        if missing:
            return Outcome(judgement, f"no entity is {' or '.join(missing)}")
        is_one = ends[0][1] is ends[1][1]
        wanted = {Kind.SAME: True, Kind.DIFFERENT: False}.get(judgement.kind, is_one)
        return Outcome(judgement, "" if is_one is wanted else "resolution could not follow it")

    # --------------------------------------------------------------------------- entities

    def _retype(self, judgement: Judgement, entity: Entity) -> Outcome:
        if entity.type == judgement.value:
            return Outcome(judgement)
        new_id = _retyped_id(entity.id, judgement.value, self._schema)
        code = entity.division_code if judgement.value == "Place" else None
        retyped = replace(entity, id=new_id, type=judgement.value, division_code=code)
        if (there := self._entities.get(new_id)) is not None:
            retyped = _united(there, retyped)
        del self._entities[entity.id]
        self._entities[new_id] = retyped
        self._moved = {**self._moved, entity.id: new_id}
        dropped = self._move_statements(entity.id, new_id)
        return Outcome(judgement, dropped=tuple(dropped))

    def _move_statements(self, old: EntityId, new: EntityId) -> list[str]:
        """Put *new* in place of *old*; return in words what domain and range now forbid."""
        dropped: list[str] = []
        kept: list[Statement] = []
        for statement in self._statements:
            is_object = not statement.is_fact and statement.object == old
            if statement.subject != old and not is_object:
                kept.append(statement)
                continue
            subject = new if statement.subject == old else statement.subject
            target = new if is_object else None
            moved = restated(statement, self._schema, subject=subject, object_=target)
            if moved is not None and self._is_allowed(moved):
                kept.append(moved)
            else:
                dropped.append(
                    f"{statement.subject} {statement.predicate} {value_text(statement.object)}"
                )
        self._statements, self._by_ends = kept, None
        return dropped

    def _is_allowed(self, statement: Statement) -> bool:
        if statement.is_fact:
            return True  # an attribute may be said of anything
        ends = [
            self._entities.get(EntityId(str(end))) for end in (statement.subject, statement.object)
        ]
        subject, object_ = (entity.type if entity else "" for entity in ends)
        return self._schema.allows(statement.predicate, subject, object_)

    def _rename(self, judgement: Judgement, entity: Entity) -> Outcome:
        new = judgement.value
        taken = self._entities.get(entity_id(entity.type, new, self._schema))
        if taken is not None and taken is not entity:
            return Outcome(
                judgement, f"{taken.id} is called so already; if they are one, judge them the same"
            )
        key = normalize_name(new)
        aliases = {name for name in (*entity.aliases, entity.label) if normalize_name(name) != key}
        self._entities[entity.id] = replace(entity, label=new, aliases=tuple(sorted(aliases)))
        return Outcome(judgement)

    # ----------------------------------------------------------------------------- claims

    def _judge_claim(self, judgement: Judgement, key: ClaimKey) -> Outcome:
        found = list(self._claims(key))
        if not found:
            return Outcome(judgement, "no claim of this build says so")
        touched = False
        for index in found:
            before = self._statements[index]
            after = self._judged(before, judgement)
            touched = touched or after is not before
            self._statements[index] = after
        if judgement.kind is Kind.UNSURE or touched:
            return Outcome(judgement)
        return Outcome(judgement, "no sentence of the claim is the one judged")

    def _claims(self, key: ClaimKey) -> Iterable[int]:
        subject = self._find(key.subject)
        if subject is None:
            return
        object_ = (
            self._find(EntityId(key.object)) if key.predicate in self._schema.relations else None
        )
        for index in self._ends().get((subject.id, key.predicate), ()):
            statement = self._statements[index]
            if statement.is_fact:
                is_object = key.object == value_text(statement.object)
            else:
                ends = {statement.subject, EntityId(str(statement.object))}
                is_object = object_ is not None and ends == {subject.id, object_.id}
            if statement.evidence and is_object and details_agree(key, details_of(statement)):
                yield index

    def _ends(self) -> Mapping[tuple[EntityId, str], list[int]]:
        """Return the statements by each of their entities and the relation."""
        if self._by_ends is None:
            self._by_ends = defaultdict(list)
            for index, statement in enumerate(self._statements):
                self._by_ends[statement.subject, statement.predicate].append(index)
                if not statement.is_fact and self._schema.predicate(statement.predicate).symmetric:
                    self._by_ends[EntityId(str(statement.object)), statement.predicate].append(
                        index
                    )
        return self._by_ends

    def _judged(self, statement: Statement, judgement: Judgement) -> Statement:
        if judgement.kind is Kind.CLAIM_RIGHT:
            return _confirmed(statement, judgement, self._schema)
        if judgement.kind is Kind.CLAIM_WRONG:
            kept = tuple(e for e in statement.evidence if not _is_meant(e, judgement))
            return statement if kept == statement.evidence else replace(statement, evidence=kept)
        return statement


def _united(there: Entity, retyped: Entity) -> Entity:
    """Return one entity for two that a change of class made equal."""
    names = {*there.aliases, *retyped.aliases, retyped.label}
    known = normalize_name(there.label)
    return replace(
        there,
        aliases=tuple(sorted(name for name in names if normalize_name(name) != known)),
        mentions=tuple(sorted({*there.mentions, *retyped.mentions})),
    )


def _confirmed(statement: Statement, judgement: Judgement, schema: Schema) -> Statement:
    """Return the statement as certain, and as more than a plan where the person said so."""
    best = max(statement.evidence, key=lambda evidence: evidence.confidence)
    certain = replace(best, confidence=1.0, method=JUDGED)
    confirmed = replace(statement, evidence=(*statement.evidence, certain))
    if judgement.value != "fact" or is_asserted(statement):
        return confirmed
    plain = tuple(q for q in statement.qualifiers if q.name not in POLARITY)
    return restated(confirmed, schema, qualifiers=plain) or confirmed


def _is_meant(evidence: Evidence, judgement: Judgement) -> bool:
    """Say whether a judgement of a wrong claim is about this sentence."""
    document = evidence.article_id.rpartition("/")[0]
    is_document = judgement.document in ("", document, evidence.article_id)
    # A quote of the judge and one of the extractor may each be the longer one.
    is_quote = judgement.quote in evidence.quote or evidence.quote in judgement.quote
    return is_document and (not judgement.quote or is_quote)
