"""The W3C tests of the SPARQL 1.1 Protocol that apply to a read-only endpoint, and what we add.

https://www.w3.org/2009/sparql/docs/tests/data-sparql11/protocol/: names are those of its manifest. Left
out are the tests of updates (refused as a whole, see ``bad_update_*``) and those that make the server
fetch graphs from the web; their parameters are tried with the graph that is here, and refused with
others.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest

from kg.graph.store import ONTOLOGY_GRAPH
from kg.server.limits import CutOff
from kg.server.protocol import QueryRequest, graphs_in, read_request
from tests.server.live import Live

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
ASK = "ASK {}"
HERE = ONTOLOGY_GRAPH.value
THERE = "http://kasei.us/2009/09/sparql/data/data1.rdf"
IN_DEFAULT = "ASK { kg:investsIn a owl:ObjectProperty }"
NO_DATA = "ASK { FILTER NOT EXISTS { ?statement a kg:Statement } ?class a owl:Class }"
IN_NAMED = f"ASK {{ GRAPH <{HERE}> {{ ?class a owl:Class }} }}"
NONE_NAMED = "ASK { FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } } }"


def form(**parameters: str | list[str]) -> str:
    named = {key.replace("_", "-"): value for key, value in parameters.items()}
    return urlencode(named, doseq=True)


# name, method, query string, content type, body, expected: True or False of the ASK, or a status.
W3C = [
    ("query_get", "GET", form(query=ASK), "", "", True),
    ("query_post_form", "POST", "", FORM, form(query=ASK), True),
    ("query_post_form_charset", "POST", "", f"{FORM}; charset=UTF-8", form(query=ASK), True),
    ("query_post_direct", "POST", "", DIRECT, ASK, True),
    ("query_post_direct_charset", "POST", "", f"{DIRECT}; charset=utf-8", ASK, True),
    ("query_dataset_default_graph_get", "GET", form(query=NO_DATA, default_graph_uri=HERE), "", "", True),
    ("query_dataset_default_graph_post", "POST", "", FORM, form(query=NO_DATA, default_graph_uri=HERE), True),
    ("query_dataset_default_graphs_get", "GET", form(query=NO_DATA, default_graph_uri=[HERE, HERE]), "", "", True),
    ("query_dataset_default_graph_direct", "POST", form(default_graph_uri=HERE), DIRECT, NO_DATA, True),
    ("query_dataset_named_graphs_get", "GET", form(query=IN_NAMED, named_graph_uri=HERE), "", "", True),
    ("query_dataset_named_graphs_post", "POST", "", FORM, form(query=IN_NAMED, named_graph_uri=HERE), True),
    ("query_dataset_full", "GET", form(query=IN_NAMED, default_graph_uri=HERE, named_graph_uri=HERE), "", "", True),
    ("query_dataset_default_hides_named", "GET", form(query=NONE_NAMED, default_graph_uri=HERE), "", "", True),
    ("query_multiple_dataset", "GET", form(query="ASK FROM <http://x.example/> {}", default_graph_uri=HERE), "", "", 400),
    ("query_dataset_of_the_query", "GET", form(query=NO_DATA.replace("{", f"FROM <{HERE}> {{", 1)), "", "", True),
    ("query_dataset_elsewhere_get", "GET", form(query=ASK, default_graph_uri=THERE), "", "", 400),
    ("query_dataset_elsewhere_named", "GET", form(query=ASK, named_graph_uri=THERE), "", "", 400),
    ("query_dataset_elsewhere_from", "GET", form(query=f"ASK FROM <{THERE}> {{}}"), "", "", 400),
    ("query_dataset_file_from", "GET", form(query="ASK FROM NAMED <file:///etc/passwd> {}"), "", "", 400),
    ("bad_query_method", "PUT", form(query=ASK), "", "", 405),
    ("bad_multiple_queries", "GET", form(query=[ASK, "SELECT * {}"]), "", "", 400),
    ("bad_multiple_queries_post", "POST", "", FORM, form(query=[ASK, ASK]), 400),
    ("bad_query_twice", "POST", form(query=ASK), DIRECT, ASK, 400),
    ("bad_query_wrong_media_type", "POST", "", "text/plain", ASK, 415),
    ("bad_query_missing_form_type", "POST", "", "", form(query=ASK), 415),
    ("bad_query_missing_direct_type", "POST", "", "", ASK, 415),
    ("bad_query_non_utf8", "POST", "", FORM, "query=" + quote(ASK.encode("utf-16")), 400),
    ("bad_query_non_utf8_charset", "POST", "", f"{DIRECT}; charset=UTF-16", ASK, 415),
    ("bad_query_syntax", "GET", form(query="ASK {"), "", "", 400),
    ("bad_query_missing", "POST", "", FORM, form(other="x"), 400),
    ("bad_update_get", "GET", form(update="CLEAR NAMED"), "", "", 400),
    ("bad_update_post_form", "POST", "", FORM, form(update="CLEAR NAMED"), 400),
    ("bad_update_post_direct", "POST", "", "application/sparql-update", "CLEAR NAMED", 400),
    ("bad_update_as_query", "GET", form(query="PREFIX : <http://x/> DROP ALL"), "", "", 400),
    ("bad_service", "GET", form(query="ASK { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"), "", "", 400),
    ("bad_service_silent", "GET", form(query="ASK { service silent <http://127.0.0.1/> {} }"), "", "", 400),
    ("bad_service_escaped", "GET", form(query=r"ASK { \u0053ERVICE <http://127.0.0.1/> {} }"), "", "", 400),
    ("bad_service_hidden", "GET", form(query="ASK { ?a ?p ?b FILTER(1<?b)SERVICE#>\n<http://127.0.0.1/> {} }"), "", "", 400),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "url", "type_", "body", "expected"),
    [row[1:] for row in W3C],
    ids=[row[0] for row in W3C],
)
def test_w3c_protocol(
    live: Live, method: str, url: str, type_: str, body: str, expected: bool | int
) -> None:
    headers = {"Accept": "application/sparql-results+json"}
    if type_:
        headers["Content-Type"] = type_
    reply = live.send(method, f"/sparql?{url}" if url else "/sparql", body=body.encode(), **headers)
    if isinstance(expected, bool):
        assert (reply.status, reply.type) == (200, "application/sparql-results+json"), reply.text
        assert reply.text == f'{{"head":{{}},"boolean":{str(expected).lower()}}}'
    else:
        assert reply.status == expected, reply.text
        assert method == "PUT" or len(reply.text.strip()) > 10  # a reason in words


def test_default_graph_holds_data_and_ontology(live: Live) -> None:
    assert b"true" in live.query(IN_DEFAULT).body
    assert b"true" in live.query("ASK { ?statement a kg:Statement }").body


def test_a_long_request_is_refused_while_it_arrives(live: Live) -> None:
    reply = live.send("POST", "/sparql", body=b"ASK {} #" + b"x" * 30_000, content_type=DIRECT)
    assert reply.status == 413


@pytest.mark.parametrize(
    "encoded", [b"query=%FF", b"query=" + "查".encode("gbk"), b"&" * 200 + b"a=b"]
)
def test_parameters_that_are_no_utf8_are_refused(encoded: bytes) -> None:
    with pytest.raises(CutOff):
        read_request("POST", b"", FORM, encoded)


def test_query_in_chinese_arrives_as_sent() -> None:
    text = 'SELECT * { ?s skos:prefLabel "鲁西集团"@zh }'
    assert read_request("GET", form(query=text).encode(), "", b"") == QueryRequest(text)
    assert read_request("POST", b"", DIRECT, text.encode()) == QueryRequest(text)
    assert read_request("GET", b"", "", b"") is None


@pytest.mark.parametrize(
    ("text", "graphs"),
    [
        ("SELECT * FROM <http://a/> FROM NAMED <http://b/> {}", {"http://a/", "http://b/"}),
        ("SELECT * from named <http://b/> {}", {"http://b/"}),
        ("PREFIX e: <http://e/> SELECT * FROM e:x {}", {"http://e/x"}),
        ("SELECT * FROM # a remark\n <http://a/> {}", {"http://a/"}),
        ("SELECT ?from { ?from <http://from/> 'FROM <http://a/>' }", set()),
        ('SELECT * { ?s ?p """FROM "<http://a/>" """ } # FROM <http://b/>', set()),
        ("SELECT * { from:x from:y ?o }", set()),
    ],
)
def test_graphs_are_those_after_from(text: str, graphs: set[str]) -> None:
    assert graphs_in(text) == graphs
