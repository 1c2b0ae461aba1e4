"""Draw the graph: one HTML file that opens anywhere, offline.

In: a store with the built graph (`picture_from_store`), or any `Picture` made by hand. Out: a page with
search, filters and a panel that quotes the sentences behind every claim. Up to a thousand entities
are drawn at once, more as communities that a click opens.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from kg.errors import OutputError
from kg.visualization.overview import overview_policy, render_overview
from kg.visualization.page import render
from kg.visualization.picture import Claim, Picture, PictureEdge, PictureNode, Quote
from kg.visualization.selection import DEFAULT_LIMIT, OVERVIEW_LIMIT, picture_from_store

__all__ = [
    "DEFAULT_LIMIT",
    "MAX_DRAWN_AT_ONCE",
    "OVERVIEW_LIMIT",
    "Claim",
    "Picture",
    "PictureEdge",
    "PictureNode",
    "Quote",
    "overview_policy",
    "picture_from_store",
    "render",
    "render_overview",
    "write_html",
]


MAX_DRAWN_AT_ONCE = 1_000
"""Entities that vis-network still moves at 60 frames a second, and that nobody can read any more."""


def write_html(
    picture: Picture, path: Path, *, title: str, by_communities: bool | None = None
) -> None:
    """Write a picture to *path*, in UTF-8 whatever the locale, wholly or not at all.

    Args:
        picture: what to draw.
        path: the file.
        title: heading of the page, any text.
        by_communities: draw communities first; if left out, above `MAX_DRAWN_AT_ONCE` entities.

    Raises:
        OutputError: the file cannot be written.
    """
    if by_communities is None:
        by_communities = len(picture.nodes) > MAX_DRAWN_AT_ONCE
    draw = render_overview if by_communities else render
    page = draw(picture, title=title.encode("utf-8", "replace").decode("utf-8"))
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
