"""Open a built graph to others: ``kg serve``."""

from __future__ import annotations

from pathlib import Path

import click

from kg.commands.options import graph_option
from kg.console import examples, say
from kg.errors import SettingsError

__all__ = ["serve"]


@click.command(
    epilog=examples(
        "kg serve",
        "kg serve -o exports --port 8000",
        "kg serve --host 0.0.0.0 --allow-host graph.example.org",
        "curl -H 'Accept: text/csv' --data-urlencode 'query=SELECT * {?s ?p ?o} LIMIT 5' localhost:8000/sparql",
    )
)
@graph_option
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address; 0.0.0.0 lets others in."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option(
    "--allow-host", "hosts", multiple=True, metavar="NAME", help="Name this server goes by."
)
@click.option(
    "--cors-origin",
    default="*",
    show_default=True,
    metavar="ORIGIN",
    help="Site whose scripts may read the data, * for any, none for no other.",
)
@click.option(
    "--review",
    "reviewer",
    metavar="NAME",
    help="Take judgements on what is doubtful, by NAME; on this machine only.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1),
    default=30.0,
    show_default=True,
    help="Seconds for one query.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="Processes for queries, and as many again for pages.",
)
@click.option(
    "--memory",
    type=click.IntRange(min=1024),
    default=3072,
    show_default=True,
    help="Megabytes of addresses for one of them.",
)
def serve(
    folder: Path,
    host: str,
    port: int,
    hosts: tuple[str, ...],
    cors_origin: str,
    reviewer: str | None,
    timeout: float,
    workers: int,
    memory: int,
) -> None:
    """Open the graph in the browser and to SPARQL.

    Pages to search and read are at /, a SPARQL 1.1 endpoint, read-only, at /sparql.
    The server answers this machine only unless --host says otherwise, and follows new builds.
    """
    from kg.review import judgements_file
    from kg.server import Limits
    from kg.server import serve as run
    from kg.server.app import ServerSettings
    from kg.server.reviewing import Reviewer

    limits = Limits(seconds=timeout, workers=workers, memory_bytes=memory << 20)
    if reviewer and not _is_loopback(host):
        raise SettingsError(f"--review takes judgements from this machine only, not at {host}")
    judge = Reviewer(reviewer, judgements_file(folder)) if reviewer else None
    settings = ServerSettings(
        folder,
        limits,
        hosts=(*hosts, host),
        reviewer=judge,
        cors_origin=None if cors_origin == "none" else cors_origin,
    )
    run(settings, host=host, port=port, ready=lambda address: say(f"kg: serving {address}"))


def _is_loopback(host: str) -> bool:
    from ipaddress import ip_address

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
