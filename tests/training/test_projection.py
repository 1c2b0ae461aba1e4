from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kg.training.projection import GoldArticle, label_article, read_gold, split_gold


def entity(type_: str, name: str, *aliases: str, optional: bool = False) -> dict[str, Any]:
    return {
        "id": f"{type_}{name}",
        "type": type_,
        "name": name,
        "aliases": list(aliases),
        "optional": optional,
    }


def label(text: str, *entities: dict[str, Any]) -> GoldArticle:
    return label_article("doc", {"id": "a1", "title": "", "entities": list(entities)}, text)


def found(gold: GoldArticle) -> list[tuple[str, str, int]]:
    return [(s.span.of(gold.text), s.type, s.layer) for s in gold.spans]


def test_name_inside_a_name_goes_to_the_inner_layer() -> None:
    gold = label(
        "聊城市司法局今天说，聊城市很好。",
        entity("Agency", "聊城市司法局"),
        entity("Place", "聊城市", "全市"),
    )
    assert found(gold) == [
        ("聊城市", "Place", 1),
        ("聊城市司法局", "Agency", 0),
        ("聊城市", "Place", 0),
    ]


def test_short_form_inside_its_own_full_name_is_no_name() -> None:
    gold = label("飞鹤乳业扩建。飞鹤说。", entity("Company", "飞鹤乳业", "飞鹤"))
    assert found(gold) == [("飞鹤乳业", "Company", 0), ("飞鹤", "Company", 0)]


@pytest.mark.parametrize("pointer", ["我市", "该公司", "平台", "全县", "前者", "市里", "规划"])
def test_deictic_alias_is_not_labelled(pointer: str) -> None:
    gold = label(f"{pointer}表示满意。", entity("Policy", "三年行动计划", pointer))
    assert found(gold) == []


@pytest.mark.parametrize(
    ("written", "name"),
    [
        pytest.param("《若干措施》", "若干措施", id="title"),
        pytest.param("“朗桥轴承”", "朗桥轴承", id="quoted short name"),
        pytest.param("“项目提质年”活动", "“项目提质年”活动", id="quotes around a part"),
        pytest.param("“百日会战”和“攻坚”", "“百日会战”和“攻坚”", id="two quotations"),
    ],
)
def test_marks_around_the_whole_are_no_part_of_a_name(written: str, name: str) -> None:
    gold = label(f"印发{written}后", entity("Policy", written))
    assert found(gold) == [(name, "Policy", 0)]


def test_pointer_given_as_a_name_is_not_labelled() -> None:
    assert found(label("我国产量最大。", entity("Place", "我国"))) == []


def test_region_before_a_place_is_a_name_of_its_own() -> None:
    gold = label(
        "落户四川成都。",
        entity("Place", "成都市", "成都", "四川成都"),
        entity("Place", "四川省", "四川"),
    )
    assert found(gold) == [("四川", "Place", 0), ("成都", "Place", 0)]


def test_name_is_not_found_in_the_middle_of_a_latin_word() -> None:
    gold = label("TCLX与TCL签约", entity("Company", "TCL"))
    assert [s.span.begin for s in gold.spans] == [5]


def test_form_of_two_entities_belongs_to_the_required_one() -> None:
    gold = label(
        "光伏投产", entity("Industry", "光伏", optional=True), entity("Product", "光伏组件", "光伏")
    )
    assert [(s.type, s.optional) for s in gold.spans] == [("Product", False)]


def test_sentences_keep_their_names(tmp_path: Path) -> None:
    article = {
        "id": "a1",
        "title": "鲁西扩建",
        "entities": [entity("Company", "鲁西集团"), entity("Place", "聊城")],
    }
    (tmp_path / "x_1.json").write_text(json.dumps({"doc": "x_1", "articles": [article]}), "utf-8")
    (tmp_path / "x_1.txt").write_text("鲁西扩建\n2022-12-20\n\n鲁西集团开工。在聊城。\n", "utf-8")
    (gold,) = read_gold(tmp_path)
    assert gold.text == "鲁西扩建\n鲁西集团开工。在聊城。"
    sentences = list(split_gold(gold))
    assert [s.text for s in sentences] == ["鲁西扩建", "鲁西集团开工。", "在聊城。"]
    assert [[n.span.of(s.text) for n in s.spans] for s in sentences] == [[], ["鲁西集团"], ["聊城"]]
    assert [gold.text[s.begin :][: len(s.text)] for s in sentences] == [s.text for s in sentences]
