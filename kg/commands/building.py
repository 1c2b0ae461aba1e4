"""From documents to a graph, or to annotations: ``kg build``, ``kg extract``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.options import (
    annotations_of,
    build_option,
    jobs_options,
    say_skipped,
    settings_of,
    settings_options,
)
from kg.console import FallsShort, examples, print_data, progress_bar, say, standard_input

if TYPE_CHECKING:
    from kg.pipeline import BuildReport

__all__ = ["build", "extract"]


@click.command(
    epilog=examples(
        "kg build corpus -o exports",
        "kg build 2022/ 2023/ page.pdf --home 聊城市 --jobs 4",
        "pdftotext -raw page.pdf - | kg build - -o /tmp/page",
    )
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@build_option
@click.option(
    "--judgements",
    type=click.Path(path_type=Path),
    help="What people decided  [default: judgements.yaml beside kg.toml or in the corpus]",
)
@click.option(
    "--links",
    type=click.Path(path_type=Path),
    help="Links to other data  [default: links.csv beside the judgements]",
)
@click.option("--fresh", is_flag=True, help="Extract again what earlier builds kept.")
@jobs_options
@settings_options
def build(
    paths: tuple[Path, ...],
    out: Path,
    judgements: Path | None,
    links: Path | None,
    fresh: bool,
    jobs: int,
    strict: bool,
    settings_file: Path | None,
    **flags: object,
) -> None:
    """Build a graph from documents.

    PATHS are files and folders, - is stdin.

    Writes graph.ttl, graph.html, statements.csv, decisions.jsonl, report.json and the store that the
    other commands read. Applies what people judged (kg review). A document that cannot be used is
    skipped and listed. A file that did not change since the last build is not extracted again; that
    build is replaced only when the new one is complete.
    """
    from kg.linking import LINKS_FILE
    from kg.pipeline import build as build_graph
    from kg.reading import MAX_BYTES
    from kg.review import find_beside_settings

    # One byte too many is enough to be refused; /dev/zero has no end.
    with (
        standard_input(paths, max_bytes=MAX_BYTES + 1) as files,
        progress_bar("reading") as progress,
    ):
        settings = settings_of(paths, settings_file, **flags)
        report = build_graph(
            files,
            out,
            settings=settings,
            judgements=judgements or find_beside_settings(paths),
            links=links or find_beside_settings(paths, LINKS_FILE),
            jobs=jobs,
            strict=strict,
            fresh=fresh,
            progress=progress,
        )
    _say_built(report)
    if not report.is_built:
        raise FallsShort


def _say_built(report: BuildReport) -> None:
    say_skipped(report.skipped)
    for line in report.engine_lines:
        say(line)
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
    _say_judged(report)
    _say_linked(report)
    if report.violations:
        say(f"  {len(report.violations)} violations of the shapes; kg validate tells which")
    for what, place in report.places().items():
        say(f"  {what:<8} {place}")


def _say_judged(report: BuildReport) -> None:
    if report.judged is None or not report.judged.outcomes:
        return
    problems = report.judged.problems
    say(f"{len(report.judged.outcomes) - len(problems)} judgements applied")
    for outcome in problems:
        say(f"  not applied: {report.judgements}:{outcome.judgement.line}: {outcome.problem}")
    for words in report.judged.dropped:
        say(f"  dropped, its class no longer fits: {words}")


def _say_linked(report: BuildReport) -> None:
    if report.linked is None or not (report.linked.applied or report.linked.unknown):
        return
    say(f"{report.linked.applied} links applied")
    for link in report.linked.unknown:
        say(f"  not applied: {report.links}:{link.line}: no entity is {link.entity}")


@click.command(
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
    from kg.reading import MAX_BYTES, find_files

    settings = settings_of(paths, settings_file, **flags)
    printed = 0
    with standard_input(paths, max_bytes=MAX_BYTES + 1) as files:
        for annotation in annotations_of(find_files(files), settings, jobs, strict):
            print_data(json.dumps(annotation, ensure_ascii=False) + "\n")
            printed += 1
    if not printed:
        raise FallsShort
