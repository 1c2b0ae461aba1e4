from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kg.errors import AnnotatorUnavailable
from kg.extraction.linear import LinearModel, hash_features


def small_model() -> LinearModel:
    weights = np.zeros((64, 2), dtype=np.float32)
    weights[hash_features(["a"], 64), 0] = 2.0
    weights[hash_features(["b"], 64), 1] = -1.5
    return LinearModel(
        ("x", "y"), weights, np.array([-1.0, 0.5], np.float32), np.array([0.5, 0.5], np.float32)
    )


def test_probabilities_are_the_logistic_of_the_summed_weights() -> None:
    rows = [hash_features(["a"], 64), hash_features(["a", "b"], 64)]
    expected = 1 / (1 + np.exp(-np.array([[1.0, 0.5], [1.0, -1.0]])))
    np.testing.assert_allclose(small_model().probabilities(rows), expected, rtol=1e-6)


def test_a_saved_model_comes_back(tmp_path: Path) -> None:
    model, path = small_model(), tmp_path / "model.npz"
    model.save(path)
    loaded = LinearModel.load(path)
    assert loaded.labels == model.labels
    np.testing.assert_array_equal(loaded.weights, model.weights)


def test_a_broken_model_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    path.write_bytes(b"no archive")
    with pytest.raises(AnnotatorUnavailable, match="reinstall kg or run kg train"):
        LinearModel.load(path)


def test_no_rows_no_probabilities() -> None:
    assert small_model().probabilities([]).shape == (0, 2)
