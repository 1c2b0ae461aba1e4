"""kg: knowledge graphs from Chinese regional economic news.

    >>> import kg
    >>> graph = kg.open("exports")                                # doctest: +SKIP
    >>> graph.query("largest-investments", place="莘县")           # doctest: +SKIP

The names below are imported when they are first used, so that ``import kg`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.errors import KgError
    from kg.graph.reader import Claim, Node
    from kg.library import Drawing, KnowledgeGraph, build, extract
    from kg.library import open_graph as open  # noqa: A004  kg.open, as gzip.open and Image.open
    from kg.pipeline import BuildReport
    from kg.settings import Settings
    from kg.workers import DocumentExtraction

__version__ = "0.1.0"

__all__ = [
    "BuildReport",
    "Claim",
    "DocumentExtraction",
    "Drawing",
    "KgError",
    "KnowledgeGraph",
    "Node",
    "Settings",
    "build",
    "extract",
    "open",
]

_PLACES = {
    "BuildReport": "kg.pipeline:BuildReport",
    "Claim": "kg.graph.reader:Claim",
    "DocumentExtraction": "kg.workers:DocumentExtraction",
    "Drawing": "kg.library:Drawing",
    "KgError": "kg.errors:KgError",
    "KnowledgeGraph": "kg.library:KnowledgeGraph",
    "Node": "kg.graph.reader:Node",
    "Settings": "kg.settings:Settings",
    "build": "kg.library:build",
    "extract": "kg.library:extract",
    "open": "kg.library:open_graph",
}


def __getattr__(name: str) -> object:
    """Import a public name (PEP 562).

    Not written as an import: the rooms import this package for its version, and it must not seem to
    stand on top of them and below them at once.
    """
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _PLACES[name].partition(":")
    value = globals()[name] = getattr(import_module(module), attribute)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
