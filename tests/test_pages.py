"""What the pages of docs/ show is so: their Python runs, their commands print what they say."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from kg.cli import main
from kg.settings import load_settings
from tests.readme import PAGES, Shell, commands, with_output

page = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)


def blocks(page: Path, language: str) -> list[str]:
    text = page.read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@page
def test_every_block_is_of_a_language_that_is_tested(page: Path) -> None:
    opened = re.findall(r"^```(\w*)$", page.read_text("utf-8"), re.MULTILINE)[::2]
    assert set(opened) <= {"console", "json", "python", "sh", "toml"}


@page
def test_python_runs_from_top_to_bottom(page: Path, shell: Shell) -> None:
    if page.name == "mcp.md":
        pytest.importorskip("mcp")
    shell.run("kg build corpus -o exports")
    program = "\n".join(blocks(page, "python"))
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=shell.folder,
        env=shell.environment,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    assert not program or result.stdout


@page
def test_console_blocks_print_what_they_show(page: Path, shell: Shell) -> None:
    text = page.read_text("utf-8")
    assert with_output(text, shell) == text, "python -m tests.readme writes what they print now"


@page
def test_commands_are_there_with_their_options(page: Path) -> None:
    lines = [line for block in blocks(page, "sh") for line in block.splitlines()]
    lines += commands(page.read_text("utf-8"))
    for line in lines:
        words = shlex.split(line.partition(" | ")[0].partition(" > ")[0], comments=True)
        if words and words[0] == "kg":
            understand(words[1:])


def understand(words: list[str]) -> None:
    """Parse a command without running it."""
    command = main.commands[words[0]]
    for parameter in command.params:  # the folder of an example need not be there
        if isinstance(parameter.type, click.Path):
            parameter.type.exists = False
    command.parse_args(click.Context(command, info_name=words[0]), words[1:])


def test_configuration_of_a_client_starts_our_command() -> None:
    (block,) = blocks(next(page for page in PAGES if page.name == "mcp.md"), "json")
    (server,) = json.loads(block)["mcpServers"].values()
    assert server["command"] == "kg"
    understand(server["args"])


@page
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8"))
    local = [target for target in targets if not target.startswith("http")]
    assert [target for target in local if not (page.parent / target).exists()] == []


@page
def test_settings_are_settings(page: Path, tmp_path: Path) -> None:
    for block in blocks(page, "toml"):
        (tmp_path / "kg.toml").write_text(block, "utf-8")
        load_settings(tmp_path / "kg.toml", environment={})
