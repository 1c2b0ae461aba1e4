"""Every block of code in README and documentation is run, or says why not."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from docs.build import DOCS, REASONS
from tests.blocks import GUARD, PAGES, Block, blocks_of
from tests.readme import PROJECT, Shell

BLOCKS = [block for page in PAGES for block in blocks_of(page)]

# What a reader must take on trust; whoever writes one more asks for it here.
MOST_NOT_RUN = {"installs": 5, "model": 9, "program": 8, "server": 7, "terminal": 1, "yours": 3}


@pytest.fixture
def room(shell: Shell, tmp_path: Path) -> Path:
    """Return a folder of a page's own to work in, with corpus and graph."""
    shell.run("kg build corpus -o exports")
    shutil.copytree(PROJECT / "corpus", tmp_path / "corpus")
    for name in ("exports", "bin"):
        shutil.copytree(shell.folder / name, tmp_path / name)
    return tmp_path


def name_of(page: Path) -> str:
    return page.relative_to(PROJECT).as_posix()


def pages_with(language: str) -> list[Path]:
    found = {block.page for block in BLOCKS if block.language == language and not block.reason}
    # The English pages show the commands of the Chinese ones, which is tested, so one run will do.
    return sorted(page for page in found if DOCS / "en" not in page.parents)


def commands_of(page: Path) -> list[str]:
    """Return what a page tells a shell, without comments."""
    blocks = (b for b in blocks_of(page) if b.language in {"sh", "console"} and not b.reason)
    return [re.sub(r"\s+# .*$", "", block.text, flags=re.MULTILINE) for block in blocks]


@pytest.mark.parametrize("page", sorted((DOCS / "zh").rglob("*.md")), ids=name_of)
def test_both_languages_show_the_same_commands(page: Path) -> None:
    assert commands_of(page) == commands_of(DOCS / "en" / page.relative_to(DOCS / "zh"))


def test_blocks_that_are_not_run_have_a_known_reason_and_stay_few() -> None:
    counts = Counter(block.reason for block in BLOCKS if block.reason)
    assert set(counts) <= set(REASONS)
    assert {reason: n for reason, n in counts.items() if n > MOST_NOT_RUN[reason]} == {}


@pytest.mark.slow
@pytest.mark.parametrize("page", pages_with("sh"), ids=name_of)
def test_shell_blocks_run(page: Path, room: Path) -> None:
    for block in blocks_of(page):
        if block.language == "sh" and not block.reason:
            run_in_shell(block, room)


def run_in_shell(block: Block, room: Path) -> None:
    path = f"{room / 'bin'}{os.pathsep}{os.environ['PATH']}"
    result = subprocess.run(
        ["bash", "-c", GUARD + block.text],
        cwd=room,
        env=os.environ | {"PATH": path, "PYTHONPATH": str(PROJECT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert result.returncode < 2, f"{block}\n{block.text}\n{result.stdout}"


@pytest.mark.parametrize("page", pages_with("python"), ids=name_of)
def test_python_blocks_run(page: Path, room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(room)
    module = ModuleType(f"page_{page.stem.replace('-', '_')}")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    for block in blocks_of(page):
        if block.language == "python" and not block.reason:
            exec(compile(block.text, str(block), "exec"), vars(module))  # noqa: S102
