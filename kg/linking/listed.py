"""Link firms to the codes of listed companies, from a table that the user gives.

The table is CSV with a header: `code` and at least one of `name` (the registered name) and `short`
(the short name of the security), optionally `exchange` and `iri`; the headings that Chinese exchanges
use (证券代码, 公司全称, 证券简称, 交易所) are understood as well. A registered name belongs to one
firm, which may have several codes (A and H shares). A short name is weaker evidence: it counts where
one row and one firm bear it and no registered name says otherwise; else the pair is unsure.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from kg.errors import InputError
from kg.linking.subjects import Subject
from kg.linking.table import EXACT_MATCH, Link
from kg.model import Verdict
from kg.resolution.names import normalize_name

__all__ = ["CODES", "link_listed"]

CODES = "https://w3id.org/kg-news/code/listed/"

_HEADINGS = {
    "code": ("code", "证券代码", "股票代码", "a股代码", "代码"),
    "name": ("name", "公司全称", "公司名称", "企业全称", "证券全称"),
    "short": ("short", "证券简称", "股票简称", "a股简称", "公司简称", "简称"),
    "exchange": ("exchange", "交易所", "上市交易所", "市场"),
    "iri": ("iri",),
}
_SUFFIXES = {
    "SH": ("sh", "sse", "上交所", "上海证券交易所", "上海"),
    "SZ": ("sz", "szse", "深交所", "深圳证券交易所", "深圳"),
    "BJ": ("bj", "bse", "北交所", "北京证券交易所", "北京"),
    "HK": ("hk", "hkex", "港交所", "香港联合交易所", "香港"),
}


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    code: str
    name: str  # normalized
    short: str  # normalized
    iri: str


def link_listed(subjects: Iterable[Subject], table: Path, *, on: str) -> Iterator[Link]:
    """Yield links between firms and the rows of *table*; *on* is today.

    Raises:
        InputError: the table cannot be read, lacks a column, or a row has no code.
    """
    rows = _read(table)
    firms = [subject for subject in subjects if subject.type == "Company"]
    by_name, by_short = _index(rows, "name"), _index(rows, "short")
    bearers: dict[str, list[Subject]] = defaultdict(list)
    for firm in firms:
        for key in {*map(normalize_name, firm.names)}:
            bearers[key].append(firm)
    for firm in firms:
        keys = sorted({*map(normalize_name, firm.names)})
        registered = [(row, key) for key in keys for row in by_name.get(key, ())]
        for row, key in registered:
            is_sure = len(bearers[key]) == 1
            yield _link(firm, row, f"registered name {key}", table, on, is_sure=is_sure)
        if not registered:
            for key in keys:
                found = by_short.get(key, ())
                is_sure = len(found) == len(bearers[key]) == 1 and not _has_other_name(firm)
                for row in found:
                    yield _link(firm, row, f"short name {key}", table, on, is_sure=is_sure)


def _has_other_name(firm: Subject) -> bool:
    """Say whether the firm has a registered name, which then is none of the table."""
    return any(normalize_name(name).endswith("公司") for name in firm.names)


def _link(firm: Subject, row: _Row, matched: str, table: Path, on: str, *, is_sure: bool) -> Link:
    return Link(
        firm.id,
        EXACT_MATCH,
        row.iri or f"{CODES}{quote(row.code, safe='.')}",
        matched,
        f"{table.name}:{row.line}",
        on,
        verdict=Verdict.SAME if is_sure else Verdict.UNSURE,
        code=row.code,
    )


def _index(rows: Iterable[_Row], column: str) -> Mapping[str, list[_Row]]:
    index: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        if key := getattr(row, column):
            index[key].append(row)
    return index


def _read(table: Path) -> list[_Row]:
    try:
        content = table.read_bytes()
    except OSError as error:
        raise InputError(error.strerror or str(error), path=table) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:  # an exchange's table from a Chinese Excel
        text = content.decode("gb18030", "replace")
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        columns = _columns(next(reader, []), table)
        rows = [_row(cells, columns, table, reader.line_num) for cells in reader if any(cells)]
    except csv.Error as error:
        raise InputError(f"not CSV: {error}", path=table, line=reader.line_num) from error
    return rows


def _columns(header: Sequence[str], table: Path) -> dict[str, int]:
    names = [name.strip().casefold() for name in header]
    columns = {
        column: names.index(heading)
        for column, headings in _HEADINGS.items()
        for heading in reversed(headings)
        if heading in names
    }
    if "code" not in columns or not {"name", "short"} & columns.keys():
        raise InputError(
            "a table of listed companies has the columns code and name, short or both",
            path=table,
            line=1,
            remedy="rename its columns; exchange and iri are optional",
        )
    return columns


def _row(cells: Sequence[str], columns: Mapping[str, int], table: Path, line: int) -> _Row:
    def cell(column: str) -> str:
        index = columns.get(column)
        return cells[index].strip() if index is not None and index < len(cells) else ""

    code = cell("code").lstrip("'")
    if not code:
        raise InputError("a listed company without a code", path=table, line=line)
    if exchange := cell("exchange").casefold():
        suffixes = [suffix for suffix, names in _SUFFIXES.items() if exchange in names]
        if not suffixes:
            raise InputError(f"unknown exchange {exchange!r}", path=table, line=line)
        code = code if "." in code else f"{code}.{suffixes[0]}"
    names = (normalize_name(cell("name")), normalize_name(cell("short")))
    return _Row(line, code, *names, cell("iri"))
