"""Every format, read back by a program that people use."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import sys
from datetime import date
from pathlib import Path

import networkx as nx
import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import InputError
from kg.export import FORMATS, export, serialize_turtle, write_statements
from kg.graph import build_graph, memory_store, to_rdflib
from kg.graph.files import safe_cell
from kg.graph.reader import GraphReader
from kg.query import run_query, to_csv
from kg.resolution import resolve
from tests.factories import (
    make_article,
    make_document,
    make_extraction,
    make_mention,
    make_relation,
    make_run,
)
from tests.graph.samples import sample_graph

# rdflib's own JSON-LD parser uses a class that rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")


@pytest.fixture(scope="module")
def store() -> ox.Store:
    return memory_store(sample_graph())


def hostile_store() -> ox.Store:
    """Build a store from a text that tries to break every format."""
    name = "=cmd|'/C calc'!A0\x0c<script>`\"\\集团"
    article = make_article(
        f"{name}位于1.2.3号(东)区\x00。", headline="@SUM(A1)", published=date(2023, 1, 1)
    )
    company, place = (
        make_mention(article, name, "Company"),
        make_mention(article, "1.2.3号(东)区", "Place"),
    )
    claim = make_relation(article, "locatedIn", company, place, attributedTo="-1\x0b")
    extraction = make_extraction(article, [company, place], [claim])
    document = make_document(article.text, id="doc", title="]]>&")
    return memory_store(build_graph(resolve([extraction]), [extraction], [document], make_run()))


@pytest.mark.parametrize(
    ("format_", "parser"),
    [("ttl", "turtle"), ("nt", "nt"), ("jsonld", "json-ld"), ("rdfxml", "xml")],
)
def test_rdf_forms_hold_the_whole_graph(
    store: ox.Store, tmp_path: Path, format_: str, parser: str
) -> None:
    (path,) = export(store, format_, tmp_path / f"graph.{format_}")
    assert set(rdflib.Graph().parse(path, format=parser)) == set(to_rdflib(sample_graph()))


@pytest.mark.parametrize("format_", ["ttl", "nt", "rdfxml", "jsonld"])
def test_rdf_forms_are_read_by_oxigraph(store: ox.Store, tmp_path: Path, format_: str) -> None:
    (path,) = export(store, format_, tmp_path / "graph")
    known = {
        "ttl": ox.RdfFormat.TURTLE,
        "nt": ox.RdfFormat.N_TRIPLES,
        "rdfxml": ox.RdfFormat.RDF_XML,
        "jsonld": ox.RdfFormat.JSON_LD,
    }
    parsed = {quad.triple for quad in ox.parse(path=str(path), format=known[format_])}
    assert parsed == set(sample_graph().triples)


def test_trig_names_its_graph(store: ox.Store, tmp_path: Path) -> None:
    (path,) = export(store, "trig", tmp_path / "graph.trig")
    quads = list(ox.parse(path=str(path), format=ox.RdfFormat.TRIG))
    assert {quad.graph_name for quad in quads} == {ox.NamedNode("https://w3id.org/kg-news/id/")}
    assert len(quads) == len(sample_graph())


def test_turtle_reads_like_text() -> None:
    turtle = serialize_turtle(sample_graph()).decode()
    prefixes = [line for line in turtle.splitlines() if line.startswith("@prefix")]
    assert prefixes == sorted(prefixes)
    assert "company:鲁西集团 a kg:Company ;" in turtle
    assert "kg:builds project:年产120万吨双酚A项目" in turtle


def test_graphml_keeps_parallel_edges(store: ox.Store, tmp_path: Path) -> None:
    (path,) = export(store, "graphml", tmp_path / "graph.graphml")
    graph = nx.read_graphml(path, force_multigraph=True)
    ends = "company:鲁西集团", "project:年产120万吨双酚A项目"
    assert {data["relation"] for data in graph.get_edge_data(*ends).values()} == {
        "builds",
        "investsIn",
    }
    assert graph.nodes["company:鲁西集团"]["type_zh"] == "公司"
    assert {d["amount"] for _, _, d in graph.edges(data=True) if "amount" in d} == {2e8, 5e9}


def test_gexf_is_read_with_labels(store: ox.Store, tmp_path: Path) -> None:
    (path,) = export(store, "gexf", tmp_path / "graph.gexf")
    graph = nx.read_gexf(path, version="1.3")
    assert graph.nodes["project:年产120万吨双酚A项目"]["label"] == "年产120万吨双酚A项目"
    assert "总投资" in graph.nodes["project:年产120万吨双酚A项目"]["facts"]
    assert graph.is_multigraph()


def test_csv_tables_fit_together(store: ox.Store, tmp_path: Path) -> None:
    nodes, edges = (
        list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
        for path in export(store, "csv", tmp_path)
    )
    ids = {row["id"] for row in nodes}
    assert len(ids) == len(nodes)
    assert {end for row in edges for end in (row["source"], row["target"])} <= ids
    assert {row["modality"] for row in edges} == {"", "planned"}


def test_sqlite_is_queried(store: ox.Store, tmp_path: Path) -> None:
    path, _ = export(store, "sqlite", tmp_path / "graph.sqlite")
    connection = sqlite3.connect(path)
    query = """SELECT nodes.label, amount FROM edges JOIN nodes ON nodes.id = source
               WHERE relation = 'finances' AND amount > 100000000"""
    assert connection.execute(query).fetchall() == [("工商银行聊城分行", 200000000)]
    facts = "SELECT value, unit, bound FROM facts WHERE attribute = 'totalInvestment'"
    assert ("6400000000", "CNY", "lower") in connection.execute(facts).fetchall()
    connection.close()


def test_cypher_is_one_statement_a_line(store: ox.Store, tmp_path: Path) -> None:
    (path,) = export(store, "cypher", tmp_path / "graph.cypher")
    lines = path.read_text("ascii").splitlines()
    assert all(line.startswith(("MERGE (n:", "MATCH (s:")) and line.endswith(";") for line in lines)
    assert sum("MERGE (s)-[r:`finances`" in line for line in lines) == 1


@pytest.mark.parametrize("format_", FORMATS)
def test_equal_graphs_are_equal_files(tmp_path: Path, format_: str) -> None:
    contents = []
    for folder in ("one", "two"):
        paths = export(memory_store(sample_graph()), format_, tmp_path / folder / "graph")
        contents.append([path.read_bytes() for path in paths])
    assert contents[0] == contents[1]


@pytest.mark.parametrize("format_", FORMATS)
def test_a_hostile_text_breaks_no_format(tmp_path: Path, format_: str) -> None:
    paths = export(hostile_store(), format_, tmp_path / "graph")
    if format_ in {"ttl", "nt", "jsonld", "rdfxml"}:
        parser = {"ttl": "turtle", "jsonld": "json-ld", "rdfxml": "xml"}.get(format_, format_)
        assert len(rdflib.Graph().parse(paths[0], format=parser)) > 20
    elif format_ == "graphml":
        assert len(nx.read_graphml(paths[0])) == 2
    elif format_ == "gexf":
        assert len(nx.read_gexf(paths[0], version="1.3")) == 2
    elif format_ == "csv":
        cells = [cell for path in paths for row in _rows(path) for cell in row]
        assert not [cell for cell in cells if cell[:1] in {"=", "@", "+"}]
    elif format_ == "cypher":
        assert len(paths[0].read_text("ascii").splitlines()) == 3


def _rows(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def test_an_unknown_format_names_the_known_ones(store: ox.Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="use one of ttl, nt"):
        export(store, "docx", tmp_path / "x")


# ------------------------------------------------------------------------------ statements.csv


def test_statements_open_in_a_spreadsheet(store: ox.Store, tmp_path: Path) -> None:
    path = tmp_path / "statements.csv"
    count = write_statements(store, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    assert len(rows) == count == 21
    loan = next(row for row in rows if row["relation"] == "finances")
    assert (loan["主体"], loan["客体"], loan["金额"], loan["单位"]) == (
        "工商银行聊城分行",
        "鲁西集团",
        "200000000",
        "CNY",
    )
    assert loan["原句"] == "工商银行聊城分行向鲁西集团放款2亿元。"
    assert {row["语态"] for row in rows} == {"", "计划", "否定"}


def test_statements_hold_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "statements.csv"
    write_statements(hostile_store(), path)
    (row,) = _rows(path)[1:]
    assert row[0].startswith("'=cmd")
    assert row[14] == "'@SUM(A1)"


@given(st.text("=+-@\t\r\n＝＋－＠'\"1.5eE,;x\u3000", max_size=8))
def test_a_cell_is_no_formula_and_its_text_is_read_back(text: str) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerow([safe_cell(text), "next"])
    cell, after = next(csv.reader(io.StringIO(stream.getvalue(), newline="")))
    assert after == "next"
    if cell[:1] in set("=+-@\t\r\n＝＋－＠"):
        assert float(cell) <= 0  # a number
    assert (cell[1:] if re.match("'+[=+\\-@\t\r\n＝＋－＠]", cell) else cell) == text


def test_a_column_of_numbers_hides_no_formula() -> None:
    result = run_query(
        ox.Store(), """SELECT ?x { VALUES ?x { "=1+1"^^xsd:decimal -5 "-1.5E3"^^xsd:double } }"""
    )
    assert to_csv(result).splitlines()[1:] == ["'=1+1", "-5", "-1500"]


def test_follow_the_money_has_people_bodies_and_links(store: ox.Store, tmp_path: Path) -> None:
    (path,) = export(store, "ftm", tmp_path / "graph.ftm.json")
    entities = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    by_id = {entity["id"]: entity for entity in entities}
    assert len(by_id) == len(entities)
    schemata = {name: e["schema"] for e in entities for name in e["properties"].get("name", ())}
    assert schemata["鲁西集团"] == "Company"
    ends = {"employee", "employer", "participant", "project", "subject", "object", "owner"}
    for entity in entities:
        for name, values in entity["properties"].items():
            assert values
            assert all(isinstance(value, str) and value for value in values)
            assert name not in ends or values[0] in by_id


def test_follow_the_money_keeps_silent_about_plans_and_denials(
    store: ox.Store, tmp_path: Path
) -> None:
    (path,) = export(store, "ftm", tmp_path / "graph.ftm.json")
    links = {json.loads(line)["id"] for line in path.read_text("utf-8").splitlines()}
    unasserted = [c for c in GraphReader(store).claims() if c.object and not c.asserted]
    assert unasserted
    assert not links & {f"statement-{claim.id}" for claim in unasserted}


def test_parquet_holds_the_tables_of_csv(store: ox.Store, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    nodes, edges = export(store, "parquet", tmp_path)
    tables = export(store, "csv", tmp_path)
    for written, table in zip((nodes, edges), tables, strict=True):
        rows = list(csv.reader(io.StringIO(table.read_text("utf-8-sig"))))
        found = parquet.read_table(written)
        assert found.column_names == rows[0]
        assert found.num_rows == len(rows) - 1


def test_parquet_without_pyarrow_says_what_to_install(
    store: ox.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match="kg-news\\[parquet\\]"):
        export(store, "parquet", tmp_path)
