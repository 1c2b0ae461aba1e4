"""Quality does not fall unnoticed."""

from __future__ import annotations

import json

import pytest

from tests.evaluation.floors import FLOORS_FILE, SETS, measure, moved, present_sets

FLOORS = json.loads(FLOORS_FILE.read_text("utf-8"))


@pytest.mark.parametrize("name", SETS)
def test_scores_reach_their_floors(name: str) -> None:
    if name not in present_sets():
        pytest.skip(f"{name} is not here")
    sha256, _, scores = measure(name)
    assert sha256 == FLOORS[name]["sha256"], (
        "texts or annotations changed: python -m tests.evaluation.floors measures anew"
    )
    below = {
        kind: (floor, scores.get(kind))
        for kind, floor in FLOORS[name]["floors"].items()
        if any(scores.get(kind, {}).get(key, 0.0) < value for key, value in floor.items())
    }
    assert not below, "better by intent? python -m tests.evaluation.floors --lower GOLD:KIND"


def test_floor_rises_freely_and_falls_by_name() -> None:
    old = {"builds": {"p": 0.5, "r": 0.5, "f": 0.5}, "joins": {"p": 0.5, "r": 0.5, "f": 0.5}}
    new = {"builds": {"p": 0.6, "r": 0.5, "f": 0.55}, "joins": {"p": 0.6, "r": 0.4, "f": 0.48}}
    floors, fallen = moved("gold", old, new, set())
    assert floors == {"builds": new["builds"], "joins": old["joins"]}
    assert len(fallen) == 1
    assert moved("gold", old, new, {"gold:joins"}) == (new, [])
