"""Run docs/notebook.ipynb: `python -m tests.notebook` writes what its cells print now.

The picture is left out of what is written, being a page of half a megabyte; its text stays.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from tests.readme import PROJECT

NOTEBOOK = PROJECT / "docs" / "notebook.ipynb"


def run_notebook(folder: Path) -> Any:
    """Return the notebook as it is after a run beside the sample corpus, in *folder*."""
    docs = folder / "docs"
    docs.mkdir()
    (folder / "corpus").symlink_to(PROJECT / "corpus")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    os.environ["PYTHONPATH"] = str(PROJECT)  # the kernel is a process of its own
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(docs)}})
    return client.execute()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        notebook = run_notebook(Path(folder))
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # when it ran
        for output in cell.get("outputs", ()):
            if "<iframe" in output.get("data", {}).get("text/html", ""):
                del output.data["text/html"]
    nbformat.write(notebook, NOTEBOOK)


if __name__ == "__main__":
    sys.exit(main())
