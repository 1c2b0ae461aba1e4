"""How long a picture takes to build, how large it is, and which library lays it out faster.

Run from the checkout: ``python -m benchmarks.picture``. Prints one row per size; with ``--keep DIR`` the
pages stay there to be looked at.
"""

from __future__ import annotations

import argparse
import gzip
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import networkx as nx

from kg.visualization import Picture, render
from kg.visualization.layout import (
    SpringLayout,
    lay_out,
    node_box,
    node_radius,
    spring_networkx,
    spring_rustworkx,
)
from tests.visualization.samples import made_up_picture

SIZES = (100, 300, 1000)
ROUNDS = 3


def seconds(work: Callable[[], object]) -> float:
    """Return the median of a few runs."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def layout_seconds(picture: Picture, spring: SpringLayout) -> float:
    index = {node.id: number for number, node in enumerate(picture.nodes)}
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(index.values())
    graph.add_edges_from((index[edge.source], index[edge.target]) for edge in picture.edges)
    boxes = {
        number: node_box(node.label, node_radius(graph.degree[number], among=len(index)))
        for number, node in enumerate(picture.nodes)
    }
    return seconds(lambda: lay_out(graph, boxes, spring=spring))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, metavar="DIR")
    keep = parser.parse_args().keep
    render(made_up_picture(20), title="warm up")  # imports pyvis, reads the library
    print("nodes edges | build s | KB (gzip) | layout s: rustworkx networkx")
    for size in SIZES:
        picture = made_up_picture(size)
        page = render(picture, title=f"{size}").encode()
        build = seconds(lambda picture=picture: render(picture, title="x"))  # type: ignore[misc]
        compiled, plain = (layout_seconds(picture, s) for s in (spring_rustworkx, spring_networkx))
        print(
            f"{len(picture.nodes):5} {len(picture.edges):5} | {build:7.2f} | "
            f"{len(page) // 1024:4} ({len(gzip.compress(page, mtime=0)) // 1024:3}) | "
            f"{compiled:18.2f} {plain:8.2f}"
        )
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"picture-{size}.html").write_bytes(page)


if __name__ == "__main__":
    main()
