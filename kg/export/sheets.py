"""CSV for spreadsheets and for programs: nodes.csv and edges.csv, and statements.csv for readers.

UTF-8 with a byte order mark, or Excel takes Chinese for Latin letters; no cell is a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from kg.export.tables import Tables
from kg.export.writing import write_bytes
from kg.graph.files import safe_cell
from kg.graph.reader import Claim, GraphReader
from kg.graph.source import TripleSource

__all__ = ["write_csv_tables", "write_statements"]


def write_csv_tables(store: TripleSource, target: Path) -> list[Path]:
    tables = Tables(store)
    return [
        write_csv(target / "nodes.csv", tables.NODE_COLUMNS, tables.nodes),
        write_csv(target / "edges.csv", tables.EDGE_COLUMNS, tables.edges),
    ]


_STATEMENT_COLUMNS = (
    "主体", "主体类型", "关系", "relation", "客体", "客体类型", "金额", "单位", "日期", "职务",
    "状态", "语态", "可信度", "原句", "标题", "媒体", "发布日期", "文件", "statement",
)  # fmt: skip


def write_statements(store: TripleSource, path: Path) -> int:
    """Write ``statements.csv`` for readers with a spreadsheet; return the number of rows.

    UTF-8 with a byte order mark, or Excel takes Chinese for Latin letters. One row a claim, with
    its first sentence.
    """
    rows = [_statement_row(claim) for claim in GraphReader(store).claims()]
    rows.sort(key=lambda row: (row[16], row[14], row[0], row[3], row[4], row[18]))
    write_csv(path, _STATEMENT_COLUMNS, rows)
    return len(rows)


def _statement_row(claim: Claim) -> tuple[str, ...]:
    quote = claim.quotes[0] if claim.quotes else None
    is_number = claim.datatype == "decimal"
    article = quote.article if quote else None
    object_ = claim.object.label if claim.object else claim.value
    return (
        claim.subject.label,
        claim.subject.type_label,
        claim.predicate_zh,
        claim.predicate_en,
        object_,
        claim.object.type_label if claim.object else _VALUE_TYPES.get(claim.datatype, "文字"),
        claim.value if is_number else claim.qualifier("amount"),
        claim.qualifier("unit") or claim.qualifier("currency"),
        claim.qualifier("date"),
        claim.qualifier("title"),
        claim.qualifier("status"),
        _modality(claim),
        f"{claim.confidence:g}",
        quote.text if quote else "",
        article.headline if article else "",
        article.publisher if article else "",
        article.published if article else "",
        article.document_path if article else "",
        claim.id,
    )


_VALUE_TYPES = {"decimal": "数值", "date": "日期", "gYearMonth": "日期", "gYear": "日期"}
_MODALITIES = {"planned": "计划", "hearsay": "据传"}


def _modality(claim: Claim) -> str:
    modality = claim.qualifier("modality")
    words = [_MODALITIES.get(modality, modality)] if modality else []
    if claim.qualifier("negated") == "true":
        words.append("否定")
    return "、".join(words)


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return write_bytes(path, b"\xef\xbb\xbf" + buffer.getvalue().encode())
