"""Annotate in bulk with Label Studio: ``kg review to-label-studio`` and its way back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.options import jobs_options, say_skipped, settings_of, settings_options
from kg.console import FallsShort, examples, print_json, progress_bar, say, standard_input

if TYPE_CHECKING:
    from kg.workers import Skipped

__all__ = ["from_label_studio", "label_studio_config", "to_label_studio"]


@click.command(
    epilog=examples(
        "kg review to-label-studio corpus > tasks.json",
    )
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@jobs_options
@settings_options
def to_label_studio(
    paths: tuple[Path, ...],
    jobs: int,
    strict: bool,
    settings_file: Path | None,
    **flags: object,
) -> None:
    """Print tasks with pre-annotations for Label Studio.

    One task an article: spans with their class and full name, relations between them.
    """
    from kg.reading import find_files
    from kg.review.label_studio import to_tasks
    from kg.workers import extract_files

    settings = settings_of(paths, settings_file, **flags)
    tasks: list[object] = []
    skipped: list[Skipped] = []
    with standard_input(paths) as files, progress_bar("extracting") as progress:
        for result in extract_files(
            find_files(files), settings=settings, jobs=jobs, strict=strict, progress=progress
        ):
            skipped += result.skipped
            for each in result.documents:
                tasks += to_tasks(each.document, each.extractions)
    say_skipped(skipped)
    print_json(tasks)
    if not tasks:
        raise FallsShort


@click.command(
    epilog=examples(
        "kg review from-label-studio export.json > gold.json",
    )
)
@click.argument("file", type=click.Path(path_type=Path))
def from_label_studio(file: Path) -> None:
    """Print annotations made with Label Studio in the gold format.

    FILE is an export as JSON (not JSON-MIN), - is stdin. Tasks that nobody finished are left out.
    """
    from kg.review.label_studio import from_tasks, read_tasks

    with standard_input([file]) as (export,):
        tasks = read_tasks(export)
        documents = from_tasks(tasks, path=file)
    print_json(documents)
    articles = sum(len(document["articles"]) for document in documents)
    say(f"{articles} articles of {len(documents)} documents; {len(tasks) - articles} unfinished")
    if not articles:
        raise FallsShort


@click.command(
    epilog=examples(
        "kg review label-studio-config > labels.xml",
    )
)
def label_studio_config() -> None:
    """Print the labeling interface for Label Studio's project settings."""
    from kg.review.label_studio import labeling_config

    click.echo(labeling_config(), nl=False)
