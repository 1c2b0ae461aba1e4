"""A worker reaches nobody, whatever a query says."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading

import pytest

linux = pytest.mark.skipif(sys.platform != "linux", reason="namespaces and filters are Linux's")

CALL_OUT = """
import sys
from kg.server import isolation
import ctypes
how = {how}
assert how, how
import pyoxigraph as ox
query = "SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}"
try:
    list(ox.Store().query(query))
except (OSError, RuntimeError) as error:
    print("refused:", error)
"""


@pytest.fixture
def visited() -> list[str]:
    return []


@pytest.fixture
def port(visited: list[str]) -> int:
    """Return the port of a server that notes who comes."""
    listening = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            visited.append("somebody")
            connection.close()

    threading.Thread(target=accept, daemon=True).start()
    yield listening.getsockname()[1]  # type: ignore[misc]
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()


def run(how: str, port: int) -> subprocess.CompletedProcess[str]:
    code = CALL_OUT.format(how=how, port=port)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)


@linux
@pytest.mark.parametrize(
    "how", ["isolation.isolate() != 'none'", "isolation._forbid_sockets(ctypes.CDLL(None))"]
)
def test_service_finds_no_network(how: str, port: int, visited: list[str]) -> None:
    assert run(how, port).stdout.startswith("refused:")
    assert visited == []


def test_the_same_query_calls_out_where_nothing_is_isolated(port: int, visited: list[str]) -> None:
    assert run("'not at all'", port).stdout.startswith("refused:")  # it was no SPARQL server
    assert visited
