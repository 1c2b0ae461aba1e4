"""Write a trained recognizer as the file that `kg.annotation.tagger` runs."""

# mypy: disable-error-code="import-not-found, import-untyped, misc, no-any-return, no-untyped-call"

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from kg.annotation.tagger import FORMAT, Encoder
from kg.training.network import NestedNameRecognizer

__all__ = ["gates", "model_arrays", "put_eight_bits", "round_weights", "write_model"]


def model_arrays(
    recognizer: NestedNameRecognizer, encoder: Encoder, meta: Mapping[str, Any]
) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a model file: weights in eight bits, word lists, labels."""
    state = {name: tensor.numpy() for name, tensor in recognizer.model.state_dict().items()}
    vocabulary = encoder.vocabulary
    arrays: dict[str, npt.NDArray[Any]] = {
        "meta": _text({"format": FORMAT, "labels": recognizer.config.labels, **meta}),
        "words": _text(encoder.words),
        **vocabulary.to_arrays(),
        "biases": np.concatenate(
            [gates(state[f"{d}.bias_ih_l0"] + state[f"{d}.bias_hh_l0"]) for d in ("ahead", "back")]
        ),
        "output_biases": state["out.bias"],
    }
    for layer in range(len(recognizer.config.labels)):
        for part in ("start", "end"):
            arrays[f"chain_{layer}_{part}"] = state[f"chains.{layer}.{part}_transitions"]
        arrays[f"chain_{layer}_moves"] = state[f"chains.{layer}.transitions"]
    inputs = [gates(state[f"{d}.weight_ih_l0"]).T for d in ("ahead", "back")]
    put_eight_bits(arrays, "input_weights", np.concatenate(inputs, axis=1), axis=0)
    for index, direction in enumerate(("ahead", "back")):
        hidden = gates(state[f"{direction}.weight_hh_l0"]).T
        put_eight_bits(arrays, f"hidden_weights_{index}", hidden, axis=0)
    put_eight_bits(arrays, "output_weights", state["out.weight"].T, axis=0)
    put_eight_bits(arrays, "character_vectors", state["characters.weight"], axis=1)
    put_eight_bits(arrays, "pair_vectors", state["pairs.weight"], axis=1)
    return {
        name: array.astype(np.float32) if array.dtype == np.float64 else array
        for name, array in arrays.items()
    }


def write_model(arrays: Mapping[str, npt.NDArray[Any]], path: Path) -> None:
    """Write an .npz whose bytes depend on the arrays only (numpy's own carries the time)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name in sorted(arrays):
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(arrays[name]))
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, buffer.getvalue())


def _text(value: object) -> npt.NDArray[np.uint8]:
    encoded = json.dumps(value, ensure_ascii=False, sort_keys=False).encode()
    return np.frombuffer(encoded, dtype=np.uint8)


def gates(weights: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Reorder torch's gates i, f, g, o to i, f, o, g, and halve those that pass a sigmoid."""
    i, f, g, o = np.split(weights, 4)
    return np.concatenate([i / 2, f / 2, o / 2, g])


def put_eight_bits(
    arrays: dict[str, npt.NDArray[Any]], name: str, values: npt.NDArray[Any], *, axis: int
) -> None:
    """Store *values* in eight bits with a scale for each slice that runs along *axis*."""
    stored, scale = _eight_bits(values, axis)
    arrays[name], arrays[f"{name}.scale"] = stored.astype(np.int8), scale.astype(np.float32)


def _eight_bits(values: npt.NDArray[Any], axis: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    scale = np.abs(values).max(axis=axis, keepdims=True) / 127
    scale[scale == 0] = 1
    return np.rint(values / scale), scale


def round_weights(recognizer: NestedNameRecognizer) -> None:
    """Give HanLP's model the weights that the file will hold, so that both find the same names.

    Unrounded, one span in 150 differs: near ties that eight bits decide the other way.
    """
    with torch.no_grad():
        for name, weights in recognizer.model.named_parameters():
            if weights.dim() == 2 and not name.startswith("chains"):
                stored, scale = _eight_bits(weights.numpy(), axis=1)
                weights.copy_(torch.from_numpy(stored * scale))
