"""Parquet, for pandas, DuckDB and Spark."""

from __future__ import annotations

import io
from pathlib import Path

from kg.errors import InputError
from kg.export.tables import NUMERIC, Tables
from kg.export.writing import write_bytes
from kg.graph.source import TripleSource

__all__ = ["write_parquet"]


def write_parquet(store: TripleSource, target: Path) -> list[Path]:
    """Write nodes.parquet and edges.parquet, for pandas, DuckDB, Spark."""
    try:
        import pyarrow as pa  # type: ignore[import-untyped,import-not-found,unused-ignore]
        import pyarrow.parquet as pq  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError as error:
        raise InputError(
            "parquet needs pyarrow, which is not installed", remedy="pip install 'kg-news[parquet]'"
        ) from error
    tables = Tables(store)
    paths = []
    for name, columns, rows in (
        ("nodes", tables.NODE_COLUMNS, tables.nodes),
        ("edges", tables.EDGE_COLUMNS, tables.edges),
    ):
        cells = list(zip(*rows, strict=True)) or [()] * len(columns)
        arrays = [
            pa.array([float(v) if v else None for v in values], pa.float64())
            if column in NUMERIC
            else pa.array([v or None for v in values], pa.string())
            for column, values in zip(columns, cells, strict=True)
        ]
        buffer = io.BytesIO()
        pq.write_table(pa.table(arrays, names=list(columns)), buffer)
        paths.append(write_bytes(target / f"{name}.parquet", buffer.getvalue()))
    return paths
