"""Measure how long a graph takes to a SPARQL server, per server, protocol and size.

    kg build corpus -o exports
    python -m benchmarks.publish exports
    python -m benchmarks.publish exports --sizes 100000 --batches 500 2000 5000 9000

The graphs are the sample graph over and over, with every node of a copy renamed. Each run gets a
server of its own with an empty store on disk, one after another; compare within one table only.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

import pyoxigraph as ox

from kg.graph import DEFAULT_BASE_IRI
from kg.remote import Publication, PublishOptions, publish
from tests.remote.servers import SERVERS, is_installed, started

SIZES = (10_000, 100_000, 1_000_000)
PROTOCOLS = ("graph-store", "update")
TIMEOUT_SECONDS = 1_800.0


@dataclass(frozen=True)
class Row:
    """One publish, measured."""

    size: int
    server: str
    protocol: str
    batch: str
    publication: Publication

    @property
    def load(self) -> float:
        return self.publication.seconds["load"]


def copies(exports: Path) -> Iterator[str]:
    """Yield the triples of the sample graph without end, in N-Triples, each copy under new names."""
    data = ox.serialize(
        (
            quad.triple
            for quad in ox.parse(path=str(exports / "graph.ttl"), format=ox.RdfFormat.TURTLE)
        ),
        format=ox.RdfFormat.N_TRIPLES,
    )
    lines = (data or b"").decode().splitlines()
    own = re.compile(rf"<({re.escape(DEFAULT_BASE_IRI)}[^>]+)>")
    for number in count():
        for line in lines:
            # The graph itself, <…/id/>, keeps its name and is said once.
            renamed = own.sub(rf"<\1·{number}>", line)
            if number == 0 or renamed != line:
                yield renamed


def write_graph(exports: Path, size: int, folder: Path) -> None:
    folder.mkdir(parents=True)
    with (folder / "graph.ttl").open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in islice(copies(exports), size))


def measure(folder: Path, name: str, options: PublishOptions) -> Publication:
    """Publish to a new server; the journal of the run before is of no use."""
    for journal in folder.glob("publish-*.json"):
        journal.unlink()
    with tempfile.TemporaryDirectory() as place, started(name, Path(place), on_disk=True) as server:
        publication = publish(folder, server.address, options, credentials=server.credentials)
        if not publication.is_complete:
            raise SystemExit(f"{name} lost triples: {publication.comparison}")
        return publication


def table(rows: Sequence[Row]) -> Iterator[str]:
    yield "| triples | server | protocol | batch | load s | triples/s | ratio | compare s | move s |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in rows:
        fastest = min(other.load for other in rows if other.size == row.size)
        seconds = row.publication.seconds
        yield (
            f"| {row.size:,} | {row.server} | {row.protocol} | {row.batch} | {row.load:.1f} "
            f"| {row.publication.sent / row.load:,.0f} | {row.load / fastest:.1f} "
            f"| {seconds['compare']:.1f} | {seconds.get('move', 0):.1f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("exports", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--batches", type=int, nargs="+", help="instead of the default ones")
    parser.add_argument("--servers", nargs="+", default=list(SERVERS))
    parser.add_argument("--protocols", nargs="+", default=PROTOCOLS)
    parser.add_argument("--in-place", action="store_true", help="without the move at the end")
    arguments = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as place:
        for size in arguments.sizes:
            folder = Path(place) / str(size)
            write_graph(arguments.exports, size, folder)
            for name in filter(is_installed, arguments.servers):
                for protocol in arguments.protocols:
                    for batch in arguments.batches or [None]:
                        options = PublishOptions(
                            protocol=protocol,
                            batch=batch,
                            in_place=arguments.in_place,
                            seconds=TIMEOUT_SECONDS,
                        )
                        publication = measure(folder, name, options)
                        shown = f"{batch:,}" if batch else "default"
                        rows.append(Row(size, name, protocol, shown, publication))
                        print(list(table(rows))[-1], flush=True)
    print(f"\nload average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print("\n".join(table(rows)))


if __name__ == "__main__":
    main()
