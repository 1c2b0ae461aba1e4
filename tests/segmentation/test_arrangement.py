"""Pages whose bodies and headlines stand apart."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.segmentation.arrangement import Arrangement, Search, arranged
from kg.segmentation.heads import Head
from kg.segmentation.joining import linked_bodies
from kg.segmentation.lines import squeezed
from kg.segmentation.page import Page
from tests.segmentation.pages import (
    BANK,
    BANK_HEADLINE,
    LUXI,
    LUXI_HEADLINE,
    SOLAR,
    SOLAR_HEADLINE,
    articles_of,
    column,
    described,
    laid_out,
    run_on,
    torn,
)

BEGUN, REST = torn(SOLAR, at=4)  # …中节能太阳能科技有限公司投 | 资建设，总投资5.6亿元…
PARTS = (BEGUN, REST, column(LUXI), column(BANK), SOLAR_HEADLINE, LUXI_HEADLINE, BANK_HEADLINE)


# ------------------------------------------------------------------------------------- bodies


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(
            laid_out(SOLAR_HEADLINE, BEGUN, LUXI_HEADLINE, column(LUXI), REST), id="headlines above"
        ),
        pytest.param(
            laid_out(BEGUN, column(LUXI), LUXI_HEADLINE, REST, SOLAR_HEADLINE),
            id="headlines below",
        ),
        pytest.param(
            run_on(SOLAR_HEADLINE, BEGUN, LUXI_HEADLINE, column(LUXI), REST), id="no blank lines"
        ),
        pytest.param(
            laid_out(LUXI_HEADLINE, column(LUXI), REST, BEGUN, SOLAR_HEADLINE),
            id="rest comes first",
        ),
    ],
)
def test_torn_column_goes_on_across_another_article(page: str) -> None:
    assert articles_of(page) == {SOLAR_HEADLINE: squeezed(SOLAR), LUXI_HEADLINE: squeezed(LUXI)}


def test_two_articles_between_the_halves_of_a_body() -> None:
    page = laid_out(
        BEGUN, LUXI_HEADLINE, column(LUXI), BANK_HEADLINE, column(BANK), REST, SOLAR_HEADLINE
    )
    assert articles_of(page) == {
        SOLAR_HEADLINE: squeezed(SOLAR),
        LUXI_HEADLINE: squeezed(LUXI),
        BANK_HEADLINE: squeezed(BANK),
    }


@pytest.mark.parametrize("join", [laid_out, run_on], ids=["blank lines", "no blank lines"])
def test_body_ends_where_the_next_article_opens(join: Callable[..., str]) -> None:
    page = join(LUXI_HEADLINE, column(LUXI), BANK_HEADLINE, column(BANK))
    assert articles_of(page) == {LUXI_HEADLINE: squeezed(LUXI), BANK_HEADLINE: squeezed(BANK)}


# ---------------------------------------------------------------------------------- headlines


@pytest.mark.parametrize("join", [laid_out, run_on], ids=["blank lines", "no blank lines"])
def test_headlines_below_their_bodies_are_attached(join: Callable[..., str]) -> None:
    page = join(column(LUXI), LUXI_HEADLINE, column(BANK), BANK_HEADLINE)
    assert articles_of(page) == {LUXI_HEADLINE: squeezed(LUXI), BANK_HEADLINE: squeezed(BANK)}


def test_headlines_away_from_their_bodies_are_found_by_their_words() -> None:
    page = laid_out(column(LUXI), column(BANK), BANK_HEADLINE, LUXI_HEADLINE)
    assert articles_of(page) == {LUXI_HEADLINE: squeezed(LUXI), BANK_HEADLINE: squeezed(BANK)}


def test_kicker_beside_its_headline_comes_first() -> None:
    page = laid_out(
        "聊城加快绿色低碳转型", SOLAR_HEADLINE, column(SOLAR), LUXI_HEADLINE, column(LUXI)
    )
    assert list(articles_of(page)) == [f"聊城加快绿色低碳转型 {SOLAR_HEADLINE}", LUXI_HEADLINE]


def test_kicker_apart_from_its_headline_is_put_before_it() -> None:
    kicker = "光伏发电2.2亿千瓦时 节约标准煤8万吨"
    page = laid_out(kicker, BEGUN, LUXI_HEADLINE, column(LUXI), SOLAR_HEADLINE, REST)
    assert articles_of(page) == {
        f"{kicker} {SOLAR_HEADLINE}": squeezed(SOLAR),
        LUXI_HEADLINE: squeezed(LUXI),
    }


@pytest.mark.parametrize("join", [laid_out, run_on], ids=["blank lines", "no blank lines"])
def test_subhead_between_whole_sentences_stays_in_the_body(join: Callable[..., str]) -> None:
    first, second = SOLAR.split("\n")
    subhead = "一湖清水添新绿"
    page = join(SOLAR_HEADLINE, column(first), subhead, column(second), LUXI_HEADLINE, column(LUXI))
    assert articles_of(page) == {
        SOLAR_HEADLINE: first + subhead + second,
        LUXI_HEADLINE: squeezed(LUXI),
    }


# ------------------------------------------------------------------------- the search as such


def check_all_placed_once(page: Page, heads: list[Head], found: Arrangement) -> None:
    parts = [number for body in found.bodies for number in body]
    assert sorted(parts) == [fragment.number for fragment in page.fragments]
    taken = [
        number
        for group in (*found.heads.values(), *found.subheads.values(), found.loose)
        for number in group
    ]
    assert sorted(taken) == [head.number for head in heads]


@settings(max_examples=40)
@given(st.permutations(PARTS), st.booleans())
def test_every_part_and_headline_has_one_place(parts: list[str], airy: bool) -> None:
    page, heads = described((laid_out if airy else run_on)(*parts))
    check_all_placed_once(page, heads, arranged(page, heads))


@settings(max_examples=25)
@given(st.permutations(PARTS))
def test_no_single_change_improves_what_was_found(parts: list[str]) -> None:
    page, heads = described(laid_out(*parts))
    assert Search(page, heads).improved(arranged(page, heads)) is None


@settings(max_examples=25)
@given(st.permutations(PARTS))
def test_search_never_ends_below_its_beginning(parts: list[str]) -> None:
    page, heads = described(laid_out(*parts))
    begun = Search(page, heads).with_heads(linked_bodies(page))
    assert arranged(page, heads).score >= begun.score


def test_true_arrangement_scores_above_random_ones() -> None:
    page, heads = described(laid_out(SOLAR_HEADLINE, BEGUN, LUXI_HEADLINE, column(LUXI), REST))
    search, best = Search(page, heads), arranged(page, heads)
    numbers = [fragment.number for fragment in page.fragments]
    chance = random.Random(1)  # noqa: S311  no secret
    for seed in range(30):
        chance.shuffle(numbers)
        cut = 1 + seed % (len(numbers) - 1)
        other = search.with_heads([tuple(numbers[:cut]), tuple(numbers[cut:])])
        assert other.score <= best.score


def test_page_without_body_has_only_loose_headlines() -> None:
    page, heads = described("聊城经济开发区\n\n改革开放四十年")
    found = arranged(page, heads)
    assert found.bodies == ()
    assert found.loose == tuple(head.number for head in heads)


def test_page_without_lines_is_empty() -> None:
    assert articles_of("\n \n") == {}
