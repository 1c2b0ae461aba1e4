"""Keep the READMEs and pages true: run their console blocks, fill in the tables of scores.

A block in ```console shows commands after "$ " and what they print. `python -m tests.readme` runs
them in order in an empty folder with the sample corpus and writes what they print; the test compares.
The table between the scores marks is made of `tests/evaluation/floors.json`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.evaluation.floors import FLOORS_FILE, PROJECT

READMES = (PROJECT / "README.md", PROJECT / "README.zh.md")
PAGES = tuple(PROJECT / "docs" / name for name in ("library.md", "mcp.md", "tools.md", "watch.md"))
TUTORIALS = (PROJECT / "docs" / "zh" / "tutorial.md", PROJECT / "docs" / "en" / "tutorial.md")
BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
SCORES = re.compile(r"(?<=<!-- scores -->\n).*?(?=<!-- /scores -->)", re.DOTALL)

WORDS = {
    "README.md": {
        "head": ("F1, measured {date}", "documents", "entities", "relations", "facts"),
        "corpus/gold": "sample corpus",
        "../shared/gold/seeds": "source documents",
    },
    "README.zh.md": {
        "head": ("F1，测于 {date}", "文档", "实体", "关系", "数据"),
        "corpus/gold": "样例语料",
        "../shared/gold/seeds": "原始文档",
    },
}


class Shell:
    """A folder with the corpus, in which each command is run once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "corpus").symlink_to(PROJECT / "corpus")
        program = folder / "bin" / "kg"
        program.parent.mkdir()
        # The path is in the program too: an MCP client hands only some of its variables on.
        start = f'PYTHONPATH="{PROJECT}" exec "{sys.executable}" -m kg "$@"'
        program.write_text(f"#!/bin/sh\n{start}\n", "utf-8")
        program.chmod(0o755)
        path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = os.environ | {"PATH": path, "PYTHONPATH": str(PROJECT)}
        self.printed: dict[str, str] = {}

    def run(self, command: str) -> str:
        """Return what *command* prints on stdout and stderr."""
        if command not in self.printed:
            result = subprocess.run(
                ["sh", "-c", command],
                cwd=self.folder,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=True,
            )
            self.printed[command] = result.stdout.decode("utf-8")
        return self.printed[command]


def commands(text: str) -> list[str]:
    lines = (line for block in BLOCK.findall(text) for line in block.splitlines())
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


def with_output(text: str, shell: Shell) -> str:
    """Return *text* with what its commands print now."""

    def block(match: re.Match[str]) -> str:
        return "\n".join(
            f"$ {command}\n{shell.run(command)}"
            for command in commands(f"```console\n{match[0]}```\n")
        )

    return BLOCK.sub(block, text)


def with_scores(text: str, readme: str) -> str:
    """Return *text* with the table of scores as they stand in floors.json."""
    floors = json.loads(FLOORS_FILE.read_text("utf-8"))
    words = WORDS[readme]
    head = [cell.format(date=floors["measured"]) for cell in words["head"]]
    lines = [head, ["---"] * len(head)]
    for name, label in words.items():
        if name in floors:
            scores = floors[name]["floors"]
            cells = (f"{scores[kind]['f']:.2f}" for kind in ("entity", "relation", "fact"))
            lines.append([str(label), str(floors[name]["documents"]), *cells])
    table = "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
    return SCORES.sub(lambda _: table, text)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        shell = Shell(Path(folder))
        for readme in READMES:
            text = with_output(readme.read_text("utf-8"), shell)
            readme.write_text(with_scores(text, readme.name), "utf-8")
        for page in (*PAGES, *TUTORIALS):
            page.write_text(with_output(page.read_text("utf-8"), shell), "utf-8")


if __name__ == "__main__":
    main()
