"""What is new, and what only has another name."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kg.graph import Graph, memory_store
from kg.graph.namespaces import KG, Iris
from kg.model import EntityId, StatementId
from kg.watching import news_between

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
LABEL = ox.NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")


def graph(**amount_by_claim: str) -> ox.Store:
    """Return a graph in which 甲公司 and 乙公司 invest in projects called as the claims are."""
    iris = Iris()
    triples: list[ox.Triple] = []

    def say(subject: ox.NamedNode, predicate: str, object_: ox.NamedNode | ox.Literal) -> None:
        triples.append(ox.Triple(subject, ox.NamedNode(predicate), object_))

    def entity(id_: str, class_: str) -> ox.NamedNode:
        node = iris.entity(EntityId(id_))
        say(node, f"{RDF}type", ox.NamedNode(f"{KG._NS}{class_}"))
        say(node, LABEL.value, ox.Literal(id_.partition(":")[2], language="zh"))
        return node

    for name, amount in amount_by_claim.items():
        firm = entity("company:甲公司" if name < "m" else "company:乙公司", "Company")
        project = entity(f"project:{name}", "Project")
        claim = iris.statement(StatementId(f"{name}{amount}"))
        say(claim, f"{RDF}type", ox.NamedNode(KG.Statement))
        say(claim, f"{RDF}subject", firm)
        say(claim, f"{RDF}predicate", ox.NamedNode(f"{KG._NS}investsIn"))
        say(claim, f"{RDF}object", project)
        say(claim, f"{KG.amount}", ox.Literal(amount))
    return memory_store(Graph(tuple(triples)))


def test_claims_come_change_and_go() -> None:
    news = news_between(graph(a="1", b="2", c="3"), graph(b="2", c="4", d="5"))
    assert {(each.kind, each.claim.object) for each in news} == {
        ("gone", "project:a"),
        ("changed", "project:c"),
        ("new", "project:d"),
    }
    (changed,) = (each for each in news if each.kind == "changed")
    assert "3" in changed.words_before
    assert "4" in changed.claim.words


def test_equal_graphs_bring_nothing() -> None:
    assert news_between(graph(a="1"), graph(a="1")) == []


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        (["甲公司"], {"project:b"}),
        (["company:乙公司"], {"project:x"}),
        (["甲公司", "x"], {"project:b", "project:x"}),
        (["丙公司"], set()),
    ],
)
def test_news_about_an_entity_has_it_at_either_end(about: list[str], expected: set[str]) -> None:
    news = news_between(graph(a="1"), graph(a="1", b="2", x="3"), about)
    assert {each.claim.object for each in news} == expected
