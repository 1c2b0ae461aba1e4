"""Two people who build the same documents get the same bytes, wherever they are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

DOCUMENT = """聊城日报 2023-03-14
莘县一食品项目开工
本报讯 3月13日，莘县诚义食品有限公司投资2亿元建设的禽肉深加工项目在莘县化工产业园开工。
该项目由聊城市发展和改革委员会审批，计划于2024年投产。
"""


def built(folder: Path, **environment: str) -> dict[str, bytes]:
    """Build a small corpus in a process of its own and return the files that hold the graph."""
    corpus = folder / "corpus"
    corpus.mkdir(parents=True)
    for number in range(3):
        text = DOCUMENT.replace("诚义", "诚义丰华裕隆"[2 * number : 2 * number + 2])
        (corpus / f"{number}.txt").write_text(text, "utf-8")
    checkout = Path(__file__).parents[2]
    subprocess.run(
        [sys.executable, "-m", "kg", "build", "corpus", "-o", "exports"],
        check=True,
        capture_output=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(checkout), **environment},
    )
    names = ("graph.ttl", "statements.csv", "graph.html")
    return {name: (folder / "exports" / name).read_bytes() for name in names}


def test_a_build_is_the_same_elsewhere(tmp_path: Path) -> None:
    one = built(tmp_path / "one", PYTHONHASHSEED="1", LC_ALL="C", TZ="UTC")
    other = built(tmp_path / "另 一处", PYTHONHASHSEED="4711", LC_ALL="C.UTF-8", TZ="Asia/Shanghai")
    assert one == other
    assert b"kg:builds" in one["graph.ttl"]
