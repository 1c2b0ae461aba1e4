"""Find engines by name, bundled ones and those of other packages.

An engine is a function from its argument (``""`` where none is given) to an `Engine`, announced by its
package under the entry point group ``kg.engines``. The bundled ones are listed here as well, so that a
checkout that was never installed has them. Engines joined by ``+`` vote.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import entry_points

from kg.engines.interface import Engine, EngineState
from kg.errors import SettingsError

__all__ = ["describe_engines", "engine_names", "make_engine", "split_spec", "split_specs"]

GROUP = "kg.engines"
BUNDLED: Mapping[str, str] = {
    "builtin": "kg.engines.builtin:make_engine",
    "hanlp": "kg.engines.hanlp:make_engine",
    "llm": "kg.engines.llm:make_engine",
}


def engine_names() -> tuple[str, ...]:
    """Return the names of all engines, sorted."""
    return tuple(sorted({*BUNDLED, *entry_points(group=GROUP).names}))


def make_engine(spec: str) -> Engine:
    """Make the engine that ``NAME`` or ``NAME:ARGUMENT`` asks for, or a vote of several, joined by +.

    Raises:
        AnnotatorUnavailable: the engine or its model is not installed.
        SettingsError: there is no such engine, or it cannot do anything with the argument.
    """
    parts = split_spec(spec)
    if len(parts) == 1:
        return _make_one(spec)
    from kg.engines.voting import VotingEngine

    labels = [_label(part) for part in parts]
    if len(set(labels)) < len(labels):
        labels = parts  # two models of the same name, in different places
    if len(set(parts)) < len(parts):
        raise SettingsError(f"engine {spec!r}: an engine cannot vote twice")
    return VotingEngine(dict(zip(labels, map(_make_one, parts), strict=True)))


def split_spec(spec: str) -> list[str]:
    """Cut a combination into its engines; a + inside an address or a path stays.

    >>> split_spec("builtin+hanlp:models/a+b")
    ['builtin', 'hanlp:models/a+b']
    """
    return _split(spec, r"\+")


def split_specs(specs: str) -> list[str]:
    """Cut a list of engines at its commas; one inside an argument stays.

    >>> split_specs("builtin,hanlp:tokenizer,recognizer")
    ['builtin', 'hanlp:tokenizer,recognizer']
    """
    return _split(specs, ",")


def _split(text: str, separator: str) -> list[str]:
    """Split before the names of engines only."""
    names = "|".join(map(re.escape, engine_names()))
    return re.split(rf"{separator}(?=(?:{names})(?:[:+,]|$))", text)


def describe_engines() -> Iterator[tuple[str, EngineState]]:
    """Yield each engine's name and whether it can be used here.

    An engine says so itself, by a function ``describe() -> EngineState`` beside the function that
    makes it; one that does not is taken to be ready.
    """
    for name in engine_names():
        try:
            factory = _factory(name)
        except Exception as error:  # noqa: BLE001  another package's module: whatever it raises
            yield name, EngineState(False, f"cannot be imported: {type(error).__name__}: {error}")
            continue
        describe = getattr(sys.modules[factory.__module__], "describe", None)
        yield name, describe() if describe else EngineState(True, f"from {factory.__module__}")


def _label(part: str) -> str:
    """Return what methods call an engine: its name, and the last word of its argument."""
    name, _, argument = part.partition(":")
    last = re.split(r"[/#\\]", argument.rstrip("/\\"))[-1].replace("+", "-")
    return f"{name}:{last}" if last else name


def _make_one(spec: str) -> Engine:
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
