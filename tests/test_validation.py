"""Graphs damaged in one place each: both validators must find exactly that."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.errors import OntologyError
from kg.export import write_turtle
from kg.graph import Graph, build_graph, memory_store
from kg.graph.builder import sorted_triples
from kg.graph.namespaces import Iris
from kg.resolution import resolve
from kg.schema import load_schema
from kg.validation import Report, compile_shapes, to_text, validate, validate_shacl
from tests.factories import (
    make_article,
    make_document,
    make_extraction,
    make_mention,
    make_relation,
    make_run,
)
from tests.graph.samples import sample_graph

PREFIXES = "".join(f"PREFIX {k}: <{v}>\n" for k, v in Iris().prefixes().items())


def damaged(update: str) -> ox.Store:
    store = memory_store(sample_graph())
    store.update(PREFIXES + update)
    return store


def findings(report: Report) -> set[tuple[str, str]]:
    return {(violation.message, violation.focus) for violation in report.violations}


BUILDS = "?s rdf:predicate kg:builds"
DAMAGES = {
    "subject of a wrong type": (
        (
            "INSERT { ?s rdf:subject product:双酚A } WHERE { ?s rdf:predicate kg:finances } ;"
            "DELETE { ?s rdf:subject company:工商银行聊城分行 } WHERE { ?s rdf:predicate kg:finances }"
        ),
        {
            "主体的类型不在该关系的定义域内",
            "肯定的陈述缺少直接三元组",
            "直接三元组背后没有肯定的陈述",
        },
    ),
    "object of a wrong type": (
        (
            "DELETE { ?s rdf:object ?o } INSERT { ?s rdf:object person:王伟 }"
            "WHERE { ?s rdf:predicate kg:jurisdiction ; rdf:object ?o }"
        ),
        {
            "客体的类型不在该关系的值域内",
            "肯定的陈述缺少直接三元组",
            "直接三元组背后没有肯定的陈述",
        },
    ),
    "a relation nobody declared": (
        (
            "INSERT DATA { statement:x a kg:Statement ; rdf:subject place:莘县 ; rdf:predicate kg:eats ;"
            "rdf:object place:聊城市 ; kg:modality 'planned' ; kg:confidence 0.5 ;"
            "prov:wasDerivedFrom evidence:daily·a1·8-42 }"
        ),
        {"本体没有声明这个关系或属性"},
    ),
    "a claim without evidence": (
        "DELETE { ?s prov:wasDerivedFrom ?e } WHERE { ?s rdf:predicate kg:hosts ; prov:wasDerivedFrom ?e }",
        {"陈述应有证据"},
    ),
    "evidence that is none": (
        "INSERT { ?s prov:wasDerivedFrom place:莘县 } WHERE { ?s rdf:predicate kg:hosts }",
        {"陈述应有证据"},
    ),
    "two subjects": (
        f"INSERT {{ ?s rdf:subject company:中化集团 }} WHERE {{ {BUILDS} }}",
        {"陈述应有且只有一个主体", "肯定的陈述缺少直接三元组"},
    ),
    "an asserted claim without its triple": (
        "DELETE DATA { company:鲁西集团 kg:builds project:年产120万吨双酚A项目 }",
        {"肯定的陈述缺少直接三元组"},
    ),
    "a triple without any claim": (
        "INSERT DATA { company:鲁西集团 kg:investsIn zone:聊城高新区 }",
        {"直接三元组背后没有肯定的陈述"},
    ),
    "a triple of a denied claim": (
        "INSERT DATA { company:中化集团 kg:cooperatesWith company:鲁西集团 }",
        {"直接三元组背后没有肯定的陈述"},
    ),
    "a triple of a planned claim": (
        "INSERT DATA { company:鲁西集团 kg:joins zone:莘县化工产业园 }",
        {"直接三元组背后没有肯定的陈述"},
    ),
    "a fact without any claim": (
        "INSERT DATA { company:鲁西集团 kg:revenue 5.0 }",
        {"直接三元组背后没有肯定的陈述"},
    ),
    "a date that is words": (
        f"DELETE {{ ?s kg:date ?d }} INSERT {{ ?s kg:date '去年' }} WHERE {{ {BUILDS} ; kg:date ?d }}",
        {"日期应为 xsd:date、xsd:gYearMonth 或 xsd:gYear"},
    ),
    "a confidence above one": (
        (
            f"DELETE {{ ?s kg:confidence ?c }} INSERT {{ ?s kg:confidence 1.5 }}"
            f"WHERE {{ {BUILDS} ; kg:confidence ?c }}"
        ),
        {"可信度应为 0 到 1 的小数"},
    ),
    "a confidence that is words": (
        (
            f"DELETE {{ ?s kg:confidence ?c }} INSERT {{ ?s kg:confidence '高' }}"
            f"WHERE {{ {BUILDS} ; kg:confidence ?c }}"
        ),
        {"可信度应为 0 到 1 的小数"},
    ),
    "an amount that is words": (
        "INSERT { ?s kg:amount '很多' } WHERE { ?s rdf:predicate kg:hosts }",
        {"金额应为一个数"},
    ),
    "an unknown modality": (
        (
            "INSERT { ?s kg:modality 'maybe' } WHERE { ?s rdf:predicate kg:joins ; kg:modality 'planned' } ;"
            "DELETE { ?s kg:modality 'planned' } WHERE { ?s kg:modality 'maybe' }"
        ),
        {"语态应为 planned 或 hearsay"},
    ),
    "a quote that is not in the text": (
        (
            "DELETE { ?e nif:anchorOf ?a } INSERT { ?e nif:anchorOf '聊城高新区位于莘县。' }"
            "WHERE { ?e nif:anchorOf ?a . FILTER(?a = '聊城高新区位于聊城市。') }"
        ),
        {"原句与报道在该位置的文字不同"},
    ),
    "an empty quote": (
        (
            "DELETE { ?e nif:anchorOf ?a } INSERT { ?e nif:anchorOf '' }"
            "WHERE { ?e nif:anchorOf ?a . FILTER(?a = '聊城高新区位于聊城市。') }"
        ),
        {"证据应有原句", "原句与报道在该位置的文字不同"},
    ),
    "an entity without a name": (
        "DELETE WHERE { zone:聊城高新区 skos:prefLabel ?l }",
        {"实体应有一个名称"},
    ),
    "a deictic character for an alias": (
        "INSERT DATA { place:莘县 skos:altLabel '县'@zh }",
        {"别名应不止一个字"},
    ),
    "a division code with letters": (
        "INSERT DATA { zone:聊城高新区 kg:divisionCode '37X' }",
        {"行政区划代码应为 2 到 12 位数字"},
    ),
    "a report without a document": (
        "DELETE WHERE { article:daily·a1 dcterms:source ?d }",
        {"报道应出自一个文件"},
    ),
    "a report without its text": (
        "DELETE WHERE { article:daily·a1 nif:isString ?t }",
        {"报道应有正文"},
    ),
}


def test_the_sample_conforms_for_both() -> None:
    store = memory_store(sample_graph())
    assert validate(store).conforms
    assert validate_shacl(store).conforms
    assert "符合全部" in to_text(validate(store))


@pytest.mark.parametrize(("update", "messages"), DAMAGES.values(), ids=DAMAGES.keys())
def test_damage_is_found(update: str, messages: set[str]) -> None:
    report = validate(damaged(update))
    assert {violation.message for violation in report.violations} == messages


def test_pyshacl_and_the_compiled_constraints_agree() -> None:
    # All at once, since each run of pyshacl takes seconds; damages that touch one claim twice are
    # left out, for what the second finds depends on the first.
    apart = [
        name
        for name in DAMAGES
        if name not in {"an empty quote", "two subjects", "a confidence that is words"}
    ]
    store = damaged(" ;\n".join(DAMAGES[name][0] for name in apart))
    compiled, reference = validate(store), validate_shacl(store)
    assert findings(compiled) == findings(reference)
    assert len({violation.message for violation in compiled.violations}) >= 15


def test_the_report_shows_the_sentence_behind_a_violation() -> None:
    store = damaged(DAMAGES["an asserted claim without its triple"][0])
    text = to_text(validate(store), store)
    assert "肯定的陈述缺少直接三元组：鲁西集团 建设 年产120万吨双酚A项目" in text
    assert "“鲁西集团投资50亿元建设该项目，项目已于2022年12月开工。” —— 双酚A项目开工" in text


def test_a_file_is_checked_like_a_store(tmp_path: Path) -> None:
    triples = [t for t in sample_graph().triples if not t.predicate.value.endswith("#anchorOf")]
    path = write_turtle(Graph(sorted_triples(triples)), tmp_path / "graph.ttl")
    assert {violation.message for violation in validate(path).violations} == {"证据应有原句"}


def test_every_relation_of_the_ontology_has_domain_and_range() -> None:
    for relation in load_schema().relations.values():
        assert relation.domain, relation.name
        assert relation.range, relation.name


@pytest.mark.parametrize(
    "constraint",
    [
        "sh:property [ sh:path kg:date ; sh:uniqueLang true ]",
        "sh:property [ sh:path kg:date ; sh:minCount 2 ]",
        "sh:closed true",
        'sh:sparql [ sh:select "SELECT $this { $this kg:date ?d FILTER NOT EXISTS { ?x kg:date ?e FILTER(?e > ?d) } }" ]',
    ],
)
def test_what_is_not_compiled_is_refused(tmp_path: Path, constraint: str) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
        "@prefix kg: <https://w3id.org/kg-news/ontology#> .\n"
        f"kg:S a sh:NodeShape ; sh:targetClass kg:Statement ; {constraint} .",
        "utf-8",
    )
    with pytest.raises(OntologyError, match="shapes"):
        compile_shapes(path)


def test_a_relation_added_by_the_user_is_built_and_validated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extra = tmp_path / "mine.ttl"
    extra.write_text(
        "@prefix kg: <https://w3id.org/kg-news/ontology#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "@prefix schema: <https://schema.org/> .\n"
        "kg:sponsors rdfs:subPropertyOf kg:relation ; rdfs:label '赞助'@zh, 'sponsors'@en ;\n"
        "    schema:domainIncludes kg:Company ; schema:rangeIncludes kg:Event .",
        "utf-8",
    )
    monkeypatch.setenv("KG_ONTOLOGY_EXTRA", str(extra))
    article = make_article("鲁西集团赞助聊城马拉松，聊城马拉松赞助鲁西集团。")
    group = make_mention(article, "鲁西集团", "Company")
    race = make_mention(article, "聊城马拉松", "Event")
    relations = [
        make_relation(article, "sponsors", *ends) for ends in ((group, race), (race, group))
    ]
    extraction = make_extraction(article, [group, race], relations)
    schema = load_schema((extra,))
    resolution = resolve([extraction], schema=schema)
    document = make_document(article.text)
    graph = build_graph(resolution, [extraction], [document], make_run(), schema=schema)
    report = validate(memory_store(graph))
    assert {(violation.message, violation.claim) for violation in report.violations} == {
        ("主体的类型不在该关系的定义域内", "聊城马拉松 赞助 鲁西集团"),
        ("客体的类型不在该关系的值域内", "聊城马拉松 赞助 鲁西集团"),
    }
