"""Make one site of pages that people write, pages that programs write, and both languages.

`docs/zh` and `docs/en` hold what is written in each language, `docs/*.md` the topics (in English, read
from both), `docs/pages.py` makes the cookbook, the commands, the settings and the ontology from what
they describe. This program lays them out beside each other in a temporary folder and has Sphinx build
each language there, so that nothing made is ever in the source tree:

    python -m docs.build docs/_build        index.html is Chinese, en/index.html English

Warnings are errors. Nothing is fetched, and the folder works from a disk without a network.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from docs.drawing import draw_architecture
from docs.pages import make_pages, write_ontology_reference
from kg.graph import open_store

__all__ = ["LANGUAGES", "MARK", "REASONS", "build_site"]

DOCS = Path(__file__).resolve().parent
PROJECT = DOCS.parent
LANGUAGES = ("zh", "en")

# A block that tests do not run has such a comment above it; readers see the reason.
MARK = re.compile(r"^<!-- not run: (\w+) -->$", re.MULTILINE)
REASONS: Mapping[str, tuple[str, str]] = {
    "installs": ("安装软件包，测试中不运行", "installs packages; not run by the tests"),
    "model": ("需要模型，测试中不运行", "needs a model; not run by the tests"),
    "program": ("需要另一个程序，测试中不运行", "needs another program; not run by the tests"),
    "server": ("需要服务器，测试中不运行", "needs a server; not run by the tests"),
    "terminal": ("需要人在终端回答，测试中不运行", "asks in a terminal; not run by the tests"),
    "yours": ("用的是您自己的数据，测试中不运行", "uses data of your own; not run by the tests"),
}
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s#]*)(#[^)\s]*)?\)")
FENCE = re.compile(r"^(`{3,}).*?^\1$", re.MULTILINE | re.DOTALL)


def build_site(out: Path, graph: Path | None = None) -> None:
    """Build both languages into *out*.

    Args:
        out: replaced as a whole.
        graph: folder that ``kg build corpus`` wrote; built if left out.

    Raises:
        subprocess.CalledProcessError: Sphinx warned; it has said of what.
    """
    with tempfile.TemporaryDirectory(prefix="kg-docs-") as folder:
        work = Path(folder)
        store = open_store(graph or _build_sample(work / "sample"))
        for language in LANGUAGES:
            staged = work / language
            _stage(language, staged)
            make_pages(store, language, staged)
            (staged / "architecture.svg").write_text(draw_architecture(language), "utf-8")
            _run_sphinx(language, staged, work / "site" / ("" if language == "zh" else language))
        write_ontology_reference(work / "site" / "ontology-reference.html")
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(work / "site", out)


def _build_sample(out: Path) -> Path:
    from kg.pipeline import build
    from kg.settings import load_settings

    corpus = PROJECT / "corpus"
    build([corpus], out, settings=load_settings(corpus / "kg.toml", environment={}))
    return out


def _run_sphinx(language: str, staged: Path, out: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-E", "-b", "html"]
    command += ["-c", str(DOCS), "-t", language, "-d", str(staged.parent / f"doctrees-{language}")]
    subprocess.run([*command, str(staged), str(out)], check=True)
    (out / ".buildinfo").unlink(missing_ok=True)


# ------------------------------------------------------------------------------------ staging


def _stage(language: str, staged: Path) -> None:
    """Copy the pages of one language and the topics to where the site has them."""
    places = _places(language)
    for source, place in places.items():
        target = staged / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix == ".md":
            target.write_text(
                _for_site(source.read_text("utf-8"), source, place, places, language), "utf-8"
            )
        else:
            shutil.copyfile(source, target)


def _places(language: str) -> dict[Path, Path]:
    """Return where in the site each source file stands."""
    written = DOCS / language
    places = {path: path.relative_to(written) for path in sorted(written.rglob("*.md"))}
    topics = [*sorted(DOCS.glob("*.md")), *sorted(DOCS.glob("*.png")), *sorted(DOCS.glob("*.svg"))]
    return places | {path: Path("topics") / path.name for path in topics}


def _for_site(
    text: str, source: Path, place: Path, places: Mapping[Path, Path], language: str
) -> str:
    """Return a page with its links as the site has them and the marks of unrun blocks in words."""

    def link(match: re.Match[str]) -> str:
        image, words, target, anchor = match.groups()
        if not target or re.match(r"[a-z]+:", target):
            return match[0]
        path = Path(os.path.normpath(source.parent / target))
        if path in places:
            relative = Path(os.path.relpath(places[path], place.parent)).as_posix()
            return f"{image}[{words}]({relative}{anchor or ''})"
        # The rest of the project is not in the site: its path says where to look.
        if path.exists():
            name = path.relative_to(PROJECT).as_posix()
            return f"`{name}`" if words.strip("`") in (name, target) else f"{words} (`{name}`)"
        return match[0]

    def mark(match: re.Match[str]) -> str:
        words = REASONS[match[1]][LANGUAGES.index(language)]
        return f'<p class="kg-not-run">{words}</p>\n'

    # Links are rewritten outside of blocks only.
    parts, position = [], 0
    for fence in FENCE.finditer(text):
        parts += [LINK.sub(link, MARK.sub(mark, text[position : fence.start()])), fence[0]]
        position = fence.end()
    return "".join([*parts, LINK.sub(link, MARK.sub(mark, text[position:]))])


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the documentation.")
    parser.add_argument("out", type=Path, nargs="?", default=DOCS / "_build")
    parser.add_argument("--graph", type=Path, help="folder that kg build corpus wrote")
    arguments = parser.parse_args()
    build_site(arguments.out, arguments.graph)
    sys.stdout.write(f"{arguments.out / 'index.html'}\n")


if __name__ == "__main__":
    main()
