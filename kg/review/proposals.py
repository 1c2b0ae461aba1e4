"""Find what is doubtful in a built graph and put it as questions, the most consequential first.

Two kinds of things go wrong. Names are joined or kept apart wrongly: resolution leaves its decisions
beside the graph, and those it was not sure of are asked. Claims are read wrongly: those of low
confidence are asked, and those that contradict each other, where at most one can be so. What somebody
has judged is not asked again.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyoxigraph as ox
from rdflib.namespace import RDF

from kg.errors import InputError
from kg.explain import explain_claim
from kg.graph import open_store
from kg.graph.namespaces import KG, kg_term
from kg.graph.reader import Claim, GraphReader
from kg.jsonl import read_lines
from kg.model import Decision, EntityId, Verdict
from kg.review.claims import POLARITY, claim_key
from kg.review.history import History
from kg.review.judgements import ClaimKey, Judgement, Kind, Pair
from kg.review.names import Names
from kg.review.questions import Answer, Passage, Question, Side, question_id
from kg.review.stakes import Stakes
from kg.schema import load_schema

__all__ = ["DECISIONS_FILE", "judgements_file", "propose", "propose_from_store", "read_decisions"]

DECISIONS_FILE, RECORD_FILE = "decisions.jsonl", "report.json"

MIN_DOUBT = 0.15  # a join for a good reason has 0.15 or 0.2 (kg.resolution.links), a plain name 0
LOW_CONFIDENCE = 0.5
# How often the poorer of contradicting claims is wrong is not known; these order them among the rest.
_DENIED, _VALUES, _OVERTAKEN = 0.8, 0.6, 0.5
_MOST_SIDES = 6
_MOST_PASSAGES = 3
# A project has one of these. Output or revenue differs from year to year, users grow; and a place has
# as many areas as there are things to be measured in it.
_ONE_VALUED = ("area", "capacity", "completionDate", "launchDate", "startDate", "totalInvestment")
_BUILT = frozenset({"Platform", "Project"})


def propose(
    folder: Path,
    judgements: Iterable[Judgement] = (),
    *,
    unsure: bool = False,
    judged: bool = False,
    min_doubt: float = MIN_DOUBT,
) -> list[Question]:
    """Return what is doubtful in the graph of *folder*, the most consequential first.

    Args:
        folder: what `kg build -o FOLDER` wrote.
        judgements: what people have said; it is not asked again.
        unsure: ask again what somebody could not decide.
        judged: ask all that was judged again, to change one's mind.
        min_doubt: leave out what is less doubtful.

    Raises:
        InputError: nothing was built there.
    """
    return propose_from_store(
        open_store(folder),
        read_decisions(folder),
        judgements,
        unsure=unsure,
        judged=judged,
        min_doubt=min_doubt,
    )


def propose_from_store(
    store: ox.Store,
    decisions: Iterable[Decision],
    judgements: Iterable[Judgement] = (),
    *,
    unsure: bool = False,
    judged: bool = False,
    min_doubt: float = MIN_DOUBT,
) -> list[Question]:
    """Return what is doubtful in a store and the decisions behind it; as `propose`."""
    reader = GraphReader(store)
    stakes = Stakes(store)
    names = Names(store, reader)
    history = History(() if judged else judgements, names, unsure=unsure)
    asked = [*_merges(decisions, names, stakes, history, min_doubt)]
    asked += _Claims(store, reader, stakes, history).questions(min_doubt)
    unique = {question.id: question for question in asked}
    return sorted(unique.values(), key=lambda question: (-question.rank, question.id))


def read_decisions(folder: Path) -> list[Decision]:
    """Return the decisions of the build in *folder*; none where it left none."""
    path = folder / DECISIONS_FILE
    return list(read_lines(path, Decision)) if path.is_file() else []


def judgements_file(folder: Path, what: str = "judgements") -> Path:
    """Return the file that the build in *folder* took its judgements (or links) from.

    Raises:
        InputError: its record does not tell.
    """
    record = folder / RECORD_FILE
    try:
        name = json.loads(record.read_text("utf-8"))[what]["file"]
        return Path(os.path.normpath(folder / str(name)))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"it is not known where {what} belong",
            path=record,
            remedy=f"build again with kg build, or name the file with --{what}",
        ) from error


# ------------------------------------------------------------------------------------- merges


def doubt_of(decision: Decision) -> float:
    """Return how likely it is that a decision is wrong.

    The score of a verdict says how sure it is. An unsure one leaves two entities in the graph, and
    its score says how much speaks for one.
    """
    return decision.score if decision.verdict is Verdict.UNSURE else 1 - decision.score


def _merges(
    decisions: Iterable[Decision],
    names: Names,
    stakes: Stakes,
    history: History,
    min_doubt: float,
) -> Iterator[Question]:
    for decision in decisions:
        # (… + a hair, because 1 - 0.85 is less than 0.15)
        if doubt_of(decision) + 1e-9 < min_doubt:
            continue
        pair = Pair(EntityId(decision.left), EntityId(decision.right))
        ends = [names.find(end) for end in (pair.left, pair.right)]
        if any(end is None for end in ends) or history.knows_pair(pair):
            continue
        left, right = (end for end in ends if end is not None)
        stake = stakes.of_merge(left.iri, right.iri)
        yield _merge_question(decision, pair, names, stake)


def _merge_question(decision: Decision, pair: Pair, names: Names, stake: float) -> Question:
    said = {
        Verdict.SAME: "joined as one",
        Verdict.DIFFERENT: "kept apart",
        Verdict.UNSURE: "left as two",
    }
    return Question(
        id=question_id("merge", *sorted(pair.ends)),
        kind="merge",
        text=f"Are {pair.left} and {pair.right} one and the same?",
        reason=f"{said[decision.verdict]}: {decision.reason} ({decision.score:.2f})",
        doubt=doubt_of(decision),
        stake=stake,
        sides=tuple(names.side(end, _MOST_PASSAGES) for end in (pair.left, pair.right)),
        answers=tuple(_merge_answers(pair)),
    )


def _merge_answers(pair: Pair) -> Iterator[Answer]:
    classes = {each.prefix: each.name for each in load_schema().classes.values()}
    types = [classes[end.partition(":")[0]] for end in (pair.left, pair.right)]
    if types[0] == types[1]:
        yield Answer("same", "s", "one and the same", (Judgement(Kind.SAME, pair),))
    else:  # one thing has one class: which?
        for key, end, type_ in (("1", pair.right, types[0]), ("2", pair.left, types[1])):
            retype = Judgement(Kind.RETYPE, end, type_)
            name = end.partition(":")[2]
            same = [] if _equal_names(pair) else [_same_as(pair, end, type_, name)]
            yield Answer(f"same {type_}", key, f"one and the same, a {type_}", (retype, *same))
    yield Answer("different", "d", "two different things", (Judgement(Kind.DIFFERENT, pair),))
    yield Answer("unsure", "u", "cannot be told", (Judgement(Kind.UNSURE, pair),))


def _equal_names(pair: Pair) -> bool:
    return pair.left.partition(":")[2] == pair.right.partition(":")[2]


def _same_as(pair: Pair, retyped: EntityId, type_: str, name: str) -> Judgement:
    other = pair.left if retyped == pair.right else pair.right
    new = EntityId(f"{load_schema().classes[type_].prefix}:{name}")
    return Judgement(Kind.SAME, Pair(other, new))


# ------------------------------------------------------------------------------------- claims


class _Claims:
    """The doubtful claims of one store."""

    def __init__(
        self, store: ox.Store, reader: GraphReader, stakes: Stakes, history: History
    ) -> None:
        self._store = store
        self._reader = reader
        self._stakes = stakes
        self._history = history

    def questions(self, min_doubt: float) -> Iterator[Question]:
        for claims, doubt, reason in (*self._denials(), *self._values()):
            if doubt >= min_doubt:
                yield from self._conflict(claims, doubt, reason)
        for claim in self._poor(LOW_CONFIDENCE):
            if 1 - claim.confidence >= min_doubt and not self._history.knows_claim(claim):
                yield self._single(claim)

    def _nodes(self, predicate: ox.NamedNode, object_: ox.NamedNode | None = None) -> list[ox.Quad]:
        return list(self._store.quads_for_pattern(None, predicate, object_, ox.DefaultGraph()))

    def _claim(self, quad: ox.Quad) -> Claim:
        return self._reader.claim(ox.NamedNode(str(quad.subject.value)))  # type: ignore[union-attr]

    def _poor(self, confidence: float) -> Iterator[Claim]:
        for quad in self._nodes(ox.NamedNode(KG.confidence)):
            if isinstance(quad.object, ox.Literal) and float(quad.object.value) < confidence:
                yield self._claim(quad)

    def _denials(self) -> Iterator[tuple[list[Claim], float, str]]:
        """Yield claims that are also denied, or that are planned after they were so."""
        for mark in POLARITY:
            for quad in self._nodes(ox.NamedNode(KG[mark])):
                claim = self._claim(quad)
                if claim.asserted or claim.object is None:
                    continue
                others = [other for other in self._siblings(claim) if other.asserted]
                if others and claim.qualifier("negated") == "true":
                    yield [claim, *others], _DENIED, "said and denied"
                elif others and min(map(_first_day, others)) < _first_day(claim):
                    yield [claim, *others], _OVERTAKEN, "still planned after it was so"

    def _siblings(self, claim: Claim) -> list[Claim]:
        """Return the claims with the same ends and relation."""
        subject, target = (
            ox.NamedNode(n.iri) for n in (claim.subject, claim.object or claim.subject)
        )
        nodes = {quad.subject for quad in self._nodes(ox.NamedNode(RDF.subject), subject)}
        nodes &= {quad.subject for quad in self._nodes(ox.NamedNode(RDF.object), target)}
        found = (self._reader.claim(node) for node in nodes if isinstance(node, ox.NamedNode))
        return [c for c in found if c.predicate == claim.predicate and c.id != claim.id]

    def _values(self) -> Iterator[tuple[list[Claim], float, str]]:
        """Yield the different values of what a thing has one of."""
        for name in _ONE_VALUED:
            groups: dict[tuple[str, str], list[Claim]] = defaultdict(list)
            for quad in self._nodes(ox.NamedNode(RDF.predicate), kg_term(name)):
                claim = self._claim(quad)
                is_exact = claim.asserted and not claim.qualifier("bound")
                if is_exact and claim.subject.type in _BUILT:
                    groups[claim.subject.iri, claim.qualifier("unit")].append(claim)
            for group in groups.values():
                apart = _incompatible(group)
                if len(apart) > 1:
                    yield apart, _VALUES, f"several values of one {name}"

    def _single(self, claim: Claim) -> Question:
        key = claim_key(claim)
        answers = [Answer("right", "r", "right as it stands", (Judgement(Kind.CLAIM_RIGHT, key),))]
        if not claim.asserted:
            fact = Judgement(Kind.CLAIM_RIGHT, key, "fact")
            answers.append(Answer("fact", "f", "so, not merely planned or denied", (fact,)))
        answers.append(Answer("wrong", "w", "wrong", (Judgement(Kind.CLAIM_WRONG, key),)))
        answers += self._wrong_in_one(claim, key)
        answers.append(Answer("unsure", "u", "cannot be told", (Judgement(Kind.UNSURE, key),)))
        return Question(
            id=question_id("claim", *_parts(key)),
            kind="claim",
            text="Does the text say so?",
            reason=f"low confidence ({claim.confidence:.2f})",
            doubt=1 - claim.confidence,
            stake=self._stake(claim),
            sides=(_claim_side(claim),),
            answers=tuple(answers),
        )

    def _wrong_in_one(self, claim: Claim, key: ClaimKey) -> Iterator[Answer]:
        """Yield, for a claim from several documents, that one of them does not say it."""
        documents = [self._reader.iris.document_id(quote.article.iri) for quote in claim.quotes]
        if len(set(documents)) < 2:
            return
        for number, document in enumerate(documents[:_MOST_PASSAGES], 1):
            wrong = Judgement(Kind.CLAIM_WRONG, key, document=document)
            yield Answer(f"wrong {number}", str(number), f"sentence {number} errs", (wrong,))

    def _conflict(self, claims: Sequence[Claim], doubt: float, reason: str) -> Iterator[Question]:
        """Yield which of contradicting claims is right, unless all were judged."""
        ordered = sorted(claims, key=lambda c: (-c.confidence, c.id))[:_MOST_SIDES]
        if all(map(self._history.knows_claim, ordered)):
            return
        keys = [claim_key(claim) for claim in ordered]
        answers = [
            Answer(f"only {n}", str(n), f"only {n} is right", _only(keys, n - 1))
            for n in range(1, len(keys) + 1)
        ]
        for name, key, words, kind in (
            ("all", "a", "all are right", Kind.CLAIM_RIGHT),
            ("none", "n", "none is right", Kind.CLAIM_WRONG),
            ("unsure", "u", "cannot be told", Kind.UNSURE),
        ):
            answers.append(Answer(name, key, words, tuple(Judgement(kind, k) for k in keys)))
        yield Question(
            id=question_id("conflict", *sorted("".join(_parts(key)) for key in keys)),
            kind="conflict",
            text="Which of these is right?",
            reason=reason,
            doubt=doubt,
            stake=max(map(self._stake, ordered)),
            sides=tuple(map(_claim_side, ordered)),
            answers=tuple(answers),
        )

    def _stake(self, claim: Claim) -> float:
        ends = (claim.subject.iri, *((claim.object.iri,) if claim.object else ()))
        return self._stakes.of_claim(claim.iri, *ends)


def _only(keys: Sequence[ClaimKey], right: int) -> tuple[Judgement, ...]:
    return tuple(
        Judgement(Kind.CLAIM_RIGHT if index == right else Kind.CLAIM_WRONG, key)
        for index, key in enumerate(keys)
    )


def _parts(key: ClaimKey) -> tuple[str, ...]:
    details = [f"{name}={value}" for name, value in key.details]
    return (key.subject, key.predicate, str(key.object), *details)


def _claim_side(claim: Claim) -> Side:
    explanation = explain_claim(claim)
    rules = "、".join(claim.methods)
    return Side(
        title=explanation.sentence,
        reference=f"statement:{claim.id}",
        details=f"{rules} {claim.confidence:.2f}".strip(),
        passages=tuple(Passage.of(it.text, it.article) for it in claim.quotes[:_MOST_PASSAGES]),
    )


def _first_day(claim: Claim) -> str:
    return min((quote.article.published for quote in claim.quotes), default="")


def _incompatible(claims: Sequence[Claim]) -> list[Claim]:
    """Return the claims whose values contradict another's."""
    return [claim for claim in claims if any(_contradict(claim, other) for other in claims)]


def _contradict(one: Claim, other: Claim) -> bool:
    if {quote.iri for quote in one.quotes} & {quote.iri for quote in other.quotes}:
        return False  # two numbers of one sentence are of two things
    if one.datatype == "decimal":
        return one.value != other.value
    is_nearer = one.value.startswith(other.value) or other.value.startswith(one.value)
    return not is_nearer  # 2022-09 says more than 2022, not otherwise
