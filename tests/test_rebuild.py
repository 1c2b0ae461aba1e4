"""A build that reuses what it can leaves the bytes of one that begins anew."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kg.pipeline import build
from kg.settings import Settings

SAMPLE = Path(__file__).parent.parent / "corpus"
SETTINGS = Settings(home="聊城市", publisher="光岳新报")
FILES = ("graph.ttl", "graph.html", "statements.csv", "decisions.jsonl")


def add(corpus: Path) -> None:
    text = "鲁西集团项目投产\n\n2022年12月24日，鲁西集团双酚A项目在聊城高新区投产，总投资64亿元。\n"
    (corpus / "added.txt").write_text(text, "utf-8")


def change(corpus: Path) -> None:
    file = corpus / "2023-03-20-liheng-zhoucheng.txt"
    file.write_text(file.read_text("utf-8") + "鲁西集团获授信3亿元。\n", "utf-8")


def remove(corpus: Path) -> None:
    (corpus / "boxing-shige-xiangmu.txt").unlink()


def exports(corpus: Path, out: Path) -> tuple[dict[str, bytes], int]:
    report = build([corpus], out, settings=SETTINGS)
    return {name: (out / name).read_bytes() for name in FILES}, report.counts["reused"]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the sample corpus and its build."""
    place = tmp_path_factory.mktemp("sample")
    shutil.copytree(SAMPLE, place / "corpus")
    for pdf in (place / "corpus").glob("*.pdf"):  # slow, and no different here
        pdf.unlink()
    build([place / "corpus"], place / "out", settings=SETTINGS)
    return place


@pytest.mark.parametrize("step", [add, change, remove])
def test_a_rebuild_leaves_what_a_fresh_build_leaves(sample: Path, tmp_path: Path, step) -> None:  # type: ignore[no-untyped-def]
    before = {name: (sample / "out" / name).read_bytes() for name in FILES}
    step(sample / "corpus")
    rebuilt, reused = exports(sample / "corpus", sample / "out")
    fresh, none = exports(sample / "corpus", tmp_path / "fresh")
    assert rebuilt == fresh
    assert rebuilt != before
    assert (reused > 8, none) == (True, 0)
