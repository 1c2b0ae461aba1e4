"""Say what is installed: ``kg doctor``."""

from __future__ import annotations

import click

from kg.commands.options import json_option
from kg.console import FallsShort, examples, make_table, print_json, print_table

__all__ = ["doctor"]


@click.command(
    epilog=examples(
        "kg doctor",
        "kg doctor --json",
        "kg doctor --settings-schema > kg.schema.json",
    )
)
@json_option
@click.option(
    "--settings-schema", is_flag=True, help="Print JSON Schema of kg.toml, for editors, instead."
)
def doctor(as_json: bool, settings_schema: bool) -> None:
    """Say what is installed and what is missing."""
    from kg.doctor import examine
    from kg.settings_schema import settings_schema as schema_of_settings

    if settings_schema:
        print_json(schema_of_settings())
        return
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
