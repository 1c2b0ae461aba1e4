"""Real servers hold what was sent, however it was sent, and read like the store."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.errors import EndpointError
from kg.explain import explain
from kg.export import export
from kg.graph import open_store
from kg.query import cookbook, run_cookbook
from kg.remote import PublishOptions, open_endpoint, publish
from kg.visualization import picture_from_store
from tests.remote.servers import RealServer

# What a text may hold that a protocol, a query or a store could take for its own.
HOSTILE = [
    "",
    " ",
    'say "no"',
    "'''\"\"\"",
    "back\\slash \\u0041 \\n",
    "line\nbreak\r\ttab",
    "} } ; DROP ALL #",
    "<script>&amp;</script>",
    "?s ?p ?o . {}",
    "%20+&graph=x",
    "𠮷野家 👩‍👩‍👧 \u202e",
    "长" * 20_000,
]
# Virtuoso 7.2.5 breaks characters in GROUP_CONCAT, and takes a month for another value than its year.
OTHER_ANSWERS = {
    "oxigraph": set(),
    "virtuoso": {"conflicting-figures", "investments-in-place", "largest-investments"},
}
GRAPHS = iter(range(1000))


@pytest.fixture
def graph() -> str:
    """Return the name of a graph that no other test uses."""
    return f"https://example.org/图/{next(GRAPHS)}"


@pytest.fixture
def hostile(tmp_path: Path, exports: Path) -> Path:
    """Return a build with every literal above, in each of the kinds that the graph has."""
    node, said = ox.NamedNode("urn:鲁西"), ox.NamedNode("urn:says")
    xsd = "http://www.w3.org/2001/XMLSchema#"
    terms = [
        *(ox.Literal(text) for text in HOSTILE),
        *(ox.Literal(text, language="zh") for text in HOSTILE),
        *(
            ox.Literal(value, datatype=ox.NamedNode(xsd + type_))
            for value, type_ in (
                ("true", "boolean"),
                ("6.5", "decimal"),
                ("6400000000", "decimal"),
                ("12", "integer"),
                ("2022", "gYear"),
                ("2022-03", "gYearMonth"),
                ("2022-03-04", "date"),
                ("2022-03-04T10:00:00.5+08:00", "dateTime"),
            )
        ),
        ox.NamedNode("urn:a%20b'(c)"),
    ]
    triples = ox.serialize(
        [ox.Triple(node, said, term) for term in terms], format=ox.RdfFormat.N_TRIPLES
    )
    with (exports / "graph.ttl").open("ab") as file:
        file.write(triples or b"")
    return exports


@pytest.mark.parametrize("protocol", ["graph-store", "update"])
@pytest.mark.parametrize("in_place", [False, True], ids=["moved", "in-place"])
def test_every_literal_arrives(
    hostile: Path, server: RealServer, graph: str, protocol: str, in_place: bool
) -> None:
    options = PublishOptions(
        graph=graph,
        protocol=protocol,
        batch=500,
        in_place=in_place,
        sample=10_000,  # type: ignore[arg-type]
    )
    publication = publish(hostile, server.address, options, credentials=server.credentials)
    assert publication.comparison.missing == ()
    assert publication.is_complete
    assert publication.staged is not in_place


def test_second_build_takes_the_place_of_the_first(
    exports: Path, server: RealServer, graph: str
) -> None:
    options = PublishOptions(graph=graph)
    first = publish(exports, server.address, options, credentials=server.credentials)
    with (exports / "graph.ttl").open("a") as file:
        file.write("<urn:new> <urn:new> <urn:new> .\n")
    second = publish(exports, server.address, options, credentials=server.credentials)
    assert second.is_complete
    assert second.comparison.counted == first.comparison.counted + 1


def test_default_graph_is_used_where_it_is_one(exports: Path, server: RealServer) -> None:
    options = PublishOptions(graph="default")
    if server.name == "virtuoso":
        with pytest.raises(EndpointError, match="all its graphs together"):
            publish(exports, server.address, options, credentials=server.credentials)
    else:
        assert publish(exports, server.address, options).is_complete


@pytest.fixture
def published(exports: Path, server: RealServer, graph: str) -> str:
    publish(exports, server.address, PublishOptions(graph=graph), credentials=server.credentials)
    return graph


def test_server_reads_like_the_store(
    exports: Path, server: RealServer, published: str, tmp_path: Path
) -> None:
    store = open_store(exports)
    remote = open_endpoint(server.address, graph=published)
    for name in ("鲁西集团", "鲁西", "聊城市"):
        assert explain(remote, name) == explain(store, name)
    assert picture_from_store(remote) == picture_from_store(store)
    for format_ in ("ttl", "csv"):
        here, there = (
            export(it, format_, tmp_path / format_ / n) for it, n in ((store, "a"), (remote, "b"))
        )
        assert [path.read_bytes() for path in here] == [path.read_bytes() for path in there]


def test_ready_queries_are_answered(exports: Path, server: RealServer, published: str) -> None:
    store = open_store(exports)
    remote = open_endpoint(server.address, graph=published)
    different = set()
    for query in cookbook():
        here, there = (run_cookbook(source, query) for source in (store, remote))
        if sorted(map(str, here.rows)) != sorted(map(str, there.rows)):
            different.add(query.name)
    assert different <= OTHER_ANSWERS[server.name]
