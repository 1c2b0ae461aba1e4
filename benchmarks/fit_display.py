"""Fit the log odds of kg/segmentation/display.py to typeset pages by logistic regression.

python benchmarks/fit_display.py /tmp/pages/dev ../shared/gold/pages
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from fit_columns import labelled

from kg.segmentation.display import display_features


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    arguments = parser.parse_args()
    data = [
        (display_features(lines, index), float(not is_body))
        for folder in arguments.folders
        for lines, truth in labelled(folder)
        for index, is_body in truth.items()
    ]
    names = sorted({name for features, _ in data for name in features})
    x = np.array([[features.get(name, 0.0) for name in names] for features, _ in data])
    y = np.array([label for _, label in data])
    weights = np.zeros(len(names))
    for _ in range(40):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        gradient = x.T @ (p - y) + 0.5 * weights
        hessian = (x * (p * (1 - p))[:, None]).T @ x + 0.5 * np.eye(len(names))
        step = np.linalg.solve(hessian, gradient)
        weights -= step
        if np.abs(step).max() < 1e-6:
            break
    p = 1 / (1 + np.exp(-x @ weights))
    print(
        f"{len(y)} lines, {int(y.sum())} display; missed {(y * (p < 0.5)).sum():.0f}, false {((1 - y) * (p > 0.5)).sum():.0f}"
    )
    print(
        "{"
        + ", ".join(f'"{name}": {weight:.2f}' for name, weight in zip(names, weights, strict=True))
        + "}"
    )


if __name__ == "__main__":
    main()
