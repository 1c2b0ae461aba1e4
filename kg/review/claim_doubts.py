"""Ask whether claims are right: poorly supported ones, disputed ones, and those that contradict each other.

A claim of low confidence may be a misreading, and so may one that another engine read otherwise. Two claims may both look right and cannot both be so: a
project costs 64亿元 or 46亿元, it was begun or it was not. Which of them errs, the sentences tell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial

import pyoxigraph as ox
from rdflib.namespace import RDF

from kg.explain import explain_claim
from kg.graph.namespaces import KG, kg_term
from kg.graph.reader import Claim, GraphReader
from kg.methods import AGAINST, contradictions
from kg.review.claims import POLARITY, claim_key
from kg.review.history import History
from kg.review.judgements import ClaimKey, Judgement, Kind
from kg.review.questions import Answer, Candidate, Passage, Question, Side, question_id
from kg.review.stakes import Stakes

__all__ = ["ClaimDoubts"]

_SUBJECT, _OBJECT = ox.NamedNode(RDF.subject), ox.NamedNode(RDF.object)
_PREDICATE = ox.NamedNode(RDF.predicate)

LOW_CONFIDENCE = 0.5
# How often the poorer of contradicting claims is wrong is not known; these order them among the rest.
_DENIED, _VALUES, _OVERTAKEN, _DISPUTED = 0.8, 0.6, 0.5, 0.5
_MOST_SIDES = 6
_MOST_PASSAGES = 3
# A project has one of these. Output or revenue differs from year to year, users grow; and a place has
# as many areas as there are things to be measured in it.
_ONE_VALUED = ("area", "capacity", "completionDate", "launchDate", "startDate", "totalInvestment")
_BUILT = frozenset({"Platform", "Project"})


class ClaimDoubts:
    """The doubtful claims of one store."""

    def __init__(
        self, store: ox.Store, reader: GraphReader, stakes: Stakes, history: History
    ) -> None:
        self._store = store
        self._reader = reader
        self._stakes = stakes
        self._history = history

    def candidates(self, min_doubt: float) -> Iterator[Candidate]:
        """Yield what may be wrong; a claim is read only when its turn comes."""
        for claims, doubt, reason in (*self._denials(), *self._values()):
            ordered = sorted(claims, key=lambda c: (-c.confidence, c.id))[:_MOST_SIDES]
            stake = max(self._stakes.of_claim(c.iri, *_ends(c)) for c in ordered)
            if doubt >= min_doubt:
                build = partial(self._conflict, ordered, doubt, stake, reason)
                yield Candidate(doubt * stake, build)
        for node, doubt in self._doubted().items():
            stake = self._stakes.of_claim(node.value, *self._iris(node))
            if doubt >= min_doubt:
                yield Candidate(doubt * stake, partial(self._single, node, doubt, stake))

    def _nodes(self, predicate: ox.NamedNode, object_: ox.NamedNode | None = None) -> list[ox.Quad]:
        return list(self._store.quads_for_pattern(None, predicate, object_, ox.DefaultGraph()))

    def _iris(self, node: ox.NamedNode) -> Iterator[str]:
        for end in (_SUBJECT, _OBJECT):
            for quad in self._store.quads_for_pattern(node, end, None, ox.DefaultGraph()):
                if isinstance(quad.object, ox.NamedNode):
                    yield quad.object.value

    def _poor(self) -> Iterator[tuple[ox.NamedNode, float]]:
        """Yield claims of low confidence with how likely they are wrong."""
        for quad in self._nodes(ox.NamedNode(KG.confidence)):
            confidence = float(quad.object.value) if isinstance(quad.object, ox.Literal) else 1.0
            if confidence < LOW_CONFIDENCE and isinstance(quad.subject, ox.NamedNode):
                yield quad.subject, 1 - confidence

    def _disputed(self) -> Iterator[tuple[ox.NamedNode, float]]:
        """Yield claims that another engine contradicts."""
        for quad in self._nodes(ox.NamedNode(KG.method)):
            method = quad.object.value if isinstance(quad.object, ox.Literal) else ""
            if AGAINST in method and isinstance(quad.subject, ox.NamedNode):
                yield quad.subject, _DISPUTED

    def _doubted(self) -> dict[ox.NamedNode, float]:
        """Return single claims that may be wrong, with how likely that is."""
        doubts = dict(self._disputed())
        for node, doubt in self._poor():
            doubts[node] = max(doubt, doubts.get(node, 0.0))
        return doubts

    def _denials(self) -> Iterator[tuple[list[Claim], float, str]]:
        """Yield claims that are also denied, or that are planned after they were so."""
        for mark in sorted(POLARITY):
            for quad in self._nodes(ox.NamedNode(KG[mark])):
                if not isinstance(quad.subject, ox.NamedNode) or not self._is_said(quad.subject):
                    continue
                claim = self._reader.claim(quad.subject)
                others = [other for other in self._siblings(claim) if other.asserted]
                if claim.asserted or not others:
                    continue
                if claim.qualifier("negated") == "true":
                    yield [claim, *others], _DENIED, "said and denied"
                elif min(map(_first_day, others)) < _first_day(claim):
                    yield [claim, *others], _OVERTAKEN, "still planned after it was so"

    def _is_said(self, node: ox.NamedNode) -> bool:
        """Say whether the graph states between entities what a claim denies or plans."""
        terms = (
            next(iter(self._store.quads_for_pattern(node, it, None, ox.DefaultGraph())), None)
            for it in (_SUBJECT, _PREDICATE, _OBJECT)
        )
        subject, predicate, object_ = (quad.object if quad else None for quad in terms)
        if not isinstance(subject, ox.NamedNode) or not isinstance(predicate, ox.NamedNode):
            return False
        if not isinstance(object_, ox.NamedNode):
            return False
        return ox.Quad(subject, predicate, object_) in self._store

    def _siblings(self, claim: Claim) -> list[Claim]:
        """Return the claims with the same ends and relation."""
        if claim.object is None:
            return []
        ends = (ox.NamedNode(claim.subject.iri), ox.NamedNode(claim.object.iri))
        found = self._reader.claims_between(*ends)
        return [it for it in found if it.predicate == claim.predicate and it.id != claim.id]

    def _values(self) -> Iterator[tuple[list[Claim], float, str]]:
        """Yield the different values of what a thing has one of."""
        for name in _ONE_VALUED:
            groups: dict[tuple[str, str], list[Claim]] = defaultdict(list)
            for quad in self._nodes(_PREDICATE, kg_term(name)):
                if not isinstance(quad.subject, ox.NamedNode):
                    continue
                claim = self._reader.claim(quad.subject)
                is_exact = claim.asserted and not (claim.qualifier("bound") or claim.is_superseded)
                if is_exact and claim.subject.type in _BUILT:
                    groups[claim.subject.iri, claim.qualifier("unit")].append(claim)
            for group in groups.values():
                apart = _incompatible(group)
                if len(apart) > 1:
                    yield apart, _VALUES, f"several values of one {name}"

    def _single(self, node: ox.NamedNode, doubt: float, stake: float) -> Question | None:
        claim = self._reader.claim(node)
        if self._history.knows_claim(claim):
            return None
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
            reason=_why_doubted(claim),
            doubt=doubt,
            stake=stake,
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

    def _conflict(
        self, claims: Sequence[Claim], doubt: float, stake: float, reason: str
    ) -> Question | None:
        """Return the question which of contradicting claims is right, unless all were judged."""
        if all(map(self._history.knows_claim, claims)):
            return None
        keys = [claim_key(claim) for claim in claims]
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
        return Question(
            id=question_id("conflict", *sorted("".join(_parts(key)) for key in keys)),
            kind="conflict",
            text="Which of these is right?",
            reason=reason,
            doubt=doubt,
            stake=stake,
            sides=tuple(map(_claim_side, claims)),
            answers=tuple(answers),
        )


def _why_doubted(claim: Claim) -> str:
    otherwise = sorted({said for method in claim.methods for said in contradictions(method)})
    if otherwise:
        return f"engines disagree: {'; '.join(otherwise)}"
    return f"low confidence ({claim.confidence:.2f})"


def _ends(claim: Claim) -> list[str]:
    return [claim.subject.iri, *([claim.object.iri] if claim.object else [])]


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
