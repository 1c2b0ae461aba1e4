"""Find engines by name, bundled ones and those of other packages.

An engine is a function from its argument (``""`` where none is given) to an `Engine`, announced by its
package under the entry point group ``kg.engines``. The bundled ones are listed here as well, so that a
checkout that was never installed has them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import entry_points

from kg.engines.interface import Engine
from kg.errors import SettingsError

__all__ = ["engine_names", "make_engine"]

GROUP = "kg.engines"
BUNDLED: Mapping[str, str] = {
    "builtin": "kg.engines.builtin:make_engine",
    "llm": "kg.engines.llm:make_engine",
}


def engine_names() -> tuple[str, ...]:
    """Return the names of all engines, sorted."""
    return tuple(sorted({*BUNDLED, *entry_points(group=GROUP).names}))


def make_engine(spec: str) -> Engine:
    """Make the engine that ``NAME`` or ``NAME:ARGUMENT`` asks for.

    Raises:
        AnnotatorUnavailable: the engine or its model is not installed.
        SettingsError: there is no such engine, or it cannot do anything with the argument.
    """
    name, _, argument = spec.partition(":")
    try:
        return _factory(name)(argument)
    except ValueError as error:
        raise SettingsError(f"engine {spec!r}: {error}") from error


def _factory(name: str) -> Callable[[str], Engine]:
    if name in BUNDLED:  # first: another package must not take over a name that kg documents
        module, _, function = BUNDLED[name].partition(":")
        found: Callable[[str], Engine] = getattr(import_module(module), function)
        return found
    for entry in entry_points(group=GROUP):
        if entry.name == name:
            loaded: Callable[[str], Engine] = entry.load()
            return loaded
    known = engine_names()
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
    raise SettingsError(f"no engine {name!r}; {hint}")
