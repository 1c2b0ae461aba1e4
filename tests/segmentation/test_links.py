"""Which part of a body goes on in which."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.segmentation.lines import squeezed
from kg.segmentation.links import (
    MAX_EXACT,
    MAX_START,
    Fragment,
    best_assignment,
    best_links,
    link_features,
    link_score,
    start_score,
)
from kg.segmentation.topics import Topics
from tests.segmentation.pages import column, page_of, torn

SCORES = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(0, 4)), st.integers(-9, 9).map(float), max_size=25
)


def fragment(text: str) -> Fragment:
    """Return the only part of a page that is *text*."""
    (found,) = page_of(text).fragments
    return found


# --------------------------------------------------------------------------------- assignment


def most(scores: dict[tuple[int, int], float]) -> float:
    """Return the highest sum of an assignment, by trying all of them."""
    lefts = sorted({one for one, _ in scores})
    rights: list[int | None] = sorted({other for _, other in scores})
    alone: list[int | None] = [None] * len(lefts)
    ways = set(permutations(rights + alone, len(lefts)))
    return max(
        sum(
            scores.get((one, other), 0.0)
            for one, other in zip(lefts, way, strict=True)
            if other is not None
        )
        for way in ways
    )


@given(st.dictionaries(st.tuples(st.integers(0, 3), st.integers(0, 3)), st.integers(-9, 9)))
def test_best_assignment_equals_brute_force(scores: dict[tuple[int, int], float]) -> None:
    found = best_assignment(scores)
    assert sum(scores[pair] for pair in found.items()) == most(scores)


@given(SCORES)
def test_assignment_is_one_to_one_and_gains_by_every_pair(
    scores: dict[tuple[int, int], float],
) -> None:
    found = best_assignment(scores)
    assert len(set(found.values())) == len(found)
    assert all(scores[pair] > 0 for pair in found.items())


@given(SCORES)
def test_order_of_the_pairs_makes_no_difference(scores: dict[tuple[int, int], float]) -> None:
    turned = dict(reversed(scores.items()))
    found, again = best_assignment(scores), best_assignment(turned)
    assert found == again


def test_assignment_gives_up_the_best_pair_for_a_better_sum() -> None:
    assert best_assignment({(0, 1): 5.0, (0, 2): 4.0, (1, 1): 4.0}) == {0: 2, 1: 1}


def test_nothing_to_assign() -> None:
    assert best_assignment({}) == {}
    assert best_assignment({(0, 1): -2.0}) == {}


def test_book_is_assigned_greedily_one_to_one() -> None:
    size = MAX_EXACT + 20
    scores = {(at, at + step): 10.0 - step for at in range(size) for step in (1, 2)}
    assert best_assignment(scores) == {at: at + 1 for at in range(size)}


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda pair: pair[0] != pair[1]),
        st.integers(1, 9).map(float),
    )
)
def test_links_never_run_in_circles(scores: dict[tuple[int, int], float]) -> None:
    links = best_links(scores)
    for start in links:
        path, at = [start], links.get(start)
        while at is not None:
            assert at not in path
            path.append(at)
            at = links.get(at)


def test_circle_is_cut_at_its_weakest_link() -> None:
    assert best_links({(0, 1): 3.0, (1, 2): 1.0, (2, 0): 2.0}) == {0: 1, 2: 0}


# ---------------------------------------------------------------------------------- fragments

PROJECT = "该项目由中节能太阳能科技有限公司投资建设，总投资5.6亿元，占用水面2400亩，计划今年底全部并网投产。"


def test_column_that_ends_in_mid_sentence_dangles() -> None:
    begun = "\n".join(column(PROJECT).split("\n")[:3])
    assert fragment(begun).dangling
    assert not fragment(column(PROJECT)).dangling


def test_short_last_line_without_a_full_stop_does_not_dangle() -> None:
    """A list ends like that; a sentence that goes on would have filled the line."""
    assert not fragment(column(PROJECT) + "\n参加签约仪式").dangling


@pytest.mark.parametrize(
    ("text", "indent"),
    [
        pytest.param(column(PROJECT), 1.0, id="opens a paragraph"),
        pytest.param(column(PROJECT, indent=False), -1.0, id="goes on in one"),
        pytest.param("并网投产。", 0.0, id="one line tells nothing"),
    ],
)
def test_indent_tells_whether_a_paragraph_begins(text: str, indent: float) -> None:
    assert fragment(text).indent == indent


def test_opening_of_an_article_is_seen() -> None:
    assert fragment(column("本报讯（记者 林晨）近日，" + PROJECT)).opening
    assert not fragment(column(PROJECT)).opening


def test_beginning_is_never_certain() -> None:
    certain = {"article": 1.0, "signed": 1.0, "closed": 1.0}
    assert start_score(certain) == MAX_START
    assert start_score({"flush": 3.0}) == -MAX_START


# ----------------------------------------------------------------------------------- evidence

WHOLE = (
    PROJECT[:-1]
    + "。项目投产后年发电量2.2亿千瓦时，每年可节约标准煤8万吨，对聊城市调整能源结构、"
    + "实现绿色低碳转型具有重要意义，也为附近村民增加了收入。"
)
BEGUN, REST = torn(WHOLE, at=4)  # …项目投产后年 | 发电量2.2亿千瓦时
OTHER = (
    "本报讯（记者 尹腾淑）截至11月底，聊城智慧金融服务平台注册用户突破17万户，累计帮助企业融资。"
)


def parts_of(*columns: str) -> tuple[Fragment, ...]:
    """Return the parts of a page, each column above a headline of its own."""
    page = page_of("\n\n".join(f"{text}\n\n智慧平台助企融资" for text in columns))
    assert len(page.fragments) == len(columns)
    return page.fragments


def score(one: Fragment, other: Fragment, *, between: int = 0, flow: float | None = None) -> float:
    topics = Topics([one.text, other.text])
    return link_score(link_features(one, other, topics, between, airy=False, flow=flow))


def test_torn_sentence_goes_on_where_its_words_do() -> None:
    one, right, wrong = parts_of(BEGUN, REST, column(OTHER, indent=False))
    assert score(one, right) > score(one, wrong)


def test_indented_column_is_no_continuation_of_a_torn_sentence() -> None:
    one, flush, indented = parts_of(BEGUN, REST, column(squeezed(REST)))
    assert score(one, flush) > score(one, indented)


def test_flow_of_words_raises_the_score_of_a_torn_sentence() -> None:
    one, other = parts_of(BEGUN, REST)
    assert score(one, other, flow=6.0) > score(one, other, flow=-3.0)


def test_words_of_parts_that_stand_apart_are_weighed_for_themselves() -> None:
    one, _, far = parts_of(BEGUN, column(OTHER), REST)
    features = link_features(one, far, Topics([]), 1, airy=False, flow=2.0)
    assert features["mid_words_apart"] == 2.0
    assert "mid_words" not in features


def test_open_quotation_wants_its_closing_mark() -> None:
    opened = "张延飞说：“放款速度真快，从提出申请到拿到贷款只用了一天时间，比过去少跑了"
    one, closing, opening = parts_of(
        column(opened),
        column("三趟路，利率还下浮了一成。”截至目前，平台注册用户突破17万户。", indent=False),
        column("三趟路。王伟说：“全市将继续支持骨干企业实施技术改造。”", indent=False),
    )
    topics = Topics([])
    assert link_features(one, closing, topics, 0, airy=False)["quotes"] == 1.0
    assert link_features(one, opening, topics, 0, airy=False)["quotes"] == -1.0
