"""Investments and the progress of projects as tables that are sorted, filtered and downloaded.

A row is a claim. What it is sorted and filtered by is read once per build; the claim itself, with its
sentences, only when the row is on the page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import pyoxigraph as ox
from rdflib.namespace import SDO

from kg.graph.namespaces import KG, NIF, kg_term
from kg.graph.reader import Claim
from kg.server.patterns import (
    DERIVED,
    OBJECT,
    PREDICATE,
    SUBJECT,
    node_at,
    objects,
    subjects,
    text_at,
)
from kg.server.snapshot import Snapshot
from kg.server.views.names import entity_labels
from kg.server.views.regions import codes_named, lies_in, region_name, regions_by_node

__all__ = [
    "KINDS",
    "SORTS",
    "STATES",
    "TABLES",
    "Filters",
    "Row",
    "TablePage",
    "table_page",
    "table_rows",
]

KINDS: Mapping[str, tuple[str, ...]] = {
    "investments": (
        "investsIn",
        "builds",
        "finances",
        "ownsStakeIn",
        "totalInvestment",
        "creditAmount",
    ),
    "status": ("status", "startDate", "completionDate", "launchDate"),
}
"""The relations and attributes of each table."""

TABLES = tuple(KINDS)
SORTS = ("amount", "date", "published", "subject", "object", "region")
STATES = ("stated", "planned", "hearsay", "negated")

_AMOUNT, _CURRENCY = ox.NamedNode(KG.amount), ox.NamedNode(KG.currency)
_UNIT, _DATE = ox.NamedNode(KG.unit), ox.NamedNode(KG.date)
_MODALITY, _NEGATED = ox.NamedNode(KG.modality), ox.NamedNode(KG.negated)
_CONTEXT = ox.NamedNode(NIF.referenceContext)
_PUBLISHED = ox.NamedNode(SDO.datePublished)
_DATE_TYPES = frozenset({"date", "gYearMonth", "gYear"})


@dataclass(frozen=True, slots=True)
class Filters:
    """What of a table is wanted, and in which order."""

    kind: str = ""  # a relation or attribute; "": all of the table
    text: str = ""  # in the name of either end, or in the value
    region: str = ""  # code or name
    state: str = ""
    at_least: Decimal | None = None  # yuan
    since: str = ""  # ISO prefix of the claim's date, or of the article's where it has none
    until: str = ""
    sort: str = "published"
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A claim by what it is sorted and filtered by."""

    statement: str  # IRI
    kind: str
    subject: str  # label
    object: str  # label or value
    amount: Decimal | None
    currency: str
    date: str
    published: str  # of the first article that says so
    region: str  # code
    state: str


@dataclass(frozen=True, slots=True)
class TablePage:
    """Some rows of a table with their claims."""

    rows: tuple[tuple[Row, str, Claim], ...]  # row, name of its region, claim
    total: int
    kinds: tuple[tuple[str, int], ...]  # how many rows of each kind the whole table has
    regions: tuple[str, ...]  # names to choose from, most rows first


def table_page(
    snapshot: Snapshot, table: str, filters: Filters, begin: int, count: int
) -> TablePage:
    """Return *count* rows from the *begin*-th on."""
    everything = snapshot.once(_ROWS[table])
    chosen = table_rows(snapshot, table, filters)
    names = Counter(region_name(snapshot, row.region) for row in everything if row.region)
    return TablePage(
        rows=tuple(
            (row, _region_name(snapshot, row), snapshot.reader.claim(ox.NamedNode(row.statement)))
            for row in chosen[begin : begin + count]
        ),
        total=len(chosen),
        kinds=tuple(Counter(row.kind for row in everything).most_common()),
        regions=tuple(name for name, _ in names.most_common(200)),
    )


def prepare_tables(snapshot: Snapshot) -> None:
    """Read the rows of all tables."""
    for read_rows in _ROWS.values():
        snapshot.once(read_rows)


def _region_name(snapshot: Snapshot, row: Row) -> str:
    return region_name(snapshot, row.region) if row.region else ""


def table_rows(snapshot: Snapshot, table: str, filters: Filters) -> list[Row]:
    """Return the rows that are wanted, in order."""
    tests = list(_tests(snapshot, filters))
    chosen = [row for row in snapshot.once(_ROWS[table]) if all(test(row) for test in tests)]
    # A row that lacks what is sorted by stands last either way.
    has = [row for row in chosen if _sort_value(row, filters.sort) not in (None, "")]
    lacks = [row for row in chosen if _sort_value(row, filters.sort) in (None, "")]
    has.sort(
        key=lambda row: (_sort_value(row, filters.sort), row.statement), reverse=filters.descending
    )
    return has + lacks


def _sort_value(row: Row, sort: str) -> Decimal | str | None:
    value: Decimal | str | None = getattr(row, sort if sort in SORTS else "published")
    return value


def _tests(snapshot: Snapshot, filters: Filters) -> Iterator[Callable[[Row], bool]]:
    if filters.kind:
        yield lambda row: row.kind == filters.kind
    if filters.text:
        wanted = filters.text.casefold()
        yield lambda row: wanted in row.subject.casefold() or wanted in row.object.casefold()
    if filters.region:
        codes = codes_named(snapshot, filters.region)
        yield lambda row: any(lies_in(row.region, code) for code in codes)
    if filters.state:
        yield lambda row: row.state == filters.state
    if filters.at_least is not None:
        least = filters.at_least
        # Currencies are not converted: news seldom names the rate.
        yield lambda row: row.amount is not None and row.currency == "CNY" and row.amount >= least
    if filters.since:
        yield lambda row: (row.date or row.published) >= filters.since
    if filters.until:
        # 2023 is until its end: 2023-03 begins with it.
        until = filters.until
        yield lambda row: (row.date or row.published)[: len(until)] <= until


# ---------------------------------------------------------------------------- once per build


def _investments(snapshot: Snapshot) -> list[Row]:
    return list(_rows(snapshot, KINDS["investments"]))


def _progress(snapshot: Snapshot) -> list[Row]:
    return list(_rows(snapshot, KINDS["status"]))


_ROWS: Mapping[str, Callable[[Snapshot], list[Row]]] = {
    "investments": _investments,
    "status": _progress,
}


def _rows(snapshot: Snapshot, kinds: Iterable[str]) -> Iterator[Row]:
    for kind in kinds:
        for statement in subjects(snapshot.store, PREDICATE, kg_term(kind)):
            yield _row(snapshot, kind, statement)


def _row(snapshot: Snapshot, kind: str, statement: ox.NamedNode) -> Row:
    store, labels = snapshot.store, snapshot.once(entity_labels)
    subject = text_at(store, statement, SUBJECT)
    value = next(objects(store, statement, OBJECT), None)
    literal = value if isinstance(value, ox.Literal) else None
    end = value.value if value else ""
    is_date = literal is not None and literal.datatype.value.rpartition("#")[2] in _DATE_TYPES
    is_amount = literal is not None and literal.datatype.value.endswith("#decimal")
    regions = regions_by_node(snapshot)
    return Row(
        statement=statement.value,
        kind=kind,
        subject=labels.get(subject, subject),
        object=end if literal else labels.get(end, end),
        amount=_decimal(end if is_amount else text_at(store, statement, _AMOUNT)),
        currency=text_at(store, statement, _UNIT if is_amount else _CURRENCY),
        date=end if is_date else text_at(store, statement, _DATE),
        published=_published(snapshot, statement),
        region=regions.get(subject) or regions.get("" if literal else end, ""),
        state=_state(store, statement),
    )


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


def _published(snapshot: Snapshot, statement: ox.NamedNode) -> str:
    dates = (
        text_at(snapshot.store, node, _PUBLISHED)
        for quote in objects(snapshot.store, statement, DERIVED)
        if (node := node_at(text_at(snapshot.store, ox.NamedNode(quote.value), _CONTEXT)))
    )
    return min(filter(None, dates), default="")


def _state(store: ox.Store, statement: ox.NamedNode) -> str:
    if text_at(store, statement, _NEGATED) == "true":
        return "negated"
    return text_at(store, statement, _MODALITY) or "stated"
