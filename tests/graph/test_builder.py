"""The graph of the sample corpus, triple by triple."""

from __future__ import annotations

import random
import subprocess
import sys
from datetime import datetime, timezone
from decimal import Decimal

import pyoxigraph as ox
import pytest

from kg.graph import Graph, build_graph, memory_store, to_rdflib
from kg.graph.namespaces import VOCABULARIES, Iris
from kg.model import Extraction, PartialDate, Piece, Qualifier, Relation, Span
from kg.resolution import resolve
from kg.validation import validate
from tests.factories import make_article, make_extraction, make_mention, make_relation, make_run
from tests.graph.samples import (
    documents,
    sample_extractions,
    sample_graph,
    sample_resolution,
)
from tests.resolution.test_stories import STORY


def ask(graph: Graph, pattern: str) -> bool:
    prefixes = Iris(graph.base_iri).prefixes()
    return bool(memory_store(graph).query(f"ASK {{ {pattern} }}", prefixes=prefixes))


@pytest.fixture(scope="module")
def graph() -> Graph:
    return sample_graph()


@pytest.mark.parametrize(
    "pattern",
    [
        "company:鲁西集团 a kg:Company ; skos:prefLabel '鲁西集团'@zh",
        "agency:聊城市司法局 skos:altLabel '市司法局'@zh",
        "place:莘县 kg:divisionCode '371522'",
        "company:鲁西集团 kg:builds project:年产120万吨双酚A项目",
        "project:年产120万吨双酚A项目 kg:totalInvestment 6400000000.0",
        "project:年产120万吨双酚A项目 kg:startDate '2022-12'^^xsd:gYearMonth",
        "person:王伟 a kg:Person, kg:Official",
        "?s rdf:predicate kg:investsIn ; kg:amount 5000000000.0 ; kg:currency 'CNY'",
        "?s rdf:predicate kg:builds ; kg:date '2022-12'^^xsd:gYearMonth ; kg:datePrecision 'month'",
        "?s rdf:predicate kg:totalInvestment ; kg:bound 'lower' ; kg:unit 'CNY'",
        "?s a kg:Statement, rdf:Statement ; kg:title '局长' ; kg:confidence 0.8",
        "?s rdf:predicate kg:builds ; kg:sources 2",
        "?s rdf:predicate kg:totalInvestment ; rdf:object 6400000000.0 ; kg:supersededBy ?later",
        "?s prov:wasDerivedFrom evidence:daily·a1·42-73 , evidence:post·a1·11-38",
        "evidence:daily·a1·92-103 a kg:Evidence, nif:Phrase ; nif:anchorOf '聊城高新区位于聊城市。'",
        "article:daily·a1 a schema:NewsArticle, nif:Context ; schema:headline '双酚A项目开工'@zh",
        "article:daily·a1 schema:datePublished '2022-12-19'^^xsd:date ; schema:publisher '聊城日报'",
        "article:daily·a1 dcterms:source document:daily ; schema:mentions company:鲁西集团",
        "document:daily a prov:Entity ; dcterms:identifier 'daily.txt'",
        "?run a prov:Activity ; prov:wasAssociatedWith software:kg-0-1-0",
        "kg:builds rdfs:label '建设'@zh",
    ],
)
def test_the_graph_says(graph: Graph, pattern: str) -> None:
    assert ask(graph, pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("company:鲁西集团 kg:joins zone:莘县化工产业园", id="planned"),
        pytest.param("company:中化集团 kg:cooperatesWith ?x", id="denied"),
    ],
)
def test_what_is_not_asserted_has_a_statement_only(graph: Graph, pattern: str) -> None:
    subject, predicate, object_ = pattern.split()
    assert not ask(graph, pattern)
    assert ask(
        graph, f"?s rdf:subject {subject} ; rdf:predicate {predicate} ; rdf:object {object_}"
    )


def test_sentences_are_shared_by_their_claims(graph: Graph) -> None:
    assert ask(
        graph,
        "?a prov:wasDerivedFrom ?e . ?b prov:wasDerivedFrom ?e . FILTER(?a != ?b)",
    )
    assert not ask(graph, "?e nif:anchorOf ?text . ?f nif:anchorOf ?text . FILTER(?e != ?f)")


def test_a_reprint_names_the_first_article_of_its_story() -> None:
    extractions = [
        make_extraction(make_article(STORY, id=f"{paper}/a1")) for paper in ("daily", "post")
    ]
    graph = build_graph(resolve(extractions), extractions, documents(), make_run())
    assert ask(graph, "article:post·a1 kg:reprintOf article:daily·a1")
    assert not validate(memory_store(graph)).violations


def test_there_are_no_blank_nodes(graph: Graph) -> None:
    assert not [t for t in graph.triples if "_:" in (str(t.subject)[:2], str(t.object)[:2])]


def test_the_store_gives_back_every_literal_unchanged(graph: Graph) -> None:
    stored = {quad.triple for quad in memory_store(graph) if quad.graph_name == ox.DefaultGraph()}
    assert set(graph.triples) <= stored


def test_order_and_time_leave_no_trace(graph: Graph) -> None:
    extractions, files = sample_extractions(), documents()
    random.Random(7).shuffle(extractions)  # noqa: S311  any order will do
    later = make_run(id="other", started=datetime(2030, 1, 1, tzinfo=timezone.utc))
    assert build_graph(sample_resolution(), extractions, files[::-1], later) == graph


def test_another_process_builds_the_same_bytes(graph: Graph) -> None:
    program = (
        "import sys; from kg.export import serialize_turtle;"
        "from tests.graph.samples import sample_graph;"
        "sys.stdout.buffer.write(serialize_turtle(sample_graph()))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_rdflib_holds_the_same_triples(graph: Graph) -> None:
    assert len(to_rdflib(graph)) == len(graph)


def test_the_base_iri_is_the_users() -> None:
    base = "https://example.org/news/"
    graph = build_graph(
        sample_resolution(), sample_extractions(), documents(), make_run(), base_iri=base
    )
    own = [t for t in graph.triples if not t.subject.value.startswith(base)]  # type: ignore[union-attr]
    assert not own


# --------------------------------------------------------------------------------- evidence


def one_claim(extraction: Extraction) -> Graph:
    return build_graph(resolve([extraction]), [extraction], [], make_run())


def claim_on(text: str, quote: str, sentences: tuple[Span, ...] | None) -> Graph:
    article = make_article(text)
    group = make_mention(article, "鲁西集团", "Company")
    place = make_mention(article, "聊城市", "Place")
    relation = make_relation(article, "locatedIn", group, place, quote=quote)
    made = make_extraction(article, [group, place], [relation])
    if sentences is not None:
        made = Extraction(article, made.mentions, made.relations, sentences)
    return one_claim(made)


def test_evidence_is_the_whole_sentence_around_the_quote() -> None:
    graph = claim_on("今天天晴。鲁西集团位于聊城市。好。", "位于聊城市", None)
    assert ask(graph, "?e nif:anchorOf '鲁西集团位于聊城市。' ; nif:beginIndex 5 ; nif:endIndex 15")


def test_a_quote_over_two_sentences_takes_both() -> None:
    graph = claim_on("鲁西集团很大。它位于聊城市。好。", "很大。它位于聊城市", None)
    assert ask(graph, "?e nif:anchorOf '鲁西集团很大。它位于聊城市。'")


def test_a_quote_outside_of_all_sentences_stands_for_itself() -> None:
    graph = claim_on("鲁西集团位于聊城市。", "位于聊城市", ())
    assert ask(graph, "?e nif:anchorOf '位于聊城市'")


def test_evidence_leads_back_to_the_file_across_a_cut() -> None:
    text = "鲁西集团位于聊城市。"
    article = make_article(text)
    # The layout put four characters of another article into the middle of the sentence.
    pieces = (Piece(Span(0, 4), Span(10, 14)), Piece(Span(4, 10), Span(18, 24)))
    cut = type(article)(article.id, article.document_id, "", text, pieces)
    group, place = make_mention(cut, "鲁西集团", "Company"), make_mention(cut, "聊城市", "Place")
    relation = make_relation(cut, "locatedIn", group, place, quote=text)
    graph = one_claim(make_extraction(cut, [group, place], [relation]))
    assert ask(graph, "?e a kg:Evidence ; oa:start 10 ; oa:end 24")
    assert ask(graph, "article:doc·a1 oa:hasSelector piece:doc·a1·0 , piece:doc·a1·1")


# ----------------------------------------------------------------------------------- values


def fact_graph(value: PartialDate | str, *qualifiers: Qualifier) -> Graph:
    article = make_article("项目A开工。")
    project = make_mention(article, "项目A", "Project")
    made = make_relation(article, "startDate", project, value)
    relation = Relation(
        made.id, made.predicate, made.subject, made.object, made.evidence, qualifiers, is_fact=True
    )
    return one_claim(make_extraction(article, [project], [relation]))


@pytest.mark.parametrize(
    ("iso", "literal"),
    [
        ("2022", "'2022'^^xsd:gYear"),
        ("2022-12", "'2022-12'^^xsd:gYearMonth"),
        ("2022-12-19", "'2022-12-19'^^xsd:date"),
        ("2022-02-30", "'2022-02-30'"),
    ],
)
def test_dates_are_typed_by_what_is_known(iso: str, literal: str) -> None:
    assert ask(fact_graph(PartialDate(iso)), f"project:项目A kg:startDate {literal}")


def test_half_characters_and_controls_do_not_stop_a_build() -> None:
    graph = fact_graph("开\ud800工\x00\x0c", Qualifier("attributedTo", "<script>"))
    assert ask(graph, "?s kg:attributedTo '<script>'")


def test_a_qualifier_the_ontology_does_not_declare_fails() -> None:
    with pytest.raises(AttributeError):
        fact_graph("开工", Qualifier("colour", "red"))


def test_decimals_are_written_without_exponent() -> None:
    graph = fact_graph("开工", Qualifier("amount", Decimal("6.40E+9")))
    amounts = [str(t.object) for t in graph.triples if t.predicate.value.endswith("#amount")]
    assert amounts == [f'"6400000000"^^<{VOCABULARIES["xsd"]}decimal>']
