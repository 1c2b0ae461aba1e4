"""How long the cookbook takes, and loading and writing, at 10,000 to 5,000,000 triples.

    python -m benchmarks.queries --sizes 10000 100000 1000000

kg asks its store on disk, as `kg query` and `kg serve` do. Beside it, where that ends in reasonable
time, rdflib's own engine has the same triples and the same questions. Every question is asked in a
process of its own, which is ended after --limit seconds.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timezone
from multiprocessing.connection import Connection
from pathlib import Path

import pyoxigraph as ox
import rdflib

from benchmarks.made_up_graph import made_up_graph
from kg.export import export
from kg.graph import open_store, to_rdflib, write_store
from kg.graph.namespaces import DEFAULT_BASE_IRI, Iris
from kg.graph.store import STORE_FOLDER, memory_store
from kg.query import CookbookQuery, cookbook, run_query

ROUNDS = 3

Work = Callable[[], object]


def seconds(work: Work) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def measured(work: Work, limit: float) -> float:
    """Return the median of some rounds in a child process; infinity when it is not done in time."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_measure, args=(work, sender))
    child.start()
    sender.close()
    try:
        found = receiver.recv() if receiver.poll(limit) else math.inf
    except EOFError:
        found = math.nan
    if child.is_alive() and found == math.inf:
        child.kill()
    child.join()
    return float(found)


def _measure(work: Work, sender: Connection) -> None:
    try:
        work()  # what is read for the first time is not what is measured
    except Exception as error:  # noqa: BLE001  rdflib stops at an unbound variable in GROUP_CONCAT
        print(f"failed: {error}", file=sys.stderr)
        sender.send(math.nan)
        return
    sender.send(statistics.median(seconds(work) for _ in range(ROUNDS)))


def rdflib_graph(store: ox.Store) -> rdflib.Graph:
    """Return what queries of kg see: data and ontology."""
    graph = rdflib.Graph(bind_namespaces="none")
    for prefix, iri in Iris(DEFAULT_BASE_IRI).prefixes().items():
        graph.bind(prefix, iri)
    return graph.parse(
        data=store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()), format="nt"
    )


def ask_kg(folder: Path, query: CookbookQuery) -> Work:
    opened: list[ox.Store] = []

    def ask() -> None:
        # Opened in the child: RocksDB's threads do not survive a fork.
        if not opened:
            opened.append(open_store(folder))
        run_query(opened[0], query.text)

    return ask


def ask_rdflib(graph: rdflib.Graph, query: CookbookQuery) -> Work:
    return lambda: list(graph.query(query.text))


def load_and_dump(size: int, folder: Path, *, beside: bool) -> rdflib.Graph | None:
    """Print how long it takes to load and to write a graph of this size, and leave the store behind."""
    graph = made_up_graph(size)
    on_disk = seconds(lambda: write_store(graph, folder / STORE_FOLDER))
    turtle = folder / "graph.ttl"
    in_memory = memory_store(graph)
    dump = seconds(lambda: export(in_memory, "ttl", turtle))
    load = seconds(lambda: ox.Store().bulk_load(path=str(turtle), format=ox.RdfFormat.TURTLE))
    other, ratios = None, ""
    if beside:
        other = rdflib_graph(in_memory)
        plain = to_rdflib(graph)
        rdflib_load = seconds(lambda: rdflib.Graph().parse(turtle))
        rdflib_dump = seconds(lambda: plain.serialize(format="turtle", encoding="utf-8"))
        ratios = (
            f"; rdflib reads Turtle in {rdflib_load:.1f} s ({rdflib_load / load:.0f} times as long), "
            f"writes it in {rdflib_dump:.1f} s ({rdflib_dump / dump:.0f} times)"
        )
    print(
        f"\n## {len(graph):,} triples\n\n"
        f"store written in {on_disk:.2f} s, Turtle read in {load:.2f} s, written in {dump:.2f} s "
        f"({turtle.stat().st_size / 1e6:.1f} MB){ratios}\n"
    )
    return other


def milliseconds(value: float, limit: float) -> str:
    if math.isnan(value):
        return "failed"
    return f"> {limit * 1000:,.0f}" if math.isinf(value) else f"{value * 1000:,.1f}"


def ask_all(folder: Path, other: rdflib.Graph | None, limit: float) -> None:
    header = "| query | rows | kg, ms |" + (" rdflib, ms | ratio |" if other else "")
    print(header + "\n|" + "---|" * (header.count("|") - 1))
    ratios = []
    for query in cookbook():
        own = measured(ask_kg(folder, query), limit)
        rows = len(run_query(open_store(folder), query.text).rows) if math.isfinite(own) else 0
        line = f"| {query.name} | {rows:,} | {milliseconds(own, limit)} |"
        if other is not None:
            theirs = measured(ask_rdflib(other, query), limit)
            least = "≥ " if math.isinf(theirs) else ""
            ratio = (limit if math.isinf(theirs) else theirs) / own
            ratios += [] if math.isnan(ratio) else [ratio]
            words = "" if math.isnan(ratio) else f"{least}{ratio:.0f}"
            line += f" {milliseconds(theirs, limit)} | {words} |"
        print(line, flush=True)
    if ratios:
        print(
            f"\nrdflib takes {statistics.geometric_mean(ratios):.0f} times as long (geometric mean)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--limit", type=float, default=20.0, help="seconds for one question")
    parser.add_argument(
        "--rdflib-up-to", type=int, default=10_000, help="triples; a million take it 1.2 GB"
    )
    options = parser.parse_args()
    now = datetime.now(timezone.utc)
    print(f"{now:%Y-%m-%d %H:%M} UTC, load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as name:
            other = load_and_dump(size, Path(name), beside=size <= options.rdflib_up_to)
            ask_all(Path(name), other, options.limit)


if __name__ == "__main__":
    main()
