"""Take files through the text stages, in this process or in several.

Every file stands alone up to here: read, split, annotate and extract need no other document. So they
are shared out over processes, and whatever one file trips over costs that file and no other. Results
come back in the order of the files, however many processes work on them.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from kg.errors import (
    AnnotatorUnavailable,
    InputError,
    OntologyError,
    SettingsError,
)
from kg.model import Document, DocumentId, Extraction
from kg.script import as_printed, simplified_twin
from kg.settings import Settings

if TYPE_CHECKING:
    from kg.cache import Cache

__all__ = [
    "DocumentExtraction",
    "FileResult",
    "Progress",
    "Skipped",
    "Stopwatch",
    "engine_report",
    "extract_document",
    "extract_files",
]

logger = logging.getLogger(__name__)

Progress: TypeAlias = Callable[[int, int, str], None]
"""Called after each file with how many are done, how many there are, and its name."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A document that could not be used, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class DocumentExtraction:
    """What the articles of one document say."""

    document: Document
    extractions: tuple[Extraction, ...]


@dataclass(frozen=True, slots=True)
class FileResult:
    """One file after the text stages."""

    path: str
    documents: tuple[DocumentExtraction, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)  # by stage
    cache_key: str = ""
    is_reused: bool = False  # found in the cache
    counts: Mapping[str, int] = field(default_factory=dict)  # of an engine that reports


class Stopwatch:
    """Adds up how long each stage took: ``with stopwatch("read"): …``."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] += time.perf_counter() - begin  # type: ignore[assignment]


def extract_files(
    files: Sequence[tuple[Path, str]],
    *,
    settings: Settings | None = None,
    jobs: int = 1,
    strict: bool = False,
    progress: Progress | None = None,
    cache: Cache | None = None,
) -> Iterator[FileResult]:
    """Yield what each file holds, in the order of *files*.

    Args:
        files: paths and the names the documents shall have, as `kg.reading.find_files` gives them.
        settings: of the corpus; the defaults if left out.
        jobs: how many processes share the files.
        strict: raise for the first file that cannot be used instead of skipping it.
        progress: told of each file that is done.
        cache: where results are kept and looked for.

    Raises:
        InputError: (*strict*) a document cannot be used.
    """
    tasks = _plan(files, settings or Settings(), cache)
    for done, result in enumerate(_run(tasks, jobs), 1):
        for skip in result.skipped:
            if strict:
                raise InputError(skip.reason, path=skip.path)
            logger.info("skipped: %s: %s", skip.path, skip.reason)
        if progress is not None:
            progress(done, len(tasks), result.path)
        yield result


def engine_report(settings: Settings, results: Iterable[FileResult]) -> tuple[str, ...]:
    """Return what the engine has to tell of all *results* together, in lines; often nothing."""
    from kg.engines import ReportingEngine, load_engine

    counts: Counter[str] = Counter()
    for result in results:
        counts.update(result.counts)
    engine = load_engine(settings.engine)
    if not counts or not isinstance(engine, ReportingEngine):
        return ()
    return tuple(engine.report(counts))


def extract_document(
    document: Document, settings: Settings, stopwatch: Stopwatch | None = None
) -> DocumentExtraction:
    """Take one document through the text stages."""
    from kg.engines import load_engine
    from kg.segmentation import split_articles

    stopwatch = stopwatch or Stopwatch()
    document = replace(document, publisher=document.publisher or settings.publisher)
    with stopwatch("split"):
        articles = split_articles(document)
    with stopwatch("extract"):
        engine = load_engine(settings.engine)
        twins = [simplified_twin(article) for article in articles]
        found = list(engine.extract_all(twins, home=settings.home))
    printed = map(as_printed, found, articles)
    extractions = [_without_excluded(extraction, settings) for extraction in printed]
    # The boxes of a PDF's lines have done their work; nobody downstream asks for them.
    return DocumentExtraction(replace(document, layout=()), tuple(extractions))


# ---------------------------------------------------------------------------------- one file


@dataclass(frozen=True, slots=True)
class _Task:
    """One file on its way to a worker."""

    path: Path
    name: str
    document_id: DocumentId
    settings: Settings
    cache: Cache | None


def _plan(
    files: Sequence[tuple[Path, str]], settings: Settings, cache: Cache | None
) -> list[_Task]:
    from kg.reading.discovery import document_names

    ids = document_names([name for _, name in files])
    return [
        _Task(path, name, DocumentId(document_id), settings, cache)
        for (path, name), document_id in zip(files, ids, strict=True)
    ]


def _extract_file(task: _Task) -> FileResult:
    key = _cache_key(task)
    if task.cache and key and (found := task.cache.load(key, DocumentExtraction)):
        return FileResult(task.name, (found,), cache_key=key, is_reused=True)
    stopwatch = Stopwatch()
    documents: list[DocumentExtraction] = []
    skipped: list[Skipped] = []
    with _skipping(task.path, skipped):
        documents.append(_read_and_extract(task, stopwatch))
    if task.cache and key and documents:  # not above: a full disk is no fault of the document
        task.cache.store(key, documents[0])
    return FileResult(
        task.name,
        tuple(documents),
        tuple(skipped),
        dict(stopwatch.seconds),
        key,
        counts=_engine_counts(task.settings),
    )


def _engine_counts(settings: Settings) -> Mapping[str, int]:
    from kg.engines import ReportingEngine, load_engine

    engine = load_engine(settings.engine)
    return engine.take_counts() if isinstance(engine, ReportingEngine) else {}


def _cache_key(task: _Task) -> str:
    """Return the name under which the result is kept, "" where it is not."""
    if task.cache is None:
        return ""
    from kg.engines import load_engine
    from kg.reading import check_file

    engine = load_engine(task.settings.engine).identity
    circumstances = (task.name, task.document_id, str(task.settings.as_pairs()), engine)
    try:
        check_file(task.path)  # a pipe would be waited for, a device read without end
        return task.cache.key(task.path, *circumstances)
    except (InputError, OSError):  # the reading room will say why, and what would help
        return ""


def _read_and_extract(task: _Task, stopwatch: Stopwatch) -> DocumentExtraction:
    from kg.reading import read_document

    with stopwatch("read"):
        document = replace(read_document(task.path, name=task.name), id=task.document_id)
    result = extract_document(document, task.settings, stopwatch)
    if not result.extractions:
        raise InputError("no article was found in it", remedy="leave it out")
    return result


@contextmanager
def _skipping(path: Path, skipped: list[Skipped]) -> Iterator[None]:
    """Turn whatever a document makes the stages raise into an entry of *skipped*."""
    try:
        yield
    except InputError as error:
        reason = "; ".join(filter(None, (error.reason, error.remedy)))
        place = f"{path}:{error.line}" if error.line else str(path)
        skipped.append(Skipped(place, reason))
    except (AnnotatorUnavailable, OntologyError, SettingsError):
        raise  # no fault of this document: all others would fail alike
    except Exception as error:
        # The one catch-all of kg. The text of a document is untrusted and the libraries that parse
        # it are many; an error in one of ten thousand documents is no reason to lose the others.
        logger.debug("%s", path, exc_info=True)
        skipped.append(Skipped(str(path), f"{type(error).__name__}: {error}; please report it"))


def _without_excluded(extraction: Extraction, settings: Settings) -> Extraction:
    """Leave out the claims that the settings exclude."""
    kept = tuple(
        relation
        for relation in extraction.relations
        if relation.predicate not in settings.excluded_relations
        and relation.evidence.confidence >= settings.min_confidence
    )
    return replace(extraction, relations=kept)


# ----------------------------------------------------------------------------- many processes


def _run(tasks: Sequence[_Task], jobs: int) -> Iterator[FileResult]:
    jobs = min(jobs, len(tasks))
    if jobs <= 1:
        yield from map(_extract_file, tasks)
        return
    from kg.processes import Died, map_in_processes

    for task, outcome in zip(tasks, map_in_processes(_extract_file, tasks, jobs), strict=True):
        if isinstance(outcome, Died):
            reason = (
                "the process that read it died twice (out of memory?); leave it out or cut it up"
            )
            yield FileResult(task.name, skipped=(Skipped(str(task.path), reason),))
        else:
            yield outcome
