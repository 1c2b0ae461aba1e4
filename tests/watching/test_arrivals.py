"""When a folder has come to rest: without a clock, and once with the real file system."""

from __future__ import annotations

import threading
from pathlib import Path

from kg.watching.arrivals import Listing, Rest, arrivals, listing_of

EMPTY: Listing = frozenset()
HALF: Listing = frozenset({("a.txt", 500, 1)})
WHOLE: Listing = frozenset({("a.txt", 900, 2)})


def built_at(steps: list[tuple[float, Listing]], settle: float = 2.0) -> list[float]:
    """Return the times at which something is built."""
    rest = Rest(EMPTY, settle_seconds=settle)
    return [now for now, listing in steps if rest.is_over(listing, now)]


def test_half_written_file_is_waited_for() -> None:
    assert built_at([(10, HALF), (11, HALF), (11.5, WHOLE), (13, WHOLE), (13.5, WHOLE)]) == [13.5]


def test_what_is_built_is_not_built_again() -> None:
    assert built_at([(10, WHOLE), (12, WHOLE), (13, WHOLE), (99, WHOLE)]) == [12]


def test_file_that_comes_and_goes_causes_nothing() -> None:
    assert built_at([(10, HALF), (11, EMPTY), (15, EMPTY)]) == []


def test_deleted_document_causes_a_build() -> None:
    assert built_at([(0, WHOLE), (2, WHOLE), (10, EMPTY), (12, EMPTY)]) == [2, 12]


def test_folder_that_never_rests_is_built_all_the_same() -> None:
    changing = [(float(now), frozenset({("a.txt", now, now)})) for now in range(100)]
    assert built_at(changing) == [60]


def test_waiting_means_there_is_something_to_build() -> None:
    rest = Rest(EMPTY, settle_seconds=2)
    assert not rest.is_waiting
    rest.is_over(HALF, 0)
    assert rest.is_waiting
    rest.is_over(HALF, 2)
    assert not rest.is_waiting


def test_file_that_has_just_gone_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    files = [(tmp_path / "a.txt", "a.txt"), (tmp_path / "b.txt", "b.txt")]
    assert {name for name, _, _ in listing_of(files)} == {"a.txt"}


def test_file_system_wakes_the_watch(tmp_path: Path) -> None:
    def list_documents() -> Listing:
        return listing_of((file, file.name) for file in tmp_path.iterdir())

    stop = threading.Event()
    watch = arrivals(tmp_path, list_documents, built=EMPTY, settle_seconds=0.05, stop=stop)
    threading.Timer(0.2, (tmp_path / "a.txt").write_text, ["新闻"]).start()
    threading.Timer(20, stop.set).start()
    assert [*(None for _ in [next(watch)])] == [None]
    stop.set()
    assert list(watch) == []
