"""Write the pre-trained language models as the file that segmentation runs.

Both networks and the vectors are kept whole, save the rarer pairs, whose vectors would be three
quarters of the file; a dropped pair counts as unknown, as pairs too rare to be learned do.
"""

# mypy: disable-error-code="import-not-found, import-untyped, misc, no-any-return, no-untyped-call"

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kg.characters import Vocabulary
from kg.segmentation.language_model import FORMAT
from kg.training.export import gates, put_eight_bits, write_model

__all__ = ["MAX_PAIRS", "write_language_model"]

MAX_PAIRS = 16_000

Arrays = dict[str, npt.NDArray[Any]]


def write_language_model(
    state: Mapping[str, npt.NDArray[np.float32]],
    vocabulary: Vocabulary,
    pair_counts: npt.NDArray[np.int64],
    path: Path,
) -> None:
    """Write the networks of `kg.training.pretraining` with the commonest pairs.

    *pair_counts* tells how often each pair of the vocabulary occurs, in its order.
    """
    kept = np.sort(np.argsort(-pair_counts, kind="stable")[:MAX_PAIRS])
    arrays: Arrays = {
        "format": np.array([FORMAT]),
        **Vocabulary(vocabulary.characters, vocabulary.pairs[kept]).to_arrays(),
    }
    put_eight_bits(arrays, "character_vectors", state["char.weight"], axis=1)
    rows = np.concatenate([[0, 1], kept + 2])  # OUTSIDE and UNKNOWN stay in front
    put_eight_bits(arrays, "pair_vectors", state["bi.weight"][rows], axis=1)
    for name, source, guess in (("ahead", "f", "guess_next"), ("back", "b", "guess_previous")):
        _put_direction(arrays, name, state, source, guess)
    write_model(arrays, path)


def _put_direction(
    arrays: Arrays, name: str, state: Mapping[str, npt.NDArray[np.float32]], source: str, guess: str
) -> None:
    put_eight_bits(arrays, f"{name}_input", gates(state[f"{source}.weight_ih_l0"]).T, axis=0)
    put_eight_bits(arrays, f"{name}_hidden", gates(state[f"{source}.weight_hh_l0"]).T, axis=0)
    biases = gates(state[f"{source}.bias_ih_l0"] + state[f"{source}.bias_hh_l0"])
    arrays[f"{name}_biases"] = biases.astype(np.float32)
    put_eight_bits(arrays, f"{name}_head", state[f"{guess}.head.weight"].T, axis=0)
    at = 0
    while f"{guess}.tail.{at}.0.weight" in state:
        inner, outer = (state[f"{guess}.tail.{at}.{part}.weight"].T for part in (0, 1))
        put_eight_bits(arrays, f"{name}_tail{at}_inner", inner, axis=0)
        put_eight_bits(arrays, f"{name}_tail{at}_outer", outer, axis=0)
        at += 1
