"""Which articles are reprints of one story."""

from __future__ import annotations

from datetime import date

import pytest

from kg.model import Article
from kg.resolution.stories import find_stories
from tests.factories import make_article

STORY = (
    "近日，塬上云谷数据中心项目在夏津县开工奠基。项目由恒岳数智科技有限公司投资建设，计划总投资18.6亿元，占地230亩，分两期建设，"
    "全部投用后可提供机柜1.2万个。仪式上，各方就算力调度、绿色用电和人才培养达成合作，县里承诺为项目配齐水电路气。"
)
OTHER = (
    "夏津县的桑产业又添新链条。前屯村把桑果、桑叶、桑枝分开卖，合作社与三家食品企业签了收购合同，村民在家门口摘桑果一天能挣一百二十元。"
    "镇里还修了冷库，错峰销售让价格稳住了，去年一季多卖了四十万元，今年的订单已经排到九月。"
)


def find(*articles: Article) -> dict[str, str]:
    return {str(article): str(first) for article, first in find_stories(articles).items()}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(STORY, id="the same"),
        pytest.param(STORY.replace("，", "，\n"), id="other line breaks"),
        pytest.param(f"本报讯（记者 兰志成）{STORY}", id="another head"),
        pytest.param(STORY[: len(STORY) * 3 // 5], id="cut at the end"),
        pytest.param(STORY.replace("近日", "昨天").replace("达成合作", "签约"), id="words changed"),
    ],
)
def test_a_reprint_belongs_to_its_story(text: str) -> None:
    found = find(make_article(STORY, id="a/a1"), make_article(text, id="b/a1"))
    assert found == {"a/a1": "a/a1", "b/a1": "a/a1"}


def test_another_story_of_the_same_county_stands_for_itself() -> None:
    found = find(make_article(STORY, id="a/a1"), make_article(OTHER, id="b/a1"))
    assert found == {"a/a1": "a/a1", "b/a1": "b/a1"}


def test_short_notices_are_alike_by_their_formulas_and_no_reprints() -> None:
    found = find(
        make_article("市政府今天召开常务会议。", id="a/a1"),
        make_article("市政府今天召开常务会议。", id="b/a1"),
    )
    assert found["b/a1"] == "b/a1"


def test_the_first_of_a_story_is_the_earliest_published() -> None:
    found = find(
        make_article(STORY, id="a/a1"),
        make_article(STORY, id="b/a1", published=date(2023, 5, 12)),
        make_article(STORY, id="c/a1", published=date(2023, 5, 11)),
    )
    assert set(found.values()) == {"c/a1"}


def test_the_order_of_the_articles_does_not_matter() -> None:
    articles = [make_article(STORY[k:], id=f"{k}/a1") for k in (0, 5, 9)]
    assert find(*articles) == find(*reversed(articles))
