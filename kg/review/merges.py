"""Ask whether two names are one thing, where resolution was not sure.

Resolution leaves its decisions beside the graph: what it joined, kept apart or left in doubt, how sure
it was, and why. Those that are likeliest wrong become questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from kg.model import Decision, EntityId, Verdict
from kg.review.history import History
from kg.review.judgements import Judgement, Kind, Pair
from kg.review.names import Names
from kg.review.questions import Answer, Candidate, Question, question_id
from kg.review.stakes import Stakes
from kg.schema import load_schema

__all__ = ["doubt_of", "merge_candidates"]

_MOST_PASSAGES = 3


def doubt_of(decision: Decision) -> float:
    """Return how likely it is that a decision is wrong.

    The score of a verdict says how sure it is. An unsure one leaves two entities in the graph, and
    its score says how much speaks for one.
    """
    doubt = decision.score if decision.verdict is Verdict.UNSURE else 1 - decision.score
    return round(doubt, 6)  # 1 - 0.85 is less than 0.15


def merge_candidates(
    decisions: Iterable[Decision], names: Names, stakes: Stakes, history: History, min_doubt: float
) -> Iterator[Candidate]:
    """Yield the decisions on names that may be wrong and that nobody judged."""
    for decision in decisions:
        doubt = doubt_of(decision)
        pair = Pair(EntityId(decision.left), EntityId(decision.right))
        ends = [names.find(end) for end in (pair.left, pair.right)] if doubt >= min_doubt else []
        iris = [end.iri for end in ends if end is not None]
        if len(iris) == 2 and not history.knows_pair(pair):
            stake = stakes.of_merge(*iris)
            build = partial(_merge_question, decision, pair, names, stake)
            yield Candidate(doubt * stake, build)


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
