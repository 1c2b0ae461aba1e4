"""Finding documents in folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import InputError
from kg.reading.discovery import document_names, find_files


def write(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("聊城", encoding="utf-8")


def test_documents_are_found_and_what_lies_beside_them_is_not(tmp_path: Path) -> None:
    write(
        tmp_path,
        "b.txt",
        "a/c.html",
        "README.md",
        ".hidden",
        "gold/b.json",
        "b.json",
        "x.py",
        "r.json",
    )
    assert [name for _, name in find_files([tmp_path])] == ["a/c.html", "b.txt", "r.json"]


def test_a_named_file_is_taken_whatever_it_is_called(tmp_path: Path) -> None:
    write(tmp_path, "README")
    assert find_files([tmp_path / "README"]) == [(tmp_path / "README", "README")]


def test_a_link_to_a_folder_above_is_not_followed_for_ever(tmp_path: Path) -> None:
    write(tmp_path, "a/b.txt")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    assert [name for _, name in find_files([tmp_path])] == ["a/b.txt"]


def test_a_path_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        find_files([tmp_path / "nowhere"])


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        (["a.txt", "b.txt"], ["a", "b"]),
        (["2022/a.txt", "2023/a.txt"], ["2022-a", "2023-a"]),
        (["a.html", "a.pdf"], ["a.html", "a.pdf"]),
        (["x/1/a.txt", "y/1/a.txt"], ["x-1-a.txt", "y-1-a.txt"]),
        (["a.txt", "a.txt"], ["a.txt", "a.txt-2"]),
    ],
)
def test_equal_stems_get_distinct_ids(names: list[str], ids: list[str]) -> None:
    assert document_names(names) == ids
