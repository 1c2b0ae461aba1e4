"""Ask the graph in SPARQL, and offer the questions it exists to answer.

The cookbook (`ontology/queries/*.rq`) is SPARQL 1.1 with the prefixes of the graph understood. A
parameter is a ``VALUES ?place { "莘县"@zh }`` block, whose content is replaced by a value of the same
kind: a literal that Oxigraph itself has escaped, never a piece of query text. (Oxigraph's own
substitutions reach only variables of the outermost SELECT.)

A query comes from a person or from the network, so it can read this store and nothing else: updates
and SERVICE, which would make the engine fetch any address, are refused.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeAlias, TypeVar
from xml.etree import ElementTree as ET  # builds XML only, parses none

import pyoxigraph as ox
from rich.table import Table
from rich.text import Text

from kg.errors import InputError, SettingsError
from kg.graph import terms
from kg.graph.files import safe_cell, xml_text
from kg.graph.namespaces import Iris
from kg.graph.source import TripleSource
from kg.graph.store import base_iri_of
from kg.printable import blanked
from kg.schema import ontology_path

__all__ = [
    "CookbookQuery",
    "Parameter",
    "QueryResult",
    "cookbook",
    "find_query",
    "refuse_unsafe",
    "run_cookbook",
    "run_query",
    "to_csv",
    "to_json",
    "to_table",
    "to_turtle",
    "to_xml",
]

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

T = TypeVar("T")

_RESULTS = "http://www.w3.org/2005/sparql-results#"


# ------------------------------------------------------------------------------------ running


@dataclass(frozen=True, slots=True)
class QueryResult:
    """What a query returned: rows (SELECT), triples (CONSTRUCT, DESCRIBE) or a truth value (ASK)."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Term | None, ...], ...] = ()
    triples: tuple[ox.Triple, ...] = ()
    truth: bool | None = None
    prefixes: Mapping[str, str] | None = None
    truncated: bool = False  # there were more rows than asked for

    @property
    def is_graph(self) -> bool:
        """Whether the query was a CONSTRUCT or DESCRIBE."""
        return self.truth is None and not self.columns

    def __bool__(self) -> bool:
        return bool(self.truth or self.rows or self.triples)


def run_query(store: TripleSource, text: str, *, max_rows: int | None = None) -> QueryResult:
    """Run a SPARQL query; the prefixes of the graph are there without being declared.

    Args:
        store: the graph: a store, or one on a server (`kg.remote.open_endpoint`).
        text: SELECT, ASK, CONSTRUCT or DESCRIBE.
        max_rows: stop after so many rows or triples.

    Raises:
        InputError: not SPARQL, an update, or a query with SERVICE.
    """
    refuse_unsafe(text)
    prefixes = Iris(base_iri_of(store)).prefixes()
    try:
        found = store.query(text, prefixes=prefixes)
        if isinstance(found, ox.QueryBoolean):
            return QueryResult(truth=bool(found), prefixes=prefixes)
        if isinstance(found, ox.QueryTriples):
            triples, truncated = _take(found, max_rows)
            ordered = sorted(set(triples), key=str)
            return QueryResult(triples=tuple(ordered), prefixes=prefixes, truncated=truncated)
        columns = tuple(variable.value for variable in found.variables)
        solutions, truncated = _take(found, max_rows)
        rows = tuple(tuple(solution[column] for column in columns) for solution in solutions)
        return QueryResult(columns, rows, prefixes=prefixes, truncated=truncated)
    except SyntaxError as error:
        raise InputError(f"not a SPARQL query: {error.msg}") from error
    except (ValueError, RuntimeError, OSError) as error:
        raise InputError(f"the query cannot be answered: {error}") from error


def _take(found: Iterable[T], max_rows: int | None) -> tuple[list[T], bool]:
    taken = list(itertools.islice(found, None if max_rows is None else max_rows + 1))
    return taken[:max_rows], max_rows is not None and len(taken) > max_rows


_UPDATE = re.compile(r"^(INSERT|DELETE|LOAD|CLEAR|CREATE|DROP|COPY|MOVE|ADD|WITH)\b", re.IGNORECASE)
_PROLOGUE = re.compile(r"\s+|#[^\n]*|PREFIX\s+[^\s:]*:\s*<[^<>]*>|BASE\s*<[^<>]*>", re.IGNORECASE)
# A variable (?service) or a prefixed name (kg:service) and nothing that could be glued to them.
_HARMLESS = re.compile(r"[?$]\w+|[A-Za-z][\w-]*:[\w-]+")


def refuse_unsafe(text: str) -> None:
    """Refuse a query that would write or call other machines.

    Raises:
        InputError: an update, or a query with SERVICE.
    """
    position = 0
    while found := _PROLOGUE.match(text, position):
        position = found.end()
    if update := _UPDATE.match(text[position:]):
        raise InputError(
            f"{update.group(1).upper()} is an update; the graph is changed by kg build only",
            remedy="ask with SELECT, ASK, CONSTRUCT or DESCRIBE",
        )
    # Comments and strings are searched too: telling them apart needs the engine's own grammar, and
    # "FILTER(1<?b)SERVICE#>" is enough to fool a simpler one.
    for match in re.finditer("service", text, re.IGNORECASE):
        if not _HARMLESS.fullmatch(_token_around(text, match.start(), match.end())):
            raise InputError(
                "SERVICE is refused: it lets a query call other machines",
                remedy=r'write "\u0073ervice" where the word stands in a string, IRI or comment',
            )


def _token_around(text: str, begin: int, end: int) -> str:
    """Return the word around a match; a pattern that looks back would be quadratic."""
    while begin > 0 and (text[begin - 1].isalnum() or text[begin - 1] in "_?$:-"):
        begin -= 1
    while end < len(text) and (text[end].isalnum() or text[end] in "_:-"):
        end += 1
    return text[begin:end]


# ----------------------------------------------------------------------------------- cookbook


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something a cookbook query asks for."""

    name: str
    default: str  # the example in the file
    help: str


@dataclass(frozen=True, slots=True)
class CookbookQuery:
    """A named question."""

    name: str  # file stem
    title: str  # 各地最大投资
    title_en: str
    parameters: tuple[Parameter, ...]
    text: str

    def bind(self, settings: Mapping[str, str]) -> str:
        """Return the query text with *settings* in place of the examples.

        Raises:
            SettingsError: a parameter that the query does not have, or words where it wants a number.
        """
        known = {parameter.name for parameter in self.parameters}
        if unknown := sorted(set(settings) - known):
            raise SettingsError(
                f"query {self.name} has no parameter {', '.join(unknown)}; "
                f"it has {', '.join(sorted(known)) or 'none'}"
            )

        def bound(block: re.Match[str]) -> str:
            name = block["name"]
            if name not in settings:
                return block[0]
            return (
                f"VALUES ?{name} {{ {_as_token(_like(block['example'], name, settings[name]))} }}"
            )

        # In one pass: a value may look like the block of the next parameter.
        return _VALUES_BLOCK.sub(bound, self.text)


def cookbook(folder: Path | None = None) -> tuple[CookbookQuery, ...]:
    """Return the named queries of *folder* (the bundled ones if left out), by name."""
    folder = folder or ontology_path() / "queries"
    return tuple(_read_query(path) for path in sorted(folder.glob("*.rq")))


def find_query(name: str, folder: Path | None = None) -> CookbookQuery | None:
    """Return the cookbook query with this name or Chinese title."""
    return next((q for q in cookbook(folder) if name in (q.name, q.title)), None)


def run_cookbook(
    store: TripleSource,
    query: CookbookQuery,
    settings: Mapping[str, str] | None = None,
    *,
    max_rows: int | None = None,
) -> QueryResult:
    """Run a named query with parameters, such as ``{"place": "莘县"}``."""
    return run_query(store, query.bind(settings or {}), max_rows=max_rows)


_HEADER = re.compile(r"^#\s*(title|title_en|param)\s*:?\s+(.*)$", re.MULTILINE)


def _read_query(path: Path) -> CookbookQuery:
    text = path.read_text("utf-8")
    titles: dict[str, str] = {}
    parameters: list[Parameter] = []
    blocks = {block["name"] for block in _VALUES_BLOCK.finditer(text)}
    for key, value in _HEADER.findall(text):
        if key != "param":
            titles[key] = value.strip()
            continue
        declaration, _, help_ = value.partition("—")
        name, _, default = declaration.strip().partition(" ")
        if name not in blocks:
            raise SettingsError(f"{path}: parameter {name} has no VALUES ?{name} {{ … }} block")
        parameters.append(Parameter(name, default.strip(), help_.strip()))
    if {"title", "title_en"} - titles.keys():
        raise SettingsError(
            f"{path}: a cookbook query begins with '# title: …' and '# title_en: …'"
        )
    return CookbookQuery(path.stem, titles["title"], titles["title_en"], tuple(parameters), text)


_VALUES_BLOCK = re.compile(r"VALUES\s+\?(?P<name>\w+)\s*\{\s*(?P<example>[^{}]*?)\s*\}")


def _as_token(literal: ox.Literal) -> str:
    """Return the N-Triples form, which SPARQL reads as one token.

    A firm may be called “… Service”, which must not be taken for the keyword.
    """
    return re.sub(
        "[sS](?=ervice)", lambda s: f"\\u{ord(s[0]):04X}", str(literal), flags=re.IGNORECASE
    )


def _like(example: str, name: str, value: str) -> ox.Literal:
    """Return *value* as a literal of the kind the example is."""
    if not example.startswith('"'):
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise SettingsError(f"{name} is a number, not {value!r}")
        return terms.decimal(number)
    language = example.rpartition("@")[2] if re.search(r'"@[A-Za-z-]+$', example) else None
    clean = value.encode("utf-8", "replace").decode("utf-8")
    return ox.Literal(clean, language=language)


# ---------------------------------------------------------------------------------- rendering


def _plain(term: Term | None, result: QueryResult) -> str:
    """Return a term for people: an IRI by its prefix, a literal by its value."""
    if term is None:
        return ""
    if isinstance(term, ox.NamedNode):
        for prefix, namespace in (result.prefixes or {}).items():
            if term.value.startswith(namespace) and term.value != namespace:
                return f"{prefix}:{term.value[len(namespace) :]}"
        return term.value
    if isinstance(term, ox.Literal):
        return term.value
    return str(term)


def to_table(result: QueryResult, *, title: str = "") -> Table:
    """Return the rows as a table for a terminal; numbers stand right, with thousands separated."""
    table = Table(title=title or None)
    if result.truth is not None:
        table.add_column("answer")
        table.add_row("yes" if result.truth else "no")
        return table
    columns = result.columns or ("subject", "predicate", "object")
    rows = result.rows or tuple((t.subject, t.predicate, t.object) for t in result.triples)
    for index, column in enumerate(columns):
        numeric = any(_is_number(row[index]) for row in rows)
        # A number in two lines is another number.
        table.add_column(
            column,
            justify="right" if numeric else "left",
            overflow="fold",
            no_wrap=numeric,
        )
    for row in rows:
        # Text, not str: a label such as [link=…] must not be taken for rich markup.
        table.add_row(*(Text(_cell(term, result)) for term in row))
    return table


def _cell(term: Term | None, result: QueryResult) -> str:
    if _is_number(term) and isinstance(term, ox.Literal):
        try:
            number = Decimal(term.value)
            # 1e999999999 is nine characters here and a thousand million digits written out.
            if number.is_finite() and abs(number.adjusted()) < _MAX_DIGITS:
                return f"{number:,f}"
        except (InvalidOperation, ValueError):
            pass
    return blanked(_plain(term, result))


_MAX_DIGITS = 40  # xsd:decimal of Oxigraph has 38


def _is_number(term: Term | None) -> bool:
    return isinstance(term, ox.Literal) and term.datatype.value.rpartition("#")[2] in {
        "decimal",
        "integer",
        "double",
        "float",
    }


def to_csv(result: QueryResult) -> str:
    """Return CSV for a spreadsheet: a cell that would be run as a formula is made text."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    if result.truth is not None:
        writer.writerows([["answer"], [str(result.truth).lower()]])
        return buffer.getvalue()
    writer.writerow(result.columns or ("subject", "predicate", "object"))
    rows = result.rows or tuple((t.subject, t.predicate, t.object) for t in result.triples)
    for row in rows:
        writer.writerow([safe_cell(_plain(term, result)) for term in row])
    return buffer.getvalue()


def to_json(result: QueryResult) -> str:
    """Return SPARQL 1.1 Query Results JSON; a graph as rows of subject, predicate, object."""
    if result.truth is not None:
        return json.dumps({"head": {}, "boolean": result.truth})
    columns = result.columns or ("subject", "predicate", "object")
    rows = result.rows or tuple((t.subject, t.predicate, t.object) for t in result.triples)
    bindings = [
        {column: _json_term(term) for column, term in zip(columns, row, strict=True) if term}
        for row in rows
    ]
    document = {"head": {"vars": list(columns)}, "results": {"bindings": bindings}}
    return json.dumps(document, ensure_ascii=False, indent=1)


def _json_term(term: Term) -> dict[str, str]:
    if isinstance(term, ox.Literal):
        entry = {"type": "literal", "value": term.value}
        if term.language:
            return {**entry, "xml:lang": term.language}
        if not term.datatype.value.endswith("#string"):
            entry["datatype"] = term.datatype.value
        return entry
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    return {"type": "bnode", "value": str(term).removeprefix("_:")}


def to_xml(result: QueryResult) -> str:
    """Return SPARQL Query Results XML, https://www.w3.org/TR/rdf-sparql-XMLres/."""
    root = ET.Element("sparql", xmlns=_RESULTS)
    head = ET.SubElement(root, "head")
    if result.truth is not None:
        ET.SubElement(root, "boolean").text = str(result.truth).lower()
        return ET.tostring(root, encoding="unicode", xml_declaration=True)
    columns = result.columns or ("subject", "predicate", "object")
    rows = result.rows or tuple((t.subject, t.predicate, t.object) for t in result.triples)
    for column in columns:
        ET.SubElement(head, "variable", name=column)
    results = ET.SubElement(root, "results")
    for row in rows:
        solution = ET.SubElement(results, "result")
        for column, term in zip(columns, row, strict=True):
            if term is not None:
                _xml_term(ET.SubElement(solution, "binding", name=column), term)
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _xml_term(binding: ET.Element, term: Term) -> None:
    described = _json_term(term)
    attributes: dict[str, str] = {
        key: value for key, value in described.items() if key in {"xml:lang", "datatype"}
    }
    ET.SubElement(binding, described["type"], attributes).text = xml_text(described["value"])


def to_turtle(result: QueryResult) -> str:
    """Return the triples of a CONSTRUCT or DESCRIBE as Turtle.

    Raises:
        InputError: the query returned rows, not triples.
    """
    if not result.is_graph:
        raise InputError(
            "only CONSTRUCT and DESCRIBE give Turtle", remedy="use table, csv, json or xml"
        )
    serialized = ox.serialize(
        result.triples, format=ox.RdfFormat.TURTLE, prefixes=dict(result.prefixes or {})
    )
    return (serialized or b"").decode("utf-8")
