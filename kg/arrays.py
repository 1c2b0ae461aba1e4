"""Read what kg learned: numpy archives that may be missing, cut short or of another format.

Weights are stored in eight bits with a scale beside them (`name` and `name.scale`), which is a
quarter of their size; networks that are run in numpy read them here.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

__all__ = ["Arrays", "Floats", "read_arrays", "weights_of"]

Arrays: TypeAlias = Mapping[str, npt.NDArray[Any]]
Floats: TypeAlias = npt.NDArray[np.float32]

# What numpy and zipfile raise for a file cut short, empty, with a byte changed (one bit says that it
# is encrypted: RuntimeError), or holding one array and no archive (AttributeError on Python 3.10).
_DAMAGES = (AttributeError, BadZipFile, EOFError, RuntimeError, TypeError, zlib.error)


def read_arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    """Read the arrays of an .npz file.

    Raises:
        OSError: it is missing or cannot be read.
        ValueError: it is no such archive, or a damaged one.
    """
    content = path.read_bytes()
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return dict(archive)
    except _DAMAGES as error:
        raise ValueError(f"not an archive of arrays, or damaged: {error}") from error


def weights_of(arrays: Arrays, name: str) -> Floats:
    """Return an array as real numbers, multiplied out where it is stored in eight bits.

    >>> arrays = {"w": np.array([[127, -64]], np.int8), "w.scale": np.array([[0.5]], np.float32)}
    >>> weights_of(arrays, "w").tolist()
    [[63.5, -32.0]]
    """
    stored = arrays[name]
    if stored.dtype == np.int8:
        return stored.astype(np.float32) * arrays[f"{name}.scale"].astype(np.float32)
    return stored.astype(np.float32)
