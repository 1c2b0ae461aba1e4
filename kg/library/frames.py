"""Answers of the graph as rows or data frames.

A SPARQL result is typed cell by cell, a data frame column by column. A column of numbers becomes
numbers, one of full dates becomes dates; where a column mixes kinds (2022 beside 2022-12-19) it is text,
because half of it would otherwise be lost. In rows each cell keeps its own type, amounts exactly.

pandas and polars are optional and are imported when a frame is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import pyoxigraph as ox

from kg.errors import InputError, SettingsError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from kg.query import QueryResult

__all__ = ["Cell", "FrameKind", "Row", "rows_of", "to_frame", "to_pandas", "to_polars"]

Cell: TypeAlias = "str | int | float | bool | Decimal | date | None"
Row: TypeAlias = "dict[str, Cell]"
FrameKind: TypeAlias = Literal["auto", "pandas", "polars", "rows"]

_TRIPLE = ("subject", "predicate", "object")


def rows_of(result: QueryResult, shorten: Callable[[str], str]) -> list[Row]:
    """Return a row per solution or triple; an ASK has one row with its ``answer``.

    Args:
        result: of `kg.query.run_query`.
        shorten: makes ``company:鲁西集团`` of an IRI.
    """
    if result.truth is not None:
        return [{"answer": result.truth}]
    triples = ((it.subject, it.predicate, it.object) for it in result.triples)
    rows = triples if result.is_graph else result.rows
    return [
        {name: _cell(term, shorten) for name, term in zip(columns_of(result), row, strict=True)}
        for row in rows
    ]


def columns_of(result: QueryResult) -> tuple[str, ...]:
    """Return the columns of `rows_of`, which an empty answer has too."""
    if result.truth is not None:
        return ("answer",)
    return _TRIPLE if result.is_graph else result.columns


def to_frame(columns: Sequence[str], rows: Sequence[Mapping[str, Cell]], kind: FrameKind) -> Any:
    """Return rows in the form *kind*; ``auto`` is pandas, else polars, else the rows themselves.

    Raises:
        InputError: the package is not installed.
        SettingsError: there is no such form.
    """
    if kind == "auto":
        installed = (name for name in ("pandas", "polars") if find_spec(name))
        return to_frame(columns, rows, next(installed, "rows"))  # type: ignore[arg-type]
    if kind == "rows":
        return [dict(row) for row in rows]
    if kind == "pandas":
        return to_pandas(columns, rows)
    if kind == "polars":
        return to_polars(columns, rows)
    raise SettingsError(f"there is no frame {kind!r}; use auto, pandas, polars or rows")


def to_pandas(columns: Sequence[str], rows: Sequence[Mapping[str, Cell]]) -> pd.DataFrame:
    """Return rows as a pandas DataFrame."""
    try:
        import pandas as pd
    except ImportError as error:
        raise _not_installed("pandas") from error
    dtypes = {"boolean": "boolean", "integer": "Int64", "number": "float64", "text": "object"}
    series = {}
    for column in columns:
        kind, values = _column(rows, column)
        if kind == "date":  # in seconds, by numpy: the nanoseconds of pandas 2.1 end in 1677
            series[column] = pd.Series(np.array(values, dtype="datetime64[s]"))
        else:
            series[column] = pd.Series(values, dtype=dtypes[kind])
    return pd.DataFrame(series, columns=list(columns))


def to_polars(columns: Sequence[str], rows: Sequence[Mapping[str, Cell]]) -> pl.DataFrame:
    """Return rows as a polars DataFrame."""
    try:
        import polars as pl
    except ImportError as error:
        raise _not_installed("polars") from error
    dtypes = {
        "boolean": pl.Boolean,
        "integer": pl.Int64,
        "number": pl.Float64,
        "date": pl.Date,
        "text": pl.String,
    }
    found = {column: _column(rows, column) for column in columns}
    return pl.DataFrame(
        [pl.Series(column, values, dtype=dtypes[kind]) for column, (kind, values) in found.items()]
    )


def _not_installed(package: str) -> InputError:
    return InputError(
        f"{package} is not installed", remedy=f"pip install 'kg-news[{package}]', or frame='rows'"
    )


def _cell(term: object, shorten: Callable[[str], str]) -> Cell:
    if isinstance(term, ox.Literal):
        return _literal(term)
    if isinstance(term, ox.NamedNode):
        return shorten(term.value)
    return None if term is None else str(term)


def _literal(literal: ox.Literal) -> Cell:
    """Return the value of a literal, its words where they are not of the type they claim."""
    parse = _PARSERS.get(literal.datatype.value.rpartition("#")[2])
    if parse is None:
        return literal.value
    try:
        return parse(literal.value)
    except (ValueError, InvalidOperation):
        return literal.value


_PARSERS: Mapping[str, Callable[[str], Cell]] = {
    "boolean": lambda text: text in {"true", "1"},
    "date": date.fromisoformat,
    "decimal": Decimal,
    "double": float,
    "float": float,
    "integer": int,
}


def _column(rows: Sequence[Mapping[str, Cell]], column: str) -> tuple[str, list[Any]]:
    """Return the one kind that a column has, and its values as that kind."""
    values = [row[column] for row in rows]
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return "boolean", values
    if kinds == {date}:
        return "date", values
    if kinds == {int} and all(abs(v) < 2**63 for v in values if isinstance(v, int)):
        return "integer", values
    if kinds and kinds <= {int, float, Decimal}:
        return "number", [None if value is None else float(value) for value in values]  # type: ignore[arg-type]
    return "text", [None if value is None else str(value) for value in values]
