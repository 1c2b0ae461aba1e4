"""An Atom feed of new claims (RFC 4287), for whoever reads news with a feed reader.

An entry is a claim: its id is the statement's IRI, which stays the same from build to build, and its
time is when the claim was first seen. Texts are given as text, never as HTML, so that nothing in a
headline can act. What is in the file already stays as it is, the newest first, up to a limit; a claim
that is gone from the graph goes from the feed too.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from kg.errors import InputError
from kg.graph.files import replace_file, xml_text
from kg.watching.news import ClaimRecord

__all__ = ["MAX_ENTRIES", "check_feed", "write_feed"]

MAX_ENTRIES = 200

_ATOM = "http://www.w3.org/2005/Atom"
_NAMES = {"a": _ATOM}


def write_feed(
    path: Path,
    new: Sequence[ClaimRecord],
    find: Callable[[str], ClaimRecord | None],
    *,
    about: Sequence[str] = (),
    now: datetime,
    max_entries: int = MAX_ENTRIES,
) -> None:
    """Add *new* claims to the feed in *path*, which is replaced as a whole.

    Args:
        path: the feed; made where it is missing.
        new: claims to add.
        find: returns the claim with an IRI as the graph has it now, nothing if it is gone.
        about: names of the entities that the feed is about; empty for all.
        now: when the claims were seen, with a zone.
        max_entries: the oldest beyond are left out.

    Raises:
        InputError: there is a file that is no feed, or it cannot be written.
    """
    seen = _times(path)
    times = {record.iri: now.isoformat(timespec="seconds") for record in new} | seen
    present = {iri: record for iri in times if (record := find(iri))}
    # Newest first by the time seen; among those seen at once by the day of the article.
    kept = sorted(present, key=lambda iri: (times[iri], present[iri].published, iri), reverse=True)
    entries = [(present[iri], times[iri]) for iri in kept[:max_entries]]
    if path.exists() and [record.iri for record, _ in entries] == list(seen):
        return
    try:
        with replace_file(path) as file:
            file.write(_serialize(entries, about, now))
    except OSError as error:
        raise InputError(error.strerror or str(error), path=path) from error


def check_feed(path: Path) -> None:
    """Look whether a feed can stand there.

    Raises:
        InputError: there is a file that is no feed.
    """
    _times(path)


def _times(path: Path) -> dict[str, str]:
    """Return the entries of an earlier feed, in their order, with the times they were seen."""
    try:
        # No entities, no network: the file may have been put there by anybody.
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        root = etree.parse(str(path), parser).getroot() if path.exists() else None
    except (OSError, etree.XMLSyntaxError) as error:
        raise _no_feed(path) from error
    if root is None:
        return {}
    if root.tag != f"{{{_ATOM}}}feed":
        raise _no_feed(path)
    return {
        entry.findtext("a:id", "", _NAMES): entry.findtext("a:updated", "", _NAMES)
        for entry in root.iterfind("a:entry", _NAMES)
    }


def _no_feed(path: Path) -> InputError:
    return InputError("this is no Atom feed", path=path, remedy="name another file, or delete it")


def _serialize(
    entries: Iterable[tuple[ClaimRecord, str]], about: Sequence[str], now: datetime
) -> bytes:
    subject = "、".join(about) or "全部实体"
    feed = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM}, attrib={_LANGUAGE: "zh"})
    # Feeds about different entities are different feeds; this one is the same wherever it lies.
    _add(feed, "id", uuid.uuid5(uuid.NAMESPACE_URL, f"kg-news:feed:{subject}").urn)
    _add(feed, "title", f"新知：{subject}")
    _add(feed, "updated", now.isoformat(timespec="seconds"))
    _add(_add(feed, "author"), "name", "kg")
    for record, seen in entries:
        _add_entry(feed, record, seen)
    etree.indent(feed)
    written: bytes = etree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def _add_entry(feed: Any, record: ClaimRecord, seen: str) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", record.iri)
    _add(entry, "title", record.words)
    _add(entry, "updated", seen)
    if _is_web_address(record.url):
        etree.SubElement(entry, f"{{{_ATOM}}}link", rel="alternate", href=record.url)
    # RFC 4287, 4.1.2: an entry without an alternate link must have content.
    source = " · ".join(filter(None, (record.headline, record.publisher, record.published)))
    _add(entry, "content", f"“{record.sentence}”\n—— {source or record.document}", type="text")


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and xml_text(url) == url


def _add(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
    element = etree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    element.text = xml_text(text) or None
    return element
