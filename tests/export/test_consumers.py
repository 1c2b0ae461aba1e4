"""Each format is loaded by a program that people use for it, and says there what the graph says."""

from __future__ import annotations

import codecs
import csv
import json
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import networkx as nx
import pyoxigraph as ox
import pytest
import rdflib

from kg.export import export, write_statements
from kg.graph import memory_store, to_rdflib
from kg.graph.reader import GraphReader
from tests.graph.samples import sample_graph

# rdflib's own JSON-LD and TriG parsers use a class that rdflib deprecates.
pytestmark = [
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Dataset:DeprecationWarning"),
]

GROUP, PROJECT = "company:鲁西集团", "project:年产120万吨双酚A项目"


@pytest.fixture(scope="module")
def store() -> ox.Store:
    return memory_store(sample_graph())


@pytest.fixture(scope="module")
def relations(store: ox.Store) -> Counter[tuple[str, str, str]]:
    """Return what the graph says of two entities, with how often."""
    claims = GraphReader(store).claims()
    return Counter((c.subject.id, c.predicate, c.object.id) for c in claims if c.object)


# ---------------------------------------------------------------------------------------- RDF


@pytest.mark.parametrize(
    ("format_", "name"),
    [
        ("ttl", "turtle"),
        ("nt", "nt"),
        ("jsonld", "json-ld"),
        ("rdfxml", "xml"),
        ("trig", "trig"),
    ],
)
def test_rdflib_reads_every_syntax(
    store: ox.Store, tmp_path: Path, format_: str, name: str
) -> None:
    (path,) = export(store, format_, tmp_path / "graph")
    dataset = rdflib.Dataset()
    dataset.parse(path, format=name)
    assert {quad[:3] for quad in dataset.quads()} == set(to_rdflib(sample_graph()))


@pytest.mark.parametrize(
    ("format_", "syntax"),
    [
        ("ttl", ox.RdfFormat.TURTLE),
        ("nt", ox.RdfFormat.N_TRIPLES),
        ("jsonld", ox.RdfFormat.JSON_LD),
        ("rdfxml", ox.RdfFormat.RDF_XML),
        ("trig", ox.RdfFormat.TRIG),
    ],
)
def test_oxigraph_answers_from_every_syntax(
    store: ox.Store, tmp_path: Path, format_: str, syntax: ox.RdfFormat
) -> None:
    (path,) = export(store, format_, tmp_path / "graph")
    loaded = ox.Store()
    loaded.bulk_load(path=str(path), format=syntax)
    query = """PREFIX kg: <https://w3id.org/kg-news/ontology#>
        PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
        SELECT ?amount { ?s rdf:predicate kg:finances ; kg:amount ?amount }"""
    (row,) = loaded.query(query, use_default_graph_as_union=True)
    assert row["amount"].value == "200000000"


# ------------------------------------------------------------------------------ graph programs


@pytest.mark.parametrize("format_", ["graphml", "gexf"])
def test_networkx_has_the_graph(
    store: ox.Store, tmp_path: Path, relations: Counter[Any], format_: str
) -> None:
    (path,) = export(store, format_, tmp_path / "graph.xml")
    graph = (
        nx.read_graphml(path, force_multigraph=True) if format_ == "graphml" else nx.read_gexf(path)
    )
    assert graph.is_directed()
    assert set(graph) == {node.id for node in GraphReader(store).entities()}
    found = Counter((a, data["relation"], b) for a, b, data in graph.edges(data=True))
    assert found == relations
    assert nx.has_path(graph.to_undirected(), GROUP, PROJECT)


# ----------------------------------------------------------------------------------- databases


def test_sqlite_has_the_graph_and_is_sound(
    store: ox.Store, tmp_path: Path, relations: Counter[Any]
) -> None:
    path, _ = export(store, "sqlite", tmp_path / "graph.sqlite")
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        rows = connection.execute("SELECT source, relation, target FROM edges")
        assert Counter(rows) == relations
        around = """SELECT relation_zh, o.label FROM edges JOIN nodes s ON s.id = source
            JOIN nodes o ON o.id = target WHERE s.label = '鲁西集团' AND o.type = 'Project'"""
        assert ("投资", "年产120万吨双酚A项目") in connection.execute(around).fetchall()
    finally:
        connection.close()


def test_pandas_reckons_with_parquet(
    store: ox.Store, tmp_path: Path, relations: Counter[Any]
) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    nodes, edges = (pandas.read_parquet(path) for path in export(store, "parquet", tmp_path))
    assert edges["amount"].dtype == edges["confidence"].dtype == "float64"
    joined = edges.merge(nodes, left_on="source", right_on="id", suffixes=("", "_source"))
    assert len(joined) == len(edges) == relations.total()
    assert joined.groupby("label")["amount"].sum()["鲁西集团"] == 5e9
    assert nodes["id"].is_unique


def test_pyarrow_knows_the_types_of_columns(store: ox.Store, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    _, edges = export(store, "parquet", tmp_path)
    schema = parquet.read_schema(edges)
    numbers = {field.name for field in schema if str(field.type) == "double"}
    assert numbers == {"amount", "confidence"}
    assert {str(field.type) for field in schema} == {"double", "string"}


# ---------------------------------------------------------------------------------------- CSV


def written_tables(store: ox.Store, folder: Path) -> list[Path]:
    write_statements(store, folder / "statements.csv")
    return [*export(store, "csv", folder), folder / "statements.csv"]


def test_excel_takes_the_tables_for_utf8_and_keeps_their_rows(
    store: ox.Store, tmp_path: Path
) -> None:
    """Excel reads UTF-8 behind a byte order mark only, ends rows at CR LF, and doubles quotes."""
    for path in written_tables(store, tmp_path):
        content = path.read_bytes()
        assert content.startswith(codecs.BOM_UTF8)
        assert content.count(codecs.BOM_UTF8) == 1
        assert content.endswith(b"\r\n")
        assert b"\n" not in content.replace(b"\r\n", b"")
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file, strict=True))
        assert len({len(row) for row in rows}) == 1
        assert len(rows) > 5


def test_pandas_reads_the_tables(store: ox.Store, tmp_path: Path, relations: Counter[Any]) -> None:
    pandas = pytest.importorskip("pandas")
    nodes, edges, statements = (
        pandas.read_csv(path, encoding="utf-8-sig") for path in written_tables(store, tmp_path)
    )
    assert set(edges["source"]) | set(edges["target"]) <= set(nodes["id"])
    assert edges["amount"].sum() == 5.2e9
    found = zip(edges["source"], edges["relation"], edges["target"], strict=True)
    assert Counter(found) == relations
    assert statements["金额"].max() == 6.4e9


# ------------------------------------------------------------------------------ FollowTheMoney


def test_follow_the_money_accepts_every_entity_and_link(store: ox.Store, tmp_path: Path) -> None:
    model = pytest.importorskip("followthemoney").model
    (path,) = export(store, "ftm", tmp_path / "graph.ftm.json")
    entities = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    schemata = {entity["id"]: model.get(entity["schema"]) for entity in entities}
    for entity in entities:
        schema = schemata[entity["id"]]
        schema.validate(entity)
        proxy = model.get_proxy(entity, cleaned=False)
        assert proxy.to_dict()["properties"].keys() == entity["properties"].keys()
        for name, values in entity["properties"].items():
            if range_ := schema.get(name).range:
                assert all(schemata[value].is_a(range_) for value in values), (name, values)


def test_follow_the_money_leads_back_to_the_graph(store: ox.Store, tmp_path: Path) -> None:
    (path,) = export(store, "ftm", tmp_path / "graph.ftm.json")
    entities = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    sources = {e["properties"]["sourceUrl"][0] for e in entities if "name" in e["properties"]}
    assert sources == {node.iri for node in GraphReader(store).entities()}
