from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from kg.errors import InternalError, OutputError
from kg.visualization import Picture, PictureEdge, PictureNode, render, write_html
from tests.visualization.samples import (
    HOSTILE,
    edge,
    hostile_picture,
    made_up_picture,
    small_picture,
)


class Page(HTMLParser):
    """The elements of a page, and the text of its scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = tag

    def handle_data(self, data: str) -> None:
        if self._open in {"script", "style"}:
            self.texts.append((self._open, data))

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def data(self) -> dict[str, Any]:
        return json.loads(next(text for _, text in self.texts if text.startswith('{"nodes"')))  # type: ignore[no-any-return]

    def policy(self) -> str:
        metas = [attributes for tag, attributes in self.tags if tag == "meta"]
        return next(str(m["content"]) for m in metas if m.get("http-equiv"))


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(render(small_picture(), title="聊城"))


def test_page_is_html_in_chinese_and_utf8() -> None:
    html = render(small_picture(), title="聊城")
    assert html.startswith("<!DOCTYPE html>")
    assert '<html lang="zh-CN">' in html
    assert '<meta charset="utf-8">' in html


def test_page_loads_nothing(page: Page) -> None:
    assert not {tag for tag, _ in page.tags} & {"link", "img", "iframe", "object", "embed", "base"}
    for _, attributes in page.tags:
        assert not attributes.keys() & {"src", "href", "srcset", "style"}
        assert not [name for name in attributes if name.startswith("on")]
    style = next(text for tag, text in page.texts if tag == "style")
    assert "url(" not in style
    assert "@import" not in style


def test_policy_admits_exactly_the_scripts_and_style_of_the_page(page: Page) -> None:
    policy = page.policy()
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for _, text in page.texts:
        if not text.startswith('{"nodes"'):
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy
    assert policy.count("sha256-") == 3


def test_equal_pictures_give_equal_bytes() -> None:
    assert render(made_up_picture(60), title="x") == render(made_up_picture(60), title="x")


def test_parallel_edges_survive_and_bend_apart(page: Page) -> None:
    drawn = page.data()["edges"]
    assert len(drawn) == len(small_picture().edges)
    ends = {frozenset((drawn[0]["from"], drawn[0]["to"]))}
    between = [e for e in drawn if frozenset((e["from"], e["to"])) in ends]
    assert len(between) == 3
    # A curve seen from the other end bends the other way.
    sides = set()
    for line in between:
        smooth = line.get("smooth", {"type": "", "roundness": 0})
        sign = {"curvedCW": 1, "curvedCCW": -1, "": 0}[smooth["type"]]
        sides.add(sign * smooth["roundness"] * (1 if line["from"] < line["to"] else -1))
    assert len(sides) == 3


@pytest.mark.parametrize("count", [2, 3, 4, 5, 9])
def test_any_number_of_parallel_edges_are_told_apart(count: int) -> None:
    relations = ["investsIn", "builds", "operates", "finances", "launched", "approves", "joins",
                 "regulates", "cooperatesWith"][:count]  # fmt: skip
    nodes = (PictureNode("a", "甲", "Company"), PictureNode("b", "乙", "Project"))
    ends = [("a", "b") if i % 2 else ("b", "a") for i in range(count)]
    edges = tuple(edge(s, name, t) for name, (s, t) in zip(relations, ends, strict=True))
    drawn = Page(render(Picture(nodes, edges), title="x")).data()["edges"]
    looks = set()
    for line in drawn:
        smooth = line.get("smooth", {"type": "curvedCW", "roundness": 0})
        flip = (smooth["type"] == "curvedCW") == (line["from"] < line["to"])
        looks.add(smooth["roundness"] * (1 if flip else -1))
    assert len(looks) == count


def test_an_edge_from_a_node_to_itself_is_drawn() -> None:
    nodes = (PictureNode("a", "甲", "Company"),)
    drawn = Page(render(Picture(nodes, (edge("a", "partOf", "a"),)), title="x")).data()["edges"]
    assert drawn[0]["selfReference"]


def test_plans_and_denials_are_dashed(page: Page) -> None:
    dashed = {line["id"] for line in page.data()["edges"] if line.get("dashes")}
    edges = small_picture().edges
    assert {edges[i].relation for i in dashed} == {"joins", "holdsPosition"}


def test_nothing_moves_by_itself(page: Page) -> None:
    data = page.data()
    assert data["options"]["physics"] == {"enabled": False}
    assert data["options"]["layout"] == {"improvedLayout": False}
    assert all(isinstance(node["x"], int) and isinstance(node["id"], int) for node in data["nodes"])


def test_sentences_are_written_once(page: Page) -> None:
    assert len(page.data()["page"]["quotes"]) == 1


def test_what_was_left_out_is_in_the_page(page: Page) -> None:
    assert page.data()["page"]["undrawn"] == {"nodes": 40, "edges": 70}


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_texts_stay_text(title: str) -> None:
    html = render(hostile_picture(), title=title)
    clean = Page(render(small_picture(), title="x"))
    hostile = Page(html)
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in clean.tags]
    data = hostile.data()["page"]
    assert [node["label"] for node in data["nodes"]] == list(HOSTILE)
    block = html[html.index('<script type="application/json"') :].split(">", 1)[1]
    block = block[: block.index("</script>")]
    assert not set(block) & set("<>&\u2028\u2029")


def test_names_on_the_canvas_carry_no_invisible_characters() -> None:
    nodes = Page(render(hostile_picture(), title="x")).data()["page"]["nodes"]
    shown = "".join(line for node in nodes for line in (*node["lines"], *node["full"]))
    assert not re.search("[\u202a-\u202e\u2066-\u2069\n\r\u2028\u2029]", shown)
    assert "反写公司" in shown


def test_a_type_unknown_to_the_ontology_is_drawn_under_its_own_name() -> None:
    picture = Picture((PictureNode("a", "甲", "Vessel"),), ())
    types = Page(render(picture, title="x")).data()["page"]["types"]
    assert types[0]["zh"] == "Vessel"


def test_an_empty_picture_is_a_page() -> None:
    assert Page(render(Picture((), ()), title="空")).data()["nodes"] == []


def test_file_is_utf8_and_complete(tmp_path: Path) -> None:
    path = tmp_path / "new" / "图.html"
    write_html(hostile_picture(), path, title="半\ud83d")
    assert path.read_bytes().decode("utf-8").rstrip().endswith("</html>")
    assert [file.name for file in path.parent.iterdir()] == ["图.html"]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"):
        write_html(small_picture(), tmp_path / "file" / "graph.html", title="x")


def test_an_edge_without_its_node_is_refused() -> None:
    with pytest.raises(InternalError, match="not in the picture"):
        Picture(
            (PictureNode("a", "甲", "Company"),), (PictureEdge("e", "a", "b", "builds", "建设"),)
        )


def test_a_thousand_nodes_stay_small() -> None:
    html = render(made_up_picture(1000), title="x")
    assert len(html.encode()) < 3_000_000
