"""The rows of a table as CSV for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pyoxigraph as ox

from kg.graph.files import safe_cell
from kg.server.limits import CutOff
from kg.server.snapshot import Snapshot
from kg.server.views.regions import region_name
from kg.server.views.tables import Filters, Row, table_rows
from kg.server.wording import Wording

__all__ = ["table_csv"]

_COLUMNS = (
    "subject", "kind", "object", "amount", "unit", "date", "state", "region", "published", "headline",
    "sentence", "confidence", "permalink",
)  # fmt: skip


def table_csv(
    snapshot: Snapshot, table: str, filters: Filters, language: str, max_bytes: int
) -> bytes:
    """Return what the filters choose, with a mark by which Excel knows that it is UTF-8.

    Raises:
        CutOff: it is larger than *max_bytes*.
    """
    words = Wording.of(language)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([words(column) for column in _COLUMNS])
    for row in table_rows(snapshot, table, filters):
        writer.writerow(_cells(snapshot, row, words))
        if buffer.tell() > max_bytes:
            raise CutOff(503, "the table is larger than this server sends; set a filter")
    return buffer.getvalue().encode("utf-8-sig")


def _cells(snapshot: Snapshot, row: Row, words: Wording) -> Iterator[str]:
    claim = snapshot.reader.claim(ox.NamedNode(row.statement))
    quote = claim.quotes[0] if claim.quotes else None
    yield safe_cell(row.subject)
    yield words.relation(row.kind)
    yield safe_cell(row.object)
    yield "" if row.amount is None else f"{row.amount:f}"
    yield safe_cell(row.currency)
    yield safe_cell(row.date)
    yield words(row.state)
    yield safe_cell(region_name(snapshot, row.region)) if row.region else ""
    yield safe_cell(row.published)
    yield safe_cell(quote.article.headline) if quote else ""
    yield safe_cell(quote.text) if quote else ""
    yield f"{claim.confidence:.2f}"
    yield row.statement
