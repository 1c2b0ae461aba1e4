"""Ask a built graph: ``kg query``, ``kg explain``."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.options import json_option, open_source, source_options
from kg.console import FallsShort, examples, make_table, print_data, print_json, print_table, say
from kg.errors import InputError, SettingsError

if TYPE_CHECKING:
    from kg.query import QueryResult

__all__ = ["explain", "query"]

SPARQL = re.compile(
    r"\s*(#|(SELECT|ASK|CONSTRUCT|DESCRIBE|INSERT|DELETE|PREFIX|BASE)\b)", re.IGNORECASE
)


@click.command(
    epilog=examples(
        "kg query",
        "kg query largest-investments --set place=莘县",
        "kg query 'SELECT ?o WHERE { ?o a kg:Company } LIMIT 10' --format csv",
        "kg query - < question.rq",
        "kg query largest-investments --endpoint http://localhost:7878",
    )
)
@click.argument("query", required=False)
@source_options
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Parameter of NAME.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "csv", "json", "xml", "ttl"]),
    default="table",
    show_default=True,
    help="What to print.",
)
@json_option
@click.option("--limit", type=click.IntRange(min=1), help="Stop after so many rows.")
def query(
    query: str | None,
    folder: Path,
    endpoint: str | None,
    graph: str,
    settings: tuple[str, ...],
    format_: str,
    as_json: bool,
    limit: int | None,
) -> None:
    """Ask the graph.

    QUERY is SPARQL text, a FILE.rq, the NAME of a ready query, or - for stdin.

    Without an argument, list the ready queries and their parameters.
    """
    from kg.query import find_query, run_cookbook, run_query

    if query is None:
        _list_queries(as_json=as_json)
        return
    parameters = _parameters(settings)
    store = open_source(folder, endpoint, graph)
    named = find_query(query)
    if named is not None:
        result = run_cookbook(store, named, parameters, max_rows=limit)
    elif parameters:
        raise SettingsError(f"--set belongs to ready queries, and {query!r} is none; see kg query")
    else:
        result = run_query(store, _query_text(query), max_rows=limit)
    _print_result(result, "json" if as_json else format_)
    if result.truncated:
        say(f"kg: only the first {limit} rows")
    if not result and result.truth is None:
        say("kg: nothing found")
    if not result:
        raise FallsShort


def _list_queries(*, as_json: bool) -> None:
    from dataclasses import asdict

    from kg.query import cookbook

    if as_json:
        print_json([asdict(each) for each in cookbook()])
        return
    table = make_table("name", "question", "parameters")
    for each in cookbook():
        parameters = ", ".join(f"{it.name}={it.default}" for it in each.parameters)
        table.add_row(each.name, f"{each.title}\n{each.title_en}", parameters)
    print_table(table)


def _parameters(settings: Sequence[str]) -> dict[str, str]:
    pairs = [setting.partition("=") for setting in settings]
    for name, equals, _ in pairs:
        if not equals:
            raise SettingsError(f"--set {name}: write NAME=VALUE, such as --set place=莘县")
    return {name: value for name, _, value in pairs}


def _query_text(query: str) -> str:
    """Return the SPARQL in a file, on stdin, or in the argument itself."""
    if query == "-":
        try:
            return sys.stdin.buffer.read().decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(
                f"not readable: {error}", path="stdin", remedy="write UTF-8"
            ) from error
    if SPARQL.match(query):
        return query
    try:
        return Path(query).read_text("utf-8")
    except FileNotFoundError as error:
        raise InputError(
            f"{query!r} is no ready query, no file and no SPARQL", remedy=_near_queries(query)
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"not readable: {error}", path=query) from error


def _near_queries(name: str) -> str:
    from difflib import get_close_matches

    from kg.query import cookbook

    near = get_close_matches(name, [each.name for each in cookbook()], n=3, cutoff=0.4)
    return f"did you mean {' or '.join(near)}?" if near else "kg query lists the ready ones"


def _print_result(result: QueryResult, format_: str) -> None:
    from kg.query import to_csv, to_json, to_table, to_turtle, to_xml

    if format_ == "table":
        print_table(to_table(result))
        return
    writers: dict[str, Callable[[QueryResult], str]] = {
        "csv": to_csv,
        "json": to_json,
        "xml": to_xml,
        "ttl": to_turtle,
    }
    text = writers[format_](result)
    print_data(text if text.endswith("\n") else f"{text}\n")


@click.command(
    epilog=examples(
        "kg explain 聊城市",
        "kg explain company:鲁西集团 --json",
        "kg explain statement:3f2a90c1d4e5b607",
    )
)
@click.argument("subject", metavar="ENTITY|STATEMENT")
@source_options
@json_option
def explain(subject: str, folder: Path, endpoint: str | None, graph: str, as_json: bool) -> None:
    """Show claims with the sentences they rest on.

    An entity goes by its name, an alias or its id; a statement by the id that explain and query print.
    """
    from dataclasses import asdict

    from kg.explain import explain as explain_subject
    from kg.explain import to_text

    topic = explain_subject(open_source(folder, endpoint, graph), subject)
    if as_json:
        print_json(asdict(topic))
    elif topic:
        click.echo(to_text(topic), nl=False)
    else:
        say(f"kg: {subject!r} is not the name of one entity")
        say(to_text(topic).rstrip())
    if not topic:
        raise FallsShort
