"""Columns of data frames: each of one kind, none silently wrong."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kg.errors import InputError, SettingsError
from kg.graph import load_turtle
from kg.library.frames import Cell, rows_of, to_frame
from kg.query import run_query

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")


def columns(kind: str, values: Sequence[Cell]) -> Any:
    return to_frame(["it"], [{"it": value} for value in values], kind)["it"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "pandas_dtype", "polars_dtype"),
    [
        pytest.param([Decimal("2e6"), None, 3], "float64", pl.Float64, id="amounts"),
        pytest.param([1, None, 2], "Int64", pl.Int64, id="counts"),
        pytest.param([2**70, 1], "float64", pl.Float64, id="more than 64 bits"),
        pytest.param([date(1644, 1, 1), None], "datetime64[s]", pl.Date, id="dates before 1677"),
        pytest.param([True, None], "boolean", pl.Boolean, id="truth"),
        pytest.param(["2022", date(2022, 12, 19)], "object", pl.String, id="year beside day"),
        pytest.param([None, None], "object", pl.String, id="nothing"),
        pytest.param([], "object", pl.String, id="no row"),
    ],
)
def test_column_has_one_kind(values: list[Cell], pandas_dtype: str, polars_dtype: object) -> None:
    in_pandas, in_polars = columns("pandas", values), columns("polars", values)
    assert str(in_pandas.dtype) == pandas_dtype
    assert in_polars.dtype == polars_dtype
    missing = [value is None for value in values]
    assert in_pandas.isna().tolist() == in_polars.is_null().to_list() == missing


def test_year_beside_day_loses_nothing() -> None:
    assert columns("polars", ["2022", date(2022, 12, 19)]).to_list() == ["2022", "2022-12-19"]


def test_empty_answer_keeps_its_columns() -> None:
    assert list(to_frame(["a", "b"], [], "pandas").columns) == ["a", "b"]
    assert to_frame(["a", "b"], [], "polars").columns == ["a", "b"]


def test_literal_that_is_not_of_its_type_stays_text(tmp_path: Any) -> None:
    file = tmp_path / "g.ttl"
    file.write_text(
        'PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> <a:a> <a:b> "many"^^xsd:decimal, '
        '"2022-13-45"^^xsd:date, "true"^^xsd:boolean, "7"^^xsd:integer .'
    )
    result = run_query(load_turtle(file), "SELECT ?o WHERE { <a:a> <a:b> ?o }")
    found = {repr(row["o"]) for row in rows_of(result, str)}
    assert found == {"'many'", "'2022-13-45'", "True", "7"}


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_missing_package_is_named_with_its_remedy(
    package: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=rf"kg-news\[{package}\]"):
        to_frame(["a"], [], package)


def test_auto_does_without_both(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"a": 1}]
    assert isinstance(to_frame(["a"], rows, "auto"), pd.DataFrame)
    monkeypatch.setattr("kg.library.frames.find_spec", lambda name: name == "polars" or None)
    assert isinstance(to_frame(["a"], rows, "auto"), pl.DataFrame)
    monkeypatch.setattr("kg.library.frames.find_spec", lambda name: None)
    assert to_frame(["a"], rows, "auto") == rows


def test_unknown_frame_is_an_error() -> None:
    with pytest.raises(SettingsError, match="use auto, pandas, polars or rows"):
        to_frame([], [], "arrow")  # type: ignore[arg-type]
