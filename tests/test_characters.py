"""What networks see of text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.characters import OUTSIDE, UNKNOWN, Vocabulary, fold_codes


def unfold(text: str) -> str:
    return "".join(map(chr, fold_codes(text)))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("总投资５.６亿元", "总投资0.0亿元", id="full-width digits"),
        pytest.param("ＰＣ和pc", "AA和aa", id="letters keep their case"),
        pytest.param("聊城\u3000日报", "聊城 日报", id="ideographic space"),
        pytest.param("㎡", "㎡", id="a sign that folds to two stays one"),
        pytest.param("开门红🎉", "开门红\ufffd", id="emoji count as one character"),
    ],
)
def test_folding_keeps_the_length(text: str, folded: str) -> None:
    assert unfold(text) == folded


def test_pairs_do_not_reach_across_sentences() -> None:
    vocabulary = Vocabulary([ord("市"), ord("局")], [2 * 4 + 3, 3 * 4 + 2])
    ids = vocabulary.character_ids(fold_codes("市局\n市镇"))
    assert ids.tolist() == [2, 3, OUTSIDE, 2, UNKNOWN]
    assert vocabulary.pair_ids(ids).tolist() == [2, OUTSIDE, OUTSIDE, UNKNOWN]


def test_vocabulary_without_pairs_knows_none() -> None:
    vocabulary = Vocabulary([ord("市")], [])
    assert vocabulary.pair_ids(vocabulary.character_ids(fold_codes("市市"))).tolist() == [UNKNOWN]


def test_pairs_of_rows_are_the_pairs_of_each_row() -> None:
    vocabulary = Vocabulary([ord("市"), ord("局")], [2 * 4 + 3, 3 * 4 + 2])
    left, right = np.array([[2, 3], [2, OUTSIDE]]), np.array([[3, 2], [2, 3]])
    assert vocabulary.pair_ids_of(left, right).tolist() == [[2, 3], [UNKNOWN, OUTSIDE]]


def test_rows_of_pairs_of_a_vocabulary_without_pairs_are_unknown() -> None:
    vocabulary = Vocabulary([ord("市")], [])
    rows = np.array([[2, 2], [2, OUTSIDE]])
    assert vocabulary.pair_ids_of(rows, rows).tolist() == [[UNKNOWN, UNKNOWN], [UNKNOWN, OUTSIDE]]


def test_identifiers_follow_the_order_of_the_vectors() -> None:
    vocabulary = Vocabulary([ord("局"), ord("市")], [])
    assert vocabulary.character_ids(fold_codes("市局镇\n")).tolist() == [3, 2, UNKNOWN, OUTSIDE]
    assert vocabulary.base == 4


@given(st.text())
def test_every_character_has_one_code(text: str) -> None:
    codes = fold_codes(text)
    assert len(codes) == len(text)
    assert (codes < 0x10000).all()


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = unfold(text)
    assert unfold(once) == once


def test_lone_surrogate_is_folded() -> None:
    assert len(fold_codes("聊城\ud800日报")) == 5
