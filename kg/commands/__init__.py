"""The commands: each parses, calls one plain function, and prints.

A command imports what it needs when it runs, so that ``kg --help`` and ``kg query`` answer at once.
`COMMANDS` is every one of them, in the order of the pipeline.
"""

from __future__ import annotations

from collections.abc import Sequence

import click

from kg.commands.asking import explain, query
from kg.commands.assisting import mcp
from kg.commands.building import build, extract
from kg.commands.comparing import diff
from kg.commands.examining import doctor
from kg.commands.label_studio import from_label_studio, label_studio_config, to_label_studio
from kg.commands.linking import link
from kg.commands.measuring import evaluate, train
from kg.commands.publishing import publish
from kg.commands.retracting import retract
from kg.commands.reviewing import review
from kg.commands.serving import serve
from kg.commands.watching import watch
from kg.commands.writing import export, show, validate

__all__ = ["COMMANDS"]

COMMANDS: Sequence[click.Command] = (
    build,
    extract,
    query,
    explain,
    show,
    serve,
    mcp,
    export,
    validate,
    review,
    link,
    diff,
    watch,
    retract,
    publish,
    evaluate,
    doctor,
    train,
)

for each in (to_label_studio, from_label_studio, label_studio_config):
    review.add_command(each)
