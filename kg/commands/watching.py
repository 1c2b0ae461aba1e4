"""Keep a graph up to date with a folder: ``kg watch``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.options import (
    build_option,
    jobs_options,
    say_skipped,
    settings_of,
    settings_options,
)
from kg.console import FallsShort, examples, progress_bar, say
from kg.errors import InputError, KgError

if TYPE_CHECKING:
    from kg.pipeline import BuildReport
    from kg.watching import News

__all__ = ["watch"]

_SIGNS = {"new": "+", "gone": "-", "changed": "~"}  # as kg diff has them


@click.command(
    epilog=examples(
        "kg watch corpus -o exports",
        "kg watch inbox -o exports --about 鲁西集团 --feed luxi.xml",
        "kg watch inbox -o exports --once --json | jq .words",
    )
)
@click.argument("folder", type=click.Path(path_type=Path))
@build_option
@click.option(
    "--about", multiple=True, metavar="ENTITY", help="Tell only of this one; may be repeated."
)
@click.option(
    "--feed", type=click.Path(path_type=Path, dir_okay=False), help="Atom feed of new claims."
)
@click.option(
    "--settle",
    type=click.FloatRange(min=0.05),
    default=2.0,
    show_default=True,
    help="Seconds without a change before files are read.",
)
@click.option("--once", is_flag=True, help="Build once, tell what is new, and end.")
@click.option("--json", "as_json", is_flag=True, help="Print a claim a line in JSON.")
@jobs_options
@settings_options
def watch(
    folder: Path,
    out: Path,
    about: tuple[str, ...],
    feed: Path | None,
    settle: float,
    once: bool,
    as_json: bool,
    jobs: int,
    strict: bool,
    settings_file: Path | None,
    **flags: object,
) -> None:
    """Build again when documents arrive.

    Prints the claims that are new (+), gone (-) or changed (~) since the build before, and adds new
    ones to a feed. A file that is still being written is waited for. Ctrl-C ends it.
    """
    from kg.watching import Watch, arrivals, require_watchfiles

    if not folder.is_dir():
        raise InputError("there is no such folder", path=folder, remedy="make it, or name another")
    if not once:
        require_watchfiles()  # now, not after the first build

    def build_again() -> bool:
        settings = settings_of([folder], settings_file, **flags)
        with progress_bar("reading") as progress:
            report, news = watched.build(settings, jobs=jobs, strict=strict, progress=progress)
        _say_built(report)
        for line in _lines(news, as_json=as_json):
            click.echo(line)
        return report.is_built

    watched = Watch(folder, out, about=about, feed=feed)
    built = watched.list_documents()
    if not build_again() and once:
        raise FallsShort
    if once:
        return
    say(f"kg: watching {folder}; Ctrl-C ends it")
    # Ctrl-C is how a watch ends; in the middle of a build that one is given up, as always.
    with suppress(KeyboardInterrupt):
        for _ in arrivals(folder, watched.list_documents, built=built, settle_seconds=settle):
            try:
                build_again()
            except KgError as error:  # a mistake in kg.toml, say: the next change may mend it
                say(f"kg: {error}")


def _say_built(report: BuildReport) -> None:
    say_skipped(report.skipped)
    if not report.is_built:
        say("kg: no document could be used; nothing was written")
        return
    counts = report.counts
    say(
        f"read {counts['documents']} documents ({counts['reused']} unchanged), "
        f"skipped {len(report.skipped)}"
    )


def _lines(news: Sequence[News], *, as_json: bool) -> Iterator[str]:
    for each in news:
        if as_json:
            yield json.dumps(each.as_row(), ensure_ascii=False)
            continue
        claim = each.claim
        where = " · ".join(filter(None, (claim.headline, claim.publisher, claim.published)))
        words = " → ".join(filter(None, (each.words_before, claim.words)))
        line = f"{_SIGNS[each.kind]} {words} —— {where or claim.document}"
        # Control characters of a hostile document must not reach the terminal.
        yield "".join(char if char.isprintable() else " " for char in line)
