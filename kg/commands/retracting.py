"""Take documents out of a built graph: ``kg retract``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.options import graph_option, json_option
from kg.console import examples, print_json, say

if TYPE_CHECKING:
    from kg.retraction import Retraction

__all__ = ["retract"]

SHOWN = 10


@click.command(
    epilog=examples(
        "kg retract page_2023-03-14_01.txt",
        "kg retract 2023/withdrawn.html -o exports --json",
    )
)
@click.argument("documents", nargs=-1, required=True, metavar="DOCUMENT…")
@graph_option
@json_option
def retract(documents: tuple[str, ...], folder: Path, as_json: bool) -> None:
    """Take documents out of a built graph.

    What only they say is removed, what others say too stays; names are not decided anew until the next
    kg build. DOCUMENT is a path, a file name or an id. The file itself is not touched: where it stays
    in the corpus, the next build reads it again.
    """
    from dataclasses import asdict

    from kg.retraction import retract as take_out

    done = take_out(folder, documents)
    if as_json:
        print_json(asdict(done))
    else:
        _say_done(done)


def _say_done(done: Retraction) -> None:
    say(f"taken out: {', '.join(done.documents)}")
    say(
        f"{done.articles} articles, {done.relations} relations, {done.facts} facts and "
        f"{len(done.entities)} entities gone; {len(done.weakened)} claims rest on others alone"
    )
    if done.relabelled:
        say(f"  another label: {_some(done.relabelled)}")
    if done.undecided:
        say(f"  kg build may decide these names otherwise now: {_some(done.undecided)}")


def _some(ids: list[str]) -> str:
    more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
    return ", ".join(ids[:SHOWN]) + more
