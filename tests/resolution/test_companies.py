"""The parts of a company's name, and which names are one company."""

from __future__ import annotations

import itertools

import pytest

from kg.model import Extraction, Verdict
from kg.resolution import resolve
from kg.resolution.companies import read_company
from tests.factories import make_article, make_extraction, make_mention


def article(*names: str, place: str = "") -> Extraction:
    text = make_article(
        "、".join((*names, *([place] if place else []))), id=f"{'-'.join(names)}/a1"
    )
    mentions = [make_mention(text, name, "Company") for name in names]
    return make_extraction(
        text, [*mentions, *([make_mention(text, place, "Place")] if place else [])]
    )


def labels(*articles: Extraction) -> set[str]:
    return {entity.label for entity in resolve(articles).entities if entity.type == "Company"}


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("山东昱珩铜箔材料有限公司", ("370000", "昱珩铜箔材料", "有限公司", False)),
        ("鲁西化工集团股份有限公司", ("", "鲁西化工", "股份有限公司", True)),
        ("鲁西集团", ("", "鲁西", "", True)),
        ("中国五矿集团有限公司", ("CN", "五矿", "有限公司", True)),
        ("中国建筑集团有限公司", ("", "中国建筑", "有限公司", True)),
        ("通用技术(集团)控股有限责任公司", ("", "通用技术", "有限责任公司", True)),
    ],
)
def test_a_name_is_region_name_proper_and_form(
    name: str, parts: tuple[str, str, str, bool]
) -> None:
    company = read_company(name)
    assert (company.code, company.core, company.form, company.is_group) == parts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            "山东省昱珩铜箔材料有限公司", "山东昱珩铜箔材料有限公司", id="the region's name"
        ),
        pytest.param(
            "山东昱珩铜箔材料有限公司", "山东昱珩铜箔材料有限责任公司", id="the form's name"
        ),
        pytest.param(
            "山东昱珩铜箔材料有限公司", "山东昱珩铜箔材料股份有限公司", id="after its conversion"
        ),
        pytest.param("山东昱珩铜箔材料有限公司", "昱珩铜箔材料", id="no region, no form"),
        pytest.param("山东昱珩铜箔材料有限公司", "山东昱珩铜箔材料", id="no form"),
        pytest.param("砺衡重工股份有限公司", "砺衡重工", id="no form, no region at all"),
        pytest.param("中国五矿集团有限公司", "五矿集团", id="no 中国"),
        pytest.param("农行", "中国农业银行", id="a bank everybody shortens"),
        pytest.param("中石油", "中国石油天然气集团有限公司", id="two characters of four words"),
    ],
)
def test_names_of_one_company_meet(one: str, other: str) -> None:
    assert len(labels(article(one), article(other))) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("鲁西集团", "鲁西化工", id="a group and its daughter"),
        pytest.param("鲁西集团", "鲁西集团聊城鲁西聚碳酸酯有限公司", id="a daughter's full name"),
        pytest.param("鲁西集团有限公司", "鲁西化工集团股份有限公司", id="two groups"),
        pytest.param("山东恒砺轴承有限公司", "江苏恒砺轴承有限公司", id="two provinces"),
        pytest.param("山东恒砺轴承有限公司", "山东恒砺化工有限公司", id="two trades"),
        pytest.param("鲁泽银行", "鲁泽银行聊城分行", id="a branch"),
        pytest.param("昱珩啤酒", "昱珩啤酒新疆公司", id="a regional company"),
        pytest.param("昱珩", "昱珩铜箔材料有限公司", id="the name proper alone"),
        pytest.param("山东昱珩铜箔材料厂", "山东昱珩铜箔材料有限公司", id="another legal form"),
        pytest.param("中石油", "中石化", id="one character"),
        pytest.param("山东昱珩铜箔材料有限公司", "山东昱衡铜箔材料有限公司", id="a slip, or not"),
    ],
)
def test_names_of_two_companies_stay_apart(one: str, other: str) -> None:
    assert len(labels(article(one), article(other))) == 2


def test_a_name_of_one_characters_difference_is_left_to_a_person() -> None:
    resolution = resolve([article("山东昱珩铜箔材料有限公司"), article("山东昱衡铜箔材料有限公司")])
    assert [decision.verdict for decision in resolution.decisions] == [Verdict.UNSURE]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("山东第一机械制造有限公司", "山东第二机械制造有限公司"),
        ("山东聊城恒砺机械有限公司", "山东德州恒砺机械有限公司"),
    ],
)
def test_numbers_and_regions_are_no_slips(one: str, other: str) -> None:
    assert not resolve([article(one), article(other)]).decisions


def test_a_beginning_is_joined_where_both_are_reported_from_one_region() -> None:
    full, short = "山东昱珩铜箔材料有限公司", "昱珩铜箔"
    assert labels(article(full, place="聊城市"), article(short, place="聊城市")) == {full}
    assert labels(article(full, place="聊城市"), article(short, place="扬州市")) == {full, short}


def test_a_mother_beside_a_daughter_with_a_region_in_front_is_another_firm() -> None:
    mother, daughter = "昱珩燃气发展有限公司", "抚顺昱珩燃气发展有限公司"
    assert len(labels(article(mother), article(daughter))) == 1
    assert len(labels(article(mother, daughter))) == 2


def test_no_order_of_articles_changes_a_chain_of_names() -> None:
    names = [
        "山东省昱珩铜箔材料有限公司",
        "山东昱珩铜箔材料有限责任公司",
        "昱珩铜箔材料",
        "昱珩集团",
    ]
    found = {resolve(map(article, order)) for order in itertools.permutations(names)}
    assert len(found) == 1
