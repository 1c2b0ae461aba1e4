"""The engine that needs nothing: rules, gazetteers, and small models that run in numpy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kg.annotation import ANNOTATOR, annotate_all
from kg.annotation.tagger import MODEL_PATH
from kg.engines.interface import EngineState
from kg.extraction import extract
from kg.extraction.fact_scorer import fact_model_path
from kg.extraction.keep import entity_model_path
from kg.extraction.scorer import relation_model_path
from kg.model import Article, Extraction

__all__ = ["BuiltinEngine", "describe", "make_engine"]


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


def describe() -> EngineState:
    """Say which of its models are here, for ``kg doctor``; without them rules decide alone."""
    paths = (MODEL_PATH, relation_model_path(), entity_model_path(), fact_model_path())
    names = [path.stem for path in paths if path.exists()]
    missing = [path.stem for path in paths if not path.exists()]
    if missing:
        return EngineState(False, f"{ANNOTATOR}: models {', '.join(missing)} missing; reinstall kg")
    return EngineState(True, f"{ANNOTATOR}; models: {', '.join(names)}")
