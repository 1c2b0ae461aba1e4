"""What a corpus wants to be told once: its publisher, its home region, thresholds.

我市 in a newspaper of 聊城 means 聊城市; no text says so. Such knowledge belongs to the corpus, so it
stands in a file beside it, `kg.toml`::

    [corpus]
    publisher = "聊城日报"
    home = "聊城市"                      # what 我市 and 全市 mean where the text does not say

    [graph]
    base_iri = "https://w3id.org/kg-news/id/"

    [extract]
    engine = "builtin"
    min_confidence = 0.0                # claims below are left out
    excluded_relations = ["jurisdiction"]

A misspelled key would silently change nothing, so unknown keys are errors. Flags win over the
environment (`KG_HOME`, `KG_MIN_CONFIDENCE`…), which wins over the file.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from kg.errors import InputError, SettingsError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = [
    "DEFAULT_BASE_IRI",
    "SETTINGS_FILE",
    "Settings",
    "find_settings_file",
    "load_settings",
    "settings_of_corpus",
]

SETTINGS_FILE = "kg.toml"
DEFAULT_BASE_IRI = "https://w3id.org/kg-news/id/"
# Local names are appended as they are, and Turtle needs an absolute IRI without blanks.
BASE_IRI = r'[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+[/#]'
ENGINE = re.compile(r"[a-z][a-z0-9_-]*(:.+)?(\+[a-z][a-z0-9_-]*(:.+)?)*")


@dataclass(frozen=True, slots=True)
class Settings:
    """What may differ from corpus to corpus."""

    publisher: str | None = None  # of documents that do not name theirs
    home: str | None = None  # full name of the region: 聊城市
    base_iri: str = DEFAULT_BASE_IRI
    engine: str = "builtin"
    min_confidence: float = 0.0
    excluded_relations: tuple[str, ...] = ()

    def as_pairs(self) -> tuple[tuple[str, str], ...]:
        """Return names and values as text, for the record of a run."""
        values = ((field.name, getattr(self, field.name)) for field in fields(self))
        return tuple((name, _as_text(value)) for name, value in values if value not in (None, ()))


def find_settings_file(paths: Iterable[Path]) -> Path | None:
    """Return the kg.toml in or beside the folder of a corpus, if there is one.

    Raises:
        SettingsError: two corpora of one build have different files.
    """
    found: list[Path] = []
    for path in paths:
        folder = path if path.is_dir() else path.parent
        places = (folder / SETTINGS_FILE, folder.resolve().parent / SETTINGS_FILE)
        file = next((place for place in places if place.is_file()), None)
        if file is not None and not any(file.samefile(other) for other in found):
            found.append(file)
    if len(found) > 1:
        names = " and ".join(str(file) for file in found)
        raise SettingsError(f"two settings files: {names}; choose one with --settings FILE")
    return found[0] if found else None


def load_settings(
    file: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    flags: Mapping[str, object] | None = None,
    is_named: bool = True,
) -> Settings:
    """Combine *file*, the environment and *flags* (None: not given), the later winning.

    Args:
        file: the corpus's settings.
        environment: the process's, if left out.
        flags: values by name.
        is_named: whether the user named *file*. One that was only found in a corpus may be a
            stranger's, and must not say which server the texts go to, or which model is loaded.

    Raises:
        InputError: *file* cannot be read or is not TOML.
        SettingsError: a key is unknown or a value impossible.
    """
    environment = os.environ if environment is None else environment
    changes: dict[str, object] = _from_file(file) if file else {}
    in_file = changes.get("engine")
    changes |= _from_environment(environment)
    for name, value in (flags or {}).items():
        if value is not None and value != ():
            changes[name] = _checked(name, value, f"--{name.replace('_', '-')}")
    if not is_named and in_file == changes.get("engine") and ":" in str(in_file):
        raise SettingsError(
            f"{file} names the engine {in_file}; a file that nobody named may not: "
            f"say --settings {file}, or --engine"
        )
    return replace(Settings(), **changes)  # type: ignore[arg-type]  # checked by _PARSERS


def settings_of_corpus(
    paths: Iterable[Path], file: Path | None = None, *, flags: Mapping[str, object] | None = None
) -> Settings:
    """Return the settings in *file*, or in the kg.toml in or beside a corpus, with *flags* over them.

    Raises:
        InputError, SettingsError: as `load_settings` and `find_settings_file`.
    """
    if file is not None:
        return load_settings(file, flags=flags)
    return load_settings(find_settings_file(paths), flags=flags, is_named=False)


def _from_file(file: Path) -> dict[str, object]:
    try:
        tables = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"not readable as TOML: {error}", path=file) from error
    changes: dict[str, object] = {}
    for table, content in tables.items():
        _require_known(table, TABLES, f"{file}: unknown table [{table}]")
        if not isinstance(content, dict):
            raise SettingsError(f"{file}: {table} must be a table: [{table}]")
        for key, value in content.items():
            _require_known(key, TABLES[table], f"{file}: unknown key {key!r} in [{table}]")
            changes[key] = _checked(key, value, f"{file}: {table}.{key}")
    return changes


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    names = {f"KG_{name.upper()}": name for name in _PARSERS}
    return {
        name: _checked(name, environment[variable], variable)
        for variable, name in names.items()
        if environment.get(variable)
    }


def _require_known(name: str, known: Iterable[str], complaint: str) -> None:
    known = sorted(known)
    if name in known:
        return
    near = get_close_matches(name, known, n=1)
    remedy = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
    raise SettingsError(f"{complaint}; {remedy}")


def _checked(name: str, value: object, place: str) -> object:
    try:
        return _PARSERS[name](value)
    except ValueError as error:
        raise SettingsError(f"{place} = {value!r}: {error}") from error


# ------------------------------------------------------------------------------------ values


def _parse_text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a text that is not empty")
    return value.strip()


def _parse_base_iri(value: object) -> str:
    text = _parse_text(value)
    if not re.fullmatch(BASE_IRI, text):
        raise ValueError(
            "must be an absolute IRI that ends in / or #, such as https://example.org/id/"
        )
    return text


def _parse_engine(value: object) -> str:
    text = _parse_text(value)
    # Which engines there are is known once they are looked for; what no engine is called, now.
    if not ENGINE.fullmatch(text):
        raise ValueError(
            "must be NAME or NAME:ARGUMENT, such as builtin, or several that vote, joined by +; "
            "kg doctor lists engines"
        )
    return text


def _parse_fraction(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("must be a number from 0 to 1")
    number = float(value)
    if not 0 <= number <= 1:
        raise ValueError("must be a number from 0 to 1")
    return number


def _parse_relations(value: object) -> tuple[str, ...]:
    from kg.schema import load_schema

    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list | tuple):
        raise ValueError('must be a list of relations, such as ["jurisdiction"]')
    schema = load_schema()
    known = sorted({*schema.relations, *schema.attributes})
    for name in names:
        if name not in known:
            near = get_close_matches(str(name), known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "see ontology/kg.ttl"
            raise ValueError(f"no relation {name!r}; {hint}")
    return tuple(sorted(set(names)))


def _as_text(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


_PARSERS: Mapping[str, Callable[[Any], object]] = {
    "publisher": _parse_text,
    "home": _parse_text,
    "base_iri": _parse_base_iri,
    "engine": _parse_engine,
    "min_confidence": _parse_fraction,
    "excluded_relations": _parse_relations,
}
TABLES: Mapping[str, tuple[str, ...]] = {
    "corpus": ("publisher", "home"),
    "graph": ("base_iri",),
    "extract": ("engine", "min_confidence", "excluded_relations"),
}
