"""Questions to the graph: the cookbook, free SPARQL, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from kg.errors import InputError, SettingsError
from kg.graph import memory_store
from kg.query import (
    CookbookQuery,
    QueryResult,
    cookbook,
    find_query,
    run_cookbook,
    run_query,
    to_csv,
    to_json,
    to_table,
    to_turtle,
    to_xml,
)
from tests.graph.samples import sample_graph

QUERIES = cookbook()
XSD_DECIMAL = ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal")
# The defaults name what the bundled corpus holds; the sample is smaller.
OF_THE_SAMPLE = {
    "cooperation-network": {"company": "鲁西集团"},
    "people-of-body": {"body": "聊城市司法局"},
}


@pytest.fixture(scope="module")
def store() -> ox.Store:
    return memory_store(sample_graph())


def values(result: QueryResult) -> list[dict[str, str]]:
    return [
        {c: str(getattr(t, "value", t)) for c, t in zip(result.columns, row, strict=True) if t}
        for row in result.rows
    ]


def named(name: str) -> CookbookQuery:
    query = find_query(name)
    assert query is not None
    return query


# ----------------------------------------------------------------------------------- cookbook


@pytest.mark.parametrize("query", QUERIES, ids=[query.name for query in QUERIES])
def test_every_cookbook_query_answers_on_the_sample(store: ox.Store, query: CookbookQuery) -> None:
    result = run_cookbook(store, query, OF_THE_SAMPLE.get(query.name))
    assert result.rows
    assert all(parameter.default and parameter.help for parameter in query.parameters)


@pytest.mark.parametrize("query", QUERIES, ids=[query.name for query in QUERIES])
def test_every_cookbook_query_is_titled_in_both_languages(query: CookbookQuery) -> None:
    assert any("\u4e00" <= char <= "\u9fff" for char in query.title)
    assert query.title_en.isascii()
    assert find_query(query.title) == query


@pytest.mark.parametrize("query", QUERIES, ids=[query.name for query in QUERIES])
def test_every_example_of_a_parameter_is_its_default(query: CookbookQuery) -> None:
    settings = {parameter.name: parameter.default for parameter in query.parameters}
    store = memory_store(sample_graph())
    assert run_cookbook(store, query, settings).rows == run_cookbook(store, query).rows


def test_investments_count_for_the_region_around_their_zone(store: ox.Store) -> None:
    rows = values(run_cookbook(store, named("largest-investments")))
    assert ("聊城市", "鲁西集团", "5000000000") in [
        (row["region"], row["investor"], row["amount"]) for row in rows
    ]


def test_the_total_cost_of_a_project_is_an_investment_of_who_builds_it(store: ox.Store) -> None:
    (first, *_) = values(run_cookbook(store, named("largest-investments")))
    assert (first["target"], first["amount"]) == ("年产120万吨双酚A项目", "6400000000")
    assert first["investor"] == "鲁西集团"


def test_investments_can_be_asked_for_one_place_by_any_of_its_names(store: ox.Store) -> None:
    query = named("largest-investments")
    everywhere = run_cookbook(store, query, {"place": "全部"}).rows
    assert set(run_cookbook(store, query, {"place": "聊城市"}).rows) <= set(everywhere)
    assert not run_cookbook(store, query, {"place": "莘县"}).rows


def test_a_number_parameter_limits(store: ox.Store) -> None:
    query = named("largest-investments")
    assert not run_cookbook(store, query, {"min_amount": "6400000001"}).rows
    assert run_cookbook(store, query, {"min_amount": "5e9"}).rows


@pytest.mark.parametrize("number", ["much", "NaN", "Infinity", "0 } ?s ?p ?o . {", ""])
def test_words_are_no_number(store: ox.Store, number: str) -> None:
    with pytest.raises(SettingsError, match="min_amount is a number"):
        run_cookbook(store, named("largest-investments"), {"min_amount": number})


def test_a_place_parameter_takes_what_lies_in_it(store: ox.Store) -> None:
    rows = run_cookbook(store, named("companies-in-place"), {"place": "聊城高新区"}).rows
    assert {str(row[0]) for row in rows} == {'"鲁西集团"@zh'}
    assert not run_cookbook(store, named("companies-in-place"), {"place": "莘县"}).rows


def test_conflicting_figures_are_shown_with_their_articles(store: ox.Store) -> None:
    (row,) = values(run_cookbook(store, named("conflicting-figures")))
    assert (row["smaller"], row["larger"]) == ("6000000000", "6400000000")
    assert row["articleOfLarger"] == "双酚A项目开工"


def test_plans_and_denials_are_told_apart(store: ox.Store) -> None:
    rows = values(run_cookbook(store, named("plans-and-denials")))
    assert [row["kind"] for row in rows] == ["否认", "计划"]


@pytest.mark.parametrize(
    "value",
    [
        '"@zh } ?s ?p ?o . VALUES ?x { "',
        "' } #",
        "\\",
        '\\"@zh } SERVICE <http://127.0.0.1/> { ?s ?p ?o } {"',
        "\n} DELETE { ?s ?p ?o",
        "莘县\x00",
        "\ud800",
        "\\g<0>",
    ],
)
def test_a_parameter_is_a_value_and_never_query_text(store: ox.Store, value: str) -> None:
    assert not run_cookbook(store, named("companies-in-place"), {"place": value}).rows


TWO_PARAMETERS = """\
# title: 两问
# title_en: Two
# param first "甲"@zh — a name
# param second "乙"@zh — another
# param third 3 — a number
SELECT ?first ?second ?third {
  VALUES ?first { "甲"@zh } VALUES ?second { "乙"@zh } VALUES ?third { 3 }
}
"""


QUERY_PARTS = (
    *('"', "'", "\\", "@zh", "{", "}", "\n", "\x00", "#", "?x", "UNION", "<", ">", "\\u0022"),
    *("VALUES ?second { }", "VALUES ?third { 3 }", 'VALUES ?second { "乙"@zh }', "莘县", "service"),
)


@given(st.lists(st.sampled_from(QUERY_PARTS)).map("".join), st.text(max_size=20))
def test_no_two_parameters_together_are_query_text(first: str, second: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "two.rq").write_text(TWO_PARAMETERS, "utf-8")
        (query,) = cookbook(Path(folder))
    result = run_cookbook(ox.Store(), query, {"first": first, "second": second, "third": "-5.5"})
    (row,) = result.rows
    written = [ox.Literal(text.encode("utf-8", "replace").decode()) for text in (first, second)]
    assert [term.value for term in row] == [*(term.value for term in written), "-5.5"]


def test_a_firm_may_be_called_service() -> None:
    assert not run_cookbook(ox.Store(), named("companies-in-place"), {"place": "DHL Service"}).rows


def test_a_number_of_a_thousand_million_digits_is_not_written_out(store: ox.Store) -> None:
    result = run_query(store, "SELECT ?x { VALUES ?x { 1e999999999 } }")
    assert len(rendered(result)) < 1000


def test_an_injected_value_is_found_as_itself() -> None:
    value = 'a"@zh } ?s ?p "\\'
    store = memory_store(sample_graph())
    label = ox.NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
    odd = ox.NamedNode("https://w3id.org/kg-news/id/company/odd")
    located = ox.NamedNode("https://w3id.org/kg-news/ontology#locatedIn")
    place = ox.NamedNode("https://w3id.org/kg-news/id/place/odd")
    company = ox.NamedNode("https://w3id.org/kg-news/ontology#Company")
    a = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    store.extend(
        [
            ox.Quad(place, label, ox.Literal(value, language="zh")),
            ox.Quad(odd, a, company),
            ox.Quad(odd, label, ox.Literal("odd", language="zh")),
            ox.Quad(odd, located, place),
        ]
    )
    assert len(run_cookbook(store, named("companies-in-place"), {"place": value}).rows) == 1


def test_an_unknown_parameter_names_the_known_ones() -> None:
    with pytest.raises(SettingsError, match="no parameter town; it has place"):
        named("companies-in-place").bind({"town": "莘县"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT * { ?s ?p ?o }", "begins with"),
        ("# title: 甲\n# title_en: a\n# param x 1 — y\nSELECT * { ?s ?p ?o }", "no VALUES"),
    ],
)
def test_a_faulty_cookbook_file_says_what_is_missing(
    tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "q.rq").write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=message):
        cookbook(tmp_path)


# --------------------------------------------------------------------------------- free SPARQL


def test_prefixes_need_not_be_declared(store: ox.Store) -> None:
    assert run_query(store, "ASK { company:鲁西集团 kg:builds ?x }").truth is True


def test_a_declared_prefix_wins(store: ox.Store) -> None:
    query = "PREFIX company: <http://elsewhere/> ASK { company:鲁西集团 ?p ?x }"
    assert run_query(store, query).truth is False


def test_rows_are_capped_and_the_cap_is_told(store: ox.Store) -> None:
    result = run_query(store, "SELECT * { ?s ?p ?o }", max_rows=3)
    assert (len(result.rows), result.truncated) == (3, True)
    assert not run_query(store, "SELECT * { ?s a kg:Person }", max_rows=3).truncated


def test_a_mistake_is_told_with_its_place(store: ox.Store) -> None:
    with pytest.raises(InputError, match="not a SPARQL query: error at 1"):
        run_query(store, "SELECT ?x WHERE { ?x kg:builds }")


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <a:a> <a:b> <a:c> }",
        "PREFIX x: <http://x#> # a comment\nDELETE WHERE { ?s ?p ?o }",
        "load <http://127.0.0.1/>",
        "CLEAR ALL",
        "BASE <http://x/> DROP GRAPH <y>",
        "WITH <http://x> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_an_update_is_refused_by_name(store: ox.Store, update: str) -> None:
    with pytest.raises(InputError, match="is an update"):
        run_query(store, update)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
        "SELECT * { service silent <http://127.0.0.1/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p 1SERVICE<http://127.0.0.1/>{} }",
        "SELECT * { ?s ?p true.SERVICE ?x { ?s ?p ?o } }",
        "SELECT * { ?s ?p ?b FILTER(1<?b)SERVICE#>\n<http://127.0.0.1/>{} }",
        'SELECT * { #"""\n SERVICE <http://127.0.0.1/> { ?s ?p ?o } #"""\n }',
        "SELECT * { ?s <http://x#a> ?o FILTER(1<?o)SERVICE#>\n<http://127.0.0.1/>{} }",
    ],
)
def test_service_is_refused_however_it_hides(store: ox.Store, query: str) -> None:
    with pytest.raises(InputError, match="SERVICE is refused"):
        run_query(store, query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service { ?service a kg:Company }",
        "SELECT $service { $service a kg:Company }",
        "ASK { ?x a kg:Service }",
        r"""ASK { ?x skos:prefLabel "customer \u0073ervice" }""",
    ],
)
def test_the_word_service_is_not_the_keyword(store: ox.Store, query: str) -> None:
    run_query(store, query)


def test_a_long_query_is_searched_in_no_time(store: ox.Store) -> None:
    with pytest.raises(InputError):
        run_query(store, "服务" * 200_000)


# ---------------------------------------------------------------------------------- rendering

SELECT = "SELECT ?name ?amount { ?s kg:amount ?amount ; rdf:subject ?x . ?x skos:prefLabel ?name } ORDER BY ?amount"


def rendered(result: QueryResult) -> str:
    console = Console(width=100, file=io.StringIO(), color_system=None)
    console.print(to_table(result, title="各地最大投资"))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_table_separates_thousands(store: ox.Store) -> None:
    table = rendered(run_query(store, SELECT))
    assert "5,000,000,000" in table
    assert "鲁西集团" in table


def test_the_table_shows_iris_by_prefix(store: ox.Store) -> None:
    assert "company:鲁西集团" in rendered(run_query(store, "SELECT ?s { ?s kg:builds ?o }"))


def test_the_table_takes_nothing_for_markup_or_terminal_commands(store: ox.Store) -> None:
    result = run_query(store, r"""SELECT ("[red]x[/red]\u001b[31m" AS ?y) {}""")
    assert "[red]x[/red] [31m" in rendered(result)


def test_csv_is_read_back(store: ox.Store) -> None:
    rows = list(csv.reader(io.StringIO(to_csv(run_query(store, SELECT)))))
    assert rows == [
        ["name", "amount"],
        ["工商银行聊城分行", "200000000"],
        ["鲁西集团", "5000000000"],
    ]


def test_csv_makes_formulas_text_and_leaves_numbers(store: ox.Store) -> None:
    result = run_query(store, 'SELECT ("=1+1" AS ?x) (-5 AS ?y) {}')
    assert to_csv(result).splitlines()[1] == "'=1+1,-5"


@pytest.mark.parametrize(
    "query", [SELECT, "SELECT ?s ?none { ?s kg:builds ?o }", "ASK { ?s ?p ?o }"]
)
def test_json_and_xml_are_what_rdflib_reads(store: ox.Store, query: str) -> None:
    result = run_query(store, query)
    from_json = rdflib.query.Result.parse(io.BytesIO(to_json(result).encode()), format="json")
    from_xml = rdflib.query.Result.parse(io.BytesIO(to_xml(result).encode()), format="xml")
    assert from_json == from_xml
    assert from_json.askAnswer == result.truth
    if result.columns:
        assert len(from_json.bindings) == len(result.rows)


def test_json_keeps_language_and_type(store: ox.Store) -> None:
    binding = json.loads(to_json(run_query(store, SELECT)))["results"]["bindings"][1]
    assert binding["name"] == {"type": "literal", "value": "鲁西集团", "xml:lang": "zh"}
    assert binding["amount"]["datatype"].endswith("#decimal")


def test_xml_survives_characters_it_cannot_hold(store: ox.Store) -> None:
    ET.fromstring(to_xml(run_query(store, r'SELECT ("a\u0000<b>" AS ?x) {}')))  # noqa: S314


def test_a_construct_is_turtle(store: ox.Store) -> None:
    result = run_query(store, "CONSTRUCT WHERE { ?s kg:builds ?o }")
    assert result.is_graph
    turtle = to_turtle(result)
    assert len(rdflib.Graph().parse(data=turtle, format="turtle")) == 1
    assert "company:鲁西集团 kg:builds project:年产120万吨双酚A项目" in turtle
    assert "kg:builds" in rendered(result)


def test_rows_are_no_turtle(store: ox.Store) -> None:
    with pytest.raises(InputError, match="CONSTRUCT"):
        to_turtle(run_query(store, SELECT))


def test_an_answer_of_yes_or_no_is_rendered_in_every_form(store: ox.Store) -> None:
    result = run_query(store, "ASK { ?s kg:builds ?o }")
    assert result
    assert "yes" in rendered(result)
    assert to_csv(result) == "answer\r\ntrue\r\n"


def test_a_number_is_never_broken_into_two_lines() -> None:
    number = ox.Literal("16590000000", datatype=XSD_DECIMAL)
    row = (ox.Literal("中和能源绿电储能新材料项目" * 3), number, ox.Literal("莘县" * 20))
    console = Console(width=50, record=True, file=io.StringIO())
    console.print(to_table(QueryResult(("target", "amount", "place"), (row,))))
    assert "16,590,000,000" in console.export_text()
