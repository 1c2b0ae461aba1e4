"""Taking a document out: the graph is the one that would have been built without it."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from kg.changes import compare, compare_stores
from kg.cli import main
from kg.errors import InputError
from kg.graph import Graph, build_graph, memory_store, read_graph
from kg.graph.namespaces import Iris
from kg.linking import Link, link_triples
from kg.linking.table import EXACT_MATCH
from kg.model import DocumentId, EntityId
from kg.pipeline import BuildReport, division_codes
from kg.reading import find_files
from kg.resolution import resolve
from kg.retraction import Retraction, retract, take_out
from kg.review import apply_judgements, constraints
from kg.review.judgements import ClaimKey, Judgement, Kind
from kg.settings import Settings
from kg.support import open_support, write_support
from kg.workers import DocumentExtraction, extract_files
from tests.conftest import DOCUMENTS, write_corpus
from tests.factories import (
    make_article,
    make_document,
    make_extraction,
    make_mention,
    make_run,
)

SAMPLE = Path(__file__).parent.parent / "corpus"
HOME = "聊城市"
CODES = division_codes(near=HOME)
REPORT = """\
鲁西集团双酚A项目开工

2022年12月19日　聊城日报

本报讯（记者 林晨）2021年9月，鲁西集团启动年产120万吨双酚A项目，项目总投资64亿元，位于聊城高新区。
聊城市工业和信息化局局长王伟表示，全市将继续支持鲁西集团。邮储银行聊城分行向该项目授信2亿元。
"""


@pytest.fixture(scope="module")
def sample() -> list[DocumentExtraction]:
    settings = Settings(home=HOME, publisher="光岳新报")
    results = extract_files(find_files([SAMPLE]), settings=settings)
    return [document for result in results for document in result.documents]


def build(
    documents: list[DocumentExtraction], support: Path | None = None, *judgements: Judgement
) -> Graph:
    extractions = [one for document in documents for one in document.extractions]
    resolution = resolve(extractions, division_code=CODES, judgements=constraints(judgements))
    resolution = apply_judgements(resolution, extractions, judgements).resolution
    if support is not None:
        write_support(support, resolution, extractions)
    return build_graph(resolution, extractions, [it.document for it in documents], make_run())


def without(graph: Graph, support: Path, id_: str) -> ox.Store:
    """Take one document out of a graph, given the index of what it rests on."""
    copy = support.with_name("copy.sqlite")
    copy.write_bytes(support.read_bytes())
    store = memory_store(graph)
    with open_support(copy) as index:
        take_out(store, index, DocumentId(id_), Retraction(), division_code=CODES)
    return store


def test_documents_can_be_taken_out_of_the_sample(
    sample: list[DocumentExtraction], tmp_path: Path
) -> None:
    """The graph is that of a build without it, or differs in what names were joined or kept apart."""
    whole = build(sample, tmp_path / "support.sqlite")
    differing = {}
    for document in sample[::3]:
        fresh = build([other for other in sample if other is not document])
        store = without(whole, tmp_path / "support.sqlite", document.document.id)
        if set(read_graph(store).triples) != set(fresh.triples):
            changes = compare_stores(memory_store(fresh), store)
            differing[document.document.id] = {change.kind for change in changes.entities}
    # Resolution had learned from these documents that two names are one, or are two.
    assert all(differing.values()), differing
    assert len(differing) <= 2, differing


def test_a_claim_that_a_person_confirmed_stays_confirmed(
    sample: list[DocumentExtraction], tmp_path: Path
) -> None:
    documents = sample
    graph = build(documents)
    reader_claims = [
        claim
        for claim in _claims(graph)
        if len({quote.article.document_path for quote in claim.quotes}) > 1 and claim.object
    ]
    claim = reader_claims[0]
    assert claim.object is not None
    key = ClaimKey(claim.subject.id, claim.predicate, claim.object.id)  # type: ignore[arg-type]
    judgement = Judgement(Kind.CLAIM_RIGHT, key)
    whole = build(documents, tmp_path / "support.sqlite", judgement)
    for path in {quote.article.document_path for quote in claim.quotes}:
        (gone,) = (it for it in documents if it.document.path == path)
        store = without(whole, tmp_path / "support.sqlite", gone.document.id)
        fresh = build([it for it in documents if it is not gone], None, judgement)
        kept = [it for it in _claims(read_graph(store)) if it.id == claim.id]
        wanted = [it for it in _claims(fresh) if it.id == claim.id]
        assert [(it.confidence, it.methods) for it in kept] == [
            (it.confidence, it.methods) for it in wanted
        ]
        assert kept[0].confidence == 1


def _claims(graph: Graph):  # type: ignore[no-untyped-def]
    from kg.graph.reader import GraphReader

    return list(GraphReader(memory_store(graph)).claims())


def test_links_of_what_is_gone_go_with_it(tmp_path: Path) -> None:
    def article(name: str, place: str) -> DocumentExtraction:
        text = make_article(f"{place}召开大会。", id=f"{name}/a1")
        found = make_extraction(text, [make_mention(text, place, "Place")])
        return DocumentExtraction(make_document(text.text, id=name), (found,))

    documents = [article("one", "莘县"), article("two", "冠县")]
    codes = {"莘县": "371522", "冠县": "371525"}
    links = [
        Link(EntityId(f"place:{name}"), EXACT_MATCH, f"https://example.org/{code}", "", "", "2023-05-04", code=code)
        for name, code in codes.items()
    ]  # fmt: skip
    triples = link_triples(links, lambda id_: id_, Iris()).triples
    whole = build(documents, tmp_path / "support.sqlite")
    linked = Graph(tuple({*whole.triples, *triples}), whole.base_iri)
    left = {
        str(it) for it in read_graph(without(linked, tmp_path / "support.sqlite", "one")).triples
    }
    assert [code for code in codes.values() if any(code in it for it in left)] == ["371525"]
    assert sum("linkOf" in it for it in left) == 1


# ----------------------------------------------------------------------------------- the folder


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder with a corpus of four documents, two of which say the same, and its build."""
    corpus = write_corpus(tmp_path / "corpus")
    (corpus / "reprint.txt").write_text(REPORT, "utf-8")
    run("build", tmp_path / "corpus", "-o", tmp_path / "out", "--home", HOME)
    return tmp_path


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(each) for each in arguments])
    assert result.exit_code == 0, result.output
    return result


def test_retracting_equals_building_without(place: Path) -> None:
    said = run("retract", "reprint.txt", "-o", place / "out").stderr
    assert "taken out: reprint.txt" in said
    (place / "corpus" / "reprint.txt").unlink()
    run("build", place / "corpus", "-o", place / "fresh", "--home", HOME)
    for name in ("graph.ttl", "statements.csv", "graph.html", "decisions.jsonl"):
        assert (place / "out" / name).read_bytes() == (place / "fresh" / name).read_bytes(), name
    assert not compare(place / "out", place / "fresh")
    counts = [
        json.loads((place / it / "report.json").read_text("utf-8")) for it in ("out", "fresh")
    ]
    reused = {"reused": 0}
    assert counts[0]["counts"] | reused == counts[1]["counts"] | reused
    assert counts[0]["retracted"] == ["reprint.txt"]


def test_documents_can_be_taken_out_one_after_the_other(place: Path) -> None:
    for name in ("reprint.txt", "finance.txt"):
        run("retract", name, "-o", place / "out")
    run("build", place / "corpus" / "solar.html", place / "corpus" / "2022-12-23-luxi.md", "-o", place / "fresh", "--home", HOME)  # fmt: skip
    assert not compare(place / "out", place / "fresh")
    report = json.loads((place / "out" / "report.json").read_text("utf-8"))
    assert report["retracted"] == ["reprint.txt", "finance.txt"]


def test_the_last_document_can_go_too(place: Path) -> None:
    for name in ("reprint", *(Path(each).stem for each in DOCUMENTS)):
        run("retract", name, "-o", place / "out")
    counts = json.loads((place / "out" / "report.json").read_text("utf-8"))["counts"]
    assert {
        counts[name] for name in ("documents", "articles", "entities", "relations", "facts")
    } == {0}


@pytest.mark.parametrize("spoil", ["support.sqlite", "report.json"])
def test_a_build_that_lacks_something_is_left_as_it_is(place: Path, spoil: str) -> None:
    (place / "out" / spoil).write_bytes(b"x" * 4096)
    before = (place / "out" / "graph.ttl").read_bytes()
    with pytest.raises(InputError, match=spoil):
        retract(place / "out", ["reprint.txt"])
    (place / "out" / spoil).unlink()
    with pytest.raises(InputError, match=spoil):
        retract(place / "out", ["reprint.txt"])
    assert (place / "out" / "graph.ttl").read_bytes() == before
    assert not list((place / "out").glob(".build-*"))


def test_an_unknown_document_is_told(built: BuildReport) -> None:
    with pytest.raises(InputError, match="no document 'nothing"):
        retract(built.out, ["nothing.txt"])
