"""Numbers with units, as news writes them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import QuantityError
from kg.extraction.quantities import (
    dimension,
    find_quantities,
    parse_money,
    parse_quantity,
    written_unit,
)
from kg.model import Bound


def read(text: str) -> list[tuple[str, str]]:
    return [(str(f.quantity.value), f.quantity.unit) for f in find_quantities(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("总投资64亿元", [("6400000000", "CNY")], id="亿"),
        pytest.param("投入1.2万元", [("12000", "CNY")], id="decimal 万"),
        pytest.param("产值1.5万亿元", [("1500000000000", "CNY")], id="万亿"),
        pytest.param("3千万元和5百万吨", [("30000000", "CNY"), ("5000000", "吨")], id="千万 百万"),
        pytest.param("装机50万千瓦", [("500000", "千瓦")], id="千 belongs to the unit"),
        pytest.param("年发电量2.2亿千瓦时", [("220000000", "千瓦时")], id="longest unit"),
        pytest.param("三亿二千万元", [("320000000", "CNY")], id="Chinese numerals"),
        pytest.param("比去年扩大四千亩", [("4000", "亩")], id="千 as magnitude"),
        pytest.param("2，100万吨左右", [("21000000", "吨")], id="full-width thousands separator"),
        pytest.param("１２００万元", [("12000000", "CNY")], id="full-width digits"),
        pytest.param("注册用户突破17 万户", [("170000", "户")], id="space inside the number"),
        pytest.param("9.2044万余户", [("92044", "户")], id="余 inside"),
        pytest.param("190多亿美元", [("19000000000", "USD")], id="多 before the magnitude"),
        pytest.param("采购12台（套）", [("12", "台（套）")], id="unit with brackets"),
        pytest.param("增长三成，占九成五", [("30", "%"), ("95", "%")], id="tenths"),
        pytest.param("百分之三十", [("30", "%")], id="百分之"),
        pytest.param("提高0.5个百分点", [("0.5", "百分点")], id="个 is no part of 百分点"),
        pytest.param("居全市第1位", [("1", "位")], id="rank"),
        pytest.param(
            "每公斤从150元涨到260元", [("150", "CNY/公斤"), ("260", "CNY/公斤")], id="price"
        ),
        pytest.param("均价2898元/吨", [("2898", "元/吨")], id="rate as written"),
        pytest.param("总投资25亿", [("2500000000", "CNY")], id="headline without 元"),
        pytest.param(
            "分别为1.62亿元、1.53亿元、1.09亿元和1亿元",
            [
                ("162000000", "CNY"),
                ("153000000", "CNY"),
                ("109000000", "CNY"),
                ("100000000", "CNY"),
            ],
            id="enumeration",
        ),
        pytest.param("产值超百亿元", [("10000000000", "CNY")], id="magnitude behind a bound"),
        pytest.param("近千名工人", [("1000", "名")], id="近千"),
        pytest.param("从380公里到400米", [("380", "公里"), ("400", "米")], id="a change, no range"),
    ],
)
def test_number_is_multiplied_out_and_keeps_its_unit(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("2022年12月19日上午9时30分", id="date and clock time"),
        pytest.param("鲁政发〔2022〕3号", id="document number"),
        pytest.param("“十四五”期间", id="plan"),
        pytest.param("“4012”品牌", id="name in digits"),
        pytest.param("电话0635-8888888", id="telephone"),
        pytest.param("5G、GB/T 19001-2016、V2.0", id="standards and versions"),
        pytest.param("建成一座厂房、一家企业", id="一 as article"),
        pytest.param("几百家，数十个，数千人", id="no number stated"),
        pytest.param("三位一体、五台山、三方协议、四面", id="words with numerals"),
        pytest.param("第3条、第十届", id="ordinals of other things"),
        pytest.param("十分重要", id="十分"),
        pytest.param("六七家", id="two digits side by side"),
        pytest.param("5GHz", id="longer Latin unit"),
    ],
)
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("超过17万户", Bound.LOWER),
        ("突破了70万户", Bound.LOWER),
        ("20%以上", Bound.LOWER),
        ("860余家", Bound.LOWER),
        ("近10亿元", Bound.UPPER),
        ("不足3家", Bound.UPPER),
        ("5亿元以下", Bound.UPPER),
        ("约20亩", Bound.ABOUT),
        ("100家左右", Bound.ABOUT),
        ("附近10家", None),
        ("通过3项", None),
        ("17万户", None),
    ],
)
def test_words_around_a_number_make_it_a_bound(text: str, bound: Bound | None) -> None:
    (found,) = find_quantities(text)
    assert found.quantity.bound is bound
    assert found.quantity.text == found.span.of(text)
    assert not found.quantity.text.startswith(("超", "近", "约", "不"))


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("3—5年", "3", "5"),
        ("30%到50%", "30", "50"),
        ("1500元至2000元", "1500", "2000"),
        ("3—5万吨", "30000", "50000"),
        ("30万到50万吨", "300000", "500000"),
    ],
)
def test_range_has_two_ends(text: str, low: str, high: str) -> None:
    (found,) = find_quantities(text)
    assert (str(found.quantity.value), str(found.upper)) == (low, high)
    assert found.span.of(text) == text


def test_spans_are_offsets_into_the_article() -> None:
    article = "标题\n项目总投资64亿元，占地260亩。"
    found = find_quantities(article[3:], begin=3)
    assert [f.span.of(article) for f in found] == ["64亿元", "260亩"]


@pytest.mark.parametrize("text", ["", "投资", "2亿元和3亿元", "3—5亿元", "十二五"])
def test_text_that_is_not_one_number_is_refused(text: str) -> None:
    with pytest.raises(QuantityError):
        parse_quantity(text)


def test_money_is_yuan_only() -> None:
    assert parse_money("39.6亿元") == Decimal(3_960_000_000)
    with pytest.raises(QuantityError, match="USD"):
        parse_money("3亿美元")


def test_foreign_money_has_an_iso_code_and_its_word() -> None:
    quantity = parse_quantity("8000万欧元")
    assert (quantity.unit, written_unit(quantity)) == ("EUR", "欧元")
    assert written_unit(parse_quantity("5元")) == "CNY"


@pytest.mark.parametrize(
    ("unit", "kind"),
    [("CNY", "money"), ("%", "ratio"), ("亩", "area"), ("吨/年", "rate"), ("家", "count")],
)
def test_units_have_dimensions(unit: str, kind: str) -> None:
    assert dimension(unit) == kind


@given(
    st.text(
        alphabet="0123456789０９一二三十百千万亿两元吨个%第年月—至到.，,约近 A（套）成", max_size=60
    )
)
def test_any_text_is_read_without_error(text: str) -> None:
    for found in find_quantities(text):
        assert found.quantity.text == found.span.of(text)


@pytest.mark.parametrize(
    "unit", ["1", "一", "1,", "1.2万", "三成", "每", "1亿元、", "百分之", "1—"]
)
def test_long_hostile_text_is_read(unit: str) -> None:
    """With a quadratic step this would take minutes and hang the suite; benchmarks time it."""
    text = unit * (20_000 // len(unit))
    assert all(found.span.end <= len(text) for found in find_quantities(text))


def test_a_number_is_read_once() -> None:
    assert [str(q.quantity.value) for q in find_quantities("总投百分之64.5亿元")] == ["64.5"]
