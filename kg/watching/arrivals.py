"""Say when documents have arrived, whole.

A notice of the file system says that something happened, not that it is over: a page of 20 MB is copied
in many writes, and a crawler writes hundreds of files in a row. So notices only wake us. What counts is
the list of documents with their sizes and times: when it is another one than at the last build and has
stayed the same for a while, there is something to build. Files that are no documents (an editor's swap
file, the graph itself) are not in the list and cause nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from typing import TypeAlias

from kg.errors import AnnotatorUnavailable

__all__ = ["Listing", "Rest", "arrivals", "listing_of", "require_watchfiles"]

Listing: TypeAlias = "frozenset[tuple[str, int, int]]"
"""Names of the documents and of the settings file with size in bytes and time of the last change in nanoseconds."""

_PATIENCE_SETTLES = 30
"""After so many times the settling time it is built although files still change: someone may write
without end, and what is read half now is read whole next time."""


class Rest:
    """Tells when a listing that differs from the one last built has come to rest."""

    def __init__(self, built: Listing, *, settle_seconds: float) -> None:
        self._built = built
        self._seen = built
        self._settle = settle_seconds
        self._seen_since = 0.0
        self._differs_since: float | None = None

    def is_over(self, listing: Listing, now: float) -> bool:
        """Say whether there is something to build, of the listing as it is *now* (seconds)."""
        if listing == self._built:
            self._seen, self._differs_since = listing, None
            return False
        if self._differs_since is None:
            self._differs_since = now
        if listing != self._seen:
            self._seen, self._seen_since = listing, now
        is_settled = now - self._seen_since >= self._settle
        if is_settled or now - self._differs_since >= _PATIENCE_SETTLES * self._settle:
            self._built, self._differs_since = listing, None
            return True
        return False

    @property
    def is_waiting(self) -> bool:
        """Whether something has changed that is not built yet."""
        return self._differs_since is not None


def require_watchfiles() -> None:
    """Look whether a folder can be watched here.

    Raises:
        AnnotatorUnavailable: watchfiles is not installed.
    """
    if find_spec("watchfiles") is None:
        raise AnnotatorUnavailable("kg watch needs watchfiles: pip install 'kg-news[watch]'")


def arrivals(
    folder: Path,
    list_documents: Callable[[], Listing],
    *,
    built: Listing,
    settle_seconds: float = 2.0,
    stop: Event | None = None,
) -> Iterator[None]:
    """Yield when documents below *folder* came, changed or went, and nothing moves any more.

    Args:
        folder: what is watched.
        list_documents: returns the documents as they are.
        built: the documents as they were when the last build began.
        settle_seconds: how long nothing may have changed.
        stop: ends the watch when set.
    """
    rest = Rest(built, settle_seconds=settle_seconds)
    is_first = True  # documents may have come while the last build was running
    for notices in _notices(folder, settle_seconds, stop):
        if is_first or notices or rest.is_waiting:
            is_first = False
            if rest.is_over(list_documents(), time.monotonic()):
                yield


def _notices(
    folder: Path, settle_seconds: float, stop: Event | None
) -> Iterable[Collection[object]]:
    """Yield at every change what changed, and nothing often enough to see that all is at rest."""
    from watchfiles import watch

    # It warns of Ctrl-C, which is how a watch ends.
    logging.getLogger("watchfiles").setLevel(logging.ERROR)
    tick = max(50, int(settle_seconds * 500))
    notices: Iterable[Collection[object]] = watch(
        folder,
        watch_filter=None,
        debounce=tick,
        rust_timeout=tick,
        yield_on_timeout=True,
        stop_event=stop,
        raise_interrupt=False,
    )
    return notices


def listing_of(files: Iterable[tuple[Path, str]]) -> Listing:
    """Return the listing of files and their names; one that has just gone is left out."""
    entries = []
    for file, name in files:
        try:
            status = file.stat()
        except OSError:
            continue
        entries.append((name, status.st_size, status.st_mtime_ns))
    return frozenset(entries)
