"""What no article says of names: usual abbreviations, and what was renamed or merged when.

`ontology/short_names.csv` and `ontology/successions.csv` are data: a user adds a row, not a rule. Only what
holds everywhere stands there (发改 is 发展和改革 in every city); what one town calls its firms is
learnt from the corpus.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from kg.errors import OntologyError
from kg.schema import ontology_path

__all__ = ["ShortNames", "Succession", "load_short_names", "load_successions"]

_KINDS = frozenset({"function", "head", "zone", "central", "company", "organization"})
_CHANGES = frozenset({"renamed", "merged"})


@dataclass(frozen=True, slots=True)
class ShortNames:
    """Full names by their short ones; a full name leads to itself."""

    central: Mapping[str, str]  # 工信部 -> 工业和信息化部
    company: Mapping[str, str]  # 农行 -> 中国农业银行
    organization: Mapping[str, str]  # 深交所 -> 深圳证券交易所
    functions: tuple[tuple[str, str], ...]  # (工信, 工业和信息化), longest short form first
    heads: Mapping[str, str]  # 中院 -> 中级人民法院
    zones: tuple[tuple[str, str], ...]  # (高新区, 高新技术产业开发区), longest first


@dataclass(frozen=True, slots=True)
class Succession:
    """A region or body that has another name now, or is part of another."""

    type: str  # Place or Agency
    is_rename: bool  # the same thing under a new name; else it was merged into the new one
    old: str
    new: str
    code: str  # of the new region
    year: int
    source: str


@lru_cache(maxsize=1)
def load_short_names() -> ShortNames:
    """Read `ontology/short_names.csv`.

    Raises:
        OntologyError: the table is missing or a row has another form.
    """
    by_kind: dict[str, dict[str, str]] = defaultdict(dict)
    for line, (kind, name, shorts) in _rows("short_names.csv", ("kind", "name", "short")):
        if kind not in _KINDS:
            raise OntologyError(f"{line}: unknown kind {kind!r}; use one of {sorted(_KINDS)}")
        for form in (name, *filter(None, shorts.split("|"))):
            if by_kind[kind].setdefault(form, name) != name:
                raise OntologyError(f"{line}: {form} is short for {by_kind[kind][form]} already")
    return ShortNames(
        by_kind["central"],
        by_kind["company"],
        by_kind["organization"],
        _longest_first(by_kind["function"]),
        by_kind["head"],
        _longest_first(by_kind["zone"]),
    )


def _longest_first(full_by_short: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(full_by_short.items(), key=lambda entry: (-len(entry[0]), entry[0])))


@lru_cache(maxsize=1)
def load_successions() -> tuple[Succession, ...]:
    """Read `ontology/successions.csv`.

    Raises:
        OntologyError: the table is missing or a row has another form.
    """
    columns = ("type", "kind", "old", "new", "code", "year", "source")
    found = []
    for line, (type_, kind, old, new, code, year, source) in _rows("successions.csv", columns):
        if kind not in _CHANGES or not year.isdecimal():
            raise OntologyError(f"{line}: expected renamed or merged, and a year")
        found.append(Succession(type_, kind == "renamed", old, new, code, int(year), source))
    return tuple(found)


def _rows(name: str, columns: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    """Yield file and line, and the cells, of each row of a table of the ontology."""
    path = ontology_path() / name
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except OSError as error:
        raise OntologyError(f"{path}: {error.strerror}; reinstall kg") from error
    if not rows or tuple(rows[0]) != columns:
        raise OntologyError(f"{path}:1: expected the columns {','.join(columns)}")
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(columns):
            raise OntologyError(f"{path}:{number}: expected {len(columns)} cells")
        yield f"{path}:{number}", row
