"""Choose the form of an answer that the client likes best (RFC 9110, 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["GRAPH_TYPES", "HTML", "RESULT_TYPES", "MediaType", "choose"]

HTML = "text/html"


@dataclass(frozen=True, slots=True)
class MediaType:
    """A form in which something can be sent."""

    name: str  # as it is sent
    format: str  # name of Oxigraph's RdfFormat or QueryResultsFormat
    also: tuple[str, ...] = ()  # other names that clients ask for it by


# The first is sent to who does not care. What Oxigraph calls a format is mapped by
# `kg.server.sparql`, so that this module can be used by the process that never opens a store.
RESULT_TYPES: Sequence[MediaType] = (
    MediaType(
        "application/sparql-results+json",
        "JSON",
        ("application/json", "text/json", "text/javascript"),
    ),
    MediaType("application/sparql-results+xml", "XML", ("application/xml", "text/xml")),
    MediaType("text/csv", "CSV"),
    MediaType("text/tab-separated-values", "TSV", ("text/tsv", "text/plain")),
)
GRAPH_TYPES: Sequence[MediaType] = (
    MediaType("text/turtle", "TURTLE", ("application/turtle", "application/x-turtle", "text/n3")),
    MediaType("application/n-triples", "N_TRIPLES", ("text/plain",)),
    MediaType("application/ld+json", "JSON_LD", ("application/json", "application/x-json+ld")),
    MediaType("application/rdf+xml", "RDF_XML", ("application/xml", "text/xml")),
)


def choose(accept: str, offered: Sequence[MediaType]) -> MediaType | None:
    """Return what of *offered* an Accept header prefers, nothing if it wants none of them.

    Of equals the one offered first is chosen; a header that is empty accepts everything. An exact
    name outweighs ``text/*``, which outweighs ``*/*``.

    >>> choose("text/csv;q=0.9, application/json", RESULT_TYPES).format
    'JSON'
    >>> choose("image/png", RESULT_TYPES) is None
    True
    """
    ranges = _ranges(accept) or [("*/*", 1.0)]
    rated = [(_quality(each, ranges), -index) for index, each in enumerate(offered)]
    quality, position = max(rated)
    return offered[-position] if quality > 0 else None


def _quality(form: MediaType, ranges: Sequence[tuple[str, float]]) -> float:
    # Its other names are for those who ask by name: text/* does not mean text/javascript.
    for patterns in ({form.name, *form.also}, {f"{form.name.partition('/')[0]}/*"}, {"*/*"}):
        found = [quality for media_range, quality in ranges if media_range in patterns]
        if found:
            return max(found)
    return 0.0


def _ranges(accept: str) -> list[tuple[str, float]]:
    ranges = []
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if not name:
            continue
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                quality = _number(value)
        ranges.append((name, quality))
    return ranges


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return min(max(value, 0.0), 1.0) if value == value else 0.0
