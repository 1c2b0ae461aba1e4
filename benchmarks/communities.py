"""Why communities are found by Louvain and laid out by rustworkx: both beside what else there is.

    pip install igraph scikit-network; python -m benchmarks.communities --sizes 2000 20000

igraph is measured where it is installed and never used: it is GPL.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import networkx as nx

from kg.visualization.communities import find_communities, place
from kg.visualization.layout import spring_rustworkx
from kg.visualization.overview import picture_graph
from tests.visualization.samples import made_up_picture

SEED = 1
LAYOUT_NODES = 1_000  # the size of a large community


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    found = work()
    return time.perf_counter() - begin, found


def partitions(graph: nx.Graph[int]) -> Iterator[tuple[str, Callable[[], Sequence[Any]]]]:
    yield "Louvain (networkx), as used", lambda: [c.nodes for c in find_communities(graph)]
    yield (
        "label propagation (networkx)",
        lambda: list(nx.community.fast_label_propagation_communities(graph, seed=SEED)),
    )
    if importlib.util.find_spec("igraph"):
        import igraph

        other = igraph.Graph(n=len(graph), edges=list(graph.edges))
        yield "Leiden (igraph)", lambda: list(other.community_leiden("modularity"))


def layouts(graph: nx.Graph[int]) -> Iterator[tuple[str, Callable[[], object]]]:
    yield "rustworkx, 40 rounds", lambda: spring_rustworkx(graph, rounds=40)
    yield "rustworkx, 400 rounds", lambda: spring_rustworkx(graph)
    yield "networkx, 50 rounds", lambda: nx.spring_layout(graph, iterations=50, seed=SEED)
    if importlib.util.find_spec("sknetwork"):
        from scipy.sparse import csr_matrix
        from sknetwork.embedding import Spring

        matrix = csr_matrix(nx.to_scipy_sparse_array(graph, format="csr"))
        yield "scikit-network, 50 rounds", lambda: Spring(n_iter=50).fit_transform(matrix)
    if importlib.util.find_spec("igraph"):
        import igraph

        other = igraph.Graph(n=len(graph), edges=list(graph.edges))
        yield "igraph, 500 rounds", lambda: other.layout_fruchterman_reingold(niter=500)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[2_000, 20_000])
    sizes = parser.parse_args().sizes
    print(
        f"load {os.getloadavg()[0]:.1f}\n\n| entities | communities by | s | number | largest | modularity |\n|---|---|---|---|---|---|"
    )
    for size in sizes:
        graph = picture_graph(made_up_picture(size))
        for name, find in partitions(graph):
            took, found = timed(find)
            quality = nx.community.modularity(graph, [set(nodes) for nodes in found])
            largest = max(map(len, found))
            print(
                f"| {size:,} | {name} | {took:.2f} | {len(found):,} | {largest:,} | {quality:.2f} |"
            )
        took, _ = timed(lambda graph=graph: place(graph, find_communities(graph)))
        print(f"| {size:,} | found and placed | {took:.2f} | | | |")
    graph = picture_graph(made_up_picture(LAYOUT_NODES))
    part = nx.convert_node_labels_to_integers(
        graph.subgraph(max(nx.connected_components(graph), key=len))
    )
    print(f"\n| layout of {len(part):,} connected entities | s |\n|---|---|")
    for name, lay_out in layouts(part):
        print(f"| {name} | {timed(lay_out)[0]:.2f} |")


if __name__ == "__main__":
    main()
