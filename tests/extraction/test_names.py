from __future__ import annotations

import pytest

from kg.annotation import annotate
from kg.extraction.names import agency_name, fuller_names, is_short_for, place_name, zone_name
from kg.extraction.regions import RegionContext, find_home, region_context
from tests.factories import make_article


def context_of(text: str, home: str | None = None) -> RegionContext:
    return region_context(annotate(make_article(text)), home)


@pytest.mark.parametrize(
    ("name", "text", "full"),
    [
        pytest.param("市司法局", "聊城市加快发展。", "聊城市司法局", id="city named in the text"),
        pytest.param("县水利局", "莘县落实项目。", "莘县水利局", id="county"),
        pytest.param("省财政厅", "聊城市召开会议。", "山东省财政厅", id="province of the city"),
        pytest.param("聊城市司法局", "聊城市。", "聊城市司法局", id="full already"),
        pytest.param(
            "山东省曲阜市招投标交易中心",
            "曲阜市。",
            "曲阜市招投标交易中心",
            id="called without province",
        ),
        pytest.param("国家发改委", "聊城市。", "国家发改委", id="national"),
    ],
)
def test_agencies_get_the_region_they_serve(name: str, text: str, full: str) -> None:
    assert agency_name(name, 0, context_of(text))[0] == full


def test_the_home_region_stands_in_where_the_article_names_none() -> None:
    assert agency_name("市司法局", 0, context_of("会议召开。", "聊城市"))[0] == "聊城市司法局"
    assert agency_name("市司法局", 0, context_of("会议召开。"))[0] == "市司法局"


def test_a_bare_zone_is_the_citys() -> None:
    assert zone_name("高新区", 0, context_of("聊城市加快发展。")) == "聊城高新区"


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("聊城", "聊城市"),
        ("临洮县连儿湾乡", "连儿湾乡"),
        ("河南商丘", "商丘市"),
        ("寺家庄村", "寺家庄村"),
    ],
)
def test_places_are_called_by_their_own_official_name(name: str, full: str) -> None:
    assert place_name(name, context_of("聊城市。"))[0] == full


@pytest.mark.parametrize(
    ("short", "long", "kind", "expected"),
    [
        ("森盛食品", "森盛（山东）食品有限公司", "Company", True),
        ("富锋汽车部件", "山东聊城富锋汽车部件有限公司", "Company", True),
        ("中石化", "中国石油化工集团有限公司", "Company", True),
        ("中国银行", "中国银行洋浦分行", "Company", False),
        ("市发改委", "市发展和改革委员会", "Agency", False),  # no region, no telling
        ("聊城市发改委", "聊城市发展和改革委员会", "Agency", True),
        ("临清市发改委", "聊城市发展和改革委员会", "Agency", False),
        ("禽肉深加工项目", "莘县诚义食品有限公司禽肉深加工项目", "Project", True),
        ("贝克", "盖瑞·贝克", "Person", True),
    ],
)
def test_short_names(short: str, long: str, kind: str, expected: bool) -> None:
    assert is_short_for(short, long, kind, context_of("聊城市与临清市。")) is expected


def test_a_short_name_that_fits_two_long_ones_is_left_alone() -> None:
    names = [
        "鲁西化工集团",
        "鲁西化工",
        "鲁西化工股份有限公司第一分公司",
        "华东锻造集团",
        "华东锻造实业",
    ]
    assert "华东" not in fuller_names([*names, "华东"], "Company", context_of("聊城市。"))


def test_the_home_of_a_page_is_the_city_it_speaks_of_most() -> None:
    page = [
        annotate(make_article(text))
        for text in ("聊城市开会。聊城市启动。", "莘县开工。", "德州市。")
    ]
    assert find_home(page) == "聊城市"


def test_a_page_of_national_news_has_no_home() -> None:
    assert find_home([annotate(make_article("北京市、上海市、广州市、深圳市同日发布。"))]) is None
