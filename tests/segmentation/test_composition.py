"""Headlines and bodies written out, every character led back to the page."""

from __future__ import annotations

import pytest

from kg.segmentation import split_articles
from tests.factories import make_document
from tests.segmentation.pages import (
    BANK,
    BANK_HEADLINE,
    LUXI,
    LUXI_HEADLINE,
    SOLAR,
    SOLAR_HEADLINE,
    column,
    laid_out,
    run_on,
    split,
)

# ------------------------------------------------------------------------------------- headlines


@pytest.mark.parametrize(
    ("page", "headline"),
    [
        pytest.param(
            laid_out("聊城加快绿色低碳转型", SOLAR_HEADLINE, column(SOLAR)),
            f"聊城加快绿色低碳转型 {SOLAR_HEADLINE}",
            id="before its headline, where blank lines part them",
        ),
        pytest.param(
            run_on(
                column(LUXI), LUXI_HEADLINE, "聊城高新区添龙头企业", column(BANK), BANK_HEADLINE
            ),
            f"聊城高新区添龙头企业 {LUXI_HEADLINE}",
            id="behind its headline, where there are no blank lines",
        ),
        pytest.param(
            run_on(LUXI_HEADLINE, "总投资64亿元 年产120万吨", column(LUXI)),
            f"总投资64亿元 年产120万吨 {LUXI_HEADLINE}",
            id="two phrases side by side",
        ),
    ],
)
def test_kicker_is_put_before_its_headline(page: str, headline: str) -> None:
    assert headline in [article.headline for article in split(page)]


def test_deck_follows_its_headline_without_a_space() -> None:
    deck = "——东昌府区漂浮光伏电站项目建设见闻"
    (article,) = split(laid_out(SOLAR_HEADLINE, deck, column(SOLAR)))
    assert article.headline == SOLAR_HEADLINE + deck


# ----------------------------------------------------------------------------------------- body


def test_hard_wraps_are_undone_and_paragraphs_kept() -> None:
    (article,) = split(laid_out(SOLAR_HEADLINE, column(SOLAR)))
    assert article.text == f"{SOLAR_HEADLINE}\n{SOLAR}"


def test_line_spaced_out_to_fill_its_column_loses_its_spaces() -> None:
    lines = column(SOLAR).split("\n")
    at = next(number for number, line in enumerate(lines) if "浮光伏电站" in line)
    lines[at] = " ".join(lines[at])
    (article,) = split(laid_out(SOLAR_HEADLINE, "\n".join(lines)))
    assert article.text == f"{SOLAR_HEADLINE}\n{SOLAR}"


@pytest.mark.parametrize(
    "text",
    [
        laid_out(LUXI_HEADLINE, column(LUXI), BANK_HEADLINE, column(BANK)),
        run_on(column(LUXI), LUXI_HEADLINE, column(SOLAR), SOLAR_HEADLINE),
    ],
)
def test_every_character_leads_back_to_the_page(text: str) -> None:
    document = make_document(text)
    for article in split_articles(document):
        for piece in article.pieces:
            assert piece.article_span.of(article.text) == piece.document_span.of(text)


# -------------------------------------------------------------------------------------- reporters

PEARS = (
    "）12月20日，冠县鸭\n梨首次出口新西兰，首批货物40吨，\n货值35万元。冠县现有梨园10万亩，\n"
    "年产鸭梨20万吨。"
)


@pytest.mark.parametrize(
    ("opening", "reporters"),
    [
        pytest.param("本报讯（记者 陈金路 通讯\n员 孙晓明", ("陈金路", "孙晓明"), id="torn 通讯员"),
        pytest.param("本报讯（记者 天山雪 编\n译 阿依古丽", ("天山雪", "阿依古丽"), id="torn 编译"),
        pytest.param("本报讯（记者 陈金\n路 通讯员 孙晓明", ("陈金路", "孙晓明"), id="torn name"),
        pytest.param("本报讯（记者 陈金路\n孙晓明", ("陈金路", "孙晓明"), id="break between names"),
    ],
)
def test_reporters_are_read_across_a_line_break(opening: str, reporters: tuple[str, ...]) -> None:
    (article,) = split(f"冠县鸭梨出口新西兰\n\n{opening}{PEARS}")
    assert article.reporters == reporters


def test_closing_credit_is_no_part_of_the_body() -> None:
    (article,) = split(laid_out(SOLAR_HEADLINE, column(SOLAR) + "\n（陈金路）"))
    assert article.text == f"{SOLAR_HEADLINE}\n{SOLAR}"
    assert article.reporters == ("陈金路",)
