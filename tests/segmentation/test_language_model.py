"""Which of many torn lines goes on in which, by the model that ships with kg."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import AnnotatorUnavailable
from kg.segmentation.language_model import MODEL_PATH, LanguageModel, language_model

# Lines of six columns, each torn in mid-sentence; every second one goes on in the next.
LINES = (
    "该项目由中节能太阳能科技有限公司投",
    "资建设，总投资5.6亿元，位于东昌府区",
    "邮储银行为山东聊城富锋汽车部件有限公",
    "司授信放款200万元，利率下浮一成",
    "双酚A是生产聚碳酸酯的主要原料，项",
    "目投产后企业的原料供应将不再依",
    "全县新建改造农村公路120公里，方便群众出",
    "行的同时带动了沿线乡村旅游，来采摘的游",
    "市工业和信息化局局长王伟表示，全市将继",
    "续支持骨干企业实施技术改造，对符合条件",
    "前三季度全市完成固定资产投资同比增",
    "长7.8%，增速高于全省平均水平两个百分",
)
BEGUN = range(0, len(LINES), 2)


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    return language_model()


def best_of(scores: dict[tuple[int, int], float], left: int) -> int:
    return max((pair for pair in scores if pair[0] == left), key=scores.__getitem__)[1]


@pytest.fixture(scope="module")
def scores(model: LanguageModel) -> dict[tuple[int, int], float]:
    pairs = [(one, other) for one in range(len(LINES)) for other in range(len(LINES))]
    pairs = [(one, other) for one, other in pairs if one != other]
    return dict(zip(pairs, model.flows(LINES, pairs, LINES), strict=True))


@pytest.mark.parametrize("left", BEGUN, ids=[LINES[at][-4:] for at in BEGUN])
def test_true_continuation_scores_above_unrelated_lines(
    left: int, scores: dict[tuple[int, int], float]
) -> None:
    assert best_of(scores, left) == left + 1
    assert scores[left, left + 1] > 0


@pytest.mark.parametrize("left", BEGUN, ids=[LINES[at + 1][:4] for at in BEGUN])
def test_line_is_found_from_its_continuation(
    left: int, scores: dict[tuple[int, int], float]
) -> None:
    rights = {one: value for (one, other), value in scores.items() if other == left + 1}
    assert max(rights, key=rights.__getitem__) == left


def test_scores_come_in_the_order_of_the_pairs(
    model: LanguageModel, scores: dict[tuple[int, int], float]
) -> None:
    pairs = [(4, 5), (0, 3), (2, 3), (0, 1)]
    wanted = [scores[pair] for pair in pairs]
    assert model.flows(LINES, pairs, LINES) == pytest.approx(wanted, abs=1e-3)


def test_digits_and_letters_are_read_alike_in_either_width(model: LanguageModel) -> None:
    narrow = ["总投资5.6亿元，年产120万", "吨PC项目一期工程建成投产"]
    wide = ["总投资５．６亿元，年产１２０万", "吨ＰＣ项目一期工程建成投产"]
    one, other = (model.flows(texts, [(0, 1)], LINES) for texts in (narrow, wide))
    assert one == other


def test_nothing_asked_nothing_answered(model: LanguageModel) -> None:
    assert model.flows([], [], []) == []
    assert model.flows(LINES, [], LINES) == []


def test_page_without_other_lines_has_scores_all_the_same(model: LanguageModel) -> None:
    right, wrong = model.flows(LINES, [(0, 1), (0, 3)], [])
    assert right > wrong


@given(st.lists(st.text(max_size=40), min_size=2, max_size=4))
def test_any_text_has_a_finite_score(texts: list[str]) -> None:
    found = language_model().flows(texts, [(0, 1), (1, 0)], texts)
    assert np.isfinite(found).all()


def test_memory_grows_with_the_pairs_and_not_with_their_square(model: LanguageModel) -> None:
    def peak_bytes(size: int, reach: int = 5) -> int:
        texts = [LINES[at % 12] + LINES[at * 7 % 12] for at in range(size)]
        pairs = [(at, at + step) for at in range(size - reach) for step in range(1, reach + 1)]
        tracemalloc.start()
        model.flows(texts, pairs, LINES)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert peak_bytes(240) < 2.5 * peak_bytes(120)


# ------------------------------------------------------------------------------------ model files


def test_missing_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AnnotatorUnavailable, match=r"language\.npz.*reinstall kg"):
        LanguageModel.load(tmp_path / "language.npz")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"PK\x03\x04 not really", id="no archive"),
        pytest.param(b"version https://git-lfs.github.com/spec/v1\n", id="git-lfs pointer"),
        pytest.param(MODEL_PATH.read_bytes()[:100_000], id="cut short"),
    ],
)
def test_damaged_model_says_what_to_do(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "language.npz"
    path.write_bytes(content)
    with pytest.raises(AnnotatorUnavailable, match="reinstall kg"):
        LanguageModel.load(path)


@pytest.mark.parametrize("name", ["format", "pairs", "back_hidden", "ahead_input.scale"])
def test_model_without_one_of_its_arrays_says_what_to_do(name: str, tmp_path: Path) -> None:
    with np.load(MODEL_PATH) as file:
        arrays = {key: array for key, array in file.items() if key != name}
    np.savez(tmp_path / "language.npz", allow_pickle=False, **arrays)
    with pytest.raises(AnnotatorUnavailable, match=name):
        LanguageModel.load(tmp_path / "language.npz")


def test_model_of_another_format_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "language.npz", format=np.array([99]))
    with pytest.raises(AnnotatorUnavailable, match="format 99"):
        LanguageModel.load(tmp_path / "language.npz")


def test_shipped_model_is_loaded_once() -> None:
    assert language_model() is language_model()
