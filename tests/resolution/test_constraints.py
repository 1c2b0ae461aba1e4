"""Clusters under what must stay apart."""

from __future__ import annotations

import itertools

from kg.resolution.constraints import ConstrainedClusters


def test_what_must_stay_apart_stays_apart_by_way_of_others() -> None:
    clusters = ConstrainedClusters(3)
    assert clusters.forbid(0, 2)
    assert clusters.join(0, 1)
    assert not clusters.join(1, 2)
    assert clusters.groups() == [[0, 1], [2]]


def test_a_prohibition_moves_with_what_is_joined() -> None:
    clusters = ConstrainedClusters(4)
    clusters.forbid(2, 3)
    assert clusters.join(1, 2)
    assert clusters.join(0, 1)
    assert not clusters.join(3, 0)


def test_what_is_one_already_cannot_be_forbidden() -> None:
    clusters = ConstrainedClusters(2)
    clusters.join(0, 1)
    assert not clusters.forbid(0, 1)
    assert clusters.join(1, 0)


def test_no_order_of_joins_brings_forbidden_ends_together() -> None:
    pairs = [(0, 1), (1, 2), (2, 3), (3, 4), (0, 4)]
    for order in itertools.permutations(pairs):
        clusters = ConstrainedClusters(5)
        clusters.forbid(0, 3)
        clusters.forbid(1, 4)
        for left, right in order:
            clusters.join(left, right)
        assert not clusters.are_one(0, 3)
        assert not clusters.are_one(1, 4)
