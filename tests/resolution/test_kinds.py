"""Names of kinds, and names of things."""

from __future__ import annotations

import pytest

from kg.model import Verdict
from kg.resolution import resolve
from kg.resolution.kinds import is_kind
from tests.factories import make_article, make_extraction, make_mention


@pytest.mark.parametrize(
    "name",
    [
        "签约仪式",
        "重点项目推进会",
        "实施意见",
        "三年行动计划",
        "光伏产业园",
        "新厂区",
        "污水处理厂项目",
    ],
)
def test_words_of_kinds_name_kinds(name: str) -> None:
    assert is_kind(name)


@pytest.mark.parametrize(
    "name",
    [
        "世博会",
        "好品金湖平台",
        "莘县化工产业园",
        "塬上云谷数据中心",
        "城区工业园",
        "项目提质年活动",
    ],
)
def test_a_word_of_its_own_names_a_thing(name: str) -> None:
    assert not is_kind(name)


@pytest.mark.parametrize(
    ("name", "type_", "entities"),
    [
        ("集中签约活动", "Event", 2),
        ("工作方案(试行)", "Policy", 2),
        ("化工园", "Zone", 2),
        ("市交通投资公司", "Company", 2),
        ("专家组", "Organization", 2),
        ("世博会", "Event", 1),
        ("长江", "Place", 1),
        ("鲁西集团", "Company", 1),
        ("“水城惠企”平台", "Platform", 1),
    ],
)
def test_a_kind_is_another_thing_in_every_story(name: str, type_: str, entities: int) -> None:
    articles = [make_article(f"{name}。", id=f"{letter}/a1") for letter in "ab"]
    resolution = resolve(
        [make_extraction(article, [make_mention(article, name, type_)]) for article in articles]
    )
    assert len(resolution.entities) == entities
    assert all(decision.verdict is not Verdict.SAME for decision in resolution.decisions)
