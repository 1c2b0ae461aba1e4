"""``kg``: the group of all commands."""

from __future__ import annotations

import logging
import sys

import click

from kg import __version__
from kg.commands import COMMANDS
from kg.console import MessageFormatter, Shell, examples

__all__ = ["main"]


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
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(MessageFormatter("%(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])
    if not verbose:  # it tells of each attempt; what came of them is told by kg.remote
        logging.getLogger("urllib3").setLevel(logging.ERROR)


for each in COMMANDS:
    main.add_command(each)
