"""Model files that may be missing, damaged or something else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kg.arrays import read_arrays, weights_of


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "model.npz"
    np.savez_compressed(path, weights=np.arange(500, dtype=np.float32), labels=np.array(["a"]))
    return path


def test_arrays_are_read_by_name(archive: Path) -> None:
    arrays = read_arrays(archive)
    assert sorted(arrays) == ["labels", "weights"]
    assert arrays["weights"][-1] == 499


def test_missing_file_is_told_from_a_damaged_one(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"none\.npz"):
        read_arrays(tmp_path / "none.npz")


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.95])
def test_file_cut_short_is_a_value_error(share: float, archive: Path) -> None:
    content = archive.read_bytes()
    archive.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError):
        read_arrays(archive)


def test_every_changed_byte_is_noticed_or_harmless(archive: Path) -> None:
    content = archive.read_bytes()
    for at in range(len(content)):
        archive.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        try:
            read_arrays(archive)
        except ValueError:
            continue


def test_single_array_is_no_archive(tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", np.arange(3))
    with pytest.raises(ValueError):
        read_arrays(tmp_path / "one.npy")


def test_pickled_objects_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "objects.npz", words=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError):
        read_arrays(tmp_path / "objects.npz")


def test_weights_in_eight_bits_are_multiplied_out() -> None:
    arrays = {
        "plain": np.array([0.5], np.float64),
        "small": np.array([[2, -4], [127, 0]], np.int8),
        "small.scale": np.array([[0.5], [0.1]], np.float32),
    }
    assert weights_of(arrays, "plain").dtype == np.float32
    assert weights_of(arrays, "small").dtype == np.float32
    assert weights_of(arrays, "small") == pytest.approx(np.array([[1, -2], [12.7, 0]]), rel=1e-6)
