from __future__ import annotations

import itertools
import subprocess
import sys

import networkx as nx
import pytest

from kg.visualization.layout import (
    Box,
    label_lines,
    lay_out,
    node_box,
    node_radius,
    spring_networkx,
    spring_rustworkx,
)


def boxes_of(graph: nx.Graph[int], label: str = "聊城市工业和信息化局") -> dict[int, Box]:
    return {node: node_box(label, node_radius(graph.degree[node])) for node in graph}


def overlapping(places: dict[int, tuple[int, int]], boxes: dict[int, Box]) -> list[tuple[int, int]]:
    def corners(node: int) -> tuple[float, float, float, float]:
        (x, y), box = places[node], boxes[node]
        return x - box.width / 2, y - box.above, x + box.width / 2, y + box.below

    pairs = []
    for one, other in itertools.combinations(places, 2):
        left, top, right, bottom = corners(one)
        left2, top2, right2, bottom2 = corners(other)
        if left < right2 and left2 < right and top < bottom2 and top2 < bottom:
            pairs.append((one, other))
    return pairs


GRAPHS = {
    "pair": nx.path_graph(2),
    "star": nx.star_graph(60),
    "complete": nx.complete_graph(25),
    "two stars and loners": nx.disjoint_union_all(
        [nx.star_graph(12), nx.star_graph(5), nx.empty_graph(30)]
    ),
    "scale-free": nx.barabasi_albert_graph(150, 2, seed=3),
    "only loners": nx.empty_graph(9),
    "nothing": nx.empty_graph(0),
}


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_no_symbol_or_name_overlaps_another(graph: nx.Graph[int]) -> None:
    boxes = boxes_of(graph)
    places = lay_out(graph, boxes)
    assert places.keys() == set(graph)
    assert overlapping(places, boxes) == []


@pytest.mark.parametrize("spring", [spring_rustworkx, spring_networkx])
def test_either_library_places_every_node(spring: object) -> None:
    graph = nx.barabasi_albert_graph(40, 2, seed=3)
    places = lay_out(graph, boxes_of(graph), spring=spring)  # type: ignore[arg-type]
    assert len(set(places.values())) == 40


def test_equal_graphs_get_equal_places_in_another_process() -> None:
    program = (
        "import networkx as nx; from kg.visualization.layout import *;"
        "g = nx.barabasi_albert_graph(60, 2, seed=3);"
        "print(sorted(lay_out(g, {n: node_box('鲁西集团', 10) for n in g}).items()))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True, check=True, env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(outputs) == 1


def test_entities_without_relations_stand_in_rows() -> None:
    graph = nx.empty_graph(30)
    rows = {y for _, y in lay_out(graph, boxes_of(graph)).values()}
    assert 2 < len(rows) < 15


@pytest.mark.parametrize(
    ("label", "lines"),
    [
        pytest.param("莘县", ("莘县",), id="short"),
        pytest.param("聊城市司法局", ("聊城市司法局",), id="one line"),
        pytest.param("聊城市工业和信息化局", ("聊城市工业", "和信息化局"), id="two equal lines"),
        pytest.param("", ("",), id="empty"),
    ],
)
def test_names_are_cut_into_lines(label: str, lines: tuple[str, ...]) -> None:
    assert label_lines(label) == lines


@pytest.mark.parametrize("label", ["山东省" * 80, "a" * 500, "A1" * 30, "年产120万吨" * 5])
def test_long_names_are_shortened_and_marked(label: str) -> None:
    lines = label_lines(label)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert sum(map(len, lines)) <= 30


def test_numbers_stay_whole() -> None:
    assert label_lines("莘县年产120万吨双酚A项目")[0].endswith(("120", "120万", "120万吨", "年产"))
