"""Columns and headlines of a text layer, told by the widths of its lines."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.segmentation.blocks import (
    Block,
    BlockKind,
    _takes_more,
    blocks_of_text,
    paragraph_blocks,
)
from kg.segmentation.lines import read_lines
from tests.factories import make_document
from tests.segmentation.pages import (
    BANK,
    BANK_HEADLINE,
    LUXI,
    LUXI_HEADLINE,
    SOLAR,
    column,
    laid_out,
    run_on,
)


def blocks_of(text: str) -> list[Block]:
    return blocks_of_text(read_lines(make_document(text)))


def kinds_of(text: str) -> list[tuple[str, int]]:
    """Return the kind of each block and how many lines it has."""
    return [(block.kind.value, len(block.lines)) for block in blocks_of(text)]


@pytest.mark.parametrize("em", [12, 16, 20])
def test_column_of_any_width_is_one_body(em: int) -> None:
    text = column(SOLAR, em=em)
    assert kinds_of(text) == [("body", text.count("\n") + 1)]
    assert blocks_of(text)[0].width == pytest.approx(em, abs=0.6)


@pytest.mark.parametrize("join", [laid_out, run_on], ids=["blank lines", "no blank lines"])
def test_short_line_between_two_bodies_is_a_headline(join: Callable[..., str]) -> None:
    text = join(column(LUXI), LUXI_HEADLINE, column(BANK), BANK_HEADLINE)
    assert [kind for kind, _ in kinds_of(text)] == ["body", "display", "body", "display"]


def test_columns_of_two_widths_are_two_bodies() -> None:
    text = laid_out(column(SOLAR, em=12), column(BANK, em=18))
    assert [block.width for block in blocks_of(text)] == pytest.approx([12, 17.5], abs=0.6)


@pytest.mark.parametrize(
    ("line", "below", "takes_more"),
    [
        pytest.param("鲁西集团双酚甲项目", "投产", True, id="a character would have fitted"),
        pytest.param("鲁西集团双酚甲项目昨天", "投产", False, id="full"),
        pytest.param("鲁西集团投资双酚甲项目", "，", False, id="a mark may not begin a line"),
        pytest.param("鲁西集团双酚甲项目", "120万吨", False, id="a number is not cut"),
        pytest.param("双酚甲项目已投产。", "近日", False, id="a sentence ends"),
        pytest.param("鲁西集团双酚甲项目", "\n投产", False, id="a blank line follows"),
        pytest.param("年产120.75万吨PC项目", "投产", False, id="digits are wider or narrower"),
        pytest.param("鲁西集团双酚甲项目", "（下转2版）", False, id="no text follows"),
    ],
)
def test_column_takes_up_what_it_has_room_for(line: str, below: str, takes_more: bool) -> None:
    first, second = read_lines(make_document(f"{line}\n{below}"))
    assert _takes_more(first, second, 11 - first.width) == takes_more


def test_last_line_takes_nothing_more() -> None:
    (line,) = read_lines(make_document("鲁西集团双酚甲项目"))
    assert not _takes_more(line, None, 3.0)


def test_line_set_short_of_its_column_before_a_number_stays_body() -> None:
    """3421.75 may not be cut, so the line above it ends early."""
    text = "\n".join(
        [
            "前三季度，聊城市实现进出口总值",
            "521.68亿元，同比增长一成，其中出",
            "口总值首次突破三百亿元，达到",
            "345.21亿元，民营企业进出口占全市",
            "进出口总值的八成以上。",
        ]
    )
    assert kinds_of(text) == [("body", 5)]


def test_body_is_cut_where_a_paragraph_ends() -> None:
    (body,) = blocks_of(column(BANK))
    first, second = paragraph_blocks([body])
    assert (first.kind, second.kind) == (BlockKind.BODY, BlockKind.BODY)
    assert first.text + second.text == body.text
    assert first.text.endswith("上线运营。")
    assert [first.index, second.index] == [0, 1]


def test_headlines_are_not_cut() -> None:
    blocks = blocks_of(laid_out("智慧金融平台\n助企融资", column(BANK)))
    assert paragraph_blocks(blocks)[0] == blocks[0]
