"""Link entities to other data: ``kg link``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.options import graph_option, json_option
from kg.console import examples, make_table, print_json, print_table, progress_bar, say

if TYPE_CHECKING:
    from kg.linking import Link, Subject
    from kg.workers import Progress

__all__ = ["link"]


@click.command(
    epilog=examples(
        "kg link --divisions",
        "kg link --listed listed.csv --wikidata latest-all.json.gz",
        "kg link --wikidata https://query.wikidata.org/sparql",
        "kg link --json",
    )
)
@graph_option
@click.option(
    "--links",
    "file",
    type=click.Path(path_type=Path),
    help="File of links  [default: the one the build read]",
)
@click.option("--divisions", is_flag=True, help="Places to the codes of GB/T 2260.")
@click.option(
    "--listed",
    "tables",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Firms to the codes in a CSV: code and name or short, optionally exchange and iri.",
)
@click.option(
    "--wikidata",
    "sources",
    multiple=True,
    metavar="DUMP|URL",
    help="Entities to Wikidata: a JSON dump (.gz, .bz2) or a SPARQL endpoint.",
)
@json_option
def link(
    folder: Path,
    file: Path | None,
    divisions: bool,
    tables: tuple[Path, ...],
    sources: tuple[str, ...],
    as_json: bool,
) -> None:
    """Link entities to other data; without a source, list the links.

    Never guesses: a link needs the exact name and something besides that agrees. The others are listed
    as unsure, for a person to change to same or different in the file. Links go to links.csv beside
    kg.toml; kg build puts those that are the same into the graph, with what they rest on, offline.
    """
    from dataclasses import asdict

    from kg.graph import open_store
    from kg.linking import add_links, read_links, read_subjects
    from kg.review import judgements_file

    file = file or judgements_file(folder, "links")
    if divisions or tables or sources:
        subjects = read_subjects(open_store(folder))
        with progress_bar("linking") as progress:
            found = list(_find(subjects, divisions, tables, sources, progress))
        added = add_links(file, found)
        _say_added(added, file)
        shown: Sequence[Link] = added
    else:
        shown = read_links(file)
    if as_json:
        print_json([asdict(each) for each in shown])
    else:
        _print(shown)


def _find(
    subjects: Sequence[Subject],
    divisions: bool,
    tables: Iterable[Path],
    sources: Iterable[str],
    progress: Progress | None,
) -> Iterator[Link]:
    from kg.linking import link_divisions, link_dump, link_endpoint, link_listed

    today = datetime.now(timezone.utc).date().isoformat()
    if divisions:
        yield from link_divisions(subjects, on=today)
    for table in tables:
        yield from link_listed(subjects, table, on=today)
    for source in sources:
        if "://" in source:
            yield from link_endpoint(subjects, source, on=today, progress=progress)
        else:
            yield from link_dump(subjects, Path(source), on=today, progress=progress)


def _say_added(links: Sequence[Link], file: Path) -> None:
    counts = Counter(link.verdict.value for link in links)
    said = ", ".join(f"{number} {verdict}" for verdict, number in sorted(counts.items()))
    say(
        f"{len(links)} links added to {file}" + (f": {said}; kg build applies them" if said else "")
    )


def _print(links: Sequence[Link]) -> None:
    from rich.text import Text

    if not links:
        return
    table = make_table("entity", "verdict", "target", "matched", "source")
    for link in links:
        cells = (link.entity, link.verdict.value, link.target, link.matched, link.source)
        table.add_row(*(Text("".join(c if c.isprintable() else " " for c in it)) for it in cells))
    print_table(table)
