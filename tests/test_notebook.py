"""The example notebook runs, offline, and shows a picture."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

import nbformat

from tests.notebook import NOTEBOOK
from tests.readme import PROJECT, Shell

# In a process of its own: jupyter's libraries warn of each other.
RUN = """
import sys
from pathlib import Path
import nbformat
from tests.notebook import run_notebook
nbformat.write(run_notebook(Path(sys.argv[1])), Path(sys.argv[1], "run.ipynb"))
"""


def test_every_cell_runs_and_the_last_is_a_picture(shell: Shell, tmp_path: Path) -> None:
    shell.run("kg build corpus -o exports")  # which the notebook's own build finds unchanged
    shutil.copytree(shell.folder / "exports", tmp_path / "exports")
    result = subprocess.run(
        [sys.executable, "-c", RUN, str(tmp_path)], cwd=PROJECT, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    cells = [it for it in nbformat.read(tmp_path / "run.ipynb", 4).cells if it.cell_type == "code"]
    assert all(cell.outputs for cell in cells)
    picture = cells[-1].outputs[0].data["text/html"]
    assert picture.startswith('<iframe sandbox="allow-scripts')
    assert "鲁西集团" in picture
    assert "src=" not in picture.partition("srcdoc=")[0]


def test_outputs_are_committed_and_small() -> None:
    cells = [it for it in nbformat.read(NOTEBOOK, 4).cells if it.cell_type == "code"]
    assert all(cell.outputs for cell in cells), "python -m tests.notebook writes them"
    assert NOTEBOOK.stat().st_size < 40_000
