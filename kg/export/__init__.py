"""Write the graph for other programs, byte-identical for equal graphs.

Turtle and the other RDF forms hold everything. The forms of graph programs (GraphML, GEXF, CSV
tables, SQLite, Parquet, FollowTheMoney) hold entities as nodes and claims as edges with their amount, date and first sentence;
a fact is a property of its entity there. Every file replaces its predecessor as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from kg.database import write_database
from kg.errors import InputError
from kg.export.ftm import write_ftm
from kg.export.gexf import write_gexf
from kg.export.graphs import write_cypher, write_graphml
from kg.export.neo4j import write_neo4j
from kg.export.parquet import write_parquet
from kg.export.rdf import (
    export_turtle,
    serialize_turtle,
    write_json_ld,
    write_n_triples,
    write_rdf_xml,
    write_trig,
    write_turtle,
)
from kg.export.sheets import write_csv_tables, write_statements
from kg.graph.source import TripleSource

__all__ = ["FORMATS", "export", "serialize_turtle", "write_statements", "write_turtle"]

FORMATS: Mapping[str, Callable[[TripleSource, Path], list[Path]]] = {
    "ttl": export_turtle,
    "nt": write_n_triples,
    "trig": write_trig,
    "jsonld": write_json_ld,
    "rdfxml": write_rdf_xml,
    "graphml": write_graphml,
    "gexf": write_gexf,
    "csv": write_csv_tables,
    "cypher": write_cypher,
    "neo4j": write_neo4j,
    "sqlite": write_database,
    "parquet": write_parquet,
    "ftm": write_ftm,
}


def export(store: TripleSource, format: str, target: Path) -> list[Path]:  # noqa: A002  the word of the command
    """Write the graph in *format* and return the files written.

    Args:
        store: the graph.
        format: one of `FORMATS`.
        target: the file; for csv, parquet and neo4j a folder, which gets one of nodes and one of edges.

    Raises:
        InputError: the format is unknown, or its optional package is not installed.
    """
    try:
        writer = FORMATS[format]
    except KeyError:
        raise InputError(
            f"there is no format {format!r}", remedy=f"use one of {', '.join(FORMATS)}"
        ) from None
    return writer(store, target)
