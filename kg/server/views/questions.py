"""The ready questions of the cookbook, answered as tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import pyoxigraph as ox

from kg.query import find_query, run_cookbook, to_csv
from kg.server.snapshot import Snapshot

__all__ = ["AnswerTable", "Cell", "answer_question", "answer_question_csv", "with_prefixes"]

_NUMBERS = frozenset({"decimal", "integer", "double", "float"})


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of an answer."""

    text: str
    iri: str = ""  # of what can be opened
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """The rows that answer a question."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    truncated: bool


def answer_question(
    snapshot: Snapshot, name: str, settings: Mapping[str, str], max_rows: int
) -> AnswerTable | None:
    """Answer a question of the cookbook; nothing if there is none of this name.

    Raises:
        SettingsError: a parameter has a value that the question cannot use.
    """
    query = find_query(name)
    if query is None:
        return None
    result = run_cookbook(snapshot.store, query, settings, max_rows=max_rows)
    rows = tuple(tuple(_cell(snapshot, term) for term in row) for row in result.rows)
    return AnswerTable(result.columns, rows, result.truncated)


def answer_question_csv(
    snapshot: Snapshot, name: str, settings: Mapping[str, str], max_rows: int
) -> bytes | None:
    """Answer a question as CSV that Excel reads as UTF-8."""
    query = find_query(name)
    if query is None:
        return None
    result = run_cookbook(snapshot.store, query, settings, max_rows=max_rows)
    return to_csv(result).encode("utf-8-sig")


def _cell(snapshot: Snapshot, term: object) -> Cell:
    if isinstance(term, ox.Literal):
        number = term.datatype.value.rpartition("#")[2] in _NUMBERS
        return Cell(_grouped(term.value) if number else term.value, is_number=number)
    if isinstance(term, ox.NamedNode):
        if not term.value.startswith(snapshot.base_iri):
            return Cell(snapshot.reader.iris.shorten(term.value))
        label = snapshot.reader.node(term.value).label
        return Cell(label, term.value)
    return Cell("" if term is None else str(term))


def _grouped(number: str) -> str:
    """Return a number with its thousands apart."""
    try:
        return f"{Decimal(number):,f}"
    except (InvalidOperation, ValueError):
        return number


def with_prefixes(snapshot: Snapshot, text: str) -> tuple[str, str]:
    """Return a query with those prefixes declared that it uses and does not declare, and the base IRI.

    `kg.query` knows them anyway; an editor that checks what is typed, and other endpoints, do not.
    """
    used = set(re.findall(r"(?<![\w<?$])([a-z][\w-]*):", text))
    declared = set(re.findall(r"PREFIX\s+([\w-]*):", text, re.IGNORECASE))
    missing = [name for name in snapshot.prefixes if name in used - declared]
    lines = [f"PREFIX {name}: <{snapshot.prefixes[name]}>" for name in missing]
    return "\n".join([*lines, text]), snapshot.base_iri
