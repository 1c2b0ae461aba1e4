"""Headlines without a body, and bodies without a headline."""

from __future__ import annotations

import pytest

from tests.segmentation.pages import (
    LUXI,
    LUXI_HEADLINE,
    column,
    laid_out,
    run_on,
    split,
)

TEASER = "夏粮收购价格稳中有升"
LEAD = (LUXI_HEADLINE, column(LUXI))


def headlines_of(text: str) -> dict[str, bool]:
    """Return the headlines of a page, and whether each has a body."""
    return {article.headline: article.complete for article in split(text)}


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param((TEASER, "→ 3版"), id="pointer"),
        pytest.param(("今日导读", TEASER), id="label"),
        pytest.param((TEASER, "详见第5版"), id="pointer in words"),
    ],
)
def test_headline_with_a_pointer_beside_it_is_an_article_without_body(
    parts: tuple[str, ...],
) -> None:
    assert headlines_of(laid_out(*LEAD, *parts)) == {LUXI_HEADLINE: True, TEASER: False}


def test_headline_without_a_pointer_is_no_article() -> None:
    """It is more likely a quotation set large, or what is left of a kicker."""
    assert headlines_of(laid_out(*LEAD, TEASER)) == {LUXI_HEADLINE: True}


def test_crumbs_of_a_picture_are_no_articles() -> None:
    assert headlines_of(laid_out(*LEAD, "鲁", "→ 3版")) == {LUXI_HEADLINE: True}


def test_teaser_with_the_name_of_its_column_is_one_article() -> None:
    page = laid_out(*LEAD, "深度调查", TEASER, "→ 3版")
    assert [headline for headline, whole in headlines_of(page).items() if not whole] == [
        f"深度调查 {TEASER}"
    ]


CAPTION = "12月20日，在东阿县一家阿胶企业的车间里，工人正在包装即将发往南方市场的阿胶糕。 许波 摄"


def test_caption_without_a_headline_illustrates_another_article() -> None:
    assert headlines_of(laid_out(*LEAD, CAPTION)) == {LUXI_HEADLINE: True}


def test_caption_with_a_headline_is_an_article() -> None:
    page = laid_out(*LEAD, "阿胶飘香", CAPTION)
    assert headlines_of(page) == {LUXI_HEADLINE: True, "阿胶飘香": True}


def test_articles_with_bodies_come_before_announcements() -> None:
    page = run_on("今日导读", TEASER, "→ 3版", *LEAD)
    assert list(headlines_of(page).values()) == sorted(headlines_of(page).values(), reverse=True)


def test_teasers_that_stand_together_need_no_pointer() -> None:
    page = laid_out(*LEAD, TEASER, "小麦机收进度过八成")
    assert headlines_of(page) == {LUXI_HEADLINE: True, TEASER: False, "小麦机收进度过八成": False}


def test_deck_of_a_teaser_is_part_of_it() -> None:
    page = laid_out(*LEAD, TEASER, "——来自粮食购销企业的报道", "→ 3版")
    assert headlines_of(page) == {
        LUXI_HEADLINE: True,
        f"{TEASER}——来自粮食购销企业的报道": False,
    }
