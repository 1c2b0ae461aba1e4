"""One folder, its graph, and what each build changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import InputError
from kg.graph.reader import GraphReader
from kg.linking import LINKS_FILE
from kg.pipeline import BuildReport, build, source_files
from kg.review import find_beside_settings
from kg.settings import Settings, find_settings_file
from kg.watching.arrivals import Listing, listing_of
from kg.watching.feed import check_feed, write_feed
from kg.watching.news import News, find_record, news_between

if TYPE_CHECKING:
    import pyoxigraph as ox

    from kg.workers import Progress

__all__ = ["Watch"]


class Watch:
    """A folder with documents and the graph that is kept up to date with it.

    Args:
        folder: the documents.
        out: where the graph is written; what an earlier build wrote there is compared with.
        about: names of entities; only claims about them are told, all if empty.
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
        self._store = self._read()

    def list_documents(self) -> Listing:
        """Return the documents and what else a build reads, as they are now."""
        files = source_files([self._folder], self._out)
        beside = (find_settings_file([self._folder]), self._judgements(), self._links())
        return listing_of([*files, *((file, str(file)) for file in beside if file)])

    def _judgements(self) -> Path:
        return find_beside_settings([self._folder])

    def _links(self) -> Path:
        return find_beside_settings([self._folder], LINKS_FILE)

    def build(
        self,
        settings: Settings,
        *,
        jobs: int = 1,
        strict: bool = False,
        progress: Progress | None = None,
    ) -> tuple[BuildReport, list[News]]:
        """Build, add to the feed, and return the record of the build with what is new.

        Raises:
            InputError: (*strict*) a document cannot be used, the judgements are not sound, or the feed
            cannot be written.
        """
        report = build(
            [self._folder],
            self._out,
            settings=settings,
            judgements=self._judgements(),
            links=self._links(),
            jobs=jobs,
            strict=strict,
            progress=progress,
        )
        if not report.is_built:
            return report, []
        before, self._store = self._store, self._read()
        news = news_between(before, self._store, self._about)
        if self._feed is not None:
            write_feed(
                self._feed,
                [each.claim for each in news if each.kind != "gone"],
                partial(find_record, GraphReader(self._store)),
                about=self._about,
                now=datetime.now(timezone.utc),
            )
        return report, news

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

    def _read(self) -> ox.Store:
        """Return the graph, in memory: the next build replaces the files."""
        from kg.graph import Graph, memory_store, open_store, read_graph

        try:
            return memory_store(read_graph(open_store(self._out)))
        except InputError:  # nothing was built yet, or it is damaged and will be replaced
            return memory_store(Graph(()))
