"""Where an article takes place, and which region a name of it means."""

from __future__ import annotations

import pytest

from kg.resolution.geography import Geography
from tests.factories import make_article, make_extraction, make_mention, make_relation


def code_of(name: str, *others: str, inside: str = "") -> str | None:
    """Return the division that *name* is in an article that names the places *others*."""
    places = list(dict.fromkeys((*others, *([inside] if inside else []))))
    article = make_article("、".join((name, *places)))
    mentions = {place: make_mention(article, place, "Place") for place in (name, *places)}
    relations = []
    if inside:
        relations = [make_relation(article, "locatedIn", mentions[name], mentions[inside])]
    geography = Geography([make_extraction(article, mentions.values(), relations)])
    region = geography.region(name, article.id)
    return region.code if region else None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("上海", "310000"),
        ("上海市", "310000"),
        ("黑龙江", "230000"),  # ends like a river
        ("贵州", "520000"),  # begins like a pointer
        ("吉林", "220000"),
        ("吉林市", "220200"),
        ("山东聊城", "371500"),
        ("山东省聊城市莘县", "371522"),
        ("文山州", "532600"),
        ("章丘市", "370114"),
        ("襄樊市", "420600"),
    ],
)
def test_a_name_is_a_division(name: str, code: str) -> None:
    assert code_of(name) == code


@pytest.mark.parametrize(
    ("name", "others", "code"),
    [
        ("朝阳", ("北京市",), "110105"),
        ("朝阳", (), None),  # 朝阳产业 is a word
        ("鼓楼区", ("福州市",), "350102"),
        ("鼓楼区", (), None),
        ("店子镇", ("冠县",), "371525107"),
        ("东山", ("漳州市",), "350626"),
        ("东山", (), None),  # 东山 is a common word
        ("东城", ("东莞市",), None),  # no 东城区 of 北京
        ("黄山", ("安徽省",), "341000"),
    ],
)
def test_the_other_places_of_the_article_decide(
    name: str, others: tuple[str, ...], code: str | None
) -> None:
    assert code_of(name, *others) == code


def test_where_it_is_said_to_lie_decides_among_all_places_named() -> None:
    assert code_of("鼓楼区", "福州市", "南京市") is None
    assert code_of("鼓楼区", "福州市", "南京市", inside="南京市") == "320106"
