"""B³ and pairwise scores are those of their definitions."""

from __future__ import annotations

import pytest

from kg.errors import InputError
from kg.resolution.evaluation import b_cubed, pairwise

# Bagga and Baldwin's example: {1-5}, {6, 7}, {8-C}; response 1 joins the second with the third.
TRUE = dict.fromkeys("12345", "a") | dict.fromkeys("67", "b") | dict.fromkeys("89ABC", "c")
SECOND_WITH_THIRD = {item: "a" if item in "12345" else "bc" for item in TRUE}
FIRST_WITH_THIRD = {item: "b" if item in "67" else "ac" for item in TRUE}


def test_b_cubed_is_that_of_its_paper() -> None:
    assert b_cubed(SECOND_WITH_THIRD, TRUE).precision == pytest.approx(0.76, abs=0.005)
    assert b_cubed(FIRST_WITH_THIRD, TRUE).precision == pytest.approx(0.58, abs=0.005)
    assert b_cubed(SECOND_WITH_THIRD, TRUE).recall == 1


def test_a_wrong_merge_of_large_clusters_costs_more_pairs() -> None:
    assert pairwise(SECOND_WITH_THIRD, TRUE).precision == pytest.approx(21 / 31)
    assert pairwise(FIRST_WITH_THIRD, TRUE).precision == pytest.approx(21 / 46)


def test_everything_apart_is_precise_and_finds_nothing() -> None:
    apart = {item: item for item in TRUE}
    assert (pairwise(apart, TRUE).precision, pairwise(apart, TRUE).recall) == (1, 0)
    assert pairwise(apart, TRUE).f1 == 0
    assert b_cubed(apart, TRUE).recall == pytest.approx(3 / 12)


def test_only_items_of_the_gold_clustering_count() -> None:
    assert b_cubed({**TRUE, "x": "a"}, TRUE).f1 == 1


def test_an_item_without_a_cluster_is_told() -> None:
    with pytest.raises(InputError, match="no predicted cluster for '1'"):
        b_cubed({}, TRUE)
    with pytest.raises(InputError, match="empty"):
        pairwise({}, {})
