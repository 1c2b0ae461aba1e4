"""The graph as an object: its answers, and the forms it hands on."""

from __future__ import annotations

from decimal import Decimal

import pytest
import rdflib

import kg
from kg.errors import InputError, SettingsError
from kg.pipeline import BuildReport

LUXI = "鲁西集团"


@pytest.fixture(scope="module")
def graph(built: BuildReport) -> kg.KnowledgeGraph:
    return kg.open(built.out)


def test_it_says_what_it_holds(graph: kg.KnowledgeGraph, built: BuildReport) -> None:
    assert graph.counts == {
        "entities": built.counts["entities"],
        "claims": built.counts["relations"] + built.counts["facts"],
        "articles": built.counts["articles"],
    }
    assert f"{built.counts['entities']} entities" in repr(graph)


# ------------------------------------------------------------------------------------- queries


def test_sparql_needs_no_prefixes_and_rows_keep_types(graph: kg.KnowledgeGraph) -> None:
    rows = graph.query(
        "SELECT ?project ?total WHERE { ?project kg:totalInvestment ?total } ORDER BY DESC(?total)",
        frame="rows",
    )
    assert {"project": "project:年产120万吨双酚A项目", "total": Decimal("6400000000")} in rows


def test_ready_question_takes_parameters(graph: kg.KnowledgeGraph) -> None:
    rows = graph.query("facts-of-entity", frame="rows", entity="年产120万吨双酚A项目")
    assert rows
    assert graph.query("facts-of-entity", frame="rows", entity="没有的项目") == []
    assert "facts-of-entity" in {question.name for question in graph.cookbook}


def test_parameters_belong_to_ready_questions(graph: kg.KnowledgeGraph) -> None:
    with pytest.raises(InputError, match="parameters belong to ready questions"):
        graph.query("ASK { ?s ?p ?o }", place="莘县")
    with pytest.raises(SettingsError, match="no parameter plaice"):
        graph.query("largest-investments", plaice="莘县")


def test_truth_and_triples_are_rows_too(graph: kg.KnowledgeGraph) -> None:
    assert graph.query("ASK { ?s a kg:Company }", frame="rows") == [{"answer": True}]
    (row,) = graph.query(
        "CONSTRUCT { ?s a kg:Company } WHERE { ?s a kg:Company } LIMIT 1", frame="rows"
    )
    assert list(row) == ["subject", "predicate", "object"]
    assert row["object"] == "kg:Company"


def test_update_is_refused(graph: kg.KnowledgeGraph) -> None:
    with pytest.raises(InputError, match="is an update"):
        graph.query("DELETE WHERE { ?s ?p ?o }")


# ----------------------------------------------------------------------------- entities, claims


def test_entities_by_name_type_or_part_of_the_name(graph: kg.KnowledgeGraph) -> None:
    assert [node.id for node in graph.entities(LUXI)] == [f"company:{LUXI}"]
    assert {node.type for node in graph.entities(type="Company")} == {"Company"}
    assert "project:年产120万吨双酚A项目" in {node.id for node in graph.entities("双酚A项目")}
    assert graph.entities("查无此人") == ()


def test_claims_have_their_sentences(graph: kg.KnowledgeGraph) -> None:
    claims = graph.claims(LUXI)
    assert claims == graph.claims(f"company:{LUXI}") == graph.claims(graph.entities(LUXI)[0])
    assert all(claim.quotes for claim in claims)
    assert any(quote.article.published == "2022-12-23" for c in claims for quote in c.quotes)


def test_unknown_name_is_answered_with_close_ones(graph: kg.KnowledgeGraph) -> None:
    with pytest.raises(InputError, match=r"no entities; there are .*双酚A项目"):
        graph.claims("双酚A项目")


# ------------------------------------------------------------------------------ other libraries


def test_networkx_has_labels_amounts_and_sentences(graph: kg.KnowledgeGraph) -> None:
    network = graph.to_networkx()
    assert network.is_directed()
    assert network.is_multigraph()
    assert network.number_of_nodes() == graph.counts["entities"]
    edges = [data for _, _, data in network.edges(data=True)]
    assert all(data["label"] and data["sentence"] and data["asserted"] for data in edges)
    (loan,) = (data for data in edges if data["relation"] == "finances")
    assert loan["amount"] == 2_000_000
    assert loan["currency"] == "CNY"
    project = network.nodes["project:年产120万吨双酚A项目"]
    assert any(fact["value"] == 6_400_000_000 for fact in project["facts"])


def test_networkx_edges_are_keyed_by_statement(graph: kg.KnowledgeGraph) -> None:
    tentative = graph.to_networkx(tentative=True)
    keys = {key for _, _, key in tentative.edges(keys=True)}
    assert keys == {claim.id for claim in graph.claims() if claim.object}


def test_rdflib_graph_has_all_triples_and_prefixes(
    graph: kg.KnowledgeGraph, built: BuildReport
) -> None:
    rdf = graph.to_rdflib()
    assert isinstance(rdf, rdflib.Graph)
    assert len(rdf) == built.counts["triples"]
    assert rdf.query(f"ASK {{ company:{LUXI} a kg:Company }}").askAnswer
