"""The store on disk: replaced whole, readable by many, telling data from ontology."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

from kg.errors import InputError, InternalError
from kg.export import write_turtle
from kg.graph import Graph, load_turtle, memory_store, open_store, read_graph, write_store
from kg.graph.files import replace_file, safe_cell, xml_text
from kg.graph.reader import GraphReader
from kg.graph.store import FollowedStore
from tests.graph.samples import sample_graph


def test_a_graph_comes_back_from_disk_as_it_was(tmp_path: Path) -> None:
    write_store(sample_graph(), tmp_path / "store")
    assert read_graph(open_store(tmp_path)) == sample_graph()


def test_a_graph_comes_back_from_turtle_as_it_was(tmp_path: Path) -> None:
    path = write_turtle(sample_graph(), tmp_path / "graph.ttl")
    assert read_graph(load_turtle(path)) == sample_graph()


def test_a_store_is_replaced_while_readers_have_it_open(tmp_path: Path) -> None:
    write_store(sample_graph(), tmp_path / "store")
    reader = open_store(tmp_path)
    write_store(sample_graph(), tmp_path / "store")
    assert read_graph(reader) == read_graph(open_store(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def half(graph: Graph) -> Graph:
    return Graph(graph.triples[: len(graph.triples) // 2], graph.base_iri)


def test_a_followed_store_reads_one_build_until_it_is_refreshed(tmp_path: Path) -> None:
    write_store(sample_graph(), tmp_path / "store")
    followed = FollowedStore(tmp_path)
    assert not followed.refresh()
    write_store(half(sample_graph()), tmp_path / "store")
    assert read_graph(followed.store) == sample_graph()
    assert followed.refresh()
    assert read_graph(followed.store) == half(sample_graph())
    assert not followed.refresh()
    followed.close()
    with pytest.raises(InternalError):
        _ = followed.store


def test_a_followed_store_outlives_the_moment_without_one(tmp_path: Path) -> None:
    write_store(sample_graph(), tmp_path / "store")
    followed = FollowedStore(tmp_path)
    (tmp_path / "store").rename(tmp_path / "old")
    assert not followed.refresh()
    assert read_graph(followed.store) == sample_graph()
    (tmp_path / "old").rename(tmp_path / "store")
    assert not followed.refresh()


def test_a_followed_store_may_begin_with_turtle(tmp_path: Path) -> None:
    write_turtle(half(sample_graph()), tmp_path / "graph.ttl")
    followed = FollowedStore(tmp_path)
    assert read_graph(followed.store) == half(sample_graph())
    write_store(sample_graph(), tmp_path / "store")
    assert followed.refresh()
    assert read_graph(followed.store) == sample_graph()


def test_rdflib_reads_the_store_itself(tmp_path: Path) -> None:
    oxrdflib = pytest.importorskip("oxrdflib")
    write_store(sample_graph(), tmp_path / "store")
    store = oxrdflib.OxigraphStore(store=open_store(tmp_path))
    graph = rdflib.Graph(store, identifier=DATASET_DEFAULT_GRAPH_ID)
    label = rdflib.Literal("鲁西集团", lang="zh")
    assert [str(node) for node in graph.subjects(rdflib.SKOS.prefLabel, label)] == [
        "https://w3id.org/kg-news/id/company/鲁西集团"
    ]
    rows = graph.query("SELECT ?s { ?s a <https://w3id.org/kg-news/ontology#Statement> }")
    assert len(rows) == sum(1 for _ in GraphReader(open_store(tmp_path)).claims())


def test_turtle_stands_in_for_a_missing_store(tmp_path: Path) -> None:
    write_turtle(sample_graph(), tmp_path / "graph.ttl")
    assert read_graph(open_store(tmp_path)) == sample_graph()


def test_nothing_built_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="kg build"):
        open_store(tmp_path)


def test_a_damaged_store_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "CURRENT").write_text("nonsense")
    with pytest.raises(InputError, match="build again"):
        open_store(tmp_path)


def test_a_file_that_is_no_turtle_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.ttl"
    path.write_text("<http://a> <http://b> <http://c> .\nnonsense\n")
    with pytest.raises(InputError, match=r"bad\.ttl:2: not Turtle"):
        load_turtle(path)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "graph.ttl"
    path.write_bytes(b"old")
    with pytest.raises(TypeError), replace_file(path) as file:
        file.writelines([b"half", "no bytes"])  # type: ignore[list-item]
    assert path.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["graph.ttl"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\tx", "＝1"])
def test_formulas_become_text(text: str) -> None:
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["鲁西集团", "", "a=b", "1-2", "-1"])
def test_text_stays_text(text: str) -> None:
    assert safe_cell(text) == text


def test_what_xml_cannot_hold_is_replaced() -> None:
    assert xml_text("a\x00b\x0cc\n\U00020000") == "a\ufffdb\ufffdc\n\U00020000"


# ----------------------------------------------------------------------------------- reader


def reader() -> GraphReader:
    return GraphReader(memory_store(sample_graph()))


def test_a_claim_is_read_with_its_sentences() -> None:
    claim = next(claim for claim in reader().claims() if claim.predicate == "builds")
    assert (claim.subject.label, claim.predicate_zh, claim.confidence) == ("鲁西集团", "建设", 0.9)
    assert claim.qualifiers == (("date", "2022-12"), ("datePrecision", "month"))
    assert [quote.article.headline for quote in claim.quotes] == [
        "双酚A项目开工",
        "全市项目推进大会召开",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "agency:聊城市司法局",
        "https://w3id.org/kg-news/id/agency/聊城市司法局",
        "聊城市司法局",
        "市司法局",
    ],
)
def test_an_entity_is_found_by_id_iri_label_and_alias(name: str) -> None:
    assert [node.id for node in reader().find_entities(name)] == ["agency:聊城市司法局"]


@pytest.mark.parametrize(
    "name", ["", "没有的公司", "company:没有", "http://", "kg:builds", ":", "a b:c d"]
)
def test_what_is_not_there_is_not_found(name: str) -> None:
    assert reader().find_entities(name) == []
    assert reader().find_claim(name) is None


def test_an_official_is_shown_as_a_person() -> None:
    assert reader().find_entities("王伟")[0].type == "Person"
