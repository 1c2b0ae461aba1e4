"""The page of communities, read as the browser gets it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kg.visualization import (
    MAX_DRAWN_AT_ONCE,
    Picture,
    overview_policy,
    picture_from_store,
    render_overview,
    write_html,
)
from kg.visualization.overview import arrange
from tests.visualization.samples import (
    HOSTILE,
    hostile_picture,
    made_up_picture,
    small_picture,
)


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_every_entity_is_in_one_community() -> None:
    data = data_of(render_overview(made_up_picture(300), title="聊城"))
    nodes = [node for group in data["groups"] for node in group["nodes"]]
    assert sorted(nodes) == list(range(300))
    assert len(data["groups"]) > 5


def test_a_community_is_named_by_its_most_central_entities() -> None:
    data = data_of(render_overview(made_up_picture(300), title="聊城"))
    for group in data["groups"]:
        assert group["names"] == [data["nodes"]["label"][node] for node in group["nodes"][:3]]
    assert {group["names"][0] for group in data["groups"]} & {"聊城市", "莘县", "东阿县"}


def test_claims_keep_value_status_and_sentence() -> None:
    data = data_of(render_overview(small_picture(), title="聊城"))
    facts = [fact for facts in data["nodes"]["facts"] for fact in facts]
    assert ["totalInvestment", "64亿元"] in [fact[:2] for fact in facts]
    sentence, article = data["quotes"][facts[0][4]]
    assert "双酚A" in sentence
    assert data["articles"][article]["publisher"] == "聊城日报"
    claims = [claim for claims in data["edges"]["claims"] for claim in claims]
    assert {claim[3] for claim in claims} == {"", "planned", "negated"}


def test_months_and_amounts_are_numbers() -> None:
    picture = small_picture()
    claims = (
        replace(picture.edges[0].claims[0], date="2021-03", amount_yuan=5e9),
        replace(picture.edges[0].claims[0], date="2023"),
    )
    edges = (replace(picture.edges[0], claims=claims), *picture.edges[1:])
    data = data_of(render_overview(replace(picture, edges=edges), title="聊城"))["edges"]
    assert (data["since"][0], data["until"][0]) == (2021 * 12 + 2, 2023 * 12)
    assert data["amount"][0] == 5e9
    # A claim that names no date happened when it was reported, at the latest.
    assert data["since"][1] == 2022 * 12 + 11


def test_what_is_left_out_is_on_the_page() -> None:
    assert data_of(render_overview(small_picture(), title=""))["undrawn"] == {
        "nodes": 40,
        "edges": 70,
    }


def test_a_page_needs_no_other_host_and_runs_ours_only() -> None:
    page = render_overview(hostile_picture(), title=HOSTILE[2])
    assert overview_policy().startswith("default-src 'none'; script-src 'sha256-")
    assert page.count("<script") == 3
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)
    assert data_of(page)["nodes"]["label"][0] == "<script>alert(1)</script>"


def test_equal_pictures_are_equal_pages() -> None:
    pages = {render_overview(made_up_picture(150), title="聊城") for _ in range(2)}
    assert len(pages) == 1


def test_an_arrangement_is_made_once() -> None:
    picture = made_up_picture(60)
    page = render_overview(picture, title="聊城", arrangement=arrange(picture))
    assert page == render_overview(picture, title="聊城")


def test_an_empty_picture_is_a_page() -> None:
    assert data_of(render_overview(Picture((), ()), title="空"))["groups"] == []


@pytest.mark.parametrize(
    ("size", "by_communities", "library"),
    [
        (20, None, "vis-network"),
        (20, True, "sigma.js"),
        (MAX_DRAWN_AT_ONCE + 1, None, "sigma.js"),
    ],
)
def test_the_size_decides_unless_the_reader_does(
    tmp_path: Path, size: int, by_communities: bool | None, library: str
) -> None:
    path = tmp_path / "graph.html"
    write_html(made_up_picture(size), path, title="聊城", by_communities=by_communities)
    assert f", {library})" in path.read_text("utf-8") or f"({library}, " in path.read_text("utf-8")


def test_dates_and_amounts_come_from_the_store() -> None:
    from kg.graph import memory_store
    from tests.graph.samples import sample_graph

    picture = picture_from_store(memory_store(sample_graph()))
    amounts = {claim.amount_yuan for edge in picture.edges for claim in edge.claims}
    assert {2e8, 5e9} <= amounts
    assert any(claim.date for edge in picture.edges for claim in edge.claims)
