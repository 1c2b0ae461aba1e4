"""What every command shares: messages, exit codes, tables, progress, standard input.

Data goes to stdout, messages and progress to stderr. Exit codes: 0 fine; 1 the data falls short
(nothing built, nothing found, invalid, below a floor); 2 could not run; 130 interrupted; 141 nobody
reads on.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.errors import KgError
from kg.printable import escaped

if TYPE_CHECKING:
    from rich.table import Table

    from kg.workers import Progress

__all__ = [
    "FallsShort",
    "MessageFormatter",
    "Shell",
    "examples",
    "make_table",
    "print_data",
    "print_json",
    "print_table",
    "progress_bar",
    "say",
    "standard_input",
]

FALLS_SHORT, COULD_NOT_RUN, INTERRUPTED, BROKEN_PIPE = 1, 2, 130, 141
PIPE_COLUMNS = 10_000  # a table in a pipe is as wide as its words


class FallsShort(click.exceptions.Exit):
    """Ends a command that ran well on data that falls short."""

    def __init__(self) -> None:
        super().__init__(FALLS_SHORT)


class Shell(click.Group):
    """The group of all commands, in the order of the pipeline, with our messages and exit codes."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, context: click.Context) -> Any:
        try:
            result = super().invoke(context)
            sys.stdout.flush()
        except KgError as error:
            say(f"kg: {error}")
            raise click.exceptions.Exit(COULD_NOT_RUN) from error
        except BrokenPipeError:  # … | head
            # What is still buffered would be complained about once more at the interpreter's end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.exceptions.Exit(BROKEN_PIPE) from None
        except OSError as error:  # no space, no permission: the message says it all
            say(f"kg: {error}")
            raise click.exceptions.Exit(COULD_NOT_RUN) from error
        return result

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):  # a Windows pipe would not take Chinese
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.Abort:  # Ctrl-C
            say("kg: interrupted; nothing was replaced")
            code = INTERRUPTED
        except click.ClickException as error:
            error.show()
            code = COULD_NOT_RUN
        sys.exit(code if isinstance(code, int) else 0)


def examples(*lines: str, title: str = "Examples") -> str:
    """Return command lines as an epilog of --help, unwrapped."""
    return "\n".join(("\b", f"{title}:", *(f"  {line}" for line in lines)))


def say(message: str) -> None:
    click.echo(escaped(message, keep="\n"), err=True)


def print_data(data: str | bytes) -> None:
    """Print what other programs read: as it is in a pipe, without commands on a terminal."""
    if not sys.stdout.isatty():
        click.echo(data, nl=False)
        return
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
    click.echo(escaped(text.replace("\r\n", "\n"), keep="\n\t"), nl=False)


class MessageFormatter(logging.Formatter):
    """Writes log records for a terminal, whatever names of files they tell of."""

    def format(self, record: logging.LogRecord) -> str:
        return escaped(super().format(record), keep="\n\t")


def print_table(table: Table) -> None:
    """Print a table: as wide as the terminal, or in a pipe as wide as it needs."""
    from rich.console import Console

    # Without markup: kg-news[hanlp] is a package, not a style.
    console = Console(width=None if sys.stdout.isatty() else PIPE_COLUMNS, markup=False)
    # Through click, whose broken pipes are ours to answer; rich would exit by itself.
    with console.capture() as capture:
        console.print(table)
    click.echo(capture.get(), nl=False)


def print_json(value: object) -> None:
    print_data(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


@contextmanager
def standard_input(paths: Sequence[Path], *, max_bytes: int = -1) -> Iterator[list[Path]]:
    """Put what stdin brings, up to *max_bytes* of it, into a file of its own in place of ``-``."""
    if Path("-") not in paths:
        yield list(paths)
        return
    with tempfile.TemporaryDirectory(prefix="kg-") as folder:
        file = Path(folder) / "stdin"
        file.write_bytes(sys.stdin.buffer.read(max_bytes))
        yield [file if path == Path("-") else path for path in paths]


@contextmanager
def progress_bar(verb: str) -> Iterator[Progress | None]:
    """Show how many files are done, on a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn(verb),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[name]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(verb, name="")

        def show(done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, name=escaped(name))

        yield show


def make_table(*names: str) -> Table:
    from rich.table import Table

    table = Table()
    for name in names:
        table.add_column(name, overflow="fold")
    return table
