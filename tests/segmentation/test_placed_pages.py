"""Pages whose format tells places and type sizes (PDF)."""

from __future__ import annotations

import pytest

from kg.model import Document
from kg.segmentation import split_articles
from kg.segmentation.lines import squeezed
from kg.segmentation.links import Fragment
from kg.segmentation.page import Page, pages_of
from tests.segmentation.pages import (
    BANK,
    BANK_HEADLINE,
    LUXI,
    LUXI_HEADLINE,
    SOLAR,
    SOLAR_HEADLINE,
    column,
    described_page,
    indented,
    printed,
    torn,
)

BEGUN, REST = torn(SOLAR, at=4)
LEFT, MIDDLE, RIGHT = 40.0, 220.0, 400.0  # columns of 16 em of 10 points, 20 apart
BODY, HEADLINE = 10.0, 24.0


def the_page(document: Document) -> Page:
    (page,) = pages_of(document)
    return page


def articles_of(document: Document) -> dict[str, str]:
    return {article.headline: squeezed(article.body) for article in split_articles(document)}


def part(page: Page, begin: str) -> Fragment:
    return next(fragment for fragment in page.fragments if fragment.text.startswith(begin))


LUXI_BOX = (indented(column(LUXI)), RIGHT, 100.0, BODY)
LUXI_TITLE = (LUXI_HEADLINE, RIGHT, 60.0, 18.0)
SOLAR_TITLE = (SOLAR_HEADLINE, LEFT + 60, 60.0, HEADLINE)


def test_column_goes_on_beside_itself_and_not_in_the_article_drawn_between() -> None:
    document = printed(
        SOLAR_TITLE,
        (indented(BEGUN), LEFT, 100.0, BODY),
        LUXI_TITLE,
        LUXI_BOX,
        (REST, MIDDLE, 100.0, BODY),
    )
    assert articles_of(document) == {
        SOLAR_HEADLINE: squeezed(SOLAR),
        LUXI_HEADLINE: squeezed(LUXI),
    }


def test_link_beside_in_one_frame_scores_above_one_far_below() -> None:
    page = the_page(
        printed(
            SOLAR_TITLE,
            (indented(BEGUN), LEFT, 100.0, BODY),
            (REST, MIDDLE, 100.0, BODY),
            (REST, LEFT, 600.0, BODY),
        )
    )
    begun = part(page, "12月21日")
    beside, below = (one for one in page.fragments if one.box and one is not begun)
    assert page.link(begun, beside) > page.link(begun, below)


def test_places_tell_without_the_language_model() -> None:
    page = the_page(printed(SOLAR_TITLE, (BEGUN, LEFT, 100.0, BODY), (REST, MIDDLE, 100.0, BODY)))
    assert page.placed
    assert page.flows == {}


@pytest.mark.parametrize(
    ("gap", "count"),
    [pytest.param(8.0, 1, id="closely"), pytest.param(120.0, 2, id="far apart")],
)
def test_kicker_is_stacked_on_a_headline_that_stands_closely_below(gap: float, count: int) -> None:
    kicker = ("鲁西集团投资64亿元", LEFT, 60.0, 14.0)
    headline = (LUXI_HEADLINE, LEFT, 60.0 + 14.0 + gap, HEADLINE)
    _, heads = described_page(
        the_page(printed(kicker, headline, (indented(column(LUXI)), LEFT, 250.0, BODY)))
    )
    assert len(heads) == count


def test_parts_of_a_headline_are_read_from_top_to_bottom() -> None:
    """The layout program drew the headline before its kicker."""
    document = printed(
        (LUXI_HEADLINE, LEFT, 82.0, HEADLINE),
        ("鲁西集团投资64亿元", LEFT, 60.0, 14.0),
        (indented(column(LUXI)), LEFT, 120.0, BODY),
    )
    assert list(articles_of(document)) == [f"鲁西集团投资64亿元 {LUXI_HEADLINE}"]


def test_headline_above_its_body_belongs_to_it_whatever_was_drawn_first() -> None:
    document = printed(
        (indented(column(LUXI)), LEFT, 100.0, BODY),
        (indented(column(BANK)), RIGHT, 100.0, BODY),
        (BANK_HEADLINE, RIGHT, 60.0, 16.0),
        (LUXI_HEADLINE, LEFT, 60.0, 16.0),
    )
    assert articles_of(document) == {LUXI_HEADLINE: squeezed(LUXI), BANK_HEADLINE: squeezed(BANK)}


def test_paragraphs_are_told_by_their_indent() -> None:
    first, second = (indented(column(text)) for text in LUXI.split("\n"))
    document = printed(LUXI_TITLE, (f"{first}\n{second}", RIGHT, 100.0, BODY))
    (article,) = split_articles(document)
    assert article.text == f"{LUXI_HEADLINE}\n{LUXI}"
