from __future__ import annotations

import pytest

from kg.annotation.name_rules import load_name_rules


def found(text: str) -> set[tuple[str, str]]:
    return {(name.type, name.span.of(text)) for name in load_name_rules().find(text)}


@pytest.mark.parametrize(
    ("text", "type_", "name"),
    [
        pytest.param(
            "记者走进森盛（山东）食品有限公司生产车间",
            "Company",
            "森盛（山东）食品有限公司",
            id="place in brackets inside a firm's name",
        ),
        pytest.param(
            "近日，莘县诚义食品有限公司开工", "Company", "莘县诚义食品有限公司", id="legal form"
        ),
        pytest.param("市司法局牵头制定办法", "Agency", "市司法局", id="agency of the city"),
        pytest.param(
            "山东省曲阜市招投标交易中心介绍",
            "Agency",
            "山东省曲阜市招投标交易中心",
            id="chain of regions",
        ),
        pytest.param("工程获国家发改委批复", "Agency", "国家发改委", id="national agency"),
        pytest.param("在莘县化工产业园落户", "Zone", "莘县化工产业园", id="zone"),
        pytest.param(
            "出台《关于进一步优化营商环境的若干措施》",
            "Policy",
            "关于进一步优化营商环境的若干措施",
            id="title in quotation marks",
        ),
        pytest.param("开展“项目提质年”活动", "Policy", "“项目提质年”活动", id="quoted campaign"),
        pytest.param("公司董事长张延飞介绍", "Person", "张延飞", id="title before a name"),
        pytest.param("项目位于东昌府区堂邑镇", "Place", "堂邑镇", id="town of the gazetteer"),
        pytest.param("接入市智慧金融服务平台", "Platform", "市智慧金融服务平台", id="platform"),
        pytest.param(
            "举行第七届江北水城文化旅游节", "Event", "第七届江北水城文化旅游节", id="event"
        ),
    ],
)
def test_names_are_seen_by_their_shape(text: str, type_: str, name: str) -> None:
    assert (type_, name) in found(text)


@pytest.mark.parametrize(
    ("text", "type_", "name"),
    [
        pytest.param("双方达成合作", "Place", "合作", id="合作 is a city too"),
        pytest.param("有关部门负责人高度重视", "Person", "高度", id="a word behind a title"),
        pytest.param("各银行积极放款", "Company", "各银行", id="quantified noun"),
        pytest.param("该公司推进项目建设", "Company", "该公司", id="deictic"),
    ],
)
def test_words_that_only_look_like_names_are_passed_over(text: str, type_: str, name: str) -> None:
    assert (type_, name) not in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "。",
        "a" * 10_000,
        "公司" * 5_000,
        "（" * 3_000,
        "😀市局" * 500,
        "“" * 2_000,
        "年产" * 4_000,
    ],
    ids=["empty", "stop", "latin", "suffixes", "brackets", "emoji", "quotes", "cues"],
)
def test_odd_text_is_read(text: str) -> None:
    """With a quadratic rule this would take minutes and hang the suite; benchmarks time it."""
    assert all(name.span.end <= len(text) for name in load_name_rules().find(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "用好“赛马揭榜”“科技券”等机制",
            {("“赛马揭榜”", "机制"), ("“科技券”", "机制")},
            id="quoted names with one kind",
        ),
        pytest.param(
            "推进德州至高唐、济南至临清等高速公路项目",
            {("德州至高唐", "高速公路项目"), ("济南至临清", "高速公路项目")},
            id="routes with one kind",
        ),
    ],
)
def test_members_of_a_list_share_the_kind_said_once(
    text: str, expected: set[tuple[str, str]]
) -> None:
    names = load_name_rules().find(text)
    assert {(n.span.of(text), n.head) for n in names if n.head} == expected
