"""One folder, its graph, and what each build changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import InputError
from kg.pipeline import BuildReport, build, source_files
from kg.settings import SETTINGS_FILE, Settings
from kg.watching.arrivals import Listing, listing_of
from kg.watching.changes import Changes, ClaimRecord, compare, ids_of, records_of
from kg.watching.feed import check_feed, write_feed

if TYPE_CHECKING:
    from kg.workers import Progress

__all__ = ["Watch"]


class Watch:
    """A folder with documents and the graph that is kept up to date with it.

    Args:
        folder: the documents.
        out: where the graph is written; what an earlier build wrote there is compared with.
        about: names of entities; only changes of claims about them are told, all if empty.
        feed: an Atom feed that new claims are added to.

    Raises:
        InputError: *feed* is a file but no feed, or would be taken for a document.
    """

    def __init__(
        self, folder: Path, out: Path, *, about: Sequence[str] = (), feed: Path | None = None
    ) -> None:
        self._folder = folder
        self._out = out
        self._about = tuple(about)
        self._feed = feed
        if feed is not None:
            self._check(feed)  # now, not after the first build
        self._records, self._ids = self._read()

    def list_documents(self) -> Listing:
        """Return the documents and the settings file as they are now."""
        files = source_files([self._folder], self._out)
        return listing_of([*files, (self._folder / SETTINGS_FILE, SETTINGS_FILE)])

    def build(
        self,
        settings: Settings,
        *,
        jobs: int = 1,
        strict: bool = False,
        progress: Progress | None = None,
    ) -> tuple[BuildReport, Changes]:
        """Build, add to the feed, and return the record of the build with what it changed.

        Raises:
            InputError: (*strict*) a document cannot be used, or the feed cannot be written.
        """
        report = build(
            [self._folder],
            self._out,
            settings=settings,
            jobs=jobs,
            strict=strict,
            progress=progress,
        )
        if not report.is_built:
            return report, Changes((), ())
        before, ids_before = self._records, self._ids
        self._records, self._ids = self._read()
        changes = compare(before, self._records)
        if self._about:
            changes = changes.about(ids_before | self._ids)
        if self._feed is not None:
            self._write_feed(self._feed, changes)
        return report, changes

    def _check(self, feed: Path) -> None:
        folder, out, file = (path.resolve() for path in (self._folder, self._out, feed))
        is_output = folder in out.parents and out in file.parents
        if folder in file.parents and not is_output:
            raise InputError(
                "the feed would be read as one of the documents",
                path=feed,
                remedy=f"write it outside {self._folder}",
            )
        check_feed(feed)

    def _write_feed(self, feed: Path, changes: Changes) -> None:
        write_feed(
            feed,
            changes.new,
            self._records,
            about=self._about,
            now=datetime.now(timezone.utc),
        )

    def _read(self) -> tuple[Mapping[str, ClaimRecord], frozenset[str]]:
        """Return the claims of the graph and the entities that the watch is about."""
        from kg.graph import open_store
        from kg.graph.reader import GraphReader

        try:
            store = open_store(self._out)
        except InputError:  # nothing was built yet, or it is damaged and will be replaced
            return {}, frozenset()
        reader = GraphReader(store)
        return records_of(reader), ids_of(reader, self._about)
