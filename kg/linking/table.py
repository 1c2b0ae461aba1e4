"""The file of links: one a line, with what matched, where and when, and what a person thinks of it.

``links.csv`` lies beside kg.toml, under version control. `kg link` only adds to it: a line that is
there keeps its verdict, so a person who changes *unsure* to *same* or *different* is never overruled.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from kg.errors import InputError
from kg.graph.files import read_optional, replace_file
from kg.model import EntityId, Verdict
from kg.schema import load_schema

__all__ = ["EXACT_MATCH", "LINKS_FILE", "SAME_AS", "Link", "add_links", "read_links"]

LINKS_FILE = "links.csv"
SAME_AS, EXACT_MATCH = "owl:sameAs", "skos:exactMatch"

_COLUMNS = ("entity", "relation", "target", "code", "verdict", "matched", "source", "date", "note")
# An absolute IRI, as Turtle writes one.
_IRI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """An entity of the graph that is, may be, or is not something elsewhere."""

    entity: EntityId
    relation: str  # owl:sameAs for a thing, skos:exactMatch for a code
    target: str  # IRI
    matched: str  # what agreed: "registered name 鲁西化工集团股份有限公司"
    source: str  # file and line, or endpoint
    date: str  # when it was found, ISO
    verdict: Verdict = Verdict.SAME
    code: str = ""  # 371522, 000830.SZ
    note: str = ""
    line: int = field(default=0, compare=False)

    @property
    def key(self) -> tuple[str, str]:
        """What tells a link from others."""
        return self.entity, self.target


def read_links(path: Path) -> tuple[Link, ...]:
    """Read all links of a file; none where there is no file.

    Raises:
        InputError: a line is no link; the message names it.
    """
    reader = csv.reader(io.StringIO(read_optional(path), newline=""))
    links = []
    try:
        header = next(reader, list(_COLUMNS))
        if header != list(_COLUMNS):
            raise InputError(f"expected the columns {','.join(_COLUMNS)}", path=path, line=1)
        for row in reader:
            if row:
                links.append(_parse(row, path, reader.line_num))
    except csv.Error as error:
        raise InputError(f"not CSV: {error}", path=path, line=reader.line_num) from error
    return tuple(links)


def _parse(row: Sequence[str], path: Path, line: int) -> Link:
    try:
        if len(row) != len(_COLUMNS):
            raise ValueError(f"{len(row)} columns instead of {len(_COLUMNS)}")
        cells = dict(zip(_COLUMNS, (cell.strip() for cell in row), strict=True))
        return _link(cells, line)
    except ValueError as error:
        raise InputError(str(error), path=path, line=line) from error


def _link(cells: dict[str, str], line: int) -> Link:
    prefixes = {definition.prefix for definition in load_schema().classes.values()}
    prefix, _, name = cells["entity"].partition(":")
    if prefix not in prefixes or not name:
        raise ValueError(f"{cells['entity']!r} is no TYPE:NAME, such as company:鲁西集团")
    if cells["relation"] not in {SAME_AS, EXACT_MATCH}:
        raise ValueError(f"{cells['relation']!r} is neither {SAME_AS} nor {EXACT_MATCH}")
    if not _IRI.fullmatch(cells["target"]):
        raise ValueError(f"{cells['target']!r} is no IRI")
    date.fromisoformat(cells["date"])
    verdicts = [verdict.value for verdict in Verdict]
    if cells["verdict"] not in verdicts:
        raise ValueError(f"{cells['verdict']!r} is none of {', '.join(verdicts)}")
    return Link(
        entity=EntityId(cells["entity"]),
        verdict=Verdict(cells["verdict"]),
        line=line,
        **{name: cells[name] for name in _COLUMNS if name not in {"entity", "verdict"}},
    )


def add_links(path: Path, links: Iterable[Link]) -> tuple[Link, ...]:
    """Add to a file the links that it has not; return those.

    The lines that are there stay as they are, with their verdicts.
    """
    known = read_links(path)
    keys = {link.key for link in known}
    new = {link.key: link for link in links if link.key not in keys}
    if not new:
        return ()
    try:
        before = path.read_bytes()
    except FileNotFoundError:
        before = (",".join(_COLUMNS) + "\n").encode()
    gap = b"" if before.endswith(b"\n") else b"\n"
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    added = tuple(new[key] for key in sorted(new))
    writer.writerows(_row(link) for link in added)
    with replace_file(path) as file:
        file.write(before + gap + buffer.getvalue().encode("utf-8", "replace"))
    return added


def _row(link: Link) -> list[str]:
    cells = {name: str(getattr(link, name)) for name in _COLUMNS} | {"verdict": link.verdict.value}
    return [" ".join(cells[name].split()) for name in _COLUMNS]  # one link, one line
