"""From a folder of news to a knowledge graph: every stage, in order, on one page.

A build takes each file through the text stages, and only then looks at the corpus as a whole: which
mentions are one entity, what is said of each. A document that cannot be used is listed in the record
of the run and ends nothing. What an earlier build wrote is replaced at the very end, when everything
new stands beside it.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg import __version__
from kg.cache import Cache
from kg.model import Document, Extraction, Resolution, Run
from kg.settings import Settings
from kg.workers import (
    FileResult,
    Progress,
    Skipped,
    Stopwatch,
    engine_report,
    extract_files,
)

if TYPE_CHECKING:
    import pyoxigraph as ox

    from kg.graph import Graph

__all__ = ["BuildReport", "build"]

TURTLE, PICTURE, TABLE, RECORD = "graph.ttl", "graph.html", "statements.csv", "report.json"
STORE, CACHE = "store", "cache"
STAGING = ".build-"  # and the process that writes there
OUTPUTS = frozenset({TURTLE, PICTURE, TABLE, RECORD, STORE, CACHE})
RECORDED_PACKAGES = ("pyoxigraph", "pyshacl", "rdflib", "hanlp-trie", "trafilatura", "pypdfium2")


def build(
    paths: Sequence[Path],
    out: Path,
    *,
    settings: Settings | None = None,
    jobs: int = 1,
    strict: bool = False,
    fresh: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Build the graph of the documents under *paths*; write it, its picture and tables to *out*.

    Where no document can be used, nothing is written.

    Args:
        paths: files and folders.
        out: a folder; made where it is missing.
        settings: of the corpus; the defaults if left out.
        jobs: how many processes share the files.
        strict: raise for the first document that cannot be used instead of skipping it.
        fresh: forget what earlier builds kept of each file.
        progress: told of each file that is done, and of the stages after them.

    Raises:
        InputError: a path does not exist, or (*strict*) a document cannot be used.
    """
    from kg.graph import build_graph, memory_store
    from kg.resolution import resolve
    from kg.validation import validate

    settings = settings or Settings()
    started, stopwatch = _now(), Stopwatch()
    cache = Cache(out / CACHE)
    if fresh:
        cache.keep_only(())
    with stopwatch("text stages"):
        results = list(
            extract_files(
                _sources(paths, out),
                settings=settings,
                jobs=jobs,
                strict=strict,
                progress=progress,
                cache=cache,
            )
        )
    documents = [each.document for result in results for each in result.documents]
    extractions = [one for it in results for each in it.documents for one in each.extractions]
    skipped = tuple(skip for result in results for skip in result.skipped)
    engine_lines = engine_report(settings, results)
    if not documents:
        return BuildReport(out, skipped, engine_lines=engine_lines)

    def say(what: str) -> None:
        if progress is not None:
            progress(len(results), len(results), what)

    say("linking")
    with stopwatch("resolve"):
        resolution = resolve(extractions, division_code=_division_code(near=settings.home))
    with stopwatch("graph"):
        run = _describe_run(settings, documents, started)
        graph = build_graph(resolution, extractions, documents, run, base_iri=settings.base_iri)
        store = memory_store(graph)
    with stopwatch("validate"):
        validation = validate(store)
    with _staged(out) as folder:
        say("writing")
        with stopwatch("write"):
            _write_outputs(graph, store, folder)
        report = BuildReport(
            out,
            skipped,
            run=_ended(run),
            counts=_count(results, extractions, resolution, graph),
            seconds=_seconds(stopwatch, results),
            violations=tuple(f"{it.message}: {it.focus}" for it in validation.violations),
            engine_lines=engine_lines,
        )
        # Half characters (bytes of a file name that are no UTF-8) become what JSON has for them.
        (folder / RECORD).write_text(report.as_json(), "utf-8", "backslashreplace")
    cache.keep_only({result.cache_key for result in results})
    return report


def _sources(paths: Sequence[Path], out: Path) -> list[tuple[Path, str]]:
    """Return the files under *paths* without what an earlier build wrote among them."""
    from kg.reading import find_files

    # Not Path.resolve: of a link to itself it raises before Python 3.13.
    folder = Path(os.path.realpath(out))
    given = [Path(os.path.realpath(path)) for path in paths]
    holds_sources = any(folder == path or folder in path.parents for path in given)

    def is_output(file: Path) -> bool:
        if folder not in file.parents:
            return False
        return not holds_sources or file.relative_to(folder).parts[0] in OUTPUTS

    return [
        (file, name)
        for file, name in find_files(paths)
        if not is_output(Path(os.path.realpath(file)))
    ]


def _write_outputs(graph: Graph, store: ox.Store, folder: Path) -> None:
    from kg.export import write_statements, write_turtle
    from kg.graph import write_store
    from kg.visualization import picture_from_store, write_html

    write_turtle(graph, folder / TURTLE)
    write_statements(store, folder / TABLE)
    write_html(picture_from_store(store), folder / PICTURE, title="知识图谱")
    write_store(graph, folder / STORE)


# ---------------------------------------------------------------------------------- the record


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build read, skipped, found and wrote."""

    out: Path
    skipped: tuple[Skipped, ...]
    run: Run | None = None  # none where nothing was built
    counts: Mapping[str, int] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)  # by stage
    violations: tuple[str, ...] = ()  # of the shapes
    engine_lines: tuple[str, ...] = ()  # what the engine has to tell

    @property
    def is_built(self) -> bool:
        """Whether there is a graph."""
        return self.run is not None

    def places(self) -> dict[str, Path]:
        """Return what was written where."""
        names = {"graph": TURTLE, "picture": PICTURE, "table": TABLE, "record": RECORD}
        return {what: self.out / name for what, name in names.items()}

    def as_json(self) -> str:
        """Return the content of report.json."""
        record = {
            "run": _run_record(self.run) if self.run else None,
            "versions": _versions(),
            "counts": dict(self.counts),
            "skipped": [asdict(skip) for skip in self.skipped],
            "violations": list(self.violations),
            "engine": list(self.engine_lines),
            "seconds": dict(self.seconds),
        }
        return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def _run_record(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "started": run.started.isoformat(),
        "ended": run.ended.isoformat(),
        "software": run.software,
        "annotator": run.annotator,
        "corpus_sha256": run.corpus_sha256,
        "settings": dict(run.settings),
    }


def _versions() -> dict[str, str]:
    """Return the versions of what decides how a graph comes out."""
    versions = {"kg": __version__, "python": platform.python_version()}
    for package in RECORDED_PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:  # run from a checkout with another way to the package
            versions[package] = "unknown"
    return versions


def _count(
    results: Sequence[FileResult],
    extractions: Sequence[Extraction],
    resolution: Resolution,
    graph: Graph,
) -> dict[str, int]:
    facts = sum(statement.is_fact for statement in resolution.statements)
    return {
        "documents": sum(len(result.documents) for result in results),
        "reused": sum(result.is_reused for result in results),
        "articles": len(extractions),
        "characters": sum(len(extraction.article.text) for extraction in extractions),
        "mentions": sum(len(extraction.mentions) for extraction in extractions),
        "entities": len(resolution.entities),
        "relations": len(resolution.statements) - facts,
        "facts": facts,
        "triples": len(graph),
    }


def _seconds(stopwatch: Stopwatch, results: Iterable[FileResult]) -> dict[str, float]:
    """Return the time each stage took; inside the text stages added up over all processes."""
    seconds: Counter[str] = Counter()
    for result in results:
        seconds.update(result.seconds)
    seconds.update(stopwatch.seconds)
    return {stage: round(second, 3) for stage, second in seconds.items()}


def _describe_run(settings: Settings, documents: Iterable[Document], started: datetime) -> Run:
    from kg.engines import load_engine
    from kg.graph.provenance import run_id

    # As sha256sum would list the files: equal for equal corpora, wherever they lie.
    listing = sorted(f"{document.sha256}  {document.path}\n" for document in documents)
    run = Run(
        id="",
        started=started,
        ended=started,
        software=f"kg {__version__}",
        annotator=load_engine(settings.engine).identity,
        corpus_sha256=hashlib.sha256("".join(listing).encode()).hexdigest(),
        settings=settings.as_pairs(),
    )
    return replace(run, id=run_id(run))


def _ended(run: Run) -> Run:
    return replace(run, ended=_now())


def _now() -> datetime:
    return datetime.now(timezone.utc).replace(microsecond=0)


def _division_code(*, near: str | None) -> Callable[[str, Sequence[str]], str | None]:
    """Return a function that gives a place its code.

    Of namesakes the one in the places around it is meant, or where no text tells those, the one
    around home. A name that exists only elsewhere than the texts say has no code.
    """
    from kg.gazetteer import load_gazetteer

    gazetteer = load_gazetteer()
    home = gazetteer.resolve(near) if near else None
    at_home = [home] if home else []

    def code(name: str, around: Sequence[str]) -> str | None:
        regions = [region for each in around if (region := gazetteer.resolve(each, at_home))]
        region = gazetteer.resolve(name, regions or at_home)
        fits = not regions or any(
            region and (region.lies_in(it) or it.lies_in(region)) for it in regions
        )
        return region.code if region and fits else None

    return code


# --------------------------------------------------------------------------------- all or nothing


@contextmanager
def _staged(out: Path) -> Iterator[Path]:
    """Give a folder to write to; its content takes its place in *out* when all went well."""
    out.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(out)
    with tempfile.TemporaryDirectory(prefix=f"{STAGING}{os.getpid()}-", dir=out) as name:
        folder = Path(name)
        yield folder
        for path in sorted(folder.iterdir()):
            _replace(path, out / path.name, aside=folder / f"old-{path.name}")


def _remove_abandoned(out: Path) -> None:
    """Remove what builds left behind that were killed; one that still runs keeps its folder."""
    for folder in out.glob(f"{STAGING}*"):
        pid, dash, _ = folder.name.removeprefix(STAGING).partition("-")
        if not (dash and pid.isdecimal() and _is_running(int(pid))):
            shutil.rmtree(folder, ignore_errors=True)


def _is_running(pid: int) -> bool:
    """Say whether there may be such a process: yes, where the system cannot be asked."""
    if os.name != "posix":  # elsewhere os.kill would end it
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _replace(new: Path, old: Path, *, aside: Path) -> None:
    if old.is_dir():  # a folder cannot be renamed over another
        old.rename(aside)
    new.replace(old)
