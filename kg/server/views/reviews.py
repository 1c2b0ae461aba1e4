"""What is doubtful in the graph, as questions for a reader, and the answers put where builds find them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kg.errors import InputError
from kg.review import Question, append_judgements, judge, read_judgements
from kg.review.judgements import effective
from kg.review.proposals import propose_from_store, read_decisions
from kg.server.snapshot import Snapshot

__all__ = ["ReviewPage", "answer_question", "review_page"]


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Some of the questions that nobody has answered yet."""

    questions: tuple[Question, ...]
    total: int
    judged: int  # judgements that the next build will apply


def review_page(snapshot: Snapshot, folder: Path, file: Path, begin: int, count: int) -> ReviewPage:
    """Return *count* questions from the *begin*-th on, the most consequential first.

    Raises:
        InputError: the file of judgements is not sound.
    """
    judgements = effective(read_judgements(file))
    judged = {judgement.key for judgement in judgements}
    still_open = [q for q in _questions(snapshot, folder) if not _is_answered(q, judged)]
    return ReviewPage(tuple(still_open[begin : begin + count]), len(still_open), len(judgements))


def answer_question(
    snapshot: Snapshot, folder: Path, file: Path, question_id: str, answer: str, by: str, note: str
) -> int:
    """Append what an answer means to the file of judgements; return how many lines that is.

    Raises:
        InputError: there is no such question or answer, or it contradicts what was judged before.
    """
    for question in _questions(snapshot, folder):
        if question.id == question_id:
            return append_judgements(file, judge(question, answer, by=by, note=note))
    raise InputError(
        f"there is no question {question_id}", remedy="a new build may have settled it"
    )


def _questions(snapshot: Snapshot, folder: Path) -> list[Question]:
    """Return every question of this build, answered or not: found once, it takes the whole graph."""
    return snapshot.once(_propose, folder)


def _propose(snapshot: Snapshot, folder: Path) -> list[Question]:
    return propose_from_store(snapshot.store, read_decisions(folder))


def _is_answered(question: Question, judged: Iterable[object]) -> bool:
    keys = [{each.key for each in answer.judgements} for answer in question.answers]
    if question.kind == "conflict":  # one of its claims may have been judged by itself
        return bool(keys) and set().union(*keys) <= set(judged)
    return any(key in judged for each in keys for key in each)
