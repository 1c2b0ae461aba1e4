"""What is a headline of a page, and whose."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.segmentation.heads import Head
from kg.segmentation.matching import HeadScores
from kg.segmentation.page import Page
from tests.segmentation.pages import (
    BANK,
    BANK_HEADLINE,
    LUXI,
    LUXI_HEADLINE,
    SOLAR,
    SOLAR_HEADLINE,
    column,
    described,
    laid_out,
    run_on,
)

TEASER = "夏粮收购价格稳中有升"


def headlines(text: str) -> list[str]:
    return [head.text for head in described(text)[1]]


def bodies_of(page: Page, *begins: str) -> list[tuple[int, ...]]:
    """Return one body for each of *begins*: the part that begins so and those up to the next."""
    starts = [
        next(part.number for part in page.fragments if part.text.startswith(begin))
        for begin in begins
    ]
    ends = [*starts[1:], len(page.fragments)]
    return [tuple(range(start, end)) for start, end in zip(starts, ends, strict=True)]


def head_of(heads: list[Head], text: str) -> int:
    return next(head.number for head in heads if head.text == text)


# ----------------------------------------------------------------------------- what is a headline


@pytest.mark.parametrize(
    "caption",
    [
        pytest.param("工人正在包装阿胶糕。", id="sentence"),
        pytest.param("（本报记者 吕晨 摄影报道）", id="credit"),
        pytest.param("（记者\n\n吕晨 摄影报道）", id="torn credit"),
    ],
)
def test_caption_is_no_headline(caption: str) -> None:
    assert headlines(laid_out(LUXI_HEADLINE, column(LUXI), caption)) == [LUXI_HEADLINE]


@pytest.mark.parametrize("join", [laid_out, run_on], ids=["blank lines", "no blank lines"])
def test_name_of_a_column_stands_above_its_headline(join: Callable[..., str]) -> None:
    page = join("能源时评", SOLAR_HEADLINE, column(SOLAR))
    assert headlines(page) == ["能源时评" + SOLAR_HEADLINE]


def test_deck_belongs_to_the_headline_above_it() -> None:
    page = run_on(SOLAR_HEADLINE, "——中节能太阳能科技有限公司投资东昌府区见闻", column(SOLAR))
    assert headlines(page) == [SOLAR_HEADLINE + "——中节能太阳能科技有限公司投资东昌府区见闻"]


def test_two_short_lines_are_one_headline() -> None:
    page = run_on(column(LUXI), "鲁西集团双酚A", "一期工程投产", column(BANK), BANK_HEADLINE)
    assert headlines(page) == ["鲁西集团双酚A一期工程投产", BANK_HEADLINE]


def test_kicker_that_shares_its_bodies_with_the_headline_is_one_with_it() -> None:
    kicker = "鲁西集团投资64亿元"
    page = laid_out(column(BANK), BANK_HEADLINE, kicker, LUXI_HEADLINE, column(LUXI))
    assert kicker + LUXI_HEADLINE in headlines(page)


def test_headlines_of_two_bodies_that_stand_together_stay_two() -> None:
    page = laid_out(column(BANK), column(LUXI), BANK_HEADLINE, LUXI_HEADLINE)
    assert headlines(page) == [BANK_HEADLINE, LUXI_HEADLINE]


# -------------------------------------------------------------------------------------- pointers


@pytest.mark.parametrize(
    ("page", "announced"),
    [
        pytest.param(
            laid_out(LUXI_HEADLINE, column(LUXI), TEASER, "→ 3版"), True, id="pointer below"
        ),
        pytest.param(
            laid_out(LUXI_HEADLINE, column(LUXI), "详见第3版", TEASER), True, id="pointer above"
        ),
        pytest.param(
            laid_out(LUXI_HEADLINE, column(LUXI), "今日导读", TEASER), True, id="label above"
        ),
        pytest.param(
            laid_out(LUXI_HEADLINE, column(LUXI), TEASER, "今日导读"),
            False,
            id="label below opens other teasers",
        ),
        pytest.param(laid_out(LUXI_HEADLINE, column(LUXI), TEASER), False, id="nothing beside"),
    ],
)
def test_pointer_beside_a_headline_announces_another_page(page: str, announced: bool) -> None:
    described_page, heads = described(page)
    scores = HeadScores(described_page, heads)
    assert scores.announced(head_of(heads, TEASER)) == announced
    assert not scores.announced(head_of(heads, LUXI_HEADLINE))


# ---------------------------------------------------------------------------------------- scores


def test_headline_belongs_to_the_body_that_repeats_its_words() -> None:
    page, heads = described(laid_out(column(LUXI), column(BANK), BANK_HEADLINE, LUXI_HEADLINE))
    bodies = bodies_of(page, "本报讯（记者林晨", "本报讯（记者尹腾淑")
    scores = HeadScores(page, heads).of(bodies)
    luxi, bank = head_of(heads, LUXI_HEADLINE), head_of(heads, BANK_HEADLINE)
    assert scores[luxi, 0] > 0 > scores[luxi, 1]
    assert scores[bank, 1] > 0 > scores[bank, 0]


def test_rival_that_repeats_more_of_a_headline_lowers_its_score() -> None:
    page, heads = described(laid_out(column(LUXI), column(BANK), BANK_HEADLINE, LUXI_HEADLINE))
    first, second = bodies_of(page, "本报讯（记者林晨", "本报讯（记者尹腾淑")
    scores = HeadScores(page, heads)
    luxi = head_of(heads, LUXI_HEADLINE)
    alone, beside = scores.of([second])[luxi, 0], scores.of([second, first])[luxi, 0]
    assert alone > beside


def test_what_is_remembered_changes_no_score() -> None:
    page, heads = described(laid_out(column(LUXI), LUXI_HEADLINE, column(BANK), BANK_HEADLINE))
    bodies = bodies_of(page, "本报讯（记者林晨", "本报讯（记者尹腾淑")
    used, fresh = HeadScores(page, heads), HeadScores(page, heads)
    used.of([(number,) for body in bodies for number in body])
    used.of(bodies[::-1])
    assert used.of(bodies) == fresh.of(bodies)


def test_scores_add_up_the_evidence_they_are_fitted_to() -> None:
    page, heads = described(laid_out(column(LUXI), LUXI_HEADLINE, column(BANK), BANK_HEADLINE))
    bodies = bodies_of(page, "本报讯（记者林晨", "本报讯（记者尹腾淑")
    scores = HeadScores(page, heads)
    evidence = dict(scores.evidence(bodies))
    assert evidence.keys() == scores.of(bodies).keys()
    luxi = head_of(heads, LUXI_HEADLINE)
    assert evidence[luxi, 0]["cover"] > evidence[luxi, 1]["cover"]


def test_kicker_far_from_its_headline_must_share_words_with_the_body() -> None:
    page, heads = described(
        laid_out("劈波斩浪稳驭舟", column(BANK), BANK_HEADLINE, column(LUXI), LUXI_HEADLINE)
    )
    body = bodies_of(page, "本报讯（记者林晨")[0]
    luxi = head_of(heads, LUXI_HEADLINE)
    scores = HeadScores(page, heads)
    rhetoric = next(head.number for head in heads if head.text.startswith("劈波"))
    assert not scores.repeats(rhetoric, body, [luxi])
