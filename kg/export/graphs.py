"""Files for graph programs: GraphML, openCypher for Neo4j and its kin."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET  # builds XML only, parses none

from kg.export.tables import NUMERIC, Tables
from kg.export.writing import write_bytes, write_xml
from kg.graph.files import xml_text
from kg.graph.source import TripleSource

__all__ = ["write_cypher", "write_graphml"]


def write_graphml(store: TripleSource, target: Path) -> list[Path]:
    """Write GraphML, http://graphml.graphdrawing.org/primer/graphml-primer.html."""
    tables = Tables(store)
    root = ET.Element("graphml", xmlns="http://graphml.graphdrawing.org/xmlns")
    keys: list[tuple[str, str, str]] = []  # id, owner, column
    for owner, columns in (("node", tables.NODE_COLUMNS[1:]), ("edge", tables.EDGE_COLUMNS[3:])):
        for column in columns:
            keys.append((f"{owner}_{column}", owner, column))
    for id_, owner, column in keys:
        kind = "double" if column in NUMERIC else "string"
        ET.SubElement(
            root, "key", {"id": id_, "for": owner, "attr.name": column, "attr.type": kind}
        )
    graph = ET.SubElement(root, "graph", id="kg", edgedefault="directed")
    for row in tables.nodes:
        node = ET.SubElement(graph, "node", id=xml_text(row[0]))
        _graphml_data(node, "node", tables.NODE_COLUMNS[1:], row[1:])
    for row in tables.edges:
        ends = {"id": row[0], "source": xml_text(row[1]), "target": xml_text(row[2])}
        edge = ET.SubElement(graph, "edge", ends)
        _graphml_data(edge, "edge", tables.EDGE_COLUMNS[3:], row[3:])
    return [write_xml(target, root)]


def _graphml_data(
    element: ET.Element, owner: str, columns: Iterable[str], row: Iterable[str]
) -> None:
    for column, value in zip(columns, row, strict=True):
        if value:
            ET.SubElement(element, "data", key=f"{owner}_{column}").text = xml_text(value)


def write_cypher(store: TripleSource, target: Path) -> list[Path]:
    """Write openCypher that creates or updates the graph; strings are escaped."""
    tables = Tables(store)
    lines = []
    for row in tables.nodes:
        properties = dict(zip(tables.NODE_COLUMNS, row, strict=True))
        label = _cypher_name(properties["type"] or "Entity")
        lines.append(
            f"MERGE (n:Entity {{id: {_cypher_string(row[0])}}}) "
            f"SET n:{label} SET n += {_cypher_map(properties)};"
        )
    for row in tables.edges:
        properties = dict(zip(tables.EDGE_COLUMNS, row, strict=True))
        source, target_id = properties.pop("source"), properties.pop("target")
        relation = _cypher_name(properties["relation"])
        lines.append(
            f"MATCH (s:Entity {{id: {_cypher_string(source)}}}), "
            f"(o:Entity {{id: {_cypher_string(target_id)}}}) "
            f"MERGE (s)-[r:{relation} {{id: {_cypher_string(row[0])}}}]->(o) "
            f"SET r += {_cypher_map(properties)};"
        )
    return [write_bytes(target, "".join(f"{line}\n" for line in lines).encode())]


def _cypher_name(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _cypher_string(text: str) -> str:
    # JSON's escapes are openCypher's (\\uXXXX, \\n, \\", \\\\); all in ASCII no quote can be smuggled in. Some
    # parsers replace \\uXXXX before they read strings, so that a \\u0022 of the text would end one: its u
    # is written as an escape too.
    parts = (json.dumps(part)[1:-1] for part in text.split("\\u"))
    return '"' + r"\\\u0075".join(parts) + '"'


def _cypher_map(properties: Mapping[str, str]) -> str:
    entries = (
        f"{_cypher_name(name)}: {value if name in NUMERIC else _cypher_string(value)}"
        for name, value in properties.items()
        if value
    )
    return "{" + ", ".join(entries) + "}"
