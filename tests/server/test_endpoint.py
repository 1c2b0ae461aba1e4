"""The endpoint over the wire: forms of answers, limits, and clients as they are."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, TURTLE, XML, SPARQLWrapper

from kg.graph.store import STORE_FOLDER, write_store
from kg.server.app import ServerSettings
from kg.server.limits import Limits
from tests.graph.samples import sample_graph
from tests.server.live import Live, Reply, running

SELECT = "SELECT ?label { company:鲁西集团 skos:prefLabel ?label }"
CONSTRUCT = "CONSTRUCT { ?s skos:prefLabel ?o } WHERE { ?s skos:prefLabel ?o }"
FOREVER = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
PATHS = "SELECT (COUNT(*) AS ?n) { ?a (!kg:x|^!kg:x)* ?b . ?c (!kg:x|^!kg:x)* ?d }"
HUGE_SORT = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c"


@pytest.mark.parametrize(
    ("accept", "type_", "begin"),
    [
        ("", "application/sparql-results+json", '{"head"'),
        ("*/*", "application/sparql-results+json", '{"head"'),
        ("application/json", "application/sparql-results+json", '{"head"'),
        ("application/sparql-results+xml", "application/sparql-results+xml", "<?xml"),
        ("text/csv", "text/csv", "label\r\n鲁西集团"),
        ("text/tab-separated-values", "text/tab-separated-values", '?label\n"鲁西集团"@zh'),
        ("text/html, text/csv;q=0.3, application/json;q=0.2", "text/csv", "label"),
        ("text/*, application/json;q=0.1", "text/csv", "label"),
    ],
)
def test_rows_come_in_the_form_asked_for(live: Live, accept: str, type_: str, begin: str) -> None:
    reply = live.query(SELECT, Accept=accept)
    assert (reply.status, reply.type) == (200, type_)
    assert reply.text.startswith(begin)
    assert "Accept" in reply.headers["vary"]


@pytest.mark.parametrize(
    ("accept", "type_", "format_"),
    [
        ("", "text/turtle", ox.RdfFormat.TURTLE),
        ("text/turtle", "text/turtle", ox.RdfFormat.TURTLE),
        ("application/n-triples", "application/n-triples", ox.RdfFormat.N_TRIPLES),
        ("application/ld+json", "application/ld+json", ox.RdfFormat.JSON_LD),
        ("application/rdf+xml", "application/rdf+xml", ox.RdfFormat.RDF_XML),
    ],
)
@pytest.mark.parametrize("query", [CONSTRUCT, "DESCRIBE company:鲁西集团"])
def test_triples_come_in_the_form_asked_for(
    live: Live, query: str, accept: str, type_: str, format_: ox.RdfFormat
) -> None:
    reply = live.query(query, Accept=accept)
    assert (reply.status, reply.type) == (200, type_)
    triples = {quad.triple for quad in ox.parse(reply.body, format=format_)}
    assert any(getattr(triple.object, "value", "") == "鲁西集团" for triple in triples)


@pytest.mark.parametrize(
    ("query", "accept"), [(SELECT, "image/png"), (CONSTRUCT, "text/csv"), (SELECT, "text/turtle")]
)
def test_a_form_that_is_not_offered_is_said_to_be_so(live: Live, query: str, accept: str) -> None:
    reply = live.query(query, Accept=accept)
    assert reply.status == 406
    assert "can be" in reply.text


def test_head_sends_no_body(live: Live) -> None:
    reply = live.send("HEAD", "/sparql?query=ASK%20%7B%7D")
    assert (reply.status, reply.body) == (200, b"")


def test_service_describes_itself(live: Live) -> None:
    reply = live.get("/sparql", Accept="text/turtle")
    graph = rdflib.Graph().parse(data=reply.text, format="turtle")
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    assert next(graph.objects(None, sd.endpoint)) == rdflib.URIRef(f"{live.address}/sparql")
    assert set(graph.objects(None, sd.supportedLanguage)) == {sd.SPARQL11Query}
    assert next(graph.objects(None, rdflib.VOID.triples)).toPython() > 500
    assert live.get("/sparql", Accept="application/rdf+xml").type == "application/rdf+xml"


def test_a_browser_at_the_bare_address_sees_the_page(live: Live) -> None:
    reply = live.get("/sparql", Accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert (reply.status, reply.headers["location"]) == (303, "/query")


def test_scripts_of_other_sites_may_ask(live: Live) -> None:
    assert live.query(SELECT).headers["access-control-allow-origin"] == "*"
    preflight = live.send(
        "OPTIONS", "/sparql", Origin="https://a.example", Access_Control_Request_Method="POST"
    )
    assert preflight.status == 204
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert live.query("ASK {").headers["access-control-allow-origin"] == "*"  # errors too


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:1", 200),
        ("localhost", 200),
        ("LOCALHOST.:8000", 200),
        ("[::1]:8000", 200),
        ("192.168.3.4", 200),
        ("rebound.example", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.nip.io:8000", 421),
        ("", 421),
    ],
)
def test_a_strange_host_is_refused(live: Live, host: str, status: int) -> None:
    assert live.query("ASK {}", Host=host).status == status


# -------------------------------------------------------------------------------------- limits


def test_an_answer_larger_than_the_limit_is_none(live: Live) -> None:
    reply = live.query("SELECT * { ?a ?b ?c . ?d ?e ?f }", Accept="text/csv")
    assert reply.status == 503
    assert "LIMIT" in reply.text
    assert live.query(SELECT).status == 200


@pytest.fixture(scope="module")
def strict(served_folder: Path) -> Iterator[Live]:
    limits = Limits(seconds=0.5, queue_seconds=0.2, workers=1, memory_bytes=1 << 30)
    with running(ServerSettings(served_folder, limits, cors_origin=None)) as server:
        yield server


@pytest.mark.parametrize("query", [FOREVER, PATHS], ids=["cross product", "paths"])
def test_a_query_is_ended_at_its_time(strict: Live, query: str) -> None:
    reply = strict.query(query)
    assert reply.status == 504
    assert "0.5 seconds" in reply.text
    assert wait_for(lambda: strict.query("ASK {}").status == 200)


def test_a_query_is_ended_at_its_memory(served_folder: Path) -> None:
    limits = Limits(seconds=60, workers=1, memory_bytes=1 << 30)
    with running(ServerSettings(served_folder, limits)) as server:
        reply = server.query(HUGE_SORT)
        assert reply.status == 503
        assert "memory" in reply.text
        assert wait_for(lambda: server.query("ASK {}").status == 200)


def test_who_waits_too_long_is_told_so(strict: Live) -> None:
    assert wait_for(lambda: strict.query("ASK {}").status == 200)
    replies: list[Reply] = []
    clients = [
        threading.Thread(target=lambda: replies.append(strict.query(FOREVER))) for _ in range(3)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert sorted(reply.status for reply in replies) == [503, 503, 504]
    busy = [reply for reply in replies if reply.status == 503]
    assert all("busy" in reply.text and reply.headers["retry-after"] for reply in busy)


def test_other_sites_can_be_kept_out(strict: Live) -> None:
    assert wait_for(lambda: strict.query("ASK {}").status == 200)
    assert "access-control-allow-origin" not in strict.query("ASK {}").headers


def wait_for(condition: object) -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False


def test_a_new_build_is_followed(tmp_path: Path) -> None:
    graph = sample_graph()
    write_store(graph, tmp_path / STORE_FOLDER)
    count = "SELECT (COUNT(*) AS ?n) { ?s a kg:Statement }"
    with running(ServerSettings(tmp_path, Limits(workers=1))) as server:
        before = server.query(count, Accept="text/csv").text
        fewer = type(graph)(graph.triples[: len(graph.triples) // 2], graph.base_iri)
        write_store(fewer, tmp_path / STORE_FOLDER)
        after = server.query(count, Accept="text/csv").text
        assert before != after
        shutil.rmtree(tmp_path / STORE_FOLDER)  # as in the moment between two renames
        assert server.query(count, Accept="text/csv").text == after


def test_every_answer_is_of_one_build(tmp_path: Path) -> None:
    graph = sample_graph()
    half = type(graph)(graph.triples[::2], graph.base_iri)
    write_store(graph, tmp_path / STORE_FOLDER)
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    with running(ServerSettings(tmp_path, Limits(workers=1))) as server:
        whole = server.query(count, Accept="text/csv").text
        building = threading.Thread(
            target=lambda: [
                write_store(each, tmp_path / STORE_FOLDER) for each in (half, graph) * 3
            ]
        )
        building.start()
        replies = []
        while building.is_alive():
            replies.append(server.query(count, Accept="text/csv"))
        building.join()
        write_store(half, tmp_path / STORE_FOLDER)
        halved = server.query(count, Accept="text/csv").text
    assert {reply.status for reply in replies} == {200}
    assert {reply.text for reply in replies} <= {whole, halved}
    assert whole != halved


# ------------------------------------------------------------------------------------- clients


def test_sparqlwrapper_asks_as_it_is(live: Live) -> None:
    client = SPARQLWrapper(f"{live.address}/sparql")
    client.setQuery(SELECT)
    client.setReturnFormat(JSON)
    rows = client.queryAndConvert()["results"]["bindings"]
    assert rows[0]["label"] == {"type": "literal", "xml:lang": "zh", "value": "鲁西集团"}
    client.setMethod("POST")
    assert client.queryAndConvert()["results"]["bindings"] == rows
    client.setReturnFormat(XML)
    assert "鲁西集团" in client.queryAndConvert().toxml()
    client.setReturnFormat(CSV)
    assert client.queryAndConvert().decode().splitlines() == ["label", "鲁西集团"]
    client.setQuery("PREFIX skos: <http://www.w3.org/2004/02/skos/core#>" + CONSTRUCT)
    client.setReturnFormat(TURTLE)
    assert b"prefLabel" in client.queryAndConvert()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_store_asks_as_it_is(live: Live, method: str) -> None:
    store = SPARQLStore(f"{live.address}/sparql", method=method)
    graph = rdflib.Graph(store)
    rows = [str(row.label) for row in graph.query(SELECT)]
    assert rows == ["鲁西集团"]
    label = rdflib.Literal("鲁西集团", lang="zh")
    (subject,) = graph.subjects(rdflib.SKOS.prefLabel, label)
    assert str(subject).endswith("company/鲁西集团")


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl")
def test_curl_asks_as_it_is(live: Live) -> None:
    address = f"{live.address}/sparql"
    reply = subprocess.run(
        ["curl", "-s", address, "--data-urlencode", f"query={SELECT}"],
        capture_output=True,
        check=True,
    )
    assert json.loads(reply.stdout)["head"]["vars"] == ["label"]
    reply = subprocess.run(
        ["curl", "-s", "-G", "-H", "Accept: application/sparql-results+xml", address,
         "--data-urlencode", f"query={SELECT}"],
        capture_output=True, check=True,
    )  # fmt: skip
    assert b"<sparql" in reply.stdout
