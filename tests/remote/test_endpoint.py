"""A graph on a server reads like the store it came from, in few requests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from kg.cli import main
from kg.errors import EndpointError, InputError, SettingsError
from kg.explain import explain
from kg.export import export
from kg.graph import DEFAULT_BASE_IRI, open_store
from kg.query import cookbook, run_cookbook, run_query
from kg.remote import PublishOptions, open_endpoint, publish
from kg.server import Limits
from kg.server.app import ServerSettings
from kg.visualization import picture_from_store
from tests.remote.fake import Fault, Misbehaving, fails_at
from tests.server.live import running

Fake = Callable[..., Misbehaving]


@pytest.fixture
def holding(exports: Path, fake: Fake) -> Misbehaving:
    """Return a server that holds the build, what was seen forgotten."""
    server = fake()
    publish(exports, server.address)
    server.seen.clear()
    return server


def test_ready_queries_answer_the_same(exports: Path, holding: Misbehaving) -> None:
    store, remote = open_store(exports), open_endpoint(holding.address)
    for query in cookbook():
        assert run_cookbook(remote, query).rows == run_cookbook(store, query).rows, query.name


@pytest.mark.parametrize(
    "query",
    [
        "ASK { ?s a kg:Company }",
        "ASK { ?s a kg:Nothing }",
        "CONSTRUCT { ?s a ?t } WHERE { ?s a kg:Company ; a ?t }",
        "SELECT ?s ?x WHERE { ?s a kg:Company OPTIONAL { ?s kg:nothing ?x } } ORDER BY ?s",
    ],
)
def test_every_form_of_query_is_understood(exports: Path, holding: Misbehaving, query: str) -> None:
    assert run_query(open_endpoint(holding.address), query) == run_query(open_store(exports), query)


@pytest.mark.parametrize(
    "query", ["SELECT ?s WHERE { broken", "DROP ALL", "SELECT * { SERVICE <urn:x> {} }"]
)
def test_what_the_store_refuses_is_not_even_sent(holding: Misbehaving, query: str) -> None:
    remote = open_endpoint(holding.address)
    before = len(holding.seen)
    with pytest.raises(InputError):
        run_query(remote, query)
    assert len(holding.seen) == before


@pytest.mark.parametrize(
    ("read", "most"),
    [
        pytest.param(lambda source: explain(source, "鲁西集团"), 12, id="explain"),
        pytest.param(lambda source: explain(source, "鲁西"), 14, id="explain-unknown-name"),
        pytest.param(
            lambda source: picture_from_store(source, entities=["鲁西集团"], hops=2), 22, id="show"
        ),
        pytest.param(lambda source: picture_from_store(source), 20, id="show-all"),
    ],
)
def test_same_is_read_in_few_requests(
    exports: Path, holding: Misbehaving, read: Callable[[object], object], most: int
) -> None:
    assert read(open_endpoint(holding.address)) == read(open_store(exports))
    assert len(holding.seen) <= most


@pytest.mark.parametrize("format_", ["ttl", "trig", "csv", "graphml", "cypher"])
def test_export_from_a_server_is_the_same_bytes(
    exports: Path, holding: Misbehaving, tmp_path: Path, format_: str
) -> None:
    here, there = (
        export(source, format_, tmp_path / name)
        for name, source in (("a", open_store(exports)), ("b", open_endpoint(holding.address)))
    )
    assert [path.read_bytes() for path in here] == [path.read_bytes() for path in there]


def test_server_that_cuts_its_answers_is_asked_for_the_rest(
    exports: Path, holding: Misbehaving, tmp_path: Path
) -> None:
    holding.row_cap = 150
    here = export(open_store(exports), "ttl", tmp_path / "a.ttl")
    there = export(open_endpoint(holding.address), "ttl", tmp_path / "b.ttl")
    assert here[0].read_bytes() == there[0].read_bytes()
    assert explain(open_endpoint(holding.address), "鲁西集团") == explain(
        open_store(exports), "鲁西集团"
    )


def test_less_than_the_server_counts_is_no_export(holding: Misbehaving, tmp_path: Path) -> None:
    remote = open_endpoint(holding.address)
    holding.row_cap = 0
    with pytest.raises(EndpointError, match="0 triples came, the server counts"):
        export(remote, "ttl", tmp_path / "x.ttl")
    assert not list(tmp_path.glob("x*"))


@pytest.mark.parametrize("fault", ["500", "cut before", "half"])
def test_reading_outlasts_a_passing_fault(
    exports: Path, holding: Misbehaving, fault: Fault
) -> None:
    remote = open_endpoint(holding.address)
    holding.fault = fails_at("ask", fault, first=3, times=2)
    assert explain(remote, "鲁西集团") == explain(open_store(exports), "鲁西集团")


def test_half_an_answer_is_no_answer(holding: Misbehaving) -> None:
    remote = open_endpoint(holding.address)
    holding.fault = fails_at("ask", "half")
    with pytest.raises(EndpointError, match="broke off"):
        run_query(remote, "SELECT * WHERE { ?s ?p ?o } LIMIT 50")


def test_slow_server_is_not_waited_for_for_ever(holding: Misbehaving) -> None:
    remote = open_endpoint(holding.address, seconds=0.05)
    holding.fault = fails_at("ask", "silent")
    with pytest.raises(EndpointError, match=r"no answer within 0.05 seconds; KG_ENDPOINT_TIMEOUT"):
        run_query(remote, "SELECT * WHERE { ?s ?p ?o } LIMIT 50")


def test_which_graph_is_found_or_asked_for(exports: Path, holding: Misbehaving) -> None:
    assert str(open_endpoint(holding.address).graph) == f"<{DEFAULT_BASE_IRI}>"
    publish(exports, holding.address, PublishOptions(graph="urn:other"))
    with pytest.raises(SettingsError, match="several graphs"):
        open_endpoint(holding.address)
    assert open_endpoint(holding.address, graph="urn:other").graph == ox.NamedNode("urn:other")
    with pytest.raises(EndpointError, match="no graph of kg at urn:third"):
        open_endpoint(holding.address, graph="urn:third")
    with pytest.raises(SettingsError, match="neither an IRI"):
        open_endpoint(holding.address, graph="no iri")


def test_graph_in_the_default_graph_is_found(exports: Path, fake: Fake) -> None:
    server = fake()
    publish(exports, server.address, PublishOptions(graph="default"))
    remote = open_endpoint(server.address)
    assert explain(remote, "鲁西集团") == explain(open_store(exports), "鲁西集团")


def test_explorer_is_an_endpoint_too(exports: Path) -> None:
    with running(ServerSettings(exports, Limits(workers=1), hosts=("127.0.0.1",))) as explorer:
        remote = open_endpoint(explorer.address)
        assert explain(remote, "鲁西集团") == explain(open_store(exports), "鲁西集团")
        with pytest.raises(EndpointError, match="no door to write through"):
            publish(exports, explorer.address)


def test_virtuoso_spellings_are_understood() -> None:
    """It answers ASK {} with a row, and true with "1"."""
    row = (
        '{"head":{"vars":["__ASK_RETVAL"]},"results":{"bindings":[{"__ASK_RETVAL":{"type":'
        '"typed-literal","datatype":"http://www.w3.org/2001/XMLSchema#integer","value":"%s"}}]}}'
    )
    from kg.remote.endpoint import _boolean

    for value, truth in (("1", True), ("0", False)):
        found = ox.parse_query_results(row % value, format=ox.QueryResultsFormat.JSON)
        assert isinstance(found, ox.QuerySolutions)
        assert bool(_boolean(found)) is truth


@pytest.mark.parametrize(
    "arguments",
    [
        ["query", "most-mentioned", "--format", "csv"],
        ["explain", "鲁西集团"],
        ["export", "nt"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_commands_print_the_same_from_a_server(
    exports: Path, holding: Misbehaving, arguments: list[str]
) -> None:
    here = CliRunner().invoke(main, [*arguments, "-o", str(exports)])
    there = CliRunner().invoke(main, [*arguments, "--endpoint", holding.address])
    assert here.exit_code == there.exit_code == 0
    assert here.stdout == there.stdout


def test_picture_is_drawn_from_a_server(holding: Misbehaving, tmp_path: Path) -> None:
    file = tmp_path / "picture.html"
    arguments = ["show", "鲁西集团", "-o", str(file), "--endpoint", holding.address]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    assert "双酚A" in file.read_text("utf-8")


def test_graph_option_belongs_to_an_endpoint(exports: Path) -> None:
    result = CliRunner().invoke(main, ["explain", "x", "-o", str(exports), "--graph", "urn:a"])
    assert result.exit_code == 2
    assert "--graph belongs to --endpoint" in result.stderr
