"""The build: all outputs, equal for equal corpora, and nothing lost to a bad document or a bad day."""

from __future__ import annotations

import csv
import json
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

import kg.engines.builtin
import kg.export
from kg.errors import InputError, OntologyError, OutputError
from kg.model import AnnotatedArticle, Article
from kg.pipeline import BuildReport, build, division_codes
from kg.settings import Settings
from kg.workers import extract_files
from tests.conftest import DOCUMENTS, write_corpus

GRAPH_FILES = ("graph.ttl", "graph.html", "statements.csv")


def files(corpus: Path) -> list[tuple[Path, str]]:
    return [(path, path.name) for path in sorted(corpus.iterdir())]


def test_build_writes_everything_it_promises(built: BuildReport) -> None:
    assert sorted(path.name for path in built.out.iterdir()) == [
        "cache",
        "decisions.jsonl",
        "graph.html",
        "graph.ttl",
        "report.json",
        "statements.csv",
        "store",
        "support.sqlite",
    ]
    assert all(place.exists() for place in built.places().values())


def test_graph_is_turtle_with_a_claim_of_the_corpus(built: BuildReport) -> None:
    triples = list(ox.parse(path=built.out / "graph.ttl", format=ox.RdfFormat.TURTLE))
    assert len(triples) == built.counts["triples"]
    assert any("鲁西集团" in str(triple.subject) for triple in triples)


def test_table_opens_in_a_spreadsheet(built: BuildReport) -> None:
    raw = (built.out / "statements.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(raw.decode("utf-8-sig").splitlines()))
    assert len(rows) - 1 == built.counts["relations"] + built.counts["facts"]


def test_record_tells_how_to_repeat_the_run(built: BuildReport) -> None:
    record = json.loads((built.out / "report.json").read_text("utf-8"))
    assert record["run"]["settings"]["home"] == "聊城市"
    assert record["run"]["started"].endswith("+00:00")
    assert len(record["run"]["corpus_sha256"]) == 64
    assert record["counts"]["documents"] == len(DOCUMENTS)
    assert record["counts"]["entities"] > 5
    assert record["versions"].keys() >= {"kg", "python", "pyoxigraph"}
    assert record["seconds"].keys() >= {"read", "split", "extract", "graph", "write"}
    assert record["skipped"] == record["violations"] == []


def test_equal_corpora_make_equal_files(built: BuildReport, tmp_path: Path) -> None:
    again = build(
        [write_corpus(tmp_path / "elsewhere")], tmp_path / "out", settings=Settings(home="聊城市")
    )
    for name in GRAPH_FILES:
        assert (again.out / name).read_bytes() == (built.out / name).read_bytes(), name


def test_processes_change_nothing(built: BuildReport, corpus: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    build(
        [corpus],
        tmp_path / "out",
        settings=Settings(home="聊城市"),
        jobs=2,
        progress=lambda *step: seen.append(step),
    )
    assert (tmp_path / "out" / "graph.ttl").read_bytes() == (built.out / "graph.ttl").read_bytes()
    assert seen[:3] == [(number, 3, name) for number, name in enumerate(sorted(DOCUMENTS), 1)]


# ------------------------------------------------------------------------------- bad documents

BAD = {
    "empty.txt": (b"", "empty"),
    "binary.txt": (b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 40, ""),
    "english.txt": (b"No Chinese here.\n" * 20, "Chinese"),
    "one-line.txt": (("聊城市" * 2_000_000).encode(), "characters"),
    "cut.pdf": (b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog", ""),
    "damaged.jsonl": ('{"title": "聊城", "text": "聊城市'.encode(), "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_document_is_skipped_with_name_and_reason(
    corpus: Path, tmp_path: Path, name: str
) -> None:
    content, reason = BAD[name]
    (corpus / name).write_bytes(content)
    report = build([corpus], tmp_path / "out")
    assert report.is_built
    assert report.counts["documents"] == len(DOCUMENTS)
    (skip,) = report.skipped
    assert name in skip.path
    assert reason in skip.reason
    recorded = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))["skipped"]
    assert recorded == [{"path": skip.path, "reason": skip.reason}]


def test_strict_stops_at_the_first_bad_document(corpus: Path, tmp_path: Path) -> None:
    (corpus / "empty.txt").touch()
    with pytest.raises(InputError, match=r"empty\.txt"):
        build([corpus], tmp_path / "out", strict=True)
    assert not (tmp_path / "out" / "graph.ttl").exists()


def test_nothing_usable_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    report = build([tmp_path / "empty.txt"], tmp_path / "out")
    assert not report.is_built
    assert len(report.skipped) == 1
    assert not (tmp_path / "out").exists()


def test_stage_that_fails_on_one_document_loses_only_that(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    annotate_all = kg.engines.builtin.annotate_all

    def fragile(articles: Iterable[Article]) -> Iterator[AnnotatedArticle]:
        for annotated in annotate_all(articles):
            if "鲁西" in annotated.article.text:
                raise RecursionError("too deep")
            yield annotated

    monkeypatch.setattr(kg.engines.builtin, "annotate_all", fragile)
    results = list(extract_files(files(corpus)))
    assert [len(result.documents) for result in results] == [0, 1, 1]
    (skip,) = results[0].skipped
    assert "2022-12-23-luxi.md" in skip.path
    assert skip.reason.startswith("RecursionError: too deep")


def test_broken_ontology_is_no_fault_of_a_document(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OntologyError("lexicon.ttl: no word list")

    monkeypatch.setattr(kg.engines.builtin, "extract", broken)
    with pytest.raises(OntologyError):
        list(extract_files(files(corpus)))


def test_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        build([tmp_path / "nowhere"], tmp_path / "out")


# ------------------------------------------------------------------------------ all or nothing


def outputs(out: Path) -> dict[Path, bytes]:
    paths = (path for path in sorted(out.rglob("*")) if "cache" not in path.parts)
    return {path: path.read_bytes() for path in paths if path.is_file()}


def test_failed_build_leaves_the_earlier_one(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    build([corpus / "finance.txt"], out)
    before = outputs(out)

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kg.export, "write_statements", full_disk)
    with pytest.raises(OutputError, match="No space"):
        build([corpus], out)
    assert outputs(out) == before


def test_what_a_killed_build_left_behind_is_removed(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / ".build-c").mkdir(parents=True)
    (out / ".build-c" / "graph.ttl").write_text("half", "utf-8")
    build([corpus], out)
    assert not list(out.glob(".*"))


def test_the_stages_after_the_files_are_told_too(corpus: Path, tmp_path: Path) -> None:
    told: list[str] = []
    build([corpus], tmp_path / "out", progress=lambda done, total, name: told.append(name))
    assert told[-2:] == ["linking", "writing"]


@pytest.mark.parametrize(
    ("name", "around", "code"),
    [
        pytest.param("店子镇", ["博兴县"], "371625", id="in the county it is said to be in"),
        pytest.param("店子镇", [], "371525", id="around home"),
        pytest.param("水城区", ["聊城市"], None, id="a namesake far away"),
        pytest.param("聊城市", ["山东省"], "371500", id="unrivalled"),
    ],
)
def test_codes_of_places_heed_what_lies_around(
    name: str, around: list[str], code: str | None
) -> None:
    found = division_codes(near="聊城市")(name, around)
    assert (found[:6] if found else None) == code


def test_build_replaces_an_earlier_one(corpus: Path, tmp_path: Path) -> None:
    from kg.graph import open_store, read_graph

    out = tmp_path / "out"
    build([corpus / "finance.txt"], out)
    report = build([corpus], out)
    assert len(read_graph(open_store(out))) == report.counts["triples"]
    assert not list(out.glob(".*"))


@pytest.mark.parametrize("place", ["corpus", "corpus/out"])
def test_build_does_not_read_what_it_wrote(corpus: Path, place: str) -> None:
    out = corpus.parent / place
    for _ in range(2):
        assert build([corpus], out).counts["documents"] == len(DOCUMENTS)


# ---------------------------------------------------------------------------------- unchanged


def test_unchanged_documents_are_not_extracted_again(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    build([corpus], out)
    first = {name: (out / name).read_bytes() for name in GRAPH_FILES}
    extracted: list[str] = []
    annotate_all = kg.engines.builtin.annotate_all

    def counting(articles: Iterable[Article]) -> Iterator[AnnotatedArticle]:
        for annotated in annotate_all(articles):
            extracted.append(annotated.article.document_id)
            yield annotated

    monkeypatch.setattr(kg.engines.builtin, "annotate_all", counting)
    assert build([corpus], out).counts["reused"] == 3
    assert extracted == []
    assert {name: (out / name).read_bytes() for name in GRAPH_FILES} == first

    with (corpus / "finance.txt").open("a", encoding="utf-8") as stream:
        stream.write("平台已覆盖聊城市各县区。\n")
    assert build([corpus], out).counts["reused"] == 2
    assert set(extracted) == {"finance"}

    extracted.clear()
    build([corpus], out, settings=Settings(home="德州市"))
    assert len(set(extracted)) == 3

    extracted.clear()
    build([corpus], out, settings=Settings(home="德州市"), fresh=True)
    assert len(set(extracted)) == 3


def test_cache_keeps_no_more_than_the_last_build_used(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build([corpus], out)
    build([corpus / "finance.txt"], out)
    assert len([path for path in (out / "cache").rglob("*") if path.is_file()]) == 1


def test_damaged_entry_is_made_anew(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build([corpus], out)
    entries = [path for path in (out / "cache").rglob("*") if path.is_file()]
    entries[0].write_bytes(b"damaged")
    entries[1].write_bytes(zlib.compress(b'{"document": 3}'))
    assert build([corpus], out).counts["reused"] == 1
    assert build([corpus], out).counts["reused"] == 3


# ------------------------------------------------------------------------------------ settings


def test_publisher_of_the_settings_is_for_documents_without_one(corpus: Path) -> None:
    (corpus / "plain.txt").write_text(
        "聊城市召开会议\n\n聊城市召开经济工作会议，部署重点任务。\n", "utf-8"
    )
    settings = Settings(publisher="聊城晚报")
    results = extract_files(
        [(corpus / "plain.txt", "plain.txt"), (corpus / "solar.html", "solar.html")],
        settings=settings,
    )
    plain, page = (each.document.publisher for result in results for each in result.documents)
    assert plain == "聊城晚报"
    assert page == "聊城新闻网"


def test_excluded_and_doubtful_claims_are_left_out(corpus: Path) -> None:
    def predicates(settings: Settings) -> list[str]:
        results = extract_files(files(corpus), settings=settings)
        return [
            relation.predicate
            for result in results
            for each in result.documents
            for extraction in each.extractions
            for relation in extraction.relations
        ]

    everything = predicates(Settings())
    assert "locatedIn" in everything
    assert predicates(Settings(excluded_relations=("locatedIn",))) == [
        name for name in everything if name != "locatedIn"
    ]
    assert predicates(Settings(min_confidence=1.0)) == []


def test_every_quote_is_the_text_at_its_span(corpus: Path) -> None:
    for result in extract_files(files(corpus)):
        for each in result.documents:
            for extraction in each.extractions:
                text = extraction.article.text
                assert all(mention.span.of(text) == mention.text for mention in extraction.mentions)
                quotes = [relation.evidence for relation in extraction.relations]
                assert all(evidence.span.of(text) == evidence.quote for evidence in quotes)
