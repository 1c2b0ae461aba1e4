"""Chains of labels against the enumeration of every labelling of a short sentence."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest

from kg.annotation.chains import Chains, Packing, ScoredSpan, read_spans

LABELS = ["O", "B-Place", "I-Place", "E-Place", "S-Place"]
FEWER = ["O", "S-Place"]
LENGTHS = [5, 3, 3, 1]

Floats = npt.NDArray[np.float32]


def legal_moves() -> npt.NDArray[np.bool_]:
    opens = [label[0] in "OBS" for label in LABELS]
    closes = [label[0] in "OES" for label in LABELS]
    return np.equal.outer(np.array(closes), np.array(opens))


def make_chains(seed: int, *, legal: bool = False) -> tuple[Chains, Floats]:
    """Return chains and emissions for LENGTHS; the second layer, unless *legal*, has fewer labels."""
    rng = np.random.default_rng(seed)
    labels = [LABELS, LABELS if legal else FEWER]

    def chance(*shape: int) -> Floats:
        return rng.normal(0, 1, shape).astype(np.float32)

    moves = [chance(len(layer), len(layer)) for layer in labels]
    if legal:
        moves[0] = np.where(legal_moves(), moves[0], np.float32(-100))
    ends = [[chance(len(layer)) for layer in labels] for _ in range(2)]
    chains = Chains(labels, ends[0], ends[1], moves)
    emissions = chance(2, sum(LENGTHS), len(LABELS)) * np.float32(1.5)
    emissions[1, :, len(labels[1]) :] = -100
    return chains, emissions


def labellings(chains: Chains, layer: int, emissions: Floats) -> dict[tuple[int, ...], float]:
    """Return the weight of every labelling of a short sentence."""
    weights = {}
    for path in itertools.product(range(len(chains.labels[layer])), repeat=len(emissions)):
        score = float(chains.start[layer, path[0]] + chains.end[layer, path[-1]])
        score += sum(float(emissions[t, label]) for t, label in enumerate(path))
        score += sum(float(chains.moves[layer, a, b]) for a, b in itertools.pairwise(path))
        weights[path] = float(np.exp(score))
    return weights


def sentence_rows(packing: Packing, column: int) -> list[int]:
    return [rows.start + column for rows in packing.steps[: packing.lengths[column]]]


CASES = [(seed, layer) for seed in range(6) for layer in (0, 1)]


@pytest.mark.parametrize(("seed", "layer"), CASES)
def test_scores_are_probabilities_over_all_labellings(seed: int, layer: int) -> None:
    chains, emissions = make_chains(seed)
    packing = Packing(LENGTHS)
    decoded = chains.decode(emissions, packing)[layer]
    for column in range(len(LENGTHS)):
        weights = labellings(chains, layer, emissions[layer, sentence_rows(packing, column)])
        best = max(weights, key=lambda path: weights[path])
        spans = list(read_spans([chains.labels[layer][label] for label in best]))
        assert [(n.begin, n.end, n.type) for n in decoded[column]] == spans
        for name in decoded[column]:
            assert name.score == pytest.approx(share(weights, best, name), rel=1e-3)


def share(weights: dict[tuple[int, ...], float], best: tuple[int, ...], name: ScoredSpan) -> float:
    """Return the share of the labellings that agree with *best* on the stretch of *name*."""
    stretch = slice(name.begin, name.end)
    same = sum(weight for path, weight in weights.items() if path[stretch] == best[stretch])
    return same / sum(weights.values())


@pytest.mark.parametrize("seed", range(8))
def test_alternatives_are_all_spans_that_are_probable_enough(seed: int) -> None:
    chains, emissions = make_chains(seed, legal=True)
    alone = emissions[:, : LENGTHS[0]]
    ((found,), _) = chains.decode(alone, Packing(LENGTHS[:1]), 0.05)
    weights = labellings(chains, 0, alone[0])
    expected: dict[tuple[int, int], float] = {}
    for path, weight in weights.items():
        for begin, end, _ in read_spans([LABELS[label] for label in path]):
            part = weight / sum(weights.values())
            expected[begin, end] = expected.get((begin, end), 0.0) + part
    best = {(n.begin, n.end) for n in found if n.best}
    probable = {span for span, score in expected.items() if score >= 0.05}
    assert {(n.begin, n.end) for n in found} == probable | best
    for name in found:
        assert name.score == pytest.approx(expected[name.begin, name.end], rel=1e-2)


@pytest.mark.parametrize(
    ("labels", "spans"),
    [
        pytest.param("B-A I-A E-A", [(0, 3, "A")], id="whole"),
        pytest.param("B-A S-B E-A", [(1, 2, "B")], id="interrupted"),
        pytest.param("B-A E-B", [], id="two types"),
        pytest.param("I-A E-A", [], id="no beginning"),
        pytest.param("B-A B-A E-A", [(1, 3, "A")], id="begun twice"),
        pytest.param("B-A I-B E-A", [], id="type changes inside"),
        pytest.param("B-A", [], id="never ends"),
    ],
)
def test_broken_label_sequences_spell_no_name(
    labels: str, spans: list[tuple[int, int, str]]
) -> None:
    assert list(read_spans(labels.split())) == spans


def test_packed_rows_come_step_by_step() -> None:
    packing = Packing([3, 1, 1])
    assert packing.active == [3, 1, 1]
    assert packing.times.tolist() == [0, 0, 0, 1, 2]
    assert packing.columns.tolist() == [0, 1, 2, 0, 0]


def test_mirror_leads_to_the_row_as_far_from_the_end() -> None:
    packing = Packing([3, 2])
    assert packing.mirror.tolist() == [4, 3, 2, 1, 0]
    assert packing.mirror[packing.mirror].tolist() == list(range(5))


def test_text_order_strings_the_sentences_together() -> None:
    packing = Packing([3, 2])
    rows = np.array([["a1", "b1", "a2", "b2", "a3"]])
    assert packing.in_text_order(rows).tolist() == [["a1", "a2", "a3", "b1", "b2"]]
