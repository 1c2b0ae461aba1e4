"""Which body of which region a name means."""

from __future__ import annotations

import pytest

from kg.resolution.bodies import Body, canonical_function, is_contextual, read_body
from kg.resolution.geography import Geography
from tests.factories import make_article, make_extraction, make_mention


def body_in(places: str, name: str, type_: str = "Agency", home: str | None = None) -> Body | None:
    """Read *name* in an article that names *places*."""
    article = make_article(f"{places.replace(' ', '、')}，{name}发布通知。")
    mentions = [make_mention(article, place, "Place") for place in places.split()]
    extraction = make_extraction(article, [*mentions, make_mention(article, name, type_)])
    return read_body(name, type_, Geography([extraction], home), article.id)


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("聊城市发改委", "聊城发展改革委"),
        ("聊城市发改委", "聊城市发展和改革委员会"),
        ("聊城市市场监管局", "聊城市市场监督管理局"),
        ("莘县住建局", "聊城市莘县住房和城乡建设局"),
        ("聊城市政府", "聊城市人民政府"),
        ("聊城市委", "中共聊城市委员会"),
        ("聊城市委办", "聊城市委办公室"),
        ("聊城中院", "聊城市中级人民法院"),
        ("宁夏自治区党委", "宁夏回族自治区党委"),
        ("国家发改委", "国家发展和改革委员会"),
        ("工信部", "中华人民共和国工业和信息化部"),
    ],
)
def test_full_and_short_names_are_one_body(name: str, same: str) -> None:
    assert body_in("", name) == body_in("", same) is not None


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("聊城市发改委", "扬州市发改委"),
        ("聊城市发改委", "山东省发改委"),
        ("聊城市发改委", "国家发改委"),
        ("聊城市委", "聊城市政府"),
        ("聊城市环保局", "聊城市生态环境局"),  # another body since 2018
        ("聊城市生态环境局", "聊城市生态环境局阳谷县分局"),
    ],
)
def test_other_regions_and_functions_are_other_bodies(name: str, other: str) -> None:
    assert body_in("", name) != body_in("", other)


def test_the_city_of_the_article_is_the_city_of_its_offices() -> None:
    assert body_in("扬州市", "市发改委") == body_in("", "扬州市发改委")
    assert body_in("扬州市 广陵区", "区财政局") == body_in("", "扬州市广陵区财政局")


@pytest.mark.parametrize(
    ("places", "name"),
    [
        pytest.param("", "市发改委", id="no city named"),
        pytest.param("扬州市 聊城市", "市发改委", id="two cities named"),
        pytest.param("聊城市 临清市", "市发改委", id="临清市 is a city too"),
        pytest.param("", "鼓楼区司法局", id="four cities have a 鼓楼区"),
    ],
)
def test_what_nobody_can_tell_is_no_body(places: str, name: str) -> None:
    assert body_in(places, name) is None


def test_the_home_region_tells_where_an_article_says_nothing() -> None:
    assert body_in("", "市发改委", home="聊城市") == Body("371500", "发展和改革委员会")


def test_a_bare_name_is_the_national_body_in_national_news_only() -> None:
    national = Body("CN", "国家发展和改革委员会")
    assert body_in("", "发改委") == national
    assert body_in("", "发改委", home="聊城市") is None


@pytest.mark.parametrize("name", ["高新区", "高新技术开发区", "高新技术产业开发区"])
def test_a_zone_is_its_region_and_its_kind(name: str) -> None:
    assert body_in("", f"聊城{name}", "Zone") == Body("371500", "高新技术产业开发区")


@pytest.mark.parametrize(
    "name", ["市场监管局", "发改局", "市司法局", "人民法院", "公安局", "区教体局"]
)
def test_every_region_has_one(name: str) -> None:
    assert is_contextual(name, "Agency")


@pytest.mark.parametrize(
    "name", ["财政部", "国家能源局", "证监会", "长江水利委员会流域管理处", "国务院"]
)
def test_the_country_has_one(name: str) -> None:
    assert not is_contextual(name, "Agency")


def test_what_is_no_abbreviation_stays() -> None:
    assert canonical_function("大数据发展局") == "大数据发展局"
