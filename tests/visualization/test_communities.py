"""Communities: found, named, and placed so that they can be told apart."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from itertools import combinations, pairwise

import networkx as nx
import pytest

from kg.visualization.communities import find_communities, node_size, place


def counties(*sizes: int) -> nx.Graph[int]:
    """Build stars around a county each, whose firms also know each other; counties know the first."""
    graph: nx.Graph[int] = nx.Graph()
    first = 0
    for size in sizes:
        firms = range(first + 1, first + size)
        graph.add_edges_from(((first, firm) for firm in firms), weight=1)
        graph.add_edges_from(pairwise(firms), weight=1)
        if first:
            graph.add_edge(0, first, weight=1)
        first += size
    return graph


def test_a_county_and_its_firms_are_one_community() -> None:
    communities = find_communities(counties(12, 9, 7))
    assert [sorted(community.nodes) for community in communities] == [
        [*range(12)],
        [*range(12, 21)],
        [*range(21, 28)],
    ]


def test_the_county_names_it() -> None:
    assert [community.nodes[0] for community in find_communities(counties(12, 9, 7))] == [0, 12, 21]


def test_islands_are_put_together_and_lost_by_nobody() -> None:
    graph = counties(12, 9)
    graph.add_nodes_from([100, 101])
    graph.add_edge(102, 103, weight=1)
    *large, rest = find_communities(graph)
    assert not any(community.is_rest for community in large)
    assert rest.is_rest
    assert sorted(rest.nodes) == [100, 101, 102, 103]


def test_nothing_has_no_communities() -> None:
    assert find_communities(nx.Graph()) == ()
    assert place(nx.Graph(), ()) == ({}, ())


@pytest.fixture(scope="module")
def placed() -> tuple[nx.Graph[int], tuple, dict, tuple]:
    graph = counties(40, 25, 10, 4)
    graph.add_nodes_from(range(200, 230))
    communities = find_communities(graph)
    return graph, communities, *place(graph, communities)


def test_discs_do_not_overlap(placed: tuple) -> None:
    *_, discs = placed
    for one, other in combinations(discs, 2):
        assert math.hypot(one.x - other.x, one.y - other.y) > one.radius + other.radius


def test_entities_are_inside_their_disc(placed: tuple) -> None:
    graph, communities, places, discs = placed
    assert places.keys() == set(graph)
    for community, disc in zip(communities, discs, strict=True):
        for node in community.nodes:
            x, y = places[node]
            reach = math.hypot(x - disc.x, y - disc.y) + node_size(graph.degree[node])
            assert reach <= disc.radius + 1


def test_equal_graphs_are_placed_equally_whatever_the_hash_seed() -> None:
    script = (
        "from tests.visualization.test_communities import counties;"
        "from kg.visualization.communities import find_communities, place;"
        "graph = counties(30, 20, 10); found = find_communities(graph);"
        "print(found, sorted(place(graph, found)[0].items()))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
