"""What an engine is.

An engine turns articles into extractions: mentions with their spans, relations and facts with the
words they rest on. It edits nothing, and whatever it says stands in the article: `kg.engines.compliance`
lists what every engine keeps, and is run against each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

from kg.model import Article, Extraction

__all__ = ["Engine", "ReportingEngine"]


class Engine(Protocol):
    """Reads articles. Made once a process, used for all documents of a run."""

    @property
    def identity(self) -> str:
        """Name and version, of the model too: results are kept under it and recorded with it.

        Two engines of one identity give equal extractions for equal articles.
        """

    def extract_all(
        self, articles: Sequence[Article], *, home: str | None = None
    ) -> Iterator[Extraction]:
        """Yield what each article says, in their order.

        Args:
            articles: of one document, in simplified characters.
            home: the region that 我市 means where an article names none, such as 聊城市.

        Raises:
            AnnotatorUnavailable: what the engine needs cannot be reached, whatever the article.
            InputError: this document is more than the engine can take.
        """


@runtime_checkable
class ReportingEngine(Engine, Protocol):
    """An engine that has something to tell at the end of a command: what it cost, what it dropped.

    Counts travel with the results, so that those of several processes can be added up; only then are
    they put into words. An engine that has nothing to tell leaves both methods out.
    """

    def take_counts(self) -> Mapping[str, int]:
        """Return what was counted since the last call, by name."""

    def report(self, counts: Mapping[str, int]) -> Sequence[str]:
        """Return lines for people about *counts* added up over a run; for the terminal."""
