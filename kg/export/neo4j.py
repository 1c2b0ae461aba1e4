"""Entities and claims in the form that Neo4j's importers read.

``neo4j-admin database import full`` and ``apoc.import.csv`` learn from the header which column is an id, a
label, an end or a type, and which properties are numbers or lists. They are programs: no byte order
mark, no apostrophe before a =, which `kg export csv` puts there for spreadsheets. A line break in a text
would need an option, so it becomes a blank.

https://neo4j.com/docs/operations-manual/current/import/
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from kg.export.tables import Tables
from kg.export.writing import write_bytes
from kg.graph.source import TripleSource

__all__ = ["neo4j_nodes", "neo4j_relationships", "write_neo4j"]

# Columns of our tables and how the header names them.
_NODES = {
    "id": "id:ID",
    "iri": "iri",
    "label": "label",
    "type": "type",
    "type_zh": "type_zh",
    "aliases": "aliases:string[]",
    "facts": "facts:string[]",
}
_RELATIONSHIPS = {
    "source": ":START_ID",
    "target": ":END_ID",
    "relation": ":TYPE",
    "id": "id",
    "relation_zh": "relation_zh",
    "amount": "amount:double",
    "currency": "currency",
    "date": "date",  # a day, a month or a year: no date of Neo4j's
    "title": "title",
    "status": "status",
    "negated": "negated:boolean",
    "modality": "modality",
    "confidence": "confidence:double",
    "sentence": "sentence",
    "headline": "headline",
    "published": "published",
}
_LIST_SEPARATOR = "；"  # of our tables


def write_neo4j(store: TripleSource, target: Path) -> list[Path]:
    """Write neo4j-nodes.csv and neo4j-relationships.csv to the folder *target*."""
    tables = Tables(store)
    nodes = neo4j_nodes(tables.node_mappings())
    relationships = neo4j_relationships(tables.edge_mappings())
    return [
        write_bytes(target / "neo4j-nodes.csv", nodes),
        write_bytes(target / "neo4j-relationships.csv", relationships),
    ]


def neo4j_nodes(rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return the file of nodes, each labelled Entity and with its type."""
    head = [*_NODES.values(), ":LABEL"]
    lines = ([*(_node_cell(row, name) for name in _NODES), _labels(row)] for row in rows)
    return _csv(head, lines)


def neo4j_relationships(rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return the file of relationships; what is denied or planned says so in a property."""
    lines = ([_text(row[name]) for name in _RELATIONSHIPS] for row in rows)
    return _csv([*_RELATIONSHIPS.values()], lines)


def _node_cell(row: Mapping[str, str], name: str) -> str:
    value = _text(row[name])
    if not _NODES[name].endswith("[]"):
        return value
    # The importers part lists at ; and know no way to escape one.
    return value.replace(";", ",").replace(_LIST_SEPARATOR, ";")


def _labels(row: Mapping[str, str]) -> str:
    return f"Entity;{row['type']}" if row["type"] else "Entity"


def _text(value: str) -> str:
    return " ".join(value.replace("\x00", "\ufffd").splitlines())


def _csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(head)
    writer.writerows(rows)
    return buffer.getvalue().encode("utf-8", "replace")
