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
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg import __version__
from kg.cache import Cache
from kg.jsonl import dump_line, write_lines
from kg.model import Document, Extraction, Resolution, Run
from kg.settings import Settings
from kg.staging import staged, writing
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
    from kg.linking import AppliedLinks, Link
    from kg.review import Applied, Judgement

__all__ = [
    "DECISIONS",
    "RECORD",
    "STORE",
    "SUPPORT",
    "BuildReport",
    "build",
    "division_codes",
    "write_views",
]

TURTLE, PICTURE, TABLE, RECORD = "graph.ttl", "graph.html", "statements.csv", "report.json"
DECISIONS = "decisions.jsonl"  # which names were joined, kept apart or left in doubt: for kg review
SUPPORT = "support.sqlite"  # what each claim rests on, article by article: for kg retract
STORE, CACHE = "store", "cache"
OUTPUTS = frozenset({TURTLE, PICTURE, TABLE, RECORD, DECISIONS, SUPPORT, STORE, CACHE})
RECORDED_PACKAGES = ("pyoxigraph", "pyshacl", "rdflib", "hanlp-trie", "trafilatura", "pypdfium2")


def build(
    paths: Sequence[Path],
    out: Path,
    *,
    settings: Settings | None = None,
    judgements: Path | None = None,
    links: Path | None = None,
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
        judgements: the file with what people decided; it need not exist.
        links: the file that says which entities are what elsewhere; it need not exist.
        jobs: how many processes share the files.
        strict: raise for the first document that cannot be used instead of skipping it.
        fresh: forget what earlier builds kept of each file.
        progress: told of each file that is done, and of the stages after them.

    Raises:
        InputError: a path does not exist, the judgements are not sound, or (*strict*) a document
            cannot be used.
        OutputError: *out* cannot be written to, the disk is full, or another process writes there.
    """
    with writing(out):
        return _build(
            paths,
            out,
            settings=settings or Settings(),
            judgements=judgements,
            links=links,
            jobs=jobs,
            strict=strict,
            fresh=fresh,
            progress=progress,
        )


def _build(
    paths: Sequence[Path],
    out: Path,
    *,
    settings: Settings,
    judgements: Path | None,
    links: Path | None,
    jobs: int,
    strict: bool,
    fresh: bool,
    progress: Progress | None,
) -> BuildReport:
    from kg.graph import build_graph, memory_store, write_store
    from kg.linking import read_links
    from kg.resolution import resolve
    from kg.review import apply_judgements, constraints, read_judgements
    from kg.support import write_support
    from kg.validation import validate

    started, stopwatch = _now(), Stopwatch()
    judged = read_judgements(judgements) if judgements else ()
    known_links = read_links(links) if links else ()
    cache = Cache(out / CACHE)
    if fresh:
        cache.keep_only(())
    with stopwatch("text stages"):
        results = list(
            extract_files(
                source_files(paths, out),
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
        resolution = resolve(
            extractions,
            division_code=division_codes(near=settings.home),
            home=settings.home,
            judgements=constraints(judged),
        )
        applied = apply_judgements(resolution, extractions, judged)
        resolution = applied.resolution
    with stopwatch("graph"):
        linked = _link(known_links, resolution, extractions, settings)
        run = _describe_run(settings, (*judged, *known_links), documents, started)
        graph = build_graph(
            resolution,
            extractions,
            documents,
            run,
            base_iri=settings.base_iri,
            more=linked.triples,
        )
        store = memory_store(graph)
    with stopwatch("validate"):
        validation = validate(store)
    with staged(out) as folder:
        say("writing")
        with stopwatch("write"):
            write_views(store, folder, graph)
            write_store(graph, folder / STORE)
            write_lines(folder / DECISIONS, resolution.decisions)
            write_support(folder / SUPPORT, resolution, extractions)
        report = BuildReport(
            out,
            skipped,
            run=_ended(run),
            counts=_count(results, extractions, resolution, graph),
            seconds=_seconds(stopwatch, results),
            violations=tuple(f"{it.message}: {it.focus}" for it in validation.violations),
            judgements=judgements,
            judged=applied,
            links=links,
            linked=linked,
            engine_lines=engine_lines,
        )
        # Half characters (bytes of a file name that are no UTF-8) become what JSON has for them.
        (folder / RECORD).write_text(report.as_json(), "utf-8", "backslashreplace")
    cache.keep_only({result.cache_key for result in results})
    return report


def source_files(paths: Sequence[Path], out: Path) -> list[tuple[Path, str]]:
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


def write_views(store: ox.Store, folder: Path, graph: Graph | None = None) -> int:
    """Write what people open, Turtle, table and picture; return the number of triples.

    Args:
        store: the graph.
        folder: where to write.
        graph: its triples, if they are at hand.
    """
    from kg.export import write_statements, write_turtle
    from kg.graph import read_graph
    from kg.visualization import picture_from_store, write_html

    graph = graph or read_graph(store)
    write_turtle(graph, folder / TURTLE)
    write_statements(store, folder / TABLE)
    write_html(picture_from_store(store), folder / PICTURE, title="知识图谱")
    return len(graph)


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
    judgements: Path | None = None  # where those of people stand, or would
    judged: Applied | None = None
    links: Path | None = None
    linked: AppliedLinks | None = None
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
            "judgements": self._judgement_record(),
            "links": self._link_record(),
            "engine": list(self.engine_lines),
            "seconds": dict(self.seconds),
        }
        return json.dumps(record, ensure_ascii=False, indent=1) + "\n"

    def _judgement_record(self) -> dict[str, Any] | None:
        if self.judgements is None or self.judged is None:
            return None
        problems = self.judged.problems
        return {
            "file": _relative(self.judgements, self.out),
            "applied": len(self.judged.outcomes) - len(problems),
            "not_applied": [
                {"line": each.judgement.line, "problem": each.problem} for each in problems
            ],
            "dropped": list(self.judged.dropped),
        }

    def _link_record(self) -> dict[str, Any] | None:
        if self.links is None or self.linked is None:
            return None
        return {
            "file": _relative(self.links, self.out),
            "applied": self.linked.applied,
            "not_applied": [
                {"line": link.line, "entity": link.entity} for link in self.linked.unknown
            ],
        }


def _relative(file: Path, folder: Path) -> str:
    """Return *file* as seen from *folder*, so that both can move together."""
    try:
        return Path(os.path.relpath(file.resolve(), folder.resolve())).as_posix()
    except ValueError:  # on another drive
        return file.resolve().as_posix()


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


def _link(
    links: Iterable[Link],
    resolution: Resolution,
    extractions: Iterable[Extraction],
    settings: Settings,
) -> AppliedLinks:
    from kg.graph.namespaces import Iris
    from kg.linking import AppliedLinks, link_triples
    from kg.review.references import Directory
    from kg.schema import load_schema

    links = tuple(links)
    if not links:
        return AppliedLinks()
    directory = Directory(resolution.entities, extractions, load_schema())
    return link_triples(links, directory.find, Iris(settings.base_iri))


def _describe_run(
    settings: Settings,
    decided: Iterable[Judgement | Link],
    documents: Iterable[Document],
    started: datetime,
) -> Run:
    from kg.engines import load_engine
    from kg.graph.provenance import run_id

    # As sha256sum would list the files: equal for equal corpora, wherever they lie.
    listing = sorted(f"{document.sha256}  {document.path}\n" for document in documents)
    # Of judgements and links, as of the corpus, a checksum tells whether another run had the same.
    said = "".join(f"{dump_line(replace(each, line=0))}\n" for each in decided)
    checksum = hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
    run = Run(
        id="",
        started=started,
        ended=started,
        software=f"kg {__version__}",
        annotator=load_engine(settings.engine).identity,
        corpus_sha256=hashlib.sha256("".join(listing).encode()).hexdigest(),
        settings=(*settings.as_pairs(), *((("decided", checksum),) if said else ())),
    )
    return replace(run, id=run_id(run))


def _ended(run: Run) -> Run:
    return replace(run, ended=_now())


def _now() -> datetime:
    return datetime.now(timezone.utc).replace(microsecond=0)


def division_codes(*, near: str | None) -> Callable[[str, Sequence[str]], str | None]:
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
