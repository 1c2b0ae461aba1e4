"""The engine that needs nothing: rules, gazetteers, and small models that run in numpy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kg.annotation import ANNOTATOR, annotate_all
from kg.extraction import extract
from kg.model import Article, Extraction

__all__ = ["BuiltinEngine", "make_engine"]


class BuiltinEngine:
    """Annotates and extracts with what comes with kg."""

    identity = ANNOTATOR

    def extract_all(
        self, articles: Sequence[Article], *, home: str | None = None
    ) -> Iterator[Extraction]:
        for annotated in annotate_all(articles):
            yield extract(annotated, home=home)


def make_engine(argument: str = "") -> BuiltinEngine:
    """Return the builtin engine, which has no models to choose from."""
    if argument:
        raise ValueError(f"the builtin engine takes no argument, and {argument!r} was given")
    return BuiltinEngine()
