"""Ask in a spreadsheet: questions out as CSV, filled in by people, and back.

Some who know whether two firms are one will never open a terminal. They get a table with a byte order
mark (or Excel takes Chinese for Latin letters), one question a row, and write into one column. What
comes back has been through Excel: perhaps with semicolons or tabs, perhaps in the system's code page,
with rows removed and sorted. So a row is known by its id alone, and a row that cannot be understood
is named by its line and costs no other.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.errors import InputError
from kg.graph.files import replace_file, safe_cell
from kg.review.judgements import Judgement
from kg.review.questions import Passage, Question, Side, judge

__all__ = ["COLUMNS", "RowProblem", "SheetAnswers", "read_answers", "write_questions"]

COLUMNS = (
    *("id", "answer", "note", "answers", "question", "reason"),
    *("first", "first sentences", "second", "second sentences", "others", "doubt", "rank"),
)
_ID, _ANSWER, _NOTE = COLUMNS[:3]
_BOM = b"\xef\xbb\xbf"
# What people write instead; the first column of the table explains itself in Chinese too.
_SYNONYMS = {
    "相同": "same",
    "同": "same",
    "不同": "different",
    "异": "different",
    "不确定": "unsure",
    "不知道": "unsure",
    "对": "right",
    "正确": "right",
    "错": "wrong",
    "错误": "wrong",
    "都对": "all",
    "都错": "none",
}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that could not be understood."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class SheetAnswers:
    """What a filled-in table says."""

    judgements: tuple[Judgement, ...]
    answered: int  # rows
    problems: tuple[RowProblem, ...]


def write_questions(questions: Iterable[Question], path: Path) -> int:
    """Write questions as CSV for Excel; return how many."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    rows = [[safe_cell(cell) for cell in _row(question)] for question in questions]
    writer.writerows(rows)
    with replace_file(path) as file:
        file.write(_BOM + buffer.getvalue().encode("utf-8", "replace"))
    return len(rows)


def _row(question: Question) -> Iterator[str]:
    yield from (question.id, "", "", " / ".join(answer.name for answer in question.answers))
    yield from (_line(question.text), _line(question.reason))
    for side in (*question.sides[:2], *[None] * (2 - len(question.sides[:2]))):
        yield from _cells(side)
    yield "　".join(f"{n}. {_cells_in_one(side)}" for n, side in enumerate(question.sides[2:], 3))
    yield from (f"{question.doubt:.2f}", f"{question.rank:.2f}")


def _cells(side: Side | None) -> tuple[str, str]:
    if side is None:
        return "", ""
    title = f"{side.title}（{side.details}）" if side.details else side.title
    return _line(title), _line(" ｜ ".join(map(_quoted, side.passages)))


def _cells_in_one(side: Side) -> str:
    title, sentences = _cells(side)
    return f"{title} {sentences}"


def _quoted(passage: Passage) -> str:
    source = (passage.headline, passage.publisher, passage.published, passage.document)
    return f"“{passage.text}” —— {' · '.join(part for part in source if part)}"


def _line(text: str) -> str:
    """Return *text* on one line, so that a row is a line and can be named by its number."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def read_answers(path: Path, questions: Sequence[Question], *, by: str) -> SheetAnswers:
    """Read a filled-in table.

    Args:
        path: the table.
        questions: what may be answered, what was judged before included.
        by: who answered.

    Raises:
        InputError: the file cannot be read or lacks a column.
    """
    question_by_id = {question.id: question for question in questions}
    judgements: list[Judgement] = []
    problems: list[RowProblem] = []
    answered = 0
    for line, row in _rows(path):
        answer = _plain(row.get(_ANSWER))
        if not answer:
            continue
        question = question_by_id.get(_plain(row.get(_ID)))
        if question is None:
            reason = f"no question has the id {_plain(row.get(_ID))!r}; list them anew with --csv"
            problems.append(RowProblem(line, reason))
            continue
        try:
            judgements += judge(
                question, _meant(answer, question), by=by, note=_plain(row.get(_NOTE))
            )
            answered += 1
        except InputError as error:
            problems.append(RowProblem(line, str(error)))
    return SheetAnswers(tuple(judgements), answered, tuple(problems))


def _meant(answer: str, question: Question) -> str:
    """Return the name of the answer somebody wrote: Same, s, 相同."""
    answer = _SYNONYMS.get(answer, answer)
    exact = {name: it.name for it in question.answers for name in (it.name, it.key)}
    folded = {name.casefold(): meant for name, meant in exact.items()}
    return exact.get(answer) or folded.get(answer.casefold(), answer)


def _plain(cell: str | None) -> str:
    """Return a cell without blanks and the apostrophe that made it text."""
    return (cell or "").strip().removeprefix("'").strip()


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    text = _text(path)
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)  # Excel writes what the system's list separator is
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = [name.strip().casefold() for name in next(reader, [])]
        if missing := sorted({_ID, _ANSWER} - set(names)):
            raise InputError(
                f"there is no column {missing[0]!r}",
                path=path,
                line=1,
                remedy="fill in what kg review --csv wrote",
            )
        for row in reader:
            yield reader.line_num, dict(zip(names, row, strict=False))
    except csv.Error as error:
        raise InputError(f"not CSV: {error}", path=path, line=reader.line_num) from error


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(error.strerror or str(error), path=path) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # 另存为 CSV in a Chinese Excel: the system's code page.
        return content.decode("gb18030", "replace")
