"""Literals of the graph, in the one spelling that a store gives back unchanged.

Oxigraph keeps numbers and dates as values, so "6.50"^^xsd:decimal comes back as 6.5 and
xsd:nonNegativeInteger as xsd:integer. Written canonically from the start, graph.ttl and an export
from the store are the same bytes.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pyoxigraph as ox
from rdflib.namespace import XSD

from kg.resolution.statements import canonical_decimal

__all__ = ["boolean", "day", "decimal", "integer", "partial_date", "text", "zh"]

_DECIMAL = ox.NamedNode(XSD.decimal)
_INTEGER = ox.NamedNode(XSD.integer)
_BOOLEAN = ox.NamedNode(XSD.boolean)
_DATE_TYPES = {
    4: ox.NamedNode(XSD.gYear),
    7: ox.NamedNode(XSD.gYearMonth),
    10: ox.NamedNode(XSD.date),
}


def text(value: str) -> ox.Literal:
    """Return a plain string; half characters (lone surrogates) become ``?``."""
    return ox.Literal(value.encode("utf-8", "replace").decode("utf-8"))


def zh(value: str) -> ox.Literal:
    """Return a Chinese string, as labels and headlines are."""
    return ox.Literal(value.encode("utf-8", "replace").decode("utf-8"), language="zh")


def decimal(value: Decimal | float) -> ox.Literal:
    """Return a number; a float is rounded to four digits, which is what a ranking has."""
    exact = value if isinstance(value, Decimal) else Decimal(str(round(value, 4)))
    return ox.Literal(canonical_decimal(exact), datatype=_DECIMAL)


def integer(value: int) -> ox.Literal:
    """Return an offset or index."""
    return ox.Literal(str(value), datatype=_INTEGER)


def boolean(value: bool) -> ox.Literal:
    """Return true or false."""
    return ox.Literal("true" if value else "false", datatype=_BOOLEAN)


def day(value: date) -> ox.Literal:
    """Return a date known to the day."""
    return ox.Literal(value.isoformat(), datatype=_DATE_TYPES[10])


def partial_date(iso: str) -> ox.Literal:
    """Return a date known to the year, month or day.

    What is no date (2022-02-30) stays a string: validation reports it with its sentence, whereas a
    typed literal with an impossible value would break every query that sorts by date.
    """
    if re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", iso):
        try:
            date.fromisoformat((iso + "-01-01")[:10] if len(iso) == 4 else (iso + "-01")[:10])
        except ValueError:
            return text(iso)
        return ox.Literal(iso, datatype=_DATE_TYPES[len(iso)])
    return text(iso)
