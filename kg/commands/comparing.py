"""Say what changed between two builds: ``kg diff``."""

from __future__ import annotations

from pathlib import Path

import click

from kg.commands.options import json_option
from kg.console import FallsShort, examples, print_json

__all__ = ["diff"]


@click.command(
    epilog=examples(
        "kg diff exports-monday exports",
        "kg diff old.ttl new.ttl --json",
    )
)
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@json_option
def diff(before: Path, after: Path, as_json: bool) -> None:
    """Say in words what changed between two builds.

    BEFORE and AFTER are folders that kg build wrote, or Turtle files. Tells of documents, of entities
    that are new, gone, renamed, merged or split, and of claims that are new (+), gone (-), changed (~)
    or rest on other sentences (=). Exit code as of diff: 0 the same, 1 different, 2 could not run.
    """
    from dataclasses import asdict

    from kg.changes import compare, to_text

    changes = compare(before, after)
    if as_json:
        print_json(asdict(changes))
    else:
        click.echo(to_text(changes), nl=False)
    if changes:
        raise FallsShort
