"""The whole graph as communities: the page of `kg show --overview`, whose entities lead to their pages."""

from __future__ import annotations

from kg.server.links import page_of
from kg.server.snapshot import Snapshot
from kg.visualization import OVERVIEW_LIMIT, picture_from_store, render_overview
from kg.visualization.overview import Arrangement, arrange
from kg.visualization.picture import Picture

__all__ = ["overview_picture"]


def overview_picture(snapshot: Snapshot, title: str, language: str) -> str:
    """Return the page in a language.

    At 20,000 entities the layout takes ten seconds and more: the first reader after a build waits.
    """
    return snapshot.once(_page, title, language)


def _page(snapshot: Snapshot, title: str, language: str) -> str:
    return render_overview(
        snapshot.once(_picture),
        title=title,
        arrangement=snapshot.once(_arrangement),
        address=lambda node: page_of(node.id),
        home="/",
        language=language,
    )


def _picture(snapshot: Snapshot) -> Picture:
    return picture_from_store(snapshot.store, limit=OVERVIEW_LIMIT)


def _arrangement(snapshot: Snapshot) -> Arrangement:
    return arrange(snapshot.once(_picture))
