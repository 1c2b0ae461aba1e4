"""The ontology opens in Protégé and other OWL tools: every term has a kind and a name in both languages."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, XSD, Graph, URIRef
from rdflib.term import Node

from kg.schema import KG, ontology_path

ONTOLOGY = ontology_path() / "kg.ttl"
KINDS = {
    OWL.Class,
    OWL.ObjectProperty,
    OWL.DatatypeProperty,
    OWL.AnnotationProperty,
    OWL.NamedIndividual,
    OWL.Ontology,
}
BUILT_IN = tuple(map(str, (RDF, RDFS, OWL, XSD)))
JARS = Path("/usr/share/java")  # apt-get install libowlapi-java


@pytest.fixture(scope="module")
def graph() -> Graph:
    return Graph().parse(ONTOLOGY)


def kinds(graph: Graph, term: Node) -> set[Node]:
    return set(graph.objects(term, RDF.type)) & KINDS


def is_built_in(term: Node) -> bool:
    return str(term).startswith(BUILT_IN)


def test_every_term_has_one_kind(graph: Graph) -> None:
    terms = {term for term in graph.subjects(RDF.type) if isinstance(term, URIRef)}
    assert {term: found for term in terms if len(found := kinds(graph, term)) != 1} == {}


def test_every_property_used_is_declared(graph: Graph) -> None:
    used = {predicate for predicate in graph.predicates() if not is_built_in(predicate)}
    assert {term for term in used if not kinds(graph, term)} == set()


def test_classes_and_properties_stand_below_their_own_kind(graph: Graph) -> None:
    for relation in (RDFS.subClassOf, RDFS.subPropertyOf):
        for term, above in graph.subject_objects(relation):
            assert kinds(graph, term) == kinds(graph, above), (term, above)
    for relation in (RDFS.domain, RDFS.range):
        for term, end in graph.subject_objects(relation):
            is_datatype = str(end).startswith(str(XSD))
            assert is_datatype or kinds(graph, end) == {OWL.Class}, (term, end)


def test_our_terms_have_label_and_comment_in_both_languages(graph: Graph) -> None:
    ours = {term for term in graph.subjects(RDF.type) if str(term).startswith(KG)}
    assert len(ours) > 60
    for term in ours:
        for relation in (RDFS.label, RDFS.comment):
            languages = [getattr(text, "language", None) for text in graph.objects(term, relation)]
            assert sorted(map(str, languages)) == ["en", "zh"], (term, relation)


@pytest.mark.skipif(
    not shutil.which("java") or not (JARS / "owlapi-distribution.jar").exists(),
    reason="no OWL API (Debian: libowlapi-java and a JDK)",
)
def test_owl_api_finds_it_in_owl_2_dl() -> None:
    program = Path(__file__).parent / "Profile.java"
    result = subprocess.run(
        ["java", "-cp", f"{JARS}/*", str(program), str(ONTOLOGY)],
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    violations = result.stdout.splitlines()[:-1]
    assert violations == []
