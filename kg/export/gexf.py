"""Entities and claims as GEXF 1.3, which Gephi opens with Chinese labels and a time axis.

Gephi's timeline shows what is there at a moment. A claim is there from its own date on, or, where it has
none, from the day it was reported; an entity from its first claim on. What has no date is always
there. Gephi takes parallel edges for one unless each has a kind: its relation.

https://gexf.net/schema.html, https://docs.gephi.org/desktop/User_Manual/Import/GEXF_File_Format
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET  # builds XML only, parses none

from kg.export.tables import NUMERIC, Tables
from kg.export.writing import write_xml
from kg.graph.files import xml_text
from kg.graph.source import TripleSource

__all__ = ["gexf", "write_gexf"]

_NAMESPACE = "http://gexf.net/1.3"
_DATE = re.compile(r"([12]\d{3})(?:-(\d\d))?(?:-(\d\d))?")


def write_gexf(store: TripleSource, target: Path) -> list[Path]:
    """Write the graph for Gephi."""
    tables = Tables(store)
    nodes, edges = tables.node_mappings(), tables.edge_mappings()
    return [write_xml(target, gexf(nodes, edges, tables.NODE_COLUMNS[3:], tables.EDGE_COLUMNS[3:]))]


def gexf(
    nodes: Sequence[Mapping[str, str]],
    edges: Sequence[Mapping[str, str]],
    node_columns: Sequence[str],
    edge_columns: Sequence[str],
) -> ET.Element:
    """Return the document of a graph.

    Args:
        nodes: rows with id, label and *node_columns*.
        edges: rows with id, source, target, relation, relation_zh, date, published and *edge_columns*.
        node_columns: what becomes an attribute of nodes.
        edge_columns: what becomes an attribute of edges.
    """
    root = ET.Element("gexf", xmlns=_NAMESPACE, version="1.3")
    meta = ET.SubElement(root, "meta")
    ET.SubElement(meta, "creator").text = "kg"
    graph = ET.SubElement(
        root, "graph", defaultedgetype="directed", mode="dynamic", timeformat="date"
    )
    _declare(graph, "node", node_columns)
    _declare(graph, "edge", edge_columns)
    starts = {edge["id"]: _day(edge["date"]) or _day(edge["published"]) for edge in edges}
    first = _first_days(edges, starts)
    below = ET.SubElement(graph, "nodes")
    for row in nodes:
        entry = {"id": row["id"], "label": row["label"]}
        _add(below, "node", entry, first.get(row["id"], ""), row, node_columns)
    below = ET.SubElement(graph, "edges")
    for row in edges:
        entry = {name: row[name] for name in ("id", "source", "target")}
        entry |= {"label": row["relation_zh"], "kind": row["relation"]}
        _add(below, "edge", entry, starts[row["id"]], row, edge_columns)
    return root


def _declare(graph: ET.Element, owner: str, columns: Iterable[str]) -> None:
    attributes = ET.SubElement(graph, "attributes", {"class": owner, "mode": "static"})
    for index, column in enumerate(columns):
        kind = "double" if column in NUMERIC else "string"
        ET.SubElement(attributes, "attribute", {"id": str(index), "title": column, "type": kind})


def _add(
    parent: ET.Element,
    tag: str,
    entry: Mapping[str, str],
    start: str,
    row: Mapping[str, str],
    columns: Iterable[str],
) -> None:
    attributes = {name: xml_text(value) for name, value in entry.items()}
    element = ET.SubElement(parent, tag, attributes | ({"start": start} if start else {}))
    values = ET.SubElement(element, "attvalues")
    for index, column in enumerate(columns):
        if row[column]:
            ET.SubElement(values, "attvalue", {"for": str(index), "value": xml_text(row[column])})


def _day(date: str) -> str:
    """Return the first day of a date, month or year; "" for anything else.

    >>> _day("2022-05"), _day("2023"), _day("2023-03-14"), _day("去年")
    ('2022-05-01', '2023-01-01', '2023-03-14', '')
    """
    found = _DATE.fullmatch(date)
    return "-".join((found[1], found[2] or "01", found[3] or "01")) if found else ""


def _first_days(edges: Iterable[Mapping[str, str]], starts: Mapping[str, str]) -> dict[str, str]:
    """Return the first day of each entity; "" where a claim about it has none, for it is always there."""
    first: dict[str, str] = {}
    for edge in edges:
        start = starts[edge["id"]]
        for end in (edge["source"], edge["target"]):
            # An edge may not be there before its ends; the least text is the earliest day, or none.
            first[end] = min(first.get(end, start), start)
    return first
