"""Find what is doubtful in a built graph and put it as questions, the most consequential first.

Two kinds of things go wrong. Names are joined or kept apart wrongly (`kg.review.merges`), and claims
are read wrongly (`kg.review.claim_doubts`). Both are ranked by doubt times what hangs on it
(`kg.review.stakes`), and what somebody has judged is not asked again (`kg.review.history`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from kg.errors import InputError
from kg.graph import open_store
from kg.graph.reader import GraphReader
from kg.jsonl import read_lines
from kg.model import Decision
from kg.review.claim_doubts import ClaimDoubts
from kg.review.history import History
from kg.review.judgements import Judgement
from kg.review.merges import merge_candidates
from kg.review.names import Names
from kg.review.questions import Question
from kg.review.stakes import Stakes

__all__ = ["DECISIONS_FILE", "judgements_file", "propose", "propose_from_store", "read_decisions"]

DECISIONS_FILE, RECORD_FILE = "decisions.jsonl", "report.json"

MIN_DOUBT = 0.15  # a join for a good reason has 0.15 or 0.2 (kg.resolution.links), a plain name 0


def propose(
    folder: Path,
    judgements: Iterable[Judgement] = (),
    *,
    unsure: bool = False,
    judged: bool = False,
    limit: int | None = None,
    min_doubt: float = MIN_DOUBT,
) -> list[Question]:
    """Return what is doubtful in the graph of *folder*, the most consequential first.

    Args:
        folder: what `kg build -o FOLDER` wrote.
        judgements: what people have said; it is not asked again.
        unsure: ask again what somebody could not decide.
        judged: ask all that was judged again, to change one's mind.
        limit: return so many; a large graph has thousands, and reading all of them takes minutes.
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
        limit=limit,
        min_doubt=min_doubt,
    )


def propose_from_store(
    store: ox.Store,
    decisions: Iterable[Decision],
    judgements: Iterable[Judgement] = (),
    *,
    unsure: bool = False,
    judged: bool = False,
    limit: int | None = None,
    min_doubt: float = MIN_DOUBT,
) -> list[Question]:
    """Return what is doubtful in a store and the decisions behind it; as `propose`."""
    reader = GraphReader(store)
    stakes = Stakes(store)
    names = Names(store, reader)
    history = History(() if judged else judgements, names, unsure=unsure)
    candidates = [
        *merge_candidates(decisions, names, stakes, history, min_doubt),
        *ClaimDoubts(store, reader, stakes, history).candidates(min_doubt),
    ]
    candidates.sort(key=lambda candidate: -candidate.rank)
    asked: dict[str, Question] = {}
    for candidate in candidates:
        question = candidate.build() if limit is None or len(asked) < limit else None
        if question is not None:
            asked.setdefault(question.id, question)
    return sorted(asked.values(), key=lambda question: (-question.rank, question.id))


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
