"""What a person is asked, whatever asks it: terminal, spreadsheet or web page.

A question carries everything needed to answer it: the two or more things it is about, each with the
sentences it rests on, and for each possible answer the judgements that it would add to the file. So
whoever asks need not know what a merge or a claim is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from kg.errors import InputError
from kg.graph.reader import ArticleView
from kg.review.judgements import Judgement

__all__ = ["Answer", "Candidate", "Passage", "Question", "Side", "judge", "now", "question_id"]


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of an article that speak for or against something."""

    text: str
    headline: str
    publisher: str
    published: str
    document: str

    @classmethod
    def of(cls, text: str, article: ArticleView) -> Passage:
        """Return words of an article of the graph."""
        source = (article.headline, article.publisher, article.published, article.document_path)
        return cls(text.strip(), *source)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the things a question sets beside each other."""

    title: str  # 公司 鲁西集团, or a claim in words
    reference: str  # company:鲁西集团, statement:3f2a…
    details: str  # other names and number of claims, or rule and confidence
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A possible answer and what it adds to the file of judgements."""

    name: str  # same, different, right…
    key: str  # on a keyboard
    words: str  # what it means
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """Something doubtful, with all that is needed to judge it."""

    id: str
    kind: str  # merge, claim or conflict
    text: str
    reason: str  # why it is doubtful
    doubt: float  # in [0, 1]: how likely it is that what the graph says now is wrong
    stake: float  # what hangs on it; see kg.review.proposals
    sides: tuple[Side, ...]
    answers: tuple[Answer, ...]

    @property
    def rank(self) -> float:
        """Doubt times what hangs on it."""
        return self.doubt * self.stake

    def answer(self, name: str) -> Answer:
        """Return the answer with this name or key.

        Raises:
            InputError: the question has no such answer.
        """
        for answer in self.answers:
            if name in (answer.name, answer.key):
                return answer
        names = ", ".join(answer.name for answer in self.answers)
        raise InputError(f"{name!r} is no answer to {self.id}", remedy=f"answer {names}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that may be put: its rank is known, the sentences are read when its turn comes."""

    rank: float
    build: Callable[[], Question | None]  # nothing where it was answered before


def question_id(*parts: str) -> str:
    """Return an id that equal questions of all builds share; a letter first, or Excel sees a number."""
    return f"q{hashlib.sha256(chr(0).join(parts).encode('utf-8', 'replace')).hexdigest()[:11]}"


def judge(
    question: Question, answer: str, *, by: str, at: str = "", note: str = ""
) -> Sequence[Judgement]:
    """Return what an answer adds to the file of judgements.

    Args:
        question: what was asked.
        answer: its name or key.
        by: who answers.
        at: when, as an ISO date or time; now if left out.
        note: why.

    Raises:
        InputError: the question has no such answer.
    """
    stamp = {"by": by, "at": at or now(), "note": note}
    return [replace(each, **stamp) for each in question.answer(answer).judgements]  # type: ignore[arg-type]


def now() -> str:
    """Return the time as judgements carry it."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%MZ")
