"""Requests a second of the SPARQL endpoint, beside rdflib-endpoint with the same triples.

    pip install rdflib-endpoint; python -m benchmarks.endpoint --triples 100000

Both servers run as users start them, one process each (kg with its two workers), and are asked the
same small questions over keep-alive connections by 1, 8 and 64 clients for some seconds each. The
clients are threads of one process on the same machine, so they take a part of it.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import importlib.util
import itertools
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox

from benchmarks.made_up_graph import made_up_graph
from kg.graph import write_store
from kg.graph.store import STORE_FOLDER, memory_store

CLIENTS = (1, 8, 64)

PREFIXES = """PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX kg: <https://w3id.org/kg-news/ontology#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
"""

QUESTIONS = {
    "one entity by name": 'SELECT ?e { ?e skos:prefLabel "莘县"@zh }',
    "a firm's projects": """SELECT ?name { ?c skos:prefLabel "鲁西集团"@zh ; kg:builds ?p .
        ?p skos:prefLabel ?name }""",
    "twenty claims with amount": """SELECT ?s ?o ?amount { ?c rdf:predicate kg:investsIn ;
        rdf:subject ?s ; rdf:object ?o ; kg:amount ?amount } LIMIT 20""",
}

RDFLIB_SERVER = """
import sys, rdflib, uvicorn
from rdflib_endpoint import SparqlEndpoint
graph = rdflib.Dataset(default_union=True)
graph.parse(sys.argv[1], format="nt")
uvicorn.run(SparqlEndpoint(graph=graph), host="127.0.0.1", port=int(sys.argv[2]), log_level="error")
"""


@dataclass
class Tally:
    """What the clients met with."""

    seconds: list[float] = field(default_factory=list)
    failures: int = 0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextlib.contextmanager
def served(command: list[str], port: int, path: str) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(1200):
            with contextlib.suppress(OSError):
                ask(port, path, next(iter(QUESTIONS.values())))
                break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def target(path: str, question: str) -> str:
    return f"{path}?{urlencode({'query': PREFIXES + question})}"


def ask(port: int, path: str, question: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        return answered(connection, target(path, question))
    finally:
        connection.close()


def answered(connection: http.client.HTTPConnection, address: str) -> int:
    connection.request("GET", address, headers={"Accept": "application/sparql-results+json"})
    response = connection.getresponse()
    response.read()
    return response.status


def client(port: int, path: str, until: float, first: int, tally: Tally) -> None:
    addresses = itertools.cycle([target(path, question) for question in QUESTIONS.values()])
    for _ in range(first % len(QUESTIONS)):
        next(addresses)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while time.perf_counter() < until:
        begin = time.perf_counter()
        try:
            status = answered(connection, next(addresses))
        except (OSError, http.client.HTTPException):
            connection.close()
            status = 0
        tally.seconds.append(time.perf_counter() - begin)
        tally.failures += status != 200
    connection.close()


def burst(port: int, path: str, clients: int, seconds: float) -> tuple[float, float, float, int]:
    """Return requests a second, median and 99th percentile in milliseconds, and failures."""
    tallies = [Tally() for _ in range(clients)]
    begin = time.perf_counter()
    threads = [
        threading.Thread(target=client, args=(port, path, begin + seconds, number, tally))
        for number, tally in enumerate(tallies)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - begin
    times = sorted(value for tally in tallies for value in tally.seconds)
    slow = times[min(len(times) - 1, int(len(times) * 0.99))]
    failures = sum(tally.failures for tally in tallies)
    return len(times) / took, statistics.median(times) * 1000, slow * 1000, failures


def servers(folder: Path) -> Iterator[tuple[str, list[str], int, str]]:
    port = free_port()
    command = [sys.executable, "-m", "kg", "serve", "-o", str(folder), "--port", str(port)]
    yield "kg serve", command, port, "/sparql"
    if importlib.util.find_spec("rdflib_endpoint"):
        port = free_port()
        triples = str(folder / "graph.nt")
        yield (
            "rdflib-endpoint",
            [sys.executable, "-c", RDFLIB_SERVER, triples, str(port)],
            port,
            "/",
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--triples", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=5.0, help="for each number of clients")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        graph = made_up_graph(options.triples)
        write_store(graph, folder / STORE_FOLDER)
        memory_store(graph).dump(
            str(folder / "graph.nt"), ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()
        )
        now = datetime.now(timezone.utc)
        print(
            f"{now:%Y-%m-%d %H:%M} UTC, load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors, "
            f"{len(graph):,} triples\n\n"
            "| server | clients | requests/s | median ms | p99 ms | failed |\n|---|---|---|---|---|---|"
        )
        for title, command, port, path in servers(folder):
            with served(command, port, path):
                burst(port, path, 2, 1.0)  # workers read the store
                for clients in CLIENTS:
                    rate, median, slow, failures = burst(port, path, clients, options.seconds)
                    print(
                        f"| {title} | {clients} | {rate:,.0f} | {median:,.1f} | {slow:,.1f} | {failures} |",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
