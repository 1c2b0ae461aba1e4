"""Gephi's rules for a graph with a time axis, https://docs.gephi.org/desktop/User_Manual/Import/GEXF_File_Format."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import networkx as nx
import pyoxigraph as ox
import pytest

from kg.export import export
from kg.export.gexf import gexf
from kg.graph import memory_store
from tests.graph.samples import sample_graph

N = "{http://gexf.net/1.3}"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store: ox.Store = memory_store(sample_graph())
    (path,) = export(store, "gexf", tmp_path_factory.mktemp("gexf") / "graph.gexf")
    return path


@pytest.fixture(scope="module")
def root(path: Path) -> ET.Element:
    return ET.parse(path).getroot()  # noqa: S314  our own file


def test_networkx_reads_it_with_times_and_numbers(path: Path) -> None:
    graph = nx.read_gexf(path, version="1.3")
    assert graph.graph["mode"] == "dynamic"
    assert graph.nodes["company:鲁西集团"]["label"] == "鲁西集团"
    edges = [data for _, _, data in graph.edges(data=True)]
    assert {data["amount"] for data in edges if "amount" in data} == {2e8, 5e9}
    assert any("start" in data for data in edges)


def test_an_edge_is_never_there_before_its_ends(root: ET.Element) -> None:
    starts = {node.get("id"): node.get("start", "") for node in root.iter(f"{N}node")}
    edges = list(root.iter(f"{N}edge"))
    assert edges
    for edge in edges:
        for end in ("source", "target"):
            assert starts[edge.get(end)] <= edge.get("start", ""), edge.attrib


def test_parallel_edges_differ_in_kind(root: ET.Element) -> None:
    ends = [(e.get("source"), e.get("target"), e.get("kind")) for e in root.iter(f"{N}edge")]
    assert len({end[:2] for end in ends}) < len(ends)
    assert all(kind for _, _, kind in ends)


def test_values_are_of_declared_attributes_and_dates_are_days(root: ET.Element) -> None:
    for owner in ("node", "edge"):
        (declared,) = (a for a in root.iter(f"{N}attributes") if a.get("class") == owner)
        ids = {attribute.get("id") for attribute in declared}
        for element in root.iter(f"{N}{owner}"):
            assert {value.get("for") for value in element.iter(f"{N}attvalue")} <= ids
            if start := element.get("start"):
                date.fromisoformat(start)


def edge(id_: str, when: str, published: str = "") -> dict[str, str]:
    ends = {"source": "a", "target": "b", "relation": "builds", "relation_zh": "建设"}
    return {"id": id_, "date": when, "published": published, **ends}


@pytest.mark.parametrize(
    ("dates", "node_start"),
    [
        ([("2022-05", "2023-01-01")], "2022-05-01"),
        ([("", "2023-03-14")], "2023-03-14"),
        ([("2023", ""), ("2021-09-02", "")], "2021-09-02"),
        ([("2023", ""), ("", "")], None),  # a claim without any date: always there
        ([("去年", "")], None),
    ],
)
def test_an_entity_is_there_from_its_first_claim_on(
    dates: list[tuple[str, str]], node_start: str | None
) -> None:
    nodes = [{"id": "a", "label": "甲"}, {"id": "b", "label": "乙"}]
    edges = [edge(str(index), *pair) for index, pair in enumerate(dates)]
    text = ET.tostring(gexf(nodes, edges, (), ()), encoding="unicode")
    assert re.findall(r'<node id="a" label="甲"(?: start="(.*?)")?', text) == [node_start or ""]
