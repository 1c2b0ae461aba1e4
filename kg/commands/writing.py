"""Write a built graph for eyes and programs, and check it: ``kg show``, ``kg export``, ``kg validate``."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from kg.commands.options import (
    endpoint_options,
    graph_option,
    json_option,
    open_source,
    source_options,
)
from kg.console import FallsShort, examples, print_data, print_json, standard_input
from kg.errors import SettingsError

__all__ = ["export", "show", "validate"]


@click.command(
    epilog=examples(
        "kg show 聊城市",
        "kg show 鲁西集团 邮储银行 --hops 2 -o picture.html",
        "kg show --overview -o overview.html",
        "kg show -o /tmp/page -o picture.html",
    )
)
@click.argument("entities", nargs=-1)
@click.option("--hops", type=click.IntRange(min=1), default=1, show_default=True, help="Reach.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    help="Entities to draw, the best connected  [default: 300; 20000 with --overview]",
)
@click.option(
    "--overview",
    is_flag=True,
    help="Communities first, which a click opens. Above 1000 entities always.",
)
@click.option(
    "-o",
    "--out",
    "places",
    multiple=True,
    type=click.Path(path_type=Path),
    help="FILE.html to write  [default: show.html in DIR], or DIR that kg build wrote  [default: exports]",
)
@endpoint_options
def show(
    entities: tuple[str, ...],
    hops: int,
    limit: int | None,
    overview: bool,
    places: tuple[Path, ...],
    endpoint: str | None,
    graph: str,
) -> None:
    """Draw the graph, or what is around ENTITIES.

    The result is one HTML file that needs no network; its
    name is printed. What it leaves out is said on the page.
    """
    from kg.visualization import DEFAULT_LIMIT, OVERVIEW_LIMIT, picture_from_store, write_html

    files = [place for place in places if place.suffix.lower() in (".html", ".htm")]
    folders = [place for place in places if place not in files]
    if len(files) > 1 or len(folders) > 1:
        raise SettingsError("-o: one FILE.html and one DIR at most")
    folder = folders[0] if folders else Path("exports")
    file = files[0] if files else folder / "show.html"
    picture = picture_from_store(
        open_source(folder, endpoint, graph),
        entities=entities,
        hops=hops,
        limit=limit or (OVERVIEW_LIMIT if overview else DEFAULT_LIMIT),
    )
    title = " · ".join(entities) or "知识图谱"
    write_html(picture, file, title=title, by_communities=overview or None)
    click.echo(file)


@click.command(
    epilog=examples(
        "kg export ttl > graph.ttl",
        "kg export graphml --to graph.graphml",
        "kg export csv --to tables/",
        "kg export ttl --endpoint http://localhost:7878 > graph.ttl",
    )
)
@click.argument("format_", metavar="FORMAT")
@source_options
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    help="File to write, for csv, parquet and neo4j a folder  [default: stdout; these and sqlite: in DIR]",
)
def export(
    format_: str, folder: Path, endpoint: str | None, graph: str, target: Path | None
) -> None:
    """Write the graph for other programs.

    FORMAT is ttl, nt, trig, jsonld, rdfxml, graphml, gexf (Gephi), csv (nodes.csv and edges.csv), cypher,
    neo4j (for its importers), sqlite, ftm (FollowTheMoney) or parquet (needs pyarrow). Equal graphs give equal bytes.
    """
    from kg.export import export as write

    store = open_source(folder, endpoint, graph)
    defaults = {
        "csv": folder,
        "parquet": folder,
        "neo4j": folder,
        "sqlite": folder / "graph.sqlite",
    }
    default = defaults.get(format_)
    if place := target or default:
        for path in write(store, format_, place):
            click.echo(path)
        return
    with tempfile.TemporaryDirectory(prefix="kg-") as temporary:
        for path in write(store, format_, Path(temporary) / "graph"):
            print_data(path.read_bytes())


@click.command(
    epilog=examples(
        "kg validate",
        "kg validate graph.ttl --json",
        "kg export ttl | kg validate -",
    )
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@graph_option
@click.option("--shacl", is_flag=True, help="Ask pyshacl, the slow reference.")
@json_option
def validate(file: Path | None, folder: Path, shacl: bool, as_json: bool) -> None:
    """Check the graph against its shapes.

    The report names the sentence behind each violation. FILE is Turtle, - is stdin.
    """
    from dataclasses import asdict

    from kg.graph import load_turtle, open_store
    from kg.validation import to_text, validate_shacl
    from kg.validation import validate as check

    if file is None:
        store = open_store(folder)
    else:
        with standard_input([file]) as (turtle,):
            store = load_turtle(turtle)
    report = (validate_shacl if shacl else check)(store)
    if as_json:
        print_json({"conforms": report.conforms} | asdict(report))
    else:
        click.echo(to_text(report, store), nl=False)
    if not report.conforms:
        raise FallsShort
