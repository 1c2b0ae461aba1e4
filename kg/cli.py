"""The commands: each parses, calls one plain function, and prints.

A command imports what it needs when it runs, so that ``kg --help`` and ``kg query`` answer at once.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kg import __version__
from kg.console import (
    FallsShort,
    Shell,
    examples,
    make_table,
    print_json,
    print_table,
    progress_bar,
    say,
    standard_input,
)
from kg.errors import InputError, SettingsError

if TYPE_CHECKING:
    from kg.evaluation import Evaluation
    from kg.jsonl import Annotation
    from kg.pipeline import BuildReport
    from kg.query import QueryResult
    from kg.settings import Settings
    from kg.workers import Skipped

__all__ = ["main"]

SKIPS_SHOWN = 10
SPARQL = re.compile(
    r"\s*(#|(SELECT|ASK|CONSTRUCT|DESCRIBE|INSERT|DELETE|PREFIX|BASE)\b)", re.IGNORECASE
)

F = TypeVar("F", bound=Callable[..., object])


# ------------------------------------------------------------------------------ what they share


def graph_option(command: F) -> F:
    """Add ``-o DIR``, the folder with the built graph."""
    return click.option(
        "-o",
        "--out",
        "folder",
        type=click.Path(path_type=Path),
        default=Path("exports"),
        show_default=True,
        help="Folder that kg build wrote.",
    )(command)


def json_option(command: F) -> F:
    """Add ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def settings_options(command: F) -> F:
    """Add the settings of a corpus: `settings_file`, and one flag for each."""
    options: tuple[Callable[[Any], Any], ...] = (
        click.option(
            "--settings",
            "settings_file",
            type=click.Path(path_type=Path),
            help="Settings file  [default: kg.toml in or beside the corpus]",
        ),
        click.option("--home", metavar="REGION", help="What 我市 means, such as 聊城市."),
        click.option("--publisher", metavar="NAME", help="Paper of documents that name none."),
        click.option("--engine", metavar="ENGINE", help="What finds names  [default: builtin]"),
        click.option("--min-confidence", type=float, help="Leave out claims below, 0 to 1."),
    )
    for option in reversed(options):  # the first stands first in --help
        command = option(command)
    return command


def jobs_options(command: F) -> F:
    """Add ``--jobs`` and ``--strict``."""
    command = click.option(
        "--strict", is_flag=True, help="Stop at the first document that cannot be used."
    )(command)
    return click.option(
        "--jobs",
        type=click.IntRange(min=1),
        default=1,
        show_default=True,
        help="Processes that share the documents.",
    )(command)


def _settings(paths: Sequence[Path], file: Path | None, **flags: object) -> Settings:
    from kg.settings import find_settings_file, load_settings

    return load_settings(file or find_settings_file(paths), flags=flags)


def _say_skipped(skipped: Sequence[Skipped]) -> None:
    for skip in skipped[:SKIPS_SHOWN]:
        say(f"  skipped {skip.path}: {skip.reason}")
    if len(skipped) > SKIPS_SHOWN:
        say(f"  … and {len(skipped) - SKIPS_SHOWN} more")


def _say_built(report: BuildReport) -> None:
    _say_skipped(report.skipped)
    if not report.is_built:
        say("kg: no document could be used; nothing was written")
        return
    counts = report.counts
    reused = f" ({counts['reused']} unchanged)" if counts["reused"] else ""
    say(f"read {counts['documents']} documents{reused}, skipped {len(report.skipped)}")
    say(
        f"{counts['articles']} articles, {counts['entities']} entities, "
        f"{counts['relations']} relations, {counts['facts']} facts, {counts['triples']} triples"
    )
    if report.violations:
        say(f"  {len(report.violations)} violations of the shapes; kg validate tells which")
    for what, place in report.places().items():
        say(f"  {what:<8} {place}")


# --------------------------------------------------------------------------------- the commands


@click.group(
    cls=Shell,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "kg build corpus -o exports    read, extract, link; write graph, picture, table",
        "kg query                      the questions the graph answers",
        "kg explain 聊城市              every claim about it, with its sentences",
        title="Start here",
    ),
)
@click.version_option(__version__, prog_name="kg")
@click.option("-v", "--verbose", count=True, help="Say more on stderr; twice: everything.")
def main(verbose: int) -> None:
    """Knowledge graphs from Chinese regional economic news.

    Files in, a graph out in which every claim is one click away from the sentence it rests on.
    """
    level = {0: logging.WARNING, 1: logging.INFO}.get(verbose, logging.DEBUG)
    logging.basicConfig(level=level, format="%(name)s: %(message)s", stream=sys.stderr)


@main.command(
    epilog=examples(
        "kg build corpus -o exports",
        "kg build 2022/ 2023/ page.pdf --home 聊城市 --jobs 4",
        "pdftotext -raw page.pdf - | kg build - -o /tmp/page",
    )
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("exports"),
    show_default=True,
    help="Folder to write to.",
)
@click.option("--fresh", is_flag=True, help="Extract again what earlier builds kept.")
@jobs_options
@settings_options
def build(
    paths: tuple[Path, ...],
    out: Path,
    fresh: bool,
    jobs: int,
    strict: bool,
    settings_file: Path | None,
    **flags: object,
) -> None:
    """Build a graph from documents.

    PATHS are files and folders, - is stdin.

    Writes graph.ttl, graph.html, statements.csv, report.json and the store that the other commands
    read. A document that cannot be used is skipped and listed. A file that did not change since the
    last build is not extracted again; that build is replaced only when the new one is complete.
    """
    from kg.pipeline import build as build_graph

    with standard_input(paths) as files, progress_bar("reading") as progress:
        settings = _settings(paths, settings_file, **flags)
        report = build_graph(
            files,
            out,
            settings=settings,
            jobs=jobs,
            strict=strict,
            fresh=fresh,
            progress=progress,
        )
    _say_built(report)
    if not report.is_built:
        raise FallsShort


@main.command(
    epilog=examples(
        "kg extract corpus > articles.jsonl",
        "kg extract page.pdf | jq '.articles[].title'",
        "kg extract corpus | kg evaluate corpus/gold -",
    )
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@jobs_options
@settings_options
def extract(
    paths: tuple[Path, ...],
    jobs: int,
    strict: bool,
    settings_file: Path | None,
    **flags: object,
) -> None:
    """Print articles with their entities and claims.

    One document a line, in JSON. Quotes carry their offsets in the article's text: title, line break,
    body.
    """
    from kg.reading import find_files

    settings = _settings(paths, settings_file, **flags)
    printed = 0
    with standard_input(paths) as files:
        for annotation in _annotations(find_files(files), settings, jobs, strict):
            click.echo(json.dumps(annotation, ensure_ascii=False))
            printed += 1
    if not printed:
        raise FallsShort


@main.command(
    epilog=examples(
        "kg query",
        "kg query largest-investments --set place=莘县",
        "kg query 'SELECT ?o WHERE { ?o a kg:Company } LIMIT 10' --format csv",
        "kg query - < question.rq",
    )
)
@click.argument("query", required=False)
@graph_option
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
    settings: tuple[str, ...],
    format_: str,
    as_json: bool,
    limit: int | None,
) -> None:
    """Ask the graph.

    QUERY is SPARQL text, a FILE.rq, the NAME of a ready query, or - for stdin.

    Without an argument, list the ready queries and their parameters.
    """
    from kg.graph import open_store
    from kg.query import find_query, run_cookbook, run_query

    if query is None:
        _list_queries(as_json=as_json)
        return
    parameters = _parameters(settings)
    store = open_store(folder)
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
        return sys.stdin.buffer.read().decode("utf-8")
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
    click.echo(text, nl=not text.endswith("\n"))


@main.command(
    epilog=examples(
        "kg explain 聊城市",
        "kg explain company:鲁西集团 --json",
        "kg explain statement:3f2a90c1d4e5b607",
    )
)
@click.argument("subject", metavar="ENTITY|STATEMENT")
@graph_option
@json_option
def explain(subject: str, folder: Path, as_json: bool) -> None:
    """Show claims with the sentences they rest on.

    An entity goes by its name, an alias or its id; a statement by the id that explain and query print.
    """
    from dataclasses import asdict

    from kg.explain import explain as explain_subject
    from kg.explain import to_text
    from kg.graph import open_store

    topic = explain_subject(open_store(folder), subject)
    if as_json:
        print_json(asdict(topic))
    elif topic:
        click.echo(to_text(topic), nl=False)
    else:
        say(f"kg: {subject!r} is not the name of one entity")
        say(to_text(topic).rstrip())
    if not topic:
        raise FallsShort


@main.command(
    epilog=examples(
        "kg show 聊城市",
        "kg show 鲁西集团 邮储银行 --hops 2 -o picture.html",
        "kg show -o /tmp/page -o picture.html",
    )
)
@click.argument("entities", nargs=-1)
@click.option("--hops", type=click.IntRange(min=1), default=1, show_default=True, help="Reach.")
@click.option("--limit", type=click.IntRange(min=1), default=300, show_default=True, help="Nodes.")
@click.option(
    "-o",
    "--out",
    "places",
    multiple=True,
    type=click.Path(path_type=Path),
    help="FILE.html to write  [default: show.html in DIR], or DIR that kg build wrote  [default: exports]",
)
def show(entities: tuple[str, ...], hops: int, limit: int, places: tuple[Path, ...]) -> None:
    """Draw the graph, or what is around ENTITIES.

    The result is one HTML file that needs no network; its
    name is printed.
    """
    from kg.graph import open_store
    from kg.visualization import picture_from_store, write_html

    files = [place for place in places if place.suffix.lower() in (".html", ".htm")]
    folders = [place for place in places if place not in files]
    if len(files) > 1 or len(folders) > 1:
        raise SettingsError("-o: one FILE.html and one DIR at most")
    folder = folders[0] if folders else Path("exports")
    file = files[0] if files else folder / "show.html"
    picture = picture_from_store(open_store(folder), entities=entities, hops=hops, limit=limit)
    write_html(picture, file, title=" · ".join(entities) or "知识图谱")
    click.echo(file)


@main.command(
    epilog=examples(
        "kg export ttl > graph.ttl",
        "kg export graphml --to graph.graphml",
        "kg export csv --to tables/",
    )
)
@click.argument("format_", metavar="FORMAT")
@graph_option
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    help="File to write, for csv and parquet a folder  [default: stdout; these and sqlite: in DIR]",
)
def export(format_: str, folder: Path, target: Path | None) -> None:
    """Write the graph for other programs.

    FORMAT is ttl, nt, trig, jsonld, rdfxml, graphml, gexf, csv (nodes.csv and edges.csv), cypher,
    sqlite, ftm (FollowTheMoney) or parquet (needs pyarrow). Equal graphs give equal bytes.
    """
    from kg.export import export as write
    from kg.graph import open_store

    store = open_store(folder)
    defaults = {"csv": folder, "parquet": folder, "sqlite": folder / "graph.sqlite"}
    default = defaults.get(format_)
    if place := target or default:
        for path in write(store, format_, place):
            click.echo(path)
        return
    with tempfile.TemporaryDirectory(prefix="kg-") as temporary:
        for path in write(store, format_, Path(temporary) / "graph"):
            click.echo(path.read_bytes(), nl=False)


@main.command(
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


@main.command(
    epilog=examples(
        "kg evaluate corpus/gold",
        "kg evaluate gold/ predicted.jsonl --show 20",
        "kg extract corpus | kg evaluate corpus/gold - --floor relation=0.4",
    )
)
@click.argument("gold", type=click.Path(path_type=Path))
@click.argument("predicted", required=False, type=click.Path(path_type=Path))
@click.option(
    "--corpus",
    type=click.Path(path_type=Path),
    help="Where the documents of GOLD are, without PREDICTED  [default: beside GOLD]",
)
@click.option(
    "--floor",
    "floors",
    multiple=True,
    metavar="KIND=F1",
    help="Exit with 1 below it: entity=0.6, relation=0.4, fact=0.3.",
)
@click.option("--show", type=click.IntRange(min=0), default=0, help="List so many mistakes.")
@json_option
@jobs_options
@settings_options
def evaluate(
    gold: Path,
    predicted: Path | None,
    corpus: Path | None,
    floors: tuple[str, ...],
    show: int,
    as_json: bool,
    jobs: int,
    strict: bool,
    settings_file: Path | None,
    **flags: object,
) -> None:
    """Measure precision, recall and F1.

    Both are files or folders in the annotation format that kg extract prints. Without PREDICTED the
    documents of GOLD are extracted now. Intervals are for 95 %, documents resampled.
    """
    from kg.evaluation import evaluate as compare
    from kg.evaluation import find_documents
    from kg.jsonl import read_annotations

    wanted = _floors(floors)
    golden = read_annotations(gold)
    if not golden:
        raise InputError("there are no annotations (*.json, *.jsonl)", path=gold)
    if predicted is not None:
        with standard_input([predicted]) as (file,):
            answers = read_annotations(file)
    else:
        folder = gold if gold.is_dir() else gold.parent
        folders = [corpus] if corpus else [folder, folder.parent]
        files = find_documents(golden, gold, folders)
        settings = _settings([path for path, _ in files], settings_file, **flags)
        answers = {each["doc"]: each for each in _annotations(files, settings, jobs, strict)}
    evaluation = compare(golden, answers)
    if as_json:
        print_json(evaluation.as_dict())
    else:
        _print_evaluation(evaluation, show)
    if _below_floors(evaluation, wanted):
        raise FallsShort


def _annotations(
    files: Sequence[tuple[Path, str]],
    settings: Settings,
    jobs: int,
    strict: bool,
) -> Iterator[Annotation]:
    """Extract files one after the other, showing progress, and say at the end what was skipped."""
    from kg.jsonl import to_annotation
    from kg.workers import extract_files

    skipped: list[Skipped] = []
    with progress_bar("extracting") as progress:
        for result in extract_files(
            files, settings=settings, jobs=jobs, strict=strict, progress=progress
        ):
            skipped += result.skipped
            for each in result.documents:
                yield to_annotation(each.document, each.extractions)
    _say_skipped(skipped)


def _print_evaluation(evaluation: Evaluation, show: int) -> None:
    table = make_table("", "precision", "recall", "F1", "95 %", "right", "predicted", "gold")
    groups = (evaluation.types, evaluation.relations, evaluation.total)
    for group in groups:
        for name, count in group.items():
            interval = evaluation.intervals.get(name) if group is evaluation.total else None
            table.add_row(
                name,
                *(f"{score:.3f}" for score in (count.precision, count.recall, count.f1)),
                f"{interval.low:.3f}–{interval.high:.3f}" if interval else "",
                *(str(number) for number in (count.right, count.predicted, count.gold)),
            )
        table.add_section()
    print_table(table)
    for kind, mistakes in (("missed", evaluation.missed), ("wrong", evaluation.wrong)):
        for mistake in mistakes[:show]:
            click.echo(f"{kind}\t{mistake}")


def _floors(floors: Sequence[str]) -> list[tuple[str, float]]:
    """Read the floors before anything is measured, which may take minutes."""
    read = []
    for floor in floors:
        kind, _, text = floor.partition("=")
        try:
            read.append((kind, float(text)))
        except ValueError as error:
            raise SettingsError(f"--floor {floor}: write KIND=F1, such as relation=0.4") from error
    return read


def _below_floors(evaluation: Evaluation, floors: Sequence[tuple[str, float]]) -> bool:
    """Say which floors are not reached."""
    below = False
    for kind, wanted in floors:
        if kind not in evaluation.total:
            known = ", ".join(evaluation.total)
            raise SettingsError(f"--floor {kind}={wanted}: write KIND=F1; kinds are {known}")
        score = evaluation.total[kind].f1
        if score < wanted:
            say(f"kg: {kind} F1 {score:.4f} is below {wanted}")
            below = True
    return below


@main.command(
    epilog=examples(
        "kg doctor",
        "kg doctor --json",
    )
)
@json_option
def doctor(as_json: bool) -> None:
    """Say what is installed and what is missing."""
    from kg.doctor import examine

    findings = examine()
    if as_json:
        print_json([finding.as_dict() for finding in findings])
    else:
        table = make_table("", "what", "found")
        for finding in findings:
            mark = "ok" if finding.ok else "missing" if finding.required else "-"
            table.add_row(mark, finding.name, finding.detail)
        print_table(table)
    if not all(finding.ok for finding in findings if finding.required):
        raise FallsShort


@main.command(
    epilog=examples(
        "kg train gold/ --raw news.jsonl.gz",
        "kg train gold/ --jackknife exports/training/jackknife.jsonl -o models",
    )
)
@click.argument("gold", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--raw", multiple=True, type=click.Path(path_type=Path), help="Raw news to learn from."
)
@click.option(
    "--pretrained", type=click.Path(path_type=Path), help="Instead of --raw: learned earlier."
)
@click.option(
    "--jackknife", type=click.Path(path_type=Path), help="Train the scorers only, on this."
)
@click.option(
    "-o",
    "out",
    type=click.Path(path_type=Path),
    default=Path("exports/models"),
    show_default=True,
    help="Folder of the models; kg/models of a checkout bundles them.",
)
def train(
    gold: tuple[Path, ...],
    raw: tuple[Path, ...],
    pretrained: Path | None,
    jackknife: Path | None,
    out: Path,
) -> None:
    """Train the tagger and the scorers on annotated documents.

    GOLD is folders of annotations (.json) with their documents (.txt). Needs the extra [train].
    """
    from kg.training.run import train_models

    if not (raw or pretrained or jackknife):
        raise click.UsageError("say what to learn names from: --raw, --pretrained or --jackknife")
    train_models(gold, out, raw=raw, pretrained=pretrained, jackknife=jackknife)
