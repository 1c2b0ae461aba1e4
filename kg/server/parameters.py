"""Read the parts of an address: which page, which order, which filters, which language.

An address is typed, edited and sent on by people, so what is wrong in it is named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote, unquote

from starlette.requests import Request

from kg.query import CookbookQuery, find_query
from kg.server.links import address, page_of, parts_of
from kg.server.protocol import Refused
from kg.server.views.entities import ClaimGroup
from kg.server.views.tables import SORTS, Filters
from kg.server.wording import LANGUAGES, Wording, preferred_language

__all__ = [
    "PER_PAGE",
    "PLACE",
    "Pager",
    "claims_address",
    "data_of",
    "decoded",
    "filters_of",
    "kind_and_name",
    "page_number",
    "pager",
    "question_of",
    "sorted_by",
    "table_of",
    "wording_of",
]

PER_PAGE = 50
PLACE = frozenset({"page", "lang"})
"""Parameters that say where in a list, and in which language, not what is listed."""

_MAX_PAGE = 100_000
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


@dataclass(frozen=True, slots=True)
class Pager:
    """Where in a long list a page is."""

    page: int
    last: int
    previous: str
    next: str


def wording_of(request: Request) -> Wording:
    wanted = request.query_params.get("lang") or request.cookies.get("lang")
    if wanted not in LANGUAGES:
        wanted = preferred_language(request.headers.get("accept-language", ""))
    return Wording.of(wanted or "zh")


def table_of(request: Request) -> str:
    return request.url.path.strip("/").removesuffix(".csv")


def page_number(request: Request) -> int:
    text = request.query_params.get("page", "1")
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise Refused(400, f"page={text}: a number is wanted")
    return min(max(int(text), 1), _MAX_PAGE)


def pager(request: Request, total: int, per_page: int = PER_PAGE) -> Pager:
    page, last = page_number(request), max(1, -(-total // per_page))

    def at(number: int) -> str:
        kept = [item for item in request.query_params.multi_items() if item[0] not in PLACE]
        return address(quote(request.url.path), [*kept, ("page", number)])

    return Pager(page, last, at(page - 1) if page > 1 else "", at(page + 1) if page < last else "")


def kind_and_name(text: str) -> tuple[str, str]:
    kind, _, name = text.partition(":")
    return kind, name


def decoded(iri: str) -> tuple[str, str]:
    kind, name = parts_of(iri)
    return kind, unquote(name)


def claims_address(iri: str, group: ClaimGroup) -> str:
    path = page_of(iri).replace("/entity/", "/claims/", 1)
    end = None if group.outgoing else "object"
    return address(path, [("relation", group.predicate), ("end", end)])


def data_of(iri: str) -> dict[str, Any]:
    """Return where the data of a node are, and the address that stands for the node itself."""
    kind, name = parts_of(iri)
    path = f"{kind}/{quote(name, safe='%')}"
    return {"data": f"/data/{path}", "identifier": f"/id/{path}"}


# --------------------------------------------------------------------------- parameters


def filters_of(request: Request) -> Filters:
    given = request.query_params
    sort = given.get("sort", "published")
    if sort not in SORTS:
        raise Refused(400, f"sort={sort}: one of {', '.join(SORTS)} is wanted")
    return Filters(
        kind=given.get("kind", ""),
        text=given.get("words", "").strip(),
        region=given.get("region", "").strip(),
        state=given.get("state", ""),
        at_least=_decimal(given.get("min", "").strip()),
        since=_date(given.get("since", "").strip()),
        until=_date(given.get("until", "").strip()),
        sort=sort,
        descending=given.get("order") != "up",
    )


def _decimal(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise Refused(400, f"min={text}: an amount in yuan is wanted, such as 50000000")
    return number


def _date(text: str) -> str:
    if text and not _DATE.fullmatch(text):
        raise Refused(400, f"{text}: a date is written 2023, 2023-03 or 2023-03-15")
    return text


def sorted_by(request: Request, column: str, filters: Filters) -> str:
    kept = [
        item
        for item in request.query_params.multi_items()
        if item[0] not in {*PLACE, "sort", "order"}
    ]
    # The first click shows the largest and newest first, names from the beginning.
    descending = column not in ("subject", "object", "region")
    if filters.sort == column:
        descending = not filters.descending
    order = None if descending else "up"
    return address(request.url.path, [*kept, ("sort", column), ("order", order)])


def question_of(request: Request) -> tuple[CookbookQuery, dict[str, str]]:
    question = find_query(request.path_params["name"])
    if question is None:
        raise Refused(404, wording_of(request)("not-found"))
    known = {parameter.name for parameter in question.parameters}
    settings = {k: v for k, v in request.query_params.items() if k in known and v}
    return question, settings
