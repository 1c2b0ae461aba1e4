"""import kg: the pipeline as functions."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import kg
from kg.errors import InputError, SettingsError
from kg.pipeline import BuildReport


def test_import_loads_nothing_heavy() -> None:
    code = "import sys, kg; print(*sorted(m for m in sys.modules if not m.startswith('_')))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {"torch", "pandas", "polars", "networkx", "rdflib", "pyoxigraph", "numpy", "click"}
    assert heavy & set(loaded) == set()
    assert {name for name in loaded if name.startswith("kg")} == {"kg"}


@pytest.mark.parametrize("name", kg.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(kg, name) is not None
    assert name in dir(kg)


def test_a_name_that_is_not_there_is_missed_as_usual() -> None:
    with pytest.raises(AttributeError, match="no attribute 'bild'"):
        kg.bild  # type: ignore[attr-defined]  # noqa: B018


def test_build_then_open(corpus: Path, tmp_path: Path) -> None:
    report = kg.build(str(corpus / "finance.txt"), tmp_path / "out", home="聊城市")
    assert report.counts["documents"] == 1
    graph = kg.open(report.out)
    assert [node.id for node in graph.entities("聊城智慧金融服务平台")] == [
        "platform:聊城智慧金融服务平台"
    ]


def test_settings_beside_the_corpus_count_and_arguments_win(corpus: Path) -> None:
    (corpus / "kg.toml").write_text('[corpus]\npublisher = "聊城日报"\nhome = "聊城市"\n', "utf-8")
    file = corpus / "2022-12-23-luxi.md"
    (found,) = kg.extract([file])
    assert found.document.publisher == "聊城日报"
    (found,) = kg.extract([file], publisher="光岳新报")
    assert found.document.publisher == "光岳新报"


WRONG = "- {kind: claim wrong, subject: 'person:张延飞', predicate: holdsPosition, object: '%s'}\n"


def test_judgements_beside_the_corpus_count(corpus: Path, tmp_path: Path) -> None:
    file, out = corpus / "finance.txt", tmp_path / "out"
    (claim,) = kg.open(kg.build(file, out).out).claims("张延飞")
    assert claim.object is not None
    (corpus / "judgements.yaml").write_text(WRONG % claim.object.id, "utf-8")
    assert kg.open(kg.build(file, out).out).claims("张延飞") == ()


def test_settings_may_be_an_object_or_a_file(corpus: Path, tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text('[corpus]\npublisher = "齐鲁商报"\n', "utf-8")
    document = corpus / "2022-12-23-luxi.md"
    (from_file,) = kg.extract(document, settings=file)
    (from_object,) = kg.extract(document, settings=kg.Settings(publisher="齐鲁商报"))
    (changed,) = kg.extract(document, settings=kg.Settings(publisher="x"), publisher="齐鲁商报")
    assert from_file.document == from_object.document == changed.document
    assert from_file.document.publisher == "齐鲁商报"


def test_extraction_is_typed_and_leads_to_the_text(corpus: Path) -> None:
    (found,) = kg.extract(corpus / "finance.txt", home="聊城市")
    (extraction,) = found.extractions
    assert isinstance(found, kg.DocumentExtraction)
    assert extraction.relations
    for mention in extraction.mentions:
        assert mention.span.of(extraction.article.text) == mention.text


def test_document_that_cannot_be_used_is_logged(
    corpus: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (corpus / "empty.txt").touch()
    assert len(list(kg.extract([corpus / "empty.txt", corpus / "finance.txt"]))) == 1
    assert "empty.txt: the file is empty" in caplog.text
    with pytest.raises(InputError, match=r"empty\.txt"):
        list(kg.extract(corpus / "empty.txt", strict=True))


@pytest.mark.parametrize("call", [kg.build, kg.extract])
def test_mistakes_are_raised_by_the_call_itself(call: object, tmp_path: Path) -> None:
    assert callable(call)
    with pytest.raises(InputError, match="nowhere"):
        call(tmp_path / "nowhere")
    with pytest.raises(SettingsError, match="min-confidence"):
        call(tmp_path, min_confidence=3)


def test_open_reads_a_turtle_file_too(built: BuildReport) -> None:
    from_store, from_file = kg.open(built.out), kg.open(built.out / "graph.ttl")
    assert from_file.claims() == from_store.claims()


def test_open_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(kg.KgError, match="there is no graph; build one"):
        kg.open(tmp_path)
