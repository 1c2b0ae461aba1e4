"""kg watch: what it prints, what it waits for, how it ends."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from lxml import etree

from kg.cli import main
from kg.settings import Settings
from kg.watching import Watch
from tests.conftest import DOCUMENTS
from tests.readme import PROJECT

LUXI = "2022-12-23-luxi.md"


def once(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["watch", "--once", *map(str, arguments)])


def claims(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """Return a folder with one document."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "finance.txt").write_text(DOCUMENTS["finance.txt"], "utf-8")
    return folder


def test_second_build_tells_what_came_and_went(inbox: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = claims(once(inbox, "-o", out, "--json"))
    assert {each["change"] for each in first} == {"new"}
    (inbox / LUXI).write_text(DOCUMENTS[LUXI], "utf-8")
    second = claims(once(inbox, "-o", out, "--json"))
    assert "鲁西集团" in {each["words"].split()[0] for each in second}
    assert {each["published"] for each in second if each["change"] == "new"} == {"2022-12-23"}
    (inbox / LUXI).unlink()
    third = claims(once(inbox, "-o", out, "--json"))
    assert {each["id"] for each in third if each["change"] == "gone"} == {
        each["id"] for each in second if each["change"] == "new"
    }


def test_only_what_is_asked_about_is_told_and_fed(inbox: Path, tmp_path: Path) -> None:
    (inbox / LUXI).write_text(DOCUMENTS[LUXI], "utf-8")
    feed = tmp_path / "luxi.xml"
    result = once(inbox, "-o", tmp_path / "out", "--about", "鲁西集团", "--feed", feed)
    lines = result.stdout.splitlines()
    assert lines
    assert all("鲁西集团" in line and line.startswith("+ ") for line in lines)
    titles = etree.parse(str(feed)).findall("{*}entry/{*}title")
    assert sorted(title.text for title in titles) == sorted(
        line.removeprefix("+ ").partition(" —— ")[0] for line in lines
    )


def test_feed_among_the_documents_is_refused(inbox: Path, tmp_path: Path) -> None:
    result = once(inbox, "-o", tmp_path / "out", "--feed", inbox / "feed.xml")
    assert result.exit_code == 2
    assert "would be read as one of the documents" in result.stderr
    assert once(inbox, "-o", inbox / "out", "--feed", inbox / "out" / "feed.xml").exit_code == 0


def test_judgement_is_noticed_and_takes_its_claim_away(inbox: Path, tmp_path: Path) -> None:
    watched = Watch(inbox, tmp_path / "out")
    _, news = watched.build(Settings())
    (post,) = (each.claim for each in news if each.claim.subject == "person:张延飞")
    before = watched.list_documents()
    (inbox / "judgements.yaml").write_text(
        "- {kind: claim wrong, subject: 'person:张延飞', predicate: holdsPosition, "
        f"object: '{post.object}'}}\n",
        "utf-8",
    )
    assert watched.list_documents() != before
    _, news = watched.build(Settings())
    assert ("gone", post.id) in {(each.kind, each.claim.id) for each in news}


def test_folder_without_a_usable_document_falls_short(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    assert once(tmp_path / "inbox", "-o", tmp_path / "out").exit_code == 1


def test_missing_watchfiles_is_named_before_anything_is_built(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By name: kg.watching.arrivals is the function, which hides its module.
    monkeypatch.setattr(sys.modules["kg.watching.arrivals"], "find_spec", lambda name: None)
    result = CliRunner().invoke(main, ["watch", str(inbox), "-o", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert "pip install 'kg-news[watch]'" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.fixture
def watching(inbox: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-u", "-m", "kg", "watch", inbox, "-o", inbox / "out", "--json"]
    process = subprocess.Popen(
        [*map(str, command), "--settle", "0.1", "--about", "鲁西集团"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    )
    yield process
    process.kill()
    process.communicate()


def test_watch_goes_on_until_interrupted(
    watching: subprocess.Popen[str], inbox: Path, tmp_path: Path
) -> None:
    assert watching.stderr is not None
    assert watching.stdout is not None
    assert "read 1 documents" in watching.stderr.readline()
    assert "watching" in watching.stderr.readline()
    (inbox / "kg.toml").write_text('[corpus]\nhom = "聊城市"\n', "utf-8")
    assert "unknown key 'hom'" in watching.stderr.readline()
    (inbox / "kg.toml").write_text('[corpus]\nhome = "聊城市"\n', "utf-8")
    assert "read 1 documents" in watching.stderr.readline()
    (tmp_path / LUXI).write_text(DOCUMENTS[LUXI], "utf-8")
    shutil.move(tmp_path / LUXI, inbox / LUXI)
    assert json.loads(watching.stdout.readline())["published"] == "2022-12-23"
    watching.send_signal(2)
    assert watching.wait(20) == 0
