"""Questions in a spreadsheet, and what comes back from it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from kg.errors import InputError
from kg.model import EntityId
from kg.review.judgements import Judgement, Kind, Pair
from kg.review.questions import Answer, Passage, Question, Side
from kg.review.sheets import COLUMNS, read_answers, write_questions

PAIR = Pair(EntityId("company:甲"), EntityId("company:乙"))


def question(id_: str, title: str = "甲") -> Question:
    passage = Passage("甲公司\n投产。", "=1+1", "日报", "2023-01-02", "a.txt")
    answers = (
        Answer("same", "s", "one", (Judgement(Kind.SAME, PAIR),)),
        Answer("different", "d", "two", (Judgement(Kind.DIFFERENT, PAIR),)),
    )
    sides = tuple(Side(name, "company:甲", "", (passage,)) for name in (title, "乙", "丙"))
    return Question(id_, "merge", "One?", "close", 0.5, 2.0, sides, answers)


QUESTIONS = [question("q1"), question("q2", "=cmd|' /C calc'!A0"), question("q3")]


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "doubts.csv"
    assert write_questions(QUESTIONS, path) == 3
    return path


def fill(sheet: Path, answers: dict[str, str], *, delimiter: str = ",", encoding: str = "") -> None:
    """Write answers into the table as a spreadsheet program would."""
    rows = list(csv.DictReader(io.StringIO(sheet.read_bytes().decode("utf-8-sig"), newline="")))
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, COLUMNS, delimiter=delimiter)
    writer.writeheader()
    for row in reversed(rows):  # somebody sorted it
        writer.writerow(row | {"answer": answers.get(row["id"], "")})
    sheet.write_bytes(buffer.getvalue().encode(encoding or "utf-8-sig"))


def test_a_table_is_for_excel_and_no_cell_is_a_formula(sheet: Path) -> None:
    content = sheet.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert len(content.splitlines()) == len(rows) == 4  # a row is a line
    assert not [cell for row in rows for cell in row if cell[:1] in set("=+-@")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_answers_are_read_as_excel_saves_them(sheet: Path, delimiter: str, encoding: str) -> None:
    fill(sheet, {"q1": " Same ", "q3": "不同"}, delimiter=delimiter, encoding=encoding)
    answers = read_answers(sheet, QUESTIONS, by="王芳")
    assert (answers.answered, answers.problems) == (2, ())
    assert {each.kind for each in answers.judgements} == {Kind.SAME, Kind.DIFFERENT}
    assert {each.by for each in answers.judgements} == {"王芳"}


def test_a_row_that_makes_no_sense_is_named_and_costs_no_other(sheet: Path) -> None:
    fill(sheet, {"q1": "s", "q2": "maybe"})
    content = sheet.read_text("utf-8-sig").replace("q3,", "q9,same")
    sheet.write_text(content, "utf-8-sig")
    answers = read_answers(sheet, QUESTIONS, by="王芳")
    assert answers.answered == 1
    (first, second) = answers.problems
    assert (first.line, "no question has the id 'q9'" in first.reason) == (2, True)
    assert (second.line, "answer same, different" in second.reason) == (3, True)


def test_a_table_without_its_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(InputError, match=r"other\.csv:1: there is no column 'answer'"):
        read_answers(path, QUESTIONS, by="王芳")
    with pytest.raises(InputError, match="No such file"):
        read_answers(tmp_path / "none.csv", QUESTIONS, by="王芳")
