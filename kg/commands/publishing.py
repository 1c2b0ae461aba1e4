"""Send a built graph to a SPARQL server: ``kg publish``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.commands.options import graph_option, json_option
from kg.console import FallsShort, examples, print_json, progress_bar, say

if TYPE_CHECKING:
    from kg.remote import Publication

__all__ = ["publish"]

MISSING_SHOWN = 3


@click.command(
    epilog=examples(
        "kg publish http://localhost:7878",
        "kg publish http://localhost:8890 -o exports --graph https://example.org/news",
        "kg publish http://localhost:3030/news --protocol update --batch 5000",
    )
)
@click.argument("url")
@graph_option
@click.option(
    "--graph",
    metavar="IRI",
    default="",
    help="Graph to put it into, or the word default  [default: the base IRI of the build]",
)
@click.option(
    "--protocol",
    type=click.Choice(["graph-store", "update"]),
    help="How to send  [default: graph-store where the server has it]",
)
@click.option("--batch", type=click.IntRange(min=1), help="Triples in one request.")
@click.option("--in-place", is_flag=True, help="Clear and load, without a staging graph.")
@click.option("--replace", is_flag=True, help="Send all, whatever the graph holds now.")
@click.option(
    "--sample",
    type=click.IntRange(min=0),
    default=200,
    show_default=True,
    help="Triples to look for afterwards.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Which ones.")
@click.option(
    "--timeout",
    "seconds",
    type=click.FloatRange(min=0.1),
    help="Seconds for one answer  [default: KG_ENDPOINT_TIMEOUT, or 120]",
)
@click.option("--update-url", metavar="URL", default="", help="For updates, if it is not found.")
@click.option("--store-url", metavar="URL", default="", help="For the Graph Store Protocol.")
@json_option
def publish(url: str, folder: Path, as_json: bool, **options: Any) -> None:
    """Send the graph to a SPARQL 1.1 server.

    It is loaded beside the graph sent before, compared with the build, and takes its place. An
    interrupted run goes on where it stopped.

    Name and password are read from KG_ENDPOINT_USER and KG_ENDPOINT_PASSWORD, a token from
    KG_ENDPOINT_TOKEN.
    """
    from dataclasses import asdict

    from kg.remote import PublishOptions
    from kg.remote import publish as send

    with progress_bar("sending") as progress:
        publication = send(folder, url, PublishOptions(**options), progress=progress)
    if as_json:
        print_json(asdict(publication) | {"is_complete": publication.is_complete})
    else:
        _say_published(publication)
    if not publication.is_complete:
        raise FallsShort


def _say_published(publication: Publication) -> None:
    comparison = publication.comparison
    way = "beside the old graph, then moved" if publication.staged else "in place"
    before = f" ({publication.resumed_at} were there)" if publication.resumed_at else ""
    say(
        f"sent {publication.sent} triples{before} to {publication.graph} "
        f"by {publication.protocol}, {way}"
    )
    steps = ", ".join(f"{step} {seconds:.1f}" for step, seconds in publication.seconds.items())
    say(f"  seconds  {steps}")
    found = comparison.sampled - len(comparison.missing)
    say(f"  count    {comparison.counted} on the server, {comparison.expected} in the build")
    say(f"  sample   {found} of {comparison.sampled} found")
    for triple in comparison.missing[:MISSING_SHOWN]:
        say(f"  missing  {triple}")
    if not publication.is_complete:
        kept = "; the old graph was left as it was" if publication.staged else ""
        say(f"kg: the server does not hold what was sent{kept}")
    click.echo(f"{publication.endpoint}")
