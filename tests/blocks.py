"""The blocks of code in README and documentation, and how each kind is run.

A ```console block is run and must print what it shows (`tests.readme`). A ```sh block is run in a folder with
the sample corpus and its graph, and may fall short (exit code 1: `kg diff` found differences) but not
fail. A ```python block is run after those above it on its page. A block that needs what a test does not
have has ``<!-- not run: server -->`` above it: the reasons are those of `docs.build.REASONS`, readers
see them in words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from docs.build import DOCS, LANGUAGES, PROJECT

__all__ = ["GUARD", "PAGES", "Block", "blocks_of"]

# Topics whose blocks are run here. Those of the others (engines, library, mcp, tools, watch) have tests
# of their own; a topic that shows commands stands in one place or the other.
TOPICS = ("engines-llm.md", "quality.md", "resolution.md", "review.md", "serve.md")
PAGES = (
    PROJECT / "README.md",
    PROJECT / "README.zh.md",
    PROJECT / "CONTRIBUTING.md",
    *(DOCS / name for name in TOPICS),
    *sorted(path for language in LANGUAGES for path in (DOCS / language).rglob("*.md")),
)
FENCE = re.compile(
    r"(?:^<!-- not run: (?P<reason>\w+) -->\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
# Ends the shell at the first command that could not run; 1 says that the data fall short.
GUARD = "trap 'code=$?; [ $code -lt 2 ] || exit $code' ERR\n"


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    text: str
    reason: str  # why it is not run, or ""

    def __str__(self) -> str:
        return f"{self.page.relative_to(PROJECT).as_posix()}:{self.line}"


def blocks_of(page: Path) -> list[Block]:
    """Return the blocks of a page in order."""
    text = page.read_text("utf-8")
    return [
        Block(
            page,
            text.count("\n", 0, match.start()) + 1,
            match["language"],
            match["text"],
            match["reason"] or "",
        )
        for match in FENCE.finditer(text)
    ]
