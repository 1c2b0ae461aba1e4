"""Pages of a text layer, and what is asked about their parts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from kg.segmentation import page as page_module
from kg.segmentation import split_articles
from kg.segmentation.lines import squeezed
from kg.segmentation.links import MAX_REACH
from kg.segmentation.page import MAX_BODIES, pages_of
from tests.factories import make_document
from tests.segmentation.pages import (
    BANK,
    BANK_HEADLINE,
    LUXI,
    LUXI_HEADLINE,
    SOLAR,
    column,
    laid_out,
    page_of,
    run_on,
    torn,
)

FIXTURES = Path(__file__).parent.parent / "fixtures" / "segmentation"


class CountingModel:
    """Stands in for the language model; remembers how much it was asked at once."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def flows(
        self, texts: Sequence[str], pairs: Sequence[tuple[int, int]], background: Sequence[str]
    ) -> list[float]:
        self.asked.append(len(pairs))
        return [0.0] * len(pairs)


def test_work_grows_with_the_length_of_a_document_and_not_with_its_square(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = CountingModel()
    monkeypatch.setattr(page_module, "language_model", lambda: model)

    def asked(copies: int) -> int:
        model.asked.clear()
        begun, rest = torn(SOLAR, at=4)
        pages_of(make_document("\n\n".join([begun, BANK_HEADLINE, rest, LUXI_HEADLINE] * copies)))
        return sum(model.asked)

    short, long = asked(150), asked(300)
    assert max(model.asked) <= MAX_BODIES * 2 * MAX_REACH
    assert long < 2.2 * short


def test_page_marks_of_a_text_layer_part_pages() -> None:
    pages = pages_of(make_document(f"{column(LUXI)}\n\f{column(BANK)}"))
    assert [page.fragments[0].text[:9] for page in pages] == [
        "本报讯（记者林晨）",
        "本报讯（记者尹腾淑",
    ]
    assert all(page.blocks[0].index == 0 for page in pages)


def test_only_what_may_go_on_is_asked() -> None:
    """A body that opens an article goes on in no other; a whole one goes on in its neighbour."""
    begun, rest = torn(SOLAR, at=4)
    page = page_of(laid_out(begun, LUXI_HEADLINE, column(LUXI), BANK_HEADLINE, rest))
    openings = {part.number for part in page.fragments if part.opening}
    assert openings
    assert not openings & {other for _, other in page.flows}
    dangling = {part.number for part in page.fragments if part.dangling}
    assert all(other == one + 1 for one, other in page.flows if one not in dangling)


def test_evidence_of_a_link_is_looked_up_once() -> None:
    page = page_of(laid_out(column(LUXI), LUXI_HEADLINE, column(BANK)))
    one, other = page.fragments[:2]
    assert page.evidence(one, other) is page.evidence(one, other)


def test_headlines_between_two_parts_are_counted_either_way() -> None:
    page = page_of(
        laid_out(column(LUXI), LUXI_HEADLINE, column(BANK), BANK_HEADLINE, column(SOLAR))
    )
    first, last = page.fragments[0], page.fragments[-1]
    assert page.between(first, last) == page.between(last, first) == 2


@pytest.mark.parametrize(
    ("text", "airy"),
    [
        pytest.param(
            laid_out(*(column(part) for part in f"{SOLAR}\n{LUXI}\n{BANK}".split("\n"))),
            True,
            id="blank lines between paragraphs",
        ),
        pytest.param(
            run_on(*(column(part) for part in f"{SOLAR}\n{LUXI}\n{BANK}".split("\n"))),
            False,
            id="no blank lines",
        ),
    ],
)
def test_blank_lines_between_paragraphs_are_noticed(text: str, airy: bool) -> None:
    assert page_of(text).airy == airy


# ------------------------------------------------------------------------ whole pages, as printed


def test_page_with_blank_lines_is_put_together() -> None:
    articles = split_articles(make_document((FIXTURES / "airy_page.txt").read_text("utf-8")))
    found = {
        article.headline: (
            squeezed(article.body)[:9],
            squeezed(article.body)[-9:],
            article.reporters,
        )
        for article in articles
    }
    assert found == {
        "“一窑一策”换新颜 白石镇26家陶瓷企业电气化改造": (
            "本报讯（记者秦一舟",
            "，吸引年轻设计师入驻。"[-9:],
            ("秦一舟",),
        ),
        "临河大桥合龙一桥连起两座园区": ("本报讯（记者沈砚）", "流园负责人邱铁说。", ("沈砚",)),
        "书香满城": ("6月14日，临河市", "天接待读者三千人次。"[-9:], ("高远",)),
        "夏粮收购价格稳中有升": ("", "", ()),
    }
    assert {article.publisher for article in articles} == {"临河日报"}


def test_page_without_blank_lines_is_put_together() -> None:
    articles = split_articles(make_document((FIXTURES / "dense_page.txt").read_text("utf-8")))
    assert [(squeezed(article.body)[:6], squeezed(article.body)[-6:]) for article in articles] == [
        ("九月的北原，", "片厂的需要。"),
        ("本报讯（通讯", "500万元。"),
        ("近日，记者从", "东南亚市场。"),
    ]
    assert [article.reporters for article in articles] == [("宋知行",), ("邵平",), ("彭越",)]
    assert "一片叶子带出一条链" in articles[0].body.split("\n")
