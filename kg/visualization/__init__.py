"""Draw the graph: one HTML file that opens anywhere, offline.

In: a store with the built graph (`picture_from_store`), or any `Picture` made by hand. Out: a page with
search, filters and a panel that quotes the sentences behind every claim.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from kg.errors import OutputError
from kg.visualization.page import render
from kg.visualization.picture import Claim, Picture, PictureEdge, PictureNode, Quote
from kg.visualization.selection import picture_from_store

__all__ = [
    "Claim",
    "Picture",
    "PictureEdge",
    "PictureNode",
    "Quote",
    "picture_from_store",
    "render",
    "write_html",
]


def write_html(picture: Picture, path: Path, *, title: str) -> None:
    """Write a picture to *path*, in UTF-8 whatever the locale, wholly or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    page = render(picture, title=title.encode("utf-8", "replace").decode("utf-8"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        beside = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(page)
            beside.chmod(0o644)  # mkstemp lets nobody else read
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(error.strerror or str(error), path=path) from error
