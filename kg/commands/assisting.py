"""Let an assistant ask the graph: ``kg mcp``."""

from __future__ import annotations

from pathlib import Path

import click

from kg.commands.options import graph_option
from kg.console import examples, say
from kg.errors import SettingsError

__all__ = ["mcp"]


@click.command(
    epilog=examples(
        "kg mcp -o exports",
        "kg mcp --http --port 8001",
        "kg mcp --http --host 0.0.0.0 --allow-host kg.example.org",
    )
)
@graph_option
@click.option("--http", is_flag=True, help="Serve streamable HTTP instead of stdin and stdout.")
@click.option("--host", help="Address, with --http.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="With --http.  [default: 8001]")
@click.option(
    "--allow-host", "names", multiple=True, metavar="NAME", help="Name this machine goes by."
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1),
    default=20.0,
    show_default=True,
    help="Seconds for one question.",
)
def mcp(
    folder: Path,
    http: bool,
    host: str | None,
    port: int | None,
    names: tuple[str, ...],
    timeout: float,
) -> None:
    """Let an assistant ask the graph.

    A read-only server of the Model Context Protocol: entities, claims with their sentences, neighbours,
    ready questions and SPARQL. It answers this machine only, unless --host says otherwise.
    """
    from kg.mcp import serve_http, serve_stdio

    if not http:
        if host or port is not None or names:
            raise SettingsError("--host, --port and --allow-host belong to --http")
        serve_stdio(folder, seconds=timeout)
        return
    serve_http(
        folder,
        host=host or "127.0.0.1",
        port=8001 if port is None else port,
        names=names,
        seconds=timeout,
        ready=lambda address: say(f"kg: answering at {address}"),
    )
