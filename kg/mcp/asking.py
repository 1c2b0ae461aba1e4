"""Answer queries in a worker process, each row with the sentences behind it.

A query returns names and numbers, and a cookbook query seldom the sentences. So the claims are looked
up whose subject and object both stand in the row. A row of sums or counts has none; then its
`sources` are empty, which says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import TypeAlias, cast

import pyoxigraph as ox
from rdflib.namespace import RDF

from kg.errors import SettingsError
from kg.explain import explain_claim
from kg.graph.namespaces import NIF
from kg.library.frames import Cell, columns_of, rows_of
from kg.mcp.answers import ParameterAnswer, Question, Questions, RowAnswer, Rows, SourceAnswer
from kg.mcp.quotation import quoted
from kg.mcp.reading import source_answer, sources_of
from kg.query import QueryResult, cookbook, find_query, run_query
from kg.server.snapshot import Snapshot

__all__ = ["answer_question", "answer_sparql", "list_questions"]

_MAX_ANSWER_CHARS = 60_000  # 15,000 to 40,000 tokens
_ROW_SOURCES = 2
_ROW_TERMS = 12  # of one row that are looked up
_ROW_CLAIMS = 8
_CELL_NAMES = 4

_ANCHOR = ox.NamedNode(NIF.anchorOf)
_Term: TypeAlias = ox.NamedNode | ox.Literal


def list_questions() -> Questions:
    """Return the cookbook, which is ours and no document's."""
    return Questions(
        questions=[
            Question(
                name=it.name,
                title=it.title,
                title_en=it.title_en,
                parameters=[
                    ParameterAnswer(name=each.name, example=each.default, help=each.help)
                    for each in it.parameters
                ],
            )
            for it in cookbook()
        ]
    )


def answer_question(
    snapshot: Snapshot, name: str, parameters: Mapping[str, str], max_rows: int
) -> Rows:
    """Answer a ready question.

    Raises:
        SettingsError: there is no such question, or it has no such parameter.
    """
    query = find_query(name)
    if query is None:
        raise SettingsError(f"there is no question {name!r}; list_questions names them")
    settings = {each.name: each.default for each in query.parameters} | dict(parameters)
    return answer_sparql(snapshot, query.bind(parameters), max_rows, asked=tuple(settings.values()))


def answer_sparql(
    snapshot: Snapshot, query: str, max_rows: int, *, asked: Sequence[str] = ()
) -> Rows:
    """Answer a SPARQL query; no more than *max_rows*, and no more than a model can read.

    Args:
        snapshot: the graph.
        query: SELECT, ASK, CONSTRUCT or DESCRIBE.
        max_rows: at most so many.
        asked: names that the question is about and a row need not repeat.

    Raises:
        InputError: not a query, or one that is refused.
    """
    result = run_query(snapshot.store, query, max_rows=max_rows)
    shorten = lru_cache(maxsize=None)(snapshot.reader.iris.shorten)
    rows: list[RowAnswer] = []
    context = _entities(snapshot, asked)
    chars = 0
    for cells, terms in zip(rows_of(result, shorten), _terms(result), strict=True):
        row = RowAnswer(
            cells={quoted(name, max_chars=60): _cell(value) for name, value in cells.items()},
            sources=_row_sources(snapshot, terms, context),
        )
        chars += len(row.model_dump_json())
        if chars > _MAX_ANSWER_CHARS:
            break
        rows.append(row)
    columns = [quoted(name, max_chars=60) for name in columns_of(result)][:100]
    truncated = result.truncated or chars > _MAX_ANSWER_CHARS
    return Rows(columns=columns, rows=rows, truncated=truncated)


def _cell(value: Cell) -> str | int | float | bool | None:
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value


# -------------------------------------------------------------------------------- the sentences


def _terms(result: QueryResult) -> Iterable[tuple[object, ...]]:
    if result.truth is not None:
        return [()]
    if result.is_graph:
        return [(it.subject, it.predicate, it.object) for it in result.triples]
    return result.rows


def _row_sources(
    snapshot: Snapshot, terms: Iterable[object], context: Sequence[ox.NamedNode]
) -> list[SourceAnswer]:
    """Return the sentences of a row: those in it, else those of the claims it speaks of."""
    known = [it for it in terms if isinstance(it, ox.NamedNode | ox.Literal)][:_ROW_TERMS]
    quotes = [snapshot.reader.quote(node.value) for node in _evidence(snapshot, known)]
    sources = [source_answer(quote.text, quote.article) for quote in quotes]
    if not sources:
        claims = [snapshot.reader.claim(node) for node in _row_claims(snapshot, known, context)]
        sources = [source for claim in claims for source in sources_of(explain_claim(claim))]
    return list({source.sentence: source for source in sources}.values())[:_ROW_SOURCES]


def _evidence(snapshot: Snapshot, terms: Iterable[_Term]) -> Iterator[ox.NamedNode]:
    """Yield the evidence nodes among the terms, and those whose sentence is among them."""
    for term in terms:
        if isinstance(term, ox.NamedNode):
            found = snapshot.store.quads_for_pattern(term, _ANCHOR, None)
        else:
            found = snapshot.store.quads_for_pattern(None, _ANCHOR, term)
        for quad in islice(found, _ROW_SOURCES):
            if isinstance(quad.subject, ox.NamedNode):
                yield quad.subject


def _row_claims(
    snapshot: Snapshot, terms: Iterable[_Term], context: Sequence[ox.NamedNode]
) -> list[ox.NamedNode]:
    named = [term for term in terms if isinstance(term, ox.NamedNode)]
    claims = [node for node in named if snapshot.reader.find_claim(node.value)]
    if claims:
        return claims[:_ROW_CLAIMS]
    literals = [term for term in terms if isinstance(term, ox.Literal)]
    # Several names in one cell: cookbook queries join them so.
    cells = [literal.value for literal in literals]
    names = {name: None for cell in cells for name in (cell, *cell.split("、")[:_CELL_NAMES])}
    ends = [*named, *_entities(snapshot, names)]
    return (
        _claims_between(snapshot, ends, [*ends, *literals])
        or _claims_between(snapshot, ends, context)
        or _claims_between(snapshot, context, ends)
    )


def _entities(snapshot: Snapshot, names: Iterable[str]) -> list[ox.NamedNode]:
    return [
        ox.NamedNode(node.iri) for name in names for node in snapshot.reader.find_entities(name)
    ]


def _claims_between(
    snapshot: Snapshot, subjects: Iterable[ox.NamedNode], objects: Iterable[_Term]
) -> list[ox.NamedNode]:
    """Return the statements whose two ends are among these."""
    # str() of a term is its N-Triples form, one token of SPARQL.
    query = (
        f"SELECT ?claim WHERE {{ VALUES ?s {{ {' '.join(map(str, subjects))} }} "
        f"VALUES ?o {{ {' '.join(map(str, objects))} }} "
        f"?claim <{RDF.subject}> ?s ; <{RDF.object}> ?o }}"
    )
    solutions = cast(ox.QuerySolutions, snapshot.store.query(query))
    claims = (solution["claim"] for solution in islice(solutions, _ROW_CLAIMS))
    return [claim for claim in claims if isinstance(claim, ox.NamedNode)]
