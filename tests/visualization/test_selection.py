from __future__ import annotations

import pyoxigraph as ox
import pytest

from kg.errors import InputError
from kg.visualization import Claim, Picture, PictureNode, Quote, picture_from_store

ID = "https://w3id.org/kg-news/id/"

GRAPH = """
@prefix kg: <https://w3id.org/kg-news/ontology#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix schema: <https://schema.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix nif: <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#> .
@prefix : <https://w3id.org/kg-news/id/> .

:group a kg:Company ; skos:prefLabel "鲁西集团"@zh ; skos:altLabel "集团"@zh, "鲁西化工集团"@zh .
:project a kg:Project ; skos:prefLabel "年产120万吨双酚A项目"@zh .
:zone a kg:Zone ; skos:prefLabel "聊城高新区"@zh ; skos:altLabel "高新区"@zh .
:city a kg:Place ; skos:prefLabel "聊城市"@zh .
:county a kg:Place ; skos:prefLabel "莘县"@zh .
:wang a kg:Person, kg:Official ; skos:prefLabel "王伟"@zh .
:loner a kg:Event ; skos:prefLabel "聊城市委经济工作会议"@zh .

:invests a kg:Statement, rdf:Statement ; rdf:subject :group ; rdf:predicate kg:investsIn ; rdf:object :project ;
  kg:amount 5000000000.0 ; kg:currency "CNY" ; kg:bound "lower" ; kg:date "2022-12"^^xsd:gYearMonth ;
  kg:confidence 0.9 ; prov:wasDerivedFrom :e1, :e2 .
:builds a kg:Statement ; rdf:subject :group ; rdf:predicate kg:builds ; rdf:object :project ; kg:confidence 0.8 ;
  prov:wasDerivedFrom :e1 .
:plans a kg:Statement ; rdf:subject :group ; rdf:predicate kg:joins ; rdf:object :zone ; kg:modality "planned" ;
  kg:confidence 0.5 ; prov:wasDerivedFrom :e1 .
:denies a kg:Statement ; rdf:subject :group ; rdf:predicate kg:joins ; rdf:object :zone ; kg:negated true ;
  kg:confidence 0.4 ; prov:wasDerivedFrom :e1 .
:lies a kg:Statement ; rdf:subject :project ; rdf:predicate kg:locatedIn ; rdf:object :zone ; kg:confidence 0.8 ;
  prov:wasDerivedFrom :e1 .
:lies2 a kg:Statement ; rdf:subject :zone ; rdf:predicate kg:locatedIn ; rdf:object :city ; kg:confidence 0.8 ;
  prov:wasDerivedFrom :e1 .
:lies3 a kg:Statement ; rdf:subject :county ; rdf:predicate kg:locatedIn ; rdf:object :city ; kg:confidence 0.8 ;
  prov:wasDerivedFrom :e1 .
:holds a kg:Statement ; rdf:subject :wang ; rdf:predicate kg:holdsPosition ; rdf:object :county ; kg:title "县长" ;
  kg:confidence 0.8 ; prov:wasDerivedFrom :e1 .
:total a kg:Statement ; rdf:subject :project ; rdf:predicate kg:totalInvestment ; rdf:object 6400000000.0 ;
  kg:unit "CNY" ; kg:bound "lower" ; kg:confidence 0.9 ; prov:wasDerivedFrom :e1 .
:stage a kg:Statement ; rdf:subject :project ; rdf:predicate kg:status ; rdf:object "投产" ; kg:confidence 0.6 ;
  prov:wasDerivedFrom :e1 .

:e1 a kg:Evidence ; nif:anchorOf "鲁西集团投资建设双酚A项目。" ; nif:referenceContext :a1 .
:e2 a kg:Evidence ; nif:anchorOf "该项目由鲁西集团投资50亿元以上。" ; nif:referenceContext :a2 .
:a1 a schema:NewsArticle ; schema:headline "创新"@zh ; schema:datePublished "2022-12-20"^^xsd:date ; schema:publisher "聊城日报" .
:a2 a schema:NewsArticle ; schema:headline "开工"@zh ; schema:datePublished "2023-02-01"^^xsd:date .
"""


@pytest.fixture(scope="module")
def store() -> ox.Store:
    store = ox.Store()
    store.load(GRAPH.encode(), format=ox.RdfFormat.TURTLE)
    return store


def labels(picture: Picture) -> set[str]:
    return {node.label for node in picture.nodes}


def node(picture: Picture, name: str) -> PictureNode:
    return picture.node_by_id()[ID + name]


def claims(picture: Picture, relation: str) -> tuple[Claim, ...]:
    return next(edge.claims for edge in picture.edges if edge.relation == relation)


def test_whole_graph_has_every_entity_and_one_edge_per_relation(store: ox.Store) -> None:
    picture = picture_from_store(store)
    assert len(picture.nodes) == 7
    assert sorted(edge.relation for edge in picture.edges) == [
        "builds", "holdsPosition", "investsIn", "joins", "locatedIn", "locatedIn", "locatedIn",
    ]  # fmt: skip
    assert (picture.undrawn_nodes, picture.undrawn_edges) == (0, 0)


def test_facts_belong_to_their_node(store: ox.Store) -> None:
    facts = node(picture_from_store(store), "project").claims
    assert [(fact.relation, fact.object) for fact in facts] == [
        ("status", "投产"),
        ("totalInvestment", "64亿元以上"),
    ]
    assert facts[1].quotes[0].sentence == "鲁西集团投资建设双酚A项目。"


def test_a_claim_has_its_qualifiers_in_words_and_its_sentences_newest_first(
    store: ox.Store,
) -> None:
    (claim,) = claims(picture_from_store(store), "investsIn")
    assert claim.qualifiers == (("amount", "50亿元以上"), ("date", "2022年12月"))
    assert claim.confidence == pytest.approx(0.9)
    assert claim.quotes == (
        Quote("该项目由鲁西集团投资50亿元以上。", "开工", "2023-02-01"),
        Quote("鲁西集团投资建设双酚A项目。", "创新", "2022-12-20", "聊城日报"),
    )


def test_plans_and_denials_are_claims_of_one_tentative_edge(store: ox.Store) -> None:
    picture = picture_from_store(store)
    edge = next(edge for edge in picture.edges if edge.relation == "joins")
    assert [claim.status for claim in edge.claims] == ["planned", "negated"]
    assert edge.is_tentative


def test_an_official_is_a_person_and_has_a_title(store: ox.Store) -> None:
    picture = picture_from_store(store)
    assert node(picture, "wang").type == "Person"
    assert claims(picture, "holdsPosition")[0].qualifiers == (("title", "县长"),)


def test_a_post_is_written_on_its_line(store: ox.Store) -> None:
    edges = picture_from_store(store).edges
    assert next(edge.label for edge in edges if edge.relation == "holdsPosition") == "县长"
    assert next(edge.label for edge in edges if edge.relation == "joins") == "参加入驻"


def test_aliases_are_sorted(store: ox.Store) -> None:
    assert node(picture_from_store(store), "group").aliases == ("集团", "鲁西化工集团")


def test_limit_keeps_the_best_connected_and_counts_the_rest(store: ox.Store) -> None:
    picture = picture_from_store(store, limit=3)
    assert labels(picture) == {"鲁西集团", "年产120万吨双酚A项目", "聊城高新区"}
    assert picture.undrawn_nodes == 4
    assert picture.undrawn_edges == 3
    assert node(picture, "zone").undrawn == 1


@pytest.mark.parametrize(
    ("name", "hops", "expected"),
    [
        pytest.param("莘县", 0, {"莘县"}, id="alone"),
        pytest.param("莘县", 1, {"莘县", "聊城市", "王伟"}, id="by label"),
        pytest.param("高新区", 1, {"聊城高新区", "聊城市", "鲁西集团", "年产120万吨双酚A项目"}, id="by alias"),
        pytest.param(ID + "county", 1, {"莘县", "聊城市", "王伟"}, id="by IRI"),
        pytest.param("莘县", 2, {"莘县", "聊城市", "王伟", "聊城高新区"}, id="two hops"),
    ],
)  # fmt: skip
def test_neighbourhood_reaches_as_far_as_asked(
    store: ox.Store, name: str, hops: int, expected: set[str]
) -> None:
    picture = picture_from_store(store, entities=[name], hops=hops)
    assert labels(picture) == expected
    assert len(picture.centres) == 1


def test_neighbourhood_keeps_relations_among_the_outermost(store: ox.Store) -> None:
    picture = picture_from_store(store, entities=["高新区"], hops=1)
    assert {"investsIn", "builds"} <= {edge.relation for edge in picture.edges}


def test_limit_of_a_neighbourhood_is_said(store: ox.Store) -> None:
    picture = picture_from_store(store, entities=["高新区"], limit=2)
    assert labels(picture) == {"聊城高新区", "鲁西集团"}  # two claims link the two
    assert picture.undrawn_nodes == 2


@pytest.mark.parametrize("name", ["无此公司", ID + "nobody", "", 'a"b', ":"])
def test_an_unknown_name_is_an_input_error(store: ox.Store, name: str) -> None:
    with pytest.raises(InputError, match="no entity is called"):
        picture_from_store(store, entities=[name])


def test_an_empty_store_gives_an_empty_picture() -> None:
    assert picture_from_store(ox.Store()) == Picture((), ())


def test_statements_of_named_graphs_are_seen_once() -> None:
    store = ox.Store()
    store.load(GRAPH.encode(), format=ox.RdfFormat.TURTLE)
    store.load(GRAPH.encode(), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(ID + "copy"))
    single = ox.Store()
    single.load(GRAPH.encode(), format=ox.RdfFormat.TURTLE)
    assert picture_from_store(store) == picture_from_store(single)
