"""Names that are written differently and mean one thing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.resolution.names import is_deictic, normalize_name, tidy
from kg.schema import load_schema


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param("“好品金湖”平台", "好品金湖平台", id="quotation marks of a brand"),
        pytest.param("聊 城 市", "聊城市", id="spaces torn in by the layout"),
        pytest.param("ＰＤＨ装置", "PDH装置", id="full-width letters"),
        pytest.param("双酚A项目（一期）", "双酚A项目(一期)", id="full-width brackets"),
        pytest.param("阿里木•买买提", "阿里木·买买提", id="bullet for a middle dot"),
        pytest.param("鲁西\u200b集团", "鲁西集团", id="zero-width space"),
        pytest.param("《优化营商环境条例》", "优化营商环境条例", id="book title marks"),
    ],
)
def test_ways_to_write_one_name_are_equal(left: str, right: str) -> None:
    assert normalize_name(left) == normalize_name(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("鲁西集团", "鲁西化工"),
        ("市司法局", "聊城市司法局"),
        ("一期工程", "二期工程"),
        ("ABC", "abc"),
    ],
)
def test_different_names_stay_different(left: str, right: str) -> None:
    assert normalize_name(left) != normalize_name(right)


@given(st.text())
def test_normalizing_twice_changes_nothing(name: str) -> None:
    assert normalize_name(normalize_name(name)) == normalize_name(name)


@given(st.text())
def test_a_label_is_one_line(name: str) -> None:
    assert "\n" not in tidy(name)


@pytest.mark.parametrize(
    "surface",
    [
        "该局",
        "我市",
        "全县",
        "平台",
        "该平台",
        "这家企业",
        "本公司",
        "上述项目",
        "市",
        "其",
        "我镇",
        "两个镇",
        "14家企业",
        "城区",
        "项目一期",
        "二期工程",
    ],
)
def test_pointing_words_are_deictic(surface: str) -> None:
    assert is_deictic(surface, load_schema())


@pytest.mark.parametrize(
    "surface",
    [
        "市司法局",
        "鲁西集团",
        "全椒县",
        "本溪市",
        "我爱我家公司",
        "各拉丹冬",
        "该隐公司",
        "莘县",
        "三河市",
        "五河县",
        "平台二期",
    ],
)
def test_names_that_begin_like_pointing_words_are_names(surface: str) -> None:
    assert not is_deictic(surface, load_schema())
