"""Graphs of any size in the form that `kg build` gives them, for measurements.

Counties as hubs, firms and projects that few know, one article for about six claims: the shape of
regional news. The names that the cookbook asks for by default are in it. Nothing in it is true.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

import pyoxigraph as ox
from rdflib.namespace import DCTERMS, PROV, RDF, SDO, SKOS, VOID, XSD

from kg.graph import DEFAULT_BASE_IRI, Graph
from kg.graph.builder import sorted_triples
from kg.graph.namespaces import KG, NIF, local_name

__all__ = ["made_up_graph"]

_TRIPLES_OF_A_CLAIM = 15  # with its part of entities, sentences and articles
_KNOWN = {
    "company": ("鲁西集团", "东阿阿胶"),
    "place": ("聊城市", "莘县", "东阿县", "临清市", "冠县", "高唐县", "茌平区", "阳谷县"),
    "project": ("年产120万吨双酚A项目",),
    "agency": ("聊城市地方金融监督管理局",),
}
# Of a hundred claims, as counted in builds of regional news.
_RELATIONS = (
    ("locatedIn", "company", "place", 16), ("locatedIn", "project", "place", 12),
    ("investsIn", "company", "project", 10), ("builds", "company", "project", 10),
    ("cooperatesWith", "company", "company", 8), ("finances", "company", "company", 6),
    ("holdsPosition", "person", "agency", 10), ("issued", "agency", "policy", 6),
    ("jurisdiction", "agency", "place", 6), ("produces", "company", "product", 6),
    ("joins", "company", "event", 4), ("joins", "company", "zone", 3), ("launched", "place", "policy", 3),
)  # fmt: skip
_CLASSES = {
    "company": "Company", "place": "Place", "project": "Project", "agency": "Agency", "person": "Person",
    "policy": "Policy", "product": "Product", "event": "Event", "zone": "Zone",
}  # fmt: skip


@cache
def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(str(iri))


def _kg(name: str) -> ox.NamedNode:
    return _node(f"{KG._NS}{name}")


def _zh(text: str) -> ox.Literal:
    return ox.Literal(text, language="zh")


def _typed(value: object, datatype: str) -> ox.Literal:
    return ox.Literal(str(value), datatype=_node(datatype))


def made_up_graph(triples: int, *, seed: int = 1) -> Graph:
    """Return a graph of about so many triples, the same for the same arguments."""
    return Graph(sorted_triples(set(_triples(triples // _TRIPLES_OF_A_CLAIM, seed))))


def _triples(claims: int, seed: int) -> Iterator[ox.Triple]:
    chance = random.Random(seed)
    yield ox.Triple(_node(DEFAULT_BASE_IRI), _node(VOID.uriSpace), ox.Literal(DEFAULT_BASE_IRI))
    weights = [weight for *_, weight in _RELATIONS]
    for number in range(claims):
        article = _node(f"{DEFAULT_BASE_IRI}article/d{number // 6}%C2%B7a1")
        if number % 6 == 0:
            yield from _article(article, number // 6, chance)
        relation, subject_kind, object_kind, _ = chance.choices(_RELATIONS, weights)[0]
        subject = _entity(subject_kind, claims, chance)
        if number % 7 == 0:
            yield from _fact(number, claims, article, chance)
            continue
        object_ = _entity(object_kind, claims, chance)
        yield from (*_described(*subject), *_described(*object_))
        yield from _claim(number, subject, relation, object_, article, chance)


def _entity(kind: str, claims: int, chance: random.Random) -> tuple[str, str]:
    """Return kind and name; the lower its number, the likelier an entity is written about."""
    known = _KNOWN.get(kind, ())
    many = {"place": 60, "zone": 40}.get(kind, max(20, claims // 6))
    number = int(many * chance.random() ** 2.2)
    return kind, known[number] if number < len(known) else f"{_CLASSES[kind]}之{number}"


def _iri(kind: str, name: str) -> ox.NamedNode:
    return _node(f"{DEFAULT_BASE_IRI}{kind}/{local_name(name)}")


def _described(kind: str, name: str) -> Iterator[ox.Triple]:
    node = _iri(kind, name)
    yield ox.Triple(node, _node(RDF.type), _kg(_CLASSES[kind]))
    yield ox.Triple(node, _node(SKOS.prefLabel), _zh(name))
    yield ox.Triple(node, _node(SKOS.altLabel), _zh(f"{name}简称"))


def _article(article: ox.NamedNode, number: int, chance: random.Random) -> Iterator[ox.Triple]:
    headline = f"第{number}号报道{chance.choice(['开工', '签约', '召开会议'])}"
    date = f"{chance.randint(2019, 2023)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    document = _node(f"{DEFAULT_BASE_IRI}document/d{number}")
    yield ox.Triple(article, _node(RDF.type), _node(SDO.NewsArticle))
    yield ox.Triple(article, _node(SDO.headline), _zh(headline))
    yield ox.Triple(article, _node(SDO.datePublished), _typed(date, XSD.date))
    yield ox.Triple(article, _node(SDO.publisher), ox.Literal("聊城日报"))
    yield ox.Triple(article, _node(DCTERMS.source), document)
    yield ox.Triple(document, _node(DCTERMS.identifier), ox.Literal(f"d{number}.txt"))


def _evidence(number: int, article: ox.NamedNode) -> Iterator[ox.Triple]:
    evidence = _node(f"{DEFAULT_BASE_IRI}evidence/e{number}")
    yield ox.Triple(evidence, _node(RDF.type), _node(KG.Evidence))
    yield ox.Triple(evidence, _node(NIF.anchorOf), ox.Literal(f"第{number}句话说了这件事。"))
    yield ox.Triple(evidence, _node(NIF.referenceContext), article)
    yield ox.Triple(evidence, _node(NIF.beginIndex), _typed(10 * (number % 6), XSD.integer))


def _statement(number: int, article: ox.NamedNode, subject: ox.NamedNode, relation: str,
               object_: ox.NamedNode | ox.Literal, confidence: float) -> Iterator[ox.Triple]:  # fmt: skip
    statement = _node(f"{DEFAULT_BASE_IRI}statement/s{number}")
    yield ox.Triple(statement, _node(RDF.type), _node(KG.Statement))
    yield ox.Triple(statement, _node(RDF.subject), subject)
    yield ox.Triple(statement, _node(RDF.predicate), _kg(relation))
    yield ox.Triple(statement, _node(RDF.object), object_)
    yield ox.Triple(statement, _node(KG.confidence), _typed(round(confidence, 2), XSD.decimal))
    yield ox.Triple(
        statement, _node(PROV.wasDerivedFrom), _node(f"{DEFAULT_BASE_IRI}evidence/e{number}")
    )
    yield from _evidence(number, article)


def _claim(number: int, subject: tuple[str, str], relation: str, object_: tuple[str, str],
           article: ox.NamedNode, chance: random.Random) -> Iterator[ox.Triple]:  # fmt: skip
    ends = _iri(*subject), _iri(*object_)
    yield from _statement(number, article, ends[0], relation, ends[1], chance.random())
    yield from (ox.Triple(article, _node(SDO.mentions), end) for end in ends)
    statement = _node(f"{DEFAULT_BASE_IRI}statement/s{number}")
    if relation in ("investsIn", "builds", "finances"):
        amount = int(10 ** chance.uniform(5, 10))
        yield ox.Triple(statement, _node(KG.amount), _typed(amount, XSD.decimal))
        yield ox.Triple(statement, _node(KG.currency), ox.Literal("CNY"))
    if chance.random() < 0.15:
        yield ox.Triple(statement, _node(KG.modality), ox.Literal("planned"))
    else:
        yield ox.Triple(ends[0], _kg(relation), ends[1])


def _fact(
    number: int, claims: int, article: ox.NamedNode, chance: random.Random
) -> Iterator[ox.Triple]:
    kind, name = _entity("project", claims, chance)
    yield from _described(kind, name)
    project = _iri(kind, name)
    if number % 2:
        status = ox.Literal(chance.choice(["开工", "投产", "在建"]))
        yield from _statement(number, article, project, "status", status, chance.random())
        return
    amount = _typed(int(10 ** chance.uniform(6, 10)), XSD.decimal)
    yield from _statement(number, article, project, "totalInvestment", amount, chance.random())
    statement = _node(f"{DEFAULT_BASE_IRI}statement/s{number}")
    yield ox.Triple(statement, _node(KG.unit), ox.Literal("CNY"))
