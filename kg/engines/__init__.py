"""What reads articles: ``load_engine("builtin") -> Engine``, articles in, extractions out.

The builtin engine needs nothing but kg. Others are upgrades for those who have more at hand; they are
found by name through the entry point group ``kg.engines`` and asked for as ``NAME`` or
``NAME:ARGUMENT``.
"""

from __future__ import annotations

from functools import lru_cache

from kg.engines.interface import Engine, ReportingEngine
from kg.engines.registry import engine_names, make_engine

__all__ = ["Engine", "ReportingEngine", "engine_names", "load_engine"]


@lru_cache(maxsize=4)
def load_engine(spec: str) -> Engine:
    """Return the engine that *spec* asks for; models are loaded once a process.

    Raises:
        AnnotatorUnavailable: the engine or its model is not installed; the message says how to get it.
        SettingsError: there is no engine of that name.
    """
    return make_engine(spec)
