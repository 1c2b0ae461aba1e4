"""What several commands take and tell: options, settings, skipped documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kg.console import progress_bar, say
from kg.errors import SettingsError
from kg.printable import escaped

if TYPE_CHECKING:
    from kg.graph.source import TripleSource
    from kg.jsonl import Annotation
    from kg.settings import Settings
    from kg.workers import FileResult, Skipped

__all__ = [
    "annotations_of",
    "build_option",
    "endpoint_options",
    "graph_option",
    "jobs_options",
    "json_option",
    "open_source",
    "say_skipped",
    "settings_of",
    "settings_options",
    "source_options",
]

SKIPS_SHOWN = 10

F = TypeVar("F", bound=Callable[..., object])


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


def source_options(command: F) -> F:
    """Add ``-o DIR`` and, to read a published graph in its place, ``--endpoint`` and ``--graph``."""
    return graph_option(endpoint_options(command))


def endpoint_options(command: F) -> F:
    """Add ``--endpoint URL`` and ``--graph IRI``."""
    command = click.option(
        "--graph", metavar="IRI", default="", help="Which graph there, if kg published several."
    )(command)
    return click.option(
        "--endpoint", metavar="URL", help="Read a published graph from this SPARQL server instead."
    )(command)


def open_source(folder: Path, endpoint: str | None, graph: str) -> TripleSource:
    """Open the graph on a server if there is one to read from, else the one in *folder*."""
    if endpoint is None:
        if graph:
            raise SettingsError("--graph belongs to --endpoint")
        from kg.graph import open_store

        return open_store(folder)
    from kg.remote import open_endpoint

    return open_endpoint(endpoint, graph=graph)


def build_option(command: F) -> F:
    """Add ``-o DIR``, the folder that a build writes."""
    return click.option(
        "-o",
        "--out",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("exports"),
        show_default=True,
        help="Folder to write to.",
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
        click.option(
            "--engine",
            metavar="ENGINE",
            help="What reads the texts: builtin, hanlp:MODEL, llm:URL#MODEL; joined by + they vote  [default: builtin]",
        ),
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


def settings_of(paths: Sequence[Path], file: Path | None, **flags: object) -> Settings:
    from kg.settings import settings_of_corpus

    return settings_of_corpus(paths, file, flags=flags)


def say_skipped(skipped: Sequence[Skipped]) -> None:
    for skip in skipped[:SKIPS_SHOWN]:
        say(f"  skipped {escaped(skip.path)}: {escaped(skip.reason)}")
    if len(skipped) > SKIPS_SHOWN:
        say(f"  … and {len(skipped) - SKIPS_SHOWN} more")


def annotations_of(
    files: Sequence[tuple[Path, str]],
    settings: Settings,
    jobs: int,
    strict: bool,
) -> Iterator[Annotation]:
    """Extract files one after the other, showing progress; say at the end what was skipped and what it cost."""
    from kg.jsonl import to_annotation
    from kg.workers import engine_report, extract_files

    results: list[FileResult] = []  # without their documents, which may be many
    with progress_bar("extracting") as progress:
        for result in extract_files(
            files, settings=settings, jobs=jobs, strict=strict, progress=progress
        ):
            results.append(replace(result, documents=()))
            for each in result.documents:
                yield to_annotation(each.document, each.extractions)
    say_skipped([skip for result in results for skip in result.skipped])
    for line in engine_report(settings, results):
        say(line)
