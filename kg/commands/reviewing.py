"""Judge what the program is not sure of: ``kg review``."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.options import graph_option, json_option
from kg.console import FallsShort, examples, make_table, print_json, print_table, say
from kg.errors import SettingsError

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from kg.review import Judgement, Question
    from kg.review.questions import Side

__all__ = ["review"]

LISTED, ASKED = 20, 200  # questions, unless --limit says otherwise
LAST = "last"
SKIP, QUIT, TAKE_BACK, NOTE = "", "q", "z", "n:"


@click.group(
    invoke_without_command=True,
    epilog=examples(
        "kg review",
        "kg review --list --limit 50",
        "kg review --csv doubts.csv",
        "kg review --apply doubts.csv --by 王芳",
        "kg review --judged",
        "kg review --undo 12",
        "kg review to-label-studio corpus > tasks.json",
    ),
)
@graph_option
@click.option(
    "--judgements",
    "file",
    type=click.Path(path_type=Path),
    help="File of judgements  [default: the one the build read]",
)
@click.option(
    "--list", "listing", is_flag=True, help="List what is doubtful; the default in a pipe."
)
@json_option
@click.option(
    "--csv", "sheet", type=click.Path(path_type=Path), help="Write the questions to FILE."
)
@click.option("--apply", "filled", type=click.Path(path_type=Path), help="Take answers from FILE.")
@click.option("--judged", is_flag=True, help="List the judgements.")
@click.option(
    "--undo",
    is_flag=False,
    flag_value=LAST,
    metavar="[LINE]",
    help="Take back the last judgement, or the one on LINE.",
)
@click.option("--unsure", is_flag=True, help="Ask again what somebody could not decide.")
@click.option("--limit", type=click.IntRange(min=1), help=f"So many  [default: {LISTED} listed]")
@click.option("--by", envvar="KG_REVIEWER", metavar="NAME", help="Who judges  [default: the user]")
@click.pass_context
def review(
    context: click.Context,
    folder: Path,
    file: Path | None,
    listing: bool,
    as_json: bool,
    sheet: Path | None,
    filled: Path | None,
    judged: bool,
    undo: str | None,
    unsure: bool,
    limit: int | None,
    by: str | None,
) -> None:
    """Judge what is doubtful.

    Asks whether names are one thing and whether claims are right, with the sentences side by side:
    what is likeliest wrong and carries most (claims, money) first. What is judged goes to a text file
    beside kg.toml, one judgement a line, and holds from the next kg build on; it is never asked again.
    """
    if context.invoked_subcommand is not None:
        return
    from kg.review import judgements_file, propose, read_judgements

    _require_one_mode(listing or as_json, sheet, filled, judged, undo)
    file = file or judgements_file(folder)
    by = by or getpass.getuser()
    if undo is not None:
        _undo(file, undo)
        return
    known = read_judgements(file)
    if judged:
        _list_judgements(known, file, as_json=as_json)
        return
    if filled is not None:
        _apply(filled, propose(folder, judged=True), file, by)
        return
    is_listed = not as_json and sheet is None and (listing or not _is_terminal())
    is_asked = not (as_json or sheet or is_listed)
    limit = limit or (LISTED if is_listed else ASKED if is_asked else None)
    questions = propose(folder, known, unsure=unsure, limit=limit)
    if sheet is not None:
        _write_sheet(questions, sheet)
    elif as_json:
        print_json([_as_dict(question) for question in questions])
    elif is_listed:
        _list(questions, limit or len(questions))
    else:
        _ask(questions, file, by)


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _require_one_mode(*modes: object) -> None:
    if sum(mode not in (None, False) for mode in modes) > 1:
        raise SettingsError("choose one of --list, --csv, --apply, --judged, --undo")


def _as_dict(question: Question) -> dict[str, object]:
    from dataclasses import asdict

    from kg.review.judgement_file import judgement_line

    answers = [
        {
            "name": answer.name,
            "key": answer.key,
            "words": answer.words,
            "judgements": [judgement_line(each) for each in answer.judgements],
        }
        for answer in question.answers
    ]
    return asdict(question) | {"answers": answers, "rank": round(question.rank, 3)}


# ----------------------------------------------------------------------------------- listing


def _list(questions: Sequence[Question], limit: int) -> None:
    if not questions:
        say("kg: nothing is doubtful that was not judged")
        return
    table = make_table("rank", "id", "question", "why")
    for question in questions:
        subjects = " / ".join(side.title for side in question.sides)
        about = subjects if question.kind != "merge" else question.text
        row = (f"{question.rank:.1f}", question.id, about, question.reason)
        table.add_row(*map(_text, row))
    print_table(table)
    if len(questions) == limit:
        say("kg: there may be more; --limit, --csv or --json show them")


def _list_judgements(judgements: Sequence[Judgement], file: Path, *, as_json: bool) -> None:
    from kg.review.judgement_file import judgement_line

    lines = [(each.line, judgement_line(each).removeprefix("- ")) for each in judgements]
    if as_json:
        print_json([{"line": line, "judgement": text} for line, text in lines])
        return
    for line, text in lines:
        click.echo(f"{file}:{line}: {text}")
    if not lines:
        say(f"kg: {file} has no judgements")


def _text(text: str) -> Text:
    from rich.text import Text

    # Text, not str: words of a document must not be taken for markup, nor reach the terminal raw.
    return Text("".join(c if c.isprintable() or c == "\n" else " " for c in text))


# ---------------------------------------------------------------------------------- changing


def _undo(file: Path, undo: str) -> None:
    from kg.review import remove_judgement
    from kg.review.judgement_file import judgement_line

    if undo != LAST and not undo.isdecimal():
        raise SettingsError(f"--undo {undo!r}: name the line of a judgement; --judged lists them")
    removed = remove_judgement(file, None if undo == LAST else int(undo))
    say(f"taken back, from {file}:{removed.line}: {judgement_line(removed).removeprefix('- ')}")


def _write_sheet(questions: Sequence[Question], sheet: Path) -> None:
    from kg.review.sheets import write_questions

    written = write_questions(questions, sheet)
    say(
        f"{written} questions in {sheet}; fill in the column answer, then kg review --apply {sheet}"
    )


def _apply(filled: Path, questions: Sequence[Question], file: Path, by: str) -> None:
    from kg.review import append_judgements
    from kg.review.sheets import read_answers

    answers = read_answers(filled, questions, by=by)
    added = append_judgements(file, answers.judgements)
    say(f"{answers.answered} answers: {added} judgements added to {file}")
    for problem in answers.problems:
        say(f"  {filled}:{problem.line}: {problem.reason}")
    if answers.problems:
        raise FallsShort


# ------------------------------------------------------------------------------------ asking


def _ask(questions: Sequence[Question], file: Path, by: str) -> None:
    """Ask one question after the other; every answer is on disk before the next is asked."""
    session = _Session(questions, file, by)
    while session.goes_on:
        session.ask()
    say(
        f"{session.answered} answered; {file}"
        + ("; kg build applies it" if session.answered else "")
    )


class _Session:
    """Where a person is among the questions, and the way back."""

    def __init__(self, questions: Sequence[Question], file: Path, by: str) -> None:
        self._questions = questions
        self._file = file
        self._by = by
        self._at = 0
        self._note = ""
        self._answered: list[tuple[int, int]] = []  # which question, how many judgements

    @property
    def goes_on(self) -> bool:
        return self._at < len(self._questions)

    @property
    def answered(self) -> int:
        return len(self._answered)

    def ask(self) -> None:
        question = self._questions[self._at]
        if not self._note:
            _show(question, f"{self._at + 1}/{len(self._questions)}")
        reply = _reply(question)
        if reply.startswith(NOTE):
            self._note = reply.removeprefix(NOTE).strip()
            return
        if reply == QUIT:
            self._at = len(self._questions)
        elif reply == TAKE_BACK:
            self._take_back()
        else:
            self._go_on(question, reply)
        self._note = ""

    def _go_on(self, question: Question, reply: str) -> None:
        from kg.review import append_judgements, judge

        if reply != SKIP:
            judgements = judge(question, reply, by=self._by, note=self._note)
            self._answered.append((self._at, append_judgements(self._file, judgements)))
        self._at += 1

    def _take_back(self) -> None:
        """Remove the last answer of this session and ask its question again."""
        if not self._answered:
            say("  nothing was answered yet; kg review --undo takes back what stands in the file")
            return
        self._at, added = self._answered.pop()
        for _ in range(added):
            _undo(self._file, LAST)


def _reply(question: Question) -> str:
    """Return a key of the question, or one of our own; anything else is asked again."""
    names = {name for answer in question.answers for name in (answer.key, answer.name)}
    keys = "  ".join(f"{answer.key} {answer.words}" for answer in question.answers)
    click.echo(f"  {keys}  |  Enter later  {NOTE}WORDS note  {TAKE_BACK} back  {QUIT} quit")
    while True:
        reply: str = click.prompt(
            "  ", default=SKIP, show_default=False, prompt_suffix="> "
        ).strip()
        if reply in {SKIP, QUIT, TAKE_BACK} | names or reply.startswith(NOTE):
            return reply
        say(f"  {reply!r} is none of the keys")


def _show(question: Question, place: str) -> None:
    click.echo()
    click.secho(f"{place}  {question.text}", bold=True)
    click.echo(
        f"  {_text(question.reason).plain}; "
        f"doubt {question.doubt:.2f} × stake {question.stake:.1f} = {question.rank:.1f}"
    )
    if len(question.sides) == 2:
        print_table(_side_by_side(question.sides))
        return
    for side in question.sides:
        click.echo(_text("\n".join(("", f"  • {side.title}", *_side_lines(side, "    ")))).plain)
    click.echo()


def _side_by_side(sides: Sequence[Side]) -> Table:
    table = make_table(*(_text(side.title).plain.replace("[", r"\[") for side in sides))
    table.add_row(*(_text("\n".join(_side_lines(side, ""))) for side in sides))
    return table


def _side_lines(side: Side, margin: str) -> Iterator[str]:
    for number, passage in enumerate(side.passages, 1):
        source = (passage.headline, passage.publisher, passage.published, passage.document)
        yield f"{margin}{number} “{passage.text}”"
        yield f"{margin}  —— {' · '.join(part for part in source if part)}"
    if side.details:
        yield f"{margin}{side.details}"
