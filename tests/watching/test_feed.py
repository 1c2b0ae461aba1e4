"""The feed: valid, escaped, stable."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml import etree

from kg.errors import InputError
from kg.watching import ClaimRecord, write_feed

ATOM = {"a": "http://www.w3.org/2005/Atom"}
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=timezone.utc)


def record(id_: str, **more: str) -> ClaimRecord:
    fields = {
        "iri": f"https://w3id.org/kg-news/id/statement/{id_}",
        "words": f"鲁西集团 投资 {id_}",
        "subject": "company:鲁西集团",
        "object": f"project:{id_}",
        "sentence": "鲁西集团投资项目。",
        "headline": "项目开工",
        "published": "2022-12-23",
        "publisher": "聊城日报",
        "document": "a.txt",
        "url": "",
        **more,
    }
    return ClaimRecord(id=id_, **fields)


def by_iri(*records: ClaimRecord) -> dict[str, ClaimRecord]:
    return {each.iri: each for each in records}


def feed(path: Path, *new: ClaimRecord, now: datetime = NOON, **options: Any) -> Any:
    present = options.pop("present", by_iri(*new))
    write_feed(path, new, present.get, now=now, **options)
    return etree.parse(str(path)).getroot()


def texts(root: Any, path: str) -> list[str]:
    return [str(text) for text in root.xpath(f"{path}/text()", namespaces=ATOM)]


def assert_valid(root: Any) -> None:
    """Check what RFC 4287 asks of a feed and its entries (4.1.1, 4.1.2)."""
    for parent in (root, *root.findall("a:entry", ATOM)):
        for name in ("id", "title", "updated"):
            assert len(parent.findall(f"a:{name}", ATOM)) == 1
        assert urlsplit(parent.findtext("a:id", "", ATOM)).scheme
        updated = datetime.fromisoformat(parent.findtext("a:updated", "", ATOM))
        assert updated.tzinfo is not None
    assert root.findtext("a:author/a:name", "", ATOM)
    for entry in root.findall("a:entry", ATOM):
        assert entry.find("a:content", ATOM).get("type") == "text"
    ids = texts(root, "a:entry/a:id")
    assert len(ids) == len(set(ids))


def test_entry_has_the_sentence_its_article_and_a_stable_id(tmp_path: Path) -> None:
    root = feed(tmp_path / "f.xml", record("a", url="https://news.example/a"), about=["鲁西集团"])
    assert_valid(root)
    assert texts(root, "a:title") == ["新知：鲁西集团"]
    assert texts(root, "a:entry/a:id") == ["https://w3id.org/kg-news/id/statement/a"]
    assert "“鲁西集团投资项目。”" in texts(root, "a:entry/a:content")[0]
    assert "聊城日报 · 2022-12-23" in texts(root, "a:entry/a:content")[0]
    assert root.find("a:entry/a:link", ATOM).get("href") == "https://news.example/a"


def test_what_was_there_keeps_its_time(tmp_path: Path) -> None:
    old, new = record("old"), record("new")
    feed(tmp_path / "f.xml", old)
    later = NOON + timedelta(hours=1)
    root = feed(tmp_path / "f.xml", new, present=by_iri(old, new), now=later)
    assert_valid(root)
    assert texts(root, "a:entry/a:title") == ["鲁西集团 投资 new", "鲁西集团 投资 old"]
    assert texts(root, "a:entry/a:updated") == [later.isoformat(), NOON.isoformat()]


def test_feed_without_news_is_left_alone(tmp_path: Path) -> None:
    old = record("old")
    feed(tmp_path / "f.xml", old)
    before = (tmp_path / "f.xml").read_bytes()
    feed(tmp_path / "f.xml", present=by_iri(old), now=NOON + timedelta(hours=1))
    assert (tmp_path / "f.xml").read_bytes() == before


def test_claim_that_is_gone_goes_from_the_feed(tmp_path: Path) -> None:
    feed(tmp_path / "f.xml", record("wrong"))
    assert texts(feed(tmp_path / "f.xml", present={}), "a:entry/a:id") == []


def test_oldest_entries_beyond_the_limit_are_left_out(tmp_path: Path) -> None:
    records = [record(str(day), published=f"2023-01-{day:02}") for day in range(1, 10)]
    root = feed(tmp_path / "f.xml", *records, max_entries=2)
    assert texts(root, "a:entry/a:title") == ["鲁西集团 投资 9", "鲁西集团 投资 8"]


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param("</title><script>alert(1)</script>&lt;b&gt;", id="markup"),
        pytest.param("a\x00b\x1bc\ufffe", id="characters that XML can't hold"),
        pytest.param("\ud800", id="half a character"),
        pytest.param("]]><!ENTITY x SYSTEM 'file:///etc/passwd'>", id="entity"),
    ],
)
def test_words_of_documents_stay_words(tmp_path: Path, hostile: str) -> None:
    root = feed(tmp_path / "f.xml", record("a", words=hostile, sentence=hostile, headline=hostile))
    assert_valid(root)
    assert {element.tag.rpartition("}")[2] for element in root.iter()} == {
        "feed", "id", "title", "updated", "author", "name", "entry", "content",
    }  # fmt: skip


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//x", "http://[", "file:///etc/passwd", ""]
)
def test_address_that_is_none_of_the_web_is_no_link(tmp_path: Path, url: str) -> None:
    assert feed(tmp_path / "f.xml", record("a", url=url)).find("a:entry/a:link", ATOM) is None


@pytest.mark.parametrize("content", ["not XML", "<html/>", ""])
def test_file_that_is_no_feed_is_not_overwritten(tmp_path: Path, content: str) -> None:
    (tmp_path / "f.xml").write_text(content)
    with pytest.raises(InputError, match="this is no Atom feed"):
        feed(tmp_path / "f.xml", record("a"))
    assert (tmp_path / "f.xml").read_text() == content
