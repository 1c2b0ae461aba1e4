"""Build, extract and open from Python, as the commands of the same names do.

The commands and these functions agree: the same settings file is found beside the corpus, the
environment counts, and what is passed wins.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from kg.library.knowledge_graph import KnowledgeGraph
from kg.settings import Settings, settings_of_corpus

if TYPE_CHECKING:
    from kg.pipeline import BuildReport
    from kg.workers import DocumentExtraction, Progress

__all__ = ["build", "extract", "open_graph"]

logger = logging.getLogger(__name__)

StrPath: TypeAlias = "str | os.PathLike[str]"


def build(
    paths: StrPath | Iterable[StrPath],
    out: StrPath = "exports",
    *,
    settings: Settings | StrPath | None = None,
    home: str | None = None,
    publisher: str | None = None,
    engine: str | None = None,
    min_confidence: float | None = None,
    judgements: StrPath | None = None,
    links: StrPath | None = None,
    jobs: int = 1,
    strict: bool = False,
    fresh: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Build the graph of some documents and write it to the folder *out*.

    A document that cannot be used is skipped and listed in the report, where nothing says *strict*.

    Args:
        paths: a file or folder, or several.
        out: where graph, picture, tables and store go; made where it is missing.
        settings: of the corpus, or the file they stand in; the kg.toml beside *paths* if left out.
        home: what 我市 means, such as 聊城市.
        publisher: the paper of documents that name none.
        engine: what finds names.
        min_confidence: leave out claims below, 0 to 1.
        judgements: the file with what people decided (kg review); the one beside the settings if left
            out.
        links: the file that says which entities are what elsewhere (kg link); likewise.
        jobs: how many processes share the documents. With more than one a script needs the guard
            ``if __name__ == "__main__"``, as `multiprocessing` always does.
        strict: raise for the first document that cannot be used.
        fresh: extract again what earlier builds kept.
        progress: called with how many files are done, how many there are, and a name.

    Raises:
        InputError: a path does not exist, or (*strict*) a document cannot be used.
        SettingsError: a setting is unknown or impossible.
    """
    from kg.linking import LINKS_FILE
    from kg.pipeline import build as build_graph
    from kg.review import find_beside_settings

    files = _paths(paths)
    return build_graph(
        files,
        Path(out),
        settings=_settings(
            files,
            settings,
            home=home,
            publisher=publisher,
            engine=engine,
            min_confidence=min_confidence,
        ),
        judgements=Path(judgements) if judgements else find_beside_settings(files),
        links=Path(links) if links else find_beside_settings(files, LINKS_FILE),
        jobs=jobs,
        strict=strict,
        fresh=fresh,
        progress=progress,
    )


def extract(
    paths: StrPath | Iterable[StrPath],
    *,
    settings: Settings | StrPath | None = None,
    home: str | None = None,
    publisher: str | None = None,
    engine: str | None = None,
    min_confidence: float | None = None,
    jobs: int = 1,
    strict: bool = False,
) -> Iterator[DocumentExtraction]:
    """Yield each document with what its articles say, before anything is linked across documents.

    ``document_extraction.extractions`` has an entry per article: its text, mentions and relations,
    with offsets into the text. A document that cannot be used is logged as a warning; *strict* raises
    instead. The arguments are those of `build`.

    Raises:
        InputError: a path does not exist, or (*strict*) a document cannot be used.
        SettingsError: a setting is unknown or impossible.
    """
    from kg.reading import find_files

    files = _paths(paths)
    # Not in the generator: what is wrong with the arguments is to be raised by the call itself.
    found = find_files(files)
    chosen = _settings(
        files,
        settings,
        home=home,
        publisher=publisher,
        engine=engine,
        min_confidence=min_confidence,
    )
    return _extracted(found, chosen, jobs, strict)


def _extracted(
    files: list[tuple[Path, str]], settings: Settings, jobs: int, strict: bool
) -> Iterator[DocumentExtraction]:
    from kg.workers import extract_files

    for result in extract_files(files, settings=settings, jobs=jobs, strict=strict):
        for skipped in result.skipped:
            logger.warning("skipped: %s: %s", skipped.path, skipped.reason)
        yield from result.documents


def open_graph(folder: StrPath = "exports") -> KnowledgeGraph:
    """Open the graph that a build wrote into *folder*, or a Turtle file of that form.

    The object keeps the build it was opened on; after another build, open again.

    Raises:
        InputError: there is no graph, or it is damaged.
    """
    from kg.graph import load_turtle, open_store

    path = Path(folder)
    store = load_turtle(path) if path.is_file() else open_store(path)
    return KnowledgeGraph(store, name=path.name or str(path.resolve()))


def _paths(paths: StrPath | Iterable[StrPath]) -> list[Path]:
    if isinstance(paths, str | os.PathLike):
        return [Path(paths)]
    return [Path(path) for path in paths]


def _settings(files: list[Path], settings: Settings | StrPath | None, **flags: object) -> Settings:
    if isinstance(settings, Settings):
        given = {name: value for name, value in flags.items() if value is not None}
        return replace(settings, **given)  # type: ignore[arg-type]  # named as its fields are
    return settings_of_corpus(files, None if settings is None else Path(settings), flags=flags)
