"""The graph as tables of SQLite, made to be looked through: articles, entities, claims, evidence.

SQLite is what a spreadsheet user, a journalist with Datasette (https://datasette.io) and every
programming language can open. Keys lead from a claim to its entities and through its evidence to the
articles; amounts are numbers; a file beside it tells Datasette which columns are facets and how rows
are called. `nodes`, `edges` and `facts`, as the other graph formats have them, are views.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pyoxigraph as ox
from rdflib.namespace import DCTERMS, RDF, SDO

from kg.graph.files import replace_file
from kg.graph.reader import ArticleView, Claim, GraphReader, Node
from kg.graph.source import TripleSource, prefetch

__all__ = ["write_database"]

_RDF_TYPE, _NEWS_ARTICLE = ox.NamedNode(RDF.type), ox.NamedNode(SDO.NewsArticle)
_SOURCE = ox.NamedNode(DCTERMS.source)

# The columns of keys are named: Datasette does not take them for granted.
_SCHEMA = """
CREATE TABLE entities (
  id TEXT PRIMARY KEY, label TEXT NOT NULL, type TEXT, type_zh TEXT, aliases TEXT, iri TEXT NOT NULL);
CREATE TABLE articles (
  id TEXT PRIMARY KEY, headline TEXT, published TEXT, publisher TEXT, authors TEXT, url TEXT, document TEXT);
CREATE TABLE claims (
  id TEXT PRIMARY KEY, subject TEXT NOT NULL REFERENCES entities (id), relation TEXT, relation_zh TEXT,
  object TEXT REFERENCES entities (id), value TEXT, number NUMERIC, unit TEXT, bound TEXT,
  amount NUMERIC, currency TEXT, date TEXT, title TEXT, status TEXT, certainty TEXT,
  attributed_to TEXT, confidence NUMERIC, method TEXT);
CREATE TABLE evidence (
  claim TEXT NOT NULL REFERENCES claims (id), article TEXT REFERENCES articles (id), sentence TEXT,
  begin INTEGER, end INTEGER, PRIMARY KEY (claim, article, begin));
CREATE INDEX claims_subject ON claims (subject);
CREATE INDEX claims_object ON claims (object);
CREATE INDEX evidence_article ON evidence (article);
CREATE VIEW nodes AS
  SELECT id, iri, label, type, type_zh, aliases, (
    SELECT group_concat(
      relation_zh || ' ' || COALESCE(bound || ' ', '') || value || COALESCE(' ' || unit, ''), '；')
    FROM claims WHERE subject = entities.id AND object IS NULL) AS facts
  FROM entities;
CREATE VIEW edges AS
  SELECT claims.id, subject AS source, object AS target, relation, relation_zh, amount, currency, date,
    title, status, CASE certainty WHEN 'denied' THEN 'true' END AS negated,
    CASE WHEN certainty NOT IN ('stated', 'denied') THEN certainty END AS modality, confidence,
    sentence, headline, published
  FROM claims
  LEFT JOIN evidence ON evidence.rowid = (SELECT min(rowid) FROM evidence WHERE claim = claims.id)
  LEFT JOIN articles ON articles.id = article
  WHERE object IS NOT NULL;
CREATE VIEW facts AS
  SELECT id, subject, relation AS attribute, relation_zh AS attribute_zh, value, unit, bound, date
  FROM claims WHERE object IS NULL;
"""

# https://docs.datasette.io/en/stable/metadata.html
_TABLES = {
    "articles": {
        "description": "新闻文章 / the articles that were read",
        "facets": ["publisher", "published"],
        "sort_desc": "published",
        "label_column": "headline",
    },
    "entities": {
        "description": "实体 / companies, bodies, people, projects, places…",
        "facets": ["type_zh"],
        "label_column": "label",
    },
    "claims": {
        "description": "陈述：关系与数据 / what is said of entities: of another one, or a value",
        "facets": ["relation_zh", "certainty", "currency", "unit"],
        "sort_desc": "confidence",
    },
    "evidence": {
        "description": "依据：原句 / the sentences that the claims rest on",
        "facets": ["article"],
    },
}


def write_database(store: TripleSource, target: Path) -> list[Path]:
    """Write the SQLite file *target* and, beside it, ``….metadata.json`` for Datasette."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.sqlite"
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(_SCHEMA)
            _fill(connection, store)
            connection.commit()
        metadata = target.with_suffix(".metadata.json")
        # A file of its own name is a database of its own name.
        described = {"title": "kg", "databases": {target.stem: {"tables": _TABLES}}}
        text = json.dumps(described, ensure_ascii=False, indent=1) + "\n"
        for place, content in ((target, path.read_bytes()), (metadata, text.encode())):
            with replace_file(place) as file:
                file.write(content)
    return [target, metadata]


def _fill(connection: sqlite3.Connection, store: TripleSource) -> None:
    reader = GraphReader(store)
    claims = list(reader.claims())
    articles = {quote.article.iri: quote.article for claim in claims for quote in claim.quotes}
    articles |= {article.iri: article for article in _articles(store, reader)}
    entities = {node.id: node for node in reader.entities()}
    for claim in claims:  # in a damaged graph an end may have no class
        entities.setdefault(claim.subject.id, claim.subject)
        if claim.object:
            entities.setdefault(claim.object.id, claim.object)
    by_id = (entities[id_] for id_ in sorted(entities))
    _insert(connection, "entities", map(_entity, by_id))
    _insert(connection, "articles", (_article(articles[iri]) for iri in sorted(articles)))
    _insert(connection, "claims", map(_claim, claims))
    evidence = ((claim, quote) for claim in claims for quote in claim.quotes)
    _insert(
        connection,
        "evidence",
        ((c.id, q.article.iri, q.text, q.begin, q.end) for c, q in evidence),
    )


def _articles(store: TripleSource, reader: GraphReader) -> Iterator[ArticleView]:
    """Return all articles, also those of which nothing is claimed."""
    quads = store.quads_for_pattern(None, _RDF_TYPE, _NEWS_ARTICLE, ox.DefaultGraph())
    nodes = [quad.subject for quad in quads if isinstance(quad.subject, ox.NamedNode)]
    prefetch(store, nodes, (_SOURCE,))
    return (reader.article(node.value) for node in nodes)


def _insert(
    connection: sqlite3.Connection, table: str, rows: Iterable[Sequence[str | float | None]]
) -> None:
    for row in rows:
        # The table's name is our own constant; values are bound. "" is nothing said.
        places = ", ".join("?" for _ in row)
        statement = f"INSERT OR IGNORE INTO {table} VALUES ({places})"  # noqa: S608
        connection.execute(statement, [None if value == "" else value for value in row])


def _entity(node: Node) -> Sequence[str]:
    return (
        node.id,
        node.label or node.id,
        node.type,
        node.type_label,
        "；".join(node.aliases),
        node.iri,
    )


def _article(article: ArticleView) -> Sequence[str]:
    return (
        article.iri,
        article.headline,
        article.published,
        article.publisher,
        "；".join(article.authors),
        article.url,
        article.document_path,
    )


def _claim(claim: Claim) -> Sequence[str | float | None]:
    is_denied = claim.qualifier("negated") == "true"
    return (
        claim.id,
        claim.subject.id,
        claim.predicate,
        claim.predicate_zh,
        claim.object.id if claim.object else None,
        claim.value,
        _number(claim.value) if claim.datatype == "decimal" else None,
        claim.qualifier("unit"),
        claim.qualifier("bound"),
        _number(claim.qualifier("amount")),
        claim.qualifier("currency"),
        claim.qualifier("date"),
        claim.qualifier("title"),
        claim.qualifier("status"),
        "denied" if is_denied else claim.qualifier("modality") or "stated",
        claim.qualifier("attributedTo"),
        claim.confidence,
        "；".join(claim.methods),
    )


def _number(text: str) -> float | None:
    """Return a number as SQLite adds it up; whole ones stay whole."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    is_whole = number == number.to_integral_value() and abs(number) < 2**63
    return int(number) if is_whole else float(number)
