"""What docs/engines.md shows is so: its Python runs, its commands exist, its TOML parses."""

from __future__ import annotations

import re
import shlex
import sys
from types import ModuleType

import pytest

from kg.cli import main
from kg.engines import engine_names
from tests.readme import PROJECT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DOCUMENT = PROJECT / "docs" / "engines.md"


def blocks(language: str) -> list[str]:
    text = DOCUMENT.read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_python_runs_from_top_to_bottom(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("engines_md")
    monkeypatch.setitem(sys.modules, module.__name__, module)  # where pickle looks for the engine
    for block in blocks("python"):
        exec(compile(block, str(DOCUMENT), "exec"), vars(module))  # noqa: S102  our own document


def test_commands_are_there_with_their_options() -> None:
    lines = [
        line for block in blocks("sh") for line in block.splitlines() if line.startswith("kg ")
    ]
    assert lines
    for line in lines:
        _, name, *words = shlex.split(line)
        options = {option for parameter in main.commands[name].params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options


def test_entry_point_is_of_our_group() -> None:
    (block,) = blocks("toml")
    assert list(tomllib.loads(block)["project"]["entry-points"]) == ["kg.engines"]


@pytest.mark.parametrize("name", [name for name in engine_names() if "." not in name])
def test_every_engine_stands_in_the_table(name: str) -> None:
    assert f"| `{name}" in DOCUMENT.read_text("utf-8")


def test_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", DOCUMENT.read_text("utf-8"))
    local = [target for target in targets if not target.startswith("http")]
    assert [target for target in local if not (DOCUMENT.parent / target).exists()] == []
