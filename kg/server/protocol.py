"""Read a query from an HTTP request, as the SPARQL 1.1 Protocol has it.

https://www.w3.org/TR/sparql11-protocol/#query-operation: by GET, by POST as a form, or by POST with
the query as the body. What the protocol does not allow is refused with a reason that says what
would do.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from kg.server.limits import CutOff

__all__ = ["FORM", "QueryRequest", "Refused", "graphs_in", "read_body", "read_request"]

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"
_READ_ONLY = "this endpoint is read-only: the graph is changed by kg build only"


class Refused(CutOff):
    """A request that is not answered, with the status and the reason."""


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """A query operation."""

    text: str
    default_graphs: tuple[str, ...] = ()  # IRIs; none of both kinds: the dataset of the query
    named_graphs: tuple[str, ...] = ()


async def read_body(stream: AsyncIterable[bytes], max_bytes: int) -> bytes:
    """Return the body of a request.

    Raises:
        Refused: it is longer than *max_bytes*; the rest is not read.
    """
    body = bytearray()
    async for chunk in stream:
        body += chunk
        if len(body) > max_bytes:
            raise Refused(413, f"a request has {max_bytes} bytes at most")
    return bytes(body)


def read_request(
    method: str, query_string: bytes, content_type: str, body: bytes
) -> QueryRequest | None:
    """Return the query of a request; nothing for a GET without one, which asks for the description.

    Raises:
        Refused: it is no query operation.
    """
    in_url = _parameters(query_string)
    if method in ("GET", "HEAD"):
        return _from_parameters(in_url) if _names(in_url) & {"query", "update"} else None
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == FORM:
        request = _from_parameters(_parameters(body))
        if not (_names(in_url) & {"query", "update"}):
            return request
        raise Refused(400, "a form has its parameters in the body, not in the URL as well")
    if media_type == DIRECT:
        if "query" in _names(in_url):
            raise Refused(400, "two queries: one in the URL and one in the body")
        return _request(_decode(_charset(content_type), body), in_url)
    if media_type == UPDATE:
        raise Refused(400, _READ_ONLY)
    raise Refused(415, f"Content-Type is {media_type or 'missing'}; send {FORM} or {DIRECT}")


def _from_parameters(parameters: Sequence[tuple[str, str]]) -> QueryRequest:
    if "update" in _names(parameters):
        raise Refused(400, _READ_ONLY)
    queries = [value for name, value in parameters if name == "query"]
    if len(queries) != 1:
        raise Refused(400, f"one parameter query is wanted, there are {len(queries)}")
    return _request(queries[0], parameters)


def _request(text: str, parameters: Sequence[tuple[str, str]]) -> QueryRequest:
    return QueryRequest(
        text,
        tuple(value for name, value in parameters if name == "default-graph-uri"),
        tuple(value for name, value in parameters if name == "named-graph-uri"),
    )


def _names(parameters: Sequence[tuple[str, str]]) -> set[str]:
    return {name for name, _ in parameters}


def _parameters(encoded: bytes) -> list[tuple[str, str]]:
    try:
        text = encoded.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=100)
    except UnicodeDecodeError as error:
        raise Refused(400, "the parameters are not percent-encoded UTF-8") from error
    except ValueError as error:
        raise Refused(400, "more than 100 parameters") from error


def _charset(content_type: str) -> str:
    found = re.search(r";\s*charset\s*=\s*\"?([\w-]+)", content_type, re.IGNORECASE)
    return found.group(1).lower() if found else "utf-8"


def _decode(charset: str, body: bytes) -> str:
    # "the query string ... UTF-8": other charsets are not for the protocol's direct POST.
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise Refused(415, f"charset is {charset}; a query is sent in UTF-8")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(400, "the query is not UTF-8") from error


# ------------------------------------------------------------------------------------ FROM

# Comments, IRIs and strings are passed over as wholes; a prefixed name or a word is a token.
_TOKEN = re.compile(
    r"#[^\n\r]*"
    r'|<[^<>"{}|^`\\\x00-\x20]*>'
    r'|"""(?:[^"\\]|\\.|"(?!""))*"""' + r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n\r]|\\.)*"' + r"|'(?:[^'\\\n\r]|\\.)*'"
    r"|[?$]?[\w.-]*:?[\w.%-]+|[\w-]*:",
    re.DOTALL,
)


_PREFIX = re.compile(r"PREFIX\s+([\w.-]*):\s*<([^<>]*)>", re.IGNORECASE)


def graphs_in(text: str) -> set[str]:
    """Return the IRIs of the graphs that a query names after FROM.

    >>> query = "PREFIX ex: <http://b.example/> SELECT * FROM <g> FROM NAMED ex:h { ?from ?p '<x>' }"
    >>> sorted(graphs_in(query))
    ['g', 'http://b.example/h']
    """
    prefixes = dict(_PREFIX.findall(text))
    return {_expand(graph, prefixes) for graph in _after_from(_TOKEN.findall(text))}


def _expand(graph: str, prefixes: dict[str, str]) -> str:
    if graph.startswith("<"):
        return graph[1:-1]
    prefix, _, local = graph.partition(":")
    return prefixes.get(prefix, f"{prefix}:") + local


def _after_from(tokens: Sequence[str]) -> Iterator[str]:
    tokens = [token for token in tokens if not token.startswith("#")]
    for index, token in enumerate(tokens):
        if token.upper() == "FROM":
            rest = [each for each in tokens[index + 1 : index + 3] if each.upper() != "NAMED"]
            if rest and (rest[0].startswith("<") or ":" in rest[0]):
                yield rest[0]
