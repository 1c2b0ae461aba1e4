"""The documentation says what is so."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

from kg.cli import main
from kg.export import FORMATS
from tests.readme import PROJECT, READMES, TUTORIALS, Shell, commands, with_output, with_scores

DOCUMENTS = (*READMES, PROJECT / "CONTRIBUTING.md", PROJECT / "CHANGELOG.md")
MODULES = sorted((PROJECT / "kg").rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


@pytest.mark.parametrize("readme", [*READMES, *TUTORIALS], ids=name_of)
def test_console_blocks_print_what_they_show(readme: Path, shell: Shell) -> None:
    text = readme.read_text("utf-8")
    assert any(command.startswith("kg build") for command in commands(text))
    assert with_output(text, shell) == text, "python -m tests.readme writes what they print now"


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_scores_are_those_of_the_floors(readme: Path) -> None:
    text = readme.read_text("utf-8")
    assert with_scores(text, readme.name) == text, "python -m tests.readme writes them anew"


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_every_command_stands_in_the_readme(readme: Path) -> None:
    listed = re.findall(r"^\| `kg (\w+)", readme.read_text("utf-8"), re.MULTILINE)
    assert listed == list(main.commands)


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_every_format_stands_in_the_readme(readme: Path) -> None:
    (line,) = re.findall(r"^\| `kg export.*$", readme.read_text("utf-8"), re.MULTILINE)
    assert set(FORMATS) <= set(re.findall(r"[a-z0-9]+", line))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", document.read_text("utf-8"))
    local = [target for target in targets if not target.startswith("http")]
    assert [target for target in local if not (PROJECT / target).exists()] == []


def test_version_of_the_project_is_the_version_of_the_package() -> None:
    from kg import __version__

    assert f'\nversion = "{__version__}"' in (PROJECT / "pyproject.toml").read_text("utf-8")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_module_says_what_is_public(path: Path) -> None:
    """`__all__` is sorted and names nothing that is not there."""
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree), "a module opens with the problem it solves"
    listed = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    defined = {name for node in tree.body for name in names_of(node)}
    for names in listed:
        assert set(names) <= defined
    if path.name == "__init__.py" and len(tree.body) > 1:
        functions = (
            node
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        )
        public = {node.name for node in functions if not node.name.startswith("_")}
        assert public <= {name for names in listed for name in names}


def names_of(node: ast.stmt) -> set[str]:
    """Return the names a statement of a module defines or imports."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name for alias in node.names}
    if isinstance(node, ast.Assign):
        return {
            name.id
            for target in node.targets
            for name in ast.walk(target)
            if isinstance(name, ast.Name)
        }
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return {name for each in node.body for name in names_of(each)}  # imported when asked for
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return {node.target.id}
    return set()


def test_entry_point_is_there() -> None:
    project = (PROJECT / "pyproject.toml").read_text("utf-8")
    module, _, name = re.findall(r'^kg = "(.*)"$', project, re.MULTILINE)[0].partition(":")
    assert getattr(importlib.import_module(module), name) is main
