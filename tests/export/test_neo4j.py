"""What Neo4j's importers learn from headers, and that no text can pretend to be more than text."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.export import export
from kg.export.graphs import _cypher_string
from kg.export.neo4j import neo4j_nodes
from kg.graph import memory_store
from tests.graph.samples import sample_graph

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rows, Rows]:
    store: ox.Store = memory_store(sample_graph())
    paths: list[Path] = export(store, "neo4j", tmp_path_factory.mktemp("neo4j"))
    nodes, relationships = (
        list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline=""))) for path in paths
    )
    return nodes, relationships


def test_headers_name_ids_labels_ends_and_types(files: tuple[Rows, Rows]) -> None:
    nodes, relationships = files
    assert {"id:ID", ":LABEL", "aliases:string[]"} <= nodes[0].keys()
    assert {":START_ID", ":END_ID", ":TYPE", "amount:double"} <= relationships[0].keys()


def test_ends_are_nodes_and_numbers_are_numbers(files: tuple[Rows, Rows]) -> None:
    nodes, relationships = files
    ids = {row["id:ID"] for row in nodes}
    assert len(ids) == len(nodes)
    for row in relationships:
        assert {row[":START_ID"], row[":END_ID"]} <= ids
        assert row[":TYPE"]
        float(row["amount:double"] or 0)
        assert row["negated:boolean"] in {"", "true", "false"}
    assert {row[":LABEL"] for row in nodes} >= {"Entity;Company", "Entity;Project"}


def test_a_name_cannot_part_a_list_or_a_line() -> None:
    row = dict.fromkeys(("iri", "type", "type_zh"), "") | {
        "id": "company:=甲",
        "label": "=甲\n乙",
        "aliases": "甲;乙；丙",
        "facts": '注册资本 "1"',
    }
    text = neo4j_nodes([row]).decode()
    assert not text.startswith("\ufeff")
    (read,) = csv.DictReader(io.StringIO(text, newline=""))
    assert read["label"] == "=甲 乙"
    assert read["aliases:string[]"].split(";") == ["甲,乙", "丙"]
    assert read["facts:string[]"] == '注册资本 "1"'
    assert text.count("\n") == 2


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('"鲁西"', r'"\"\u9c81\u897f\""'),
        (r"\u0022 DELETE", r'"\\\u00750022 DELETE"'),
        ("\\中", r'"\\\u4e2d"'),
    ],
)
def test_no_escape_of_a_text_ends_a_cypher_string(text: str, written: str) -> None:
    assert _cypher_string(text) == written
