"""Remember what each claim and each name rests on, article by article.

The graph says which sentences a claim derives from and which names an entity has. To take a document
out again one must know more: how sure each of the sentences makes the claim, and how often which
article writes which name. A build leaves that in one SQLite file, indexed both ways, so that asking
costs as much as the answer is long.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kg.errors import InputError
from kg.model import (
    ArticleId,
    DocumentId,
    EntityId,
    Extraction,
    Mention,
    Resolution,
    StatementId,
)
from kg.resolution.labels import surfaces_of, written_name
from kg.resolution.names import normalize_name

__all__ = ["Names", "Support", "SupportIndex", "open_support", "write_support"]

_SCHEMA = """
CREATE TABLE article (
    id TEXT PRIMARY KEY, document TEXT, story TEXT, published TEXT, characters INT, mentions INT
);
CREATE TABLE support (statement TEXT, article TEXT, method TEXT, confidence REAL);
CREATE TABLE name (entity TEXT, article TEXT, surface TEXT, written INT);
"""
# Made when the rows are there: sorting once is faster than keeping an index sorted.
_INDEXES = """
CREATE INDEX article_document ON article (document);
CREATE INDEX article_story ON article (story);
CREATE INDEX support_article ON support (article);
CREATE INDEX support_statement ON support (statement);
CREATE INDEX name_article ON name (article);
CREATE INDEX name_entity ON name (entity);
"""


@dataclass(frozen=True, slots=True)
class Support:
    """What one article adds to a claim: which rule found it there, and how sure it is."""

    method: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Names:
    """How an entity is written: each name with how often, and all words that may be aliases."""

    written: Counter[str]
    surfaces: frozenset[str]


def write_support(path: Path, resolution: Resolution, extractions: Iterable[Extraction]) -> Path:
    """Write the index of a build to *path*, which must not exist."""
    extractions = tuple(extractions)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(_SCHEMA)
        connection.executemany(
            "INSERT INTO article VALUES (?, ?, ?, ?, ?, ?)",
            _articles(extractions, dict(resolution.reprints)),
        )
        connection.executemany("INSERT INTO support VALUES (?, ?, ?, ?)", _support(resolution))
        connection.executemany(
            "INSERT INTO name VALUES (?, ?, ?, ?)", _names(resolution, extractions)
        )
        connection.executescript(_INDEXES)
        connection.commit()
    return path


def _articles(
    extractions: Iterable[Extraction], stories: Mapping[ArticleId, ArticleId]
) -> Iterator[tuple[str, str, str, str | None, int, int]]:
    for extraction in extractions:
        article = extraction.article
        published = article.published.isoformat() if article.published else None
        story = stories.get(article.id, article.id)
        sizes = (len(article.text), len(extraction.mentions))
        yield (article.id, article.document_id, story, published, *sizes)


def _support(resolution: Resolution) -> Iterator[tuple[str, str, str, float]]:
    for statement in resolution.statements:
        for each in statement.evidence:
            yield statement.id, each.article_id, each.method, each.confidence


def _names(
    resolution: Resolution, extractions: Iterable[Extraction]
) -> Iterator[tuple[str, str, str, int]]:
    entity_by_mention = {
        mention_id: entity for entity in resolution.entities for mention_id in entity.mentions
    }
    keys = {
        entity.id: frozenset(map(normalize_name, (entity.label, *entity.aliases)))
        for entity in resolution.entities
    }
    for extraction in extractions:
        counts: Counter[tuple[EntityId, str]] = Counter()
        for mention in extraction.mentions:
            entity = entity_by_mention.get(mention.id)
            if entity is not None:
                counts[entity.id, _written_in(mention, keys[entity.id])] += 1
                for surface in surfaces_of(mention):
                    if normalize_name(surface) in keys[entity.id]:
                        counts[entity.id, surface] += 0
        for (entity_id, surface), written in counts.items():
            yield entity_id, extraction.article.id, surface, written


def _written_in(mention: Mention, keys: frozenset[str]) -> str:
    """Return the name under which resolution took a mention, "" for 该局 and the like.

    It may have judged that the extraction's name is not the mention's (kg.resolution.naming); the
    names that it accepted are those the entity has.
    """
    for surface in (written_name(mention), *sorted(surfaces_of(mention))):
        if normalize_name(surface) in keys:
            return surface
    return ""


@contextmanager
def open_support(path: Path) -> Iterator[SupportIndex]:
    """Open an index for reading and changing; changes stay when the block ends well.

    Raises:
        InputError: there is none, or it is damaged.
    """
    if not path.is_file():
        raise InputError(
            "the build did not leave what each claim rests on",
            path=path,
            remedy="build again with kg build",
        )
    try:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("SELECT 1 FROM article LIMIT 1")  # finds out whether it is one
            yield SupportIndex(connection)
    except sqlite3.DatabaseError as error:
        raise InputError(f"damaged: {error}", path=path, remedy="build again") from error


class SupportIndex:
    """Questions to an index."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def articles_of(self, document: DocumentId) -> list[ArticleId]:
        """Return the articles of a document."""
        return [ArticleId(row) for row in self._column("article WHERE document = ?", document)]

    def size_of(self, article: ArticleId) -> tuple[int, int]:
        """Return how many characters and mentions an article has."""
        rows = self._connection.execute(
            "SELECT characters, mentions FROM article WHERE id = ?", (article,)
        )
        return rows.fetchone() or (0, 0)

    def told(self, article: ArticleId) -> tuple[ArticleId, date | None]:
        """Return the first article of the story an article tells, and when it was published."""
        row = self._connection.execute(
            "SELECT story, published FROM article WHERE id = ?", (article,)
        ).fetchone()
        story, published = row or (article, None)
        return ArticleId(story), date.fromisoformat(published) if published else None

    def sources_of(self, statement: StatementId) -> int:
        """Return how many stories support a claim."""
        (number,) = self._connection.execute(
            "SELECT count(DISTINCT story) FROM support JOIN article ON article = id "
            "WHERE statement = ?",
            (statement,),
        ).fetchone()
        return int(number)

    def articles_for(self, statement: StatementId) -> list[ArticleId]:
        """Return the articles that support a claim."""
        found = self._column("support WHERE statement = ? ORDER BY article", statement, "article")
        return list(map(ArticleId, dict.fromkeys(found)))

    def statements_of(self, article: ArticleId) -> set[StatementId]:
        """Return the claims that an article supports."""
        return set(
            map(StatementId, self._column("support WHERE article = ?", article, "statement"))
        )

    def entities_of(self, article: ArticleId) -> set[EntityId]:
        """Return the entities that an article names."""
        return set(map(EntityId, self._column("name WHERE article = ?", article, "entity")))

    def support_of(self, statement: StatementId) -> list[Support]:
        """Return what a claim rests on."""
        rows = self._connection.execute(
            "SELECT method, confidence FROM support WHERE statement = ?", (statement,)
        )
        return [Support(method, confidence) for method, confidence in rows]

    def is_named(self, entity: EntityId) -> bool:
        """Say whether an article speaks of an entity."""
        return bool(self._column("name WHERE entity = ? LIMIT 1", entity, "article"))

    def names_of(self, entity: EntityId) -> Names:
        """Return how an entity is written."""
        written: Counter[str] = Counter()
        surfaces: set[str] = set()
        for surface, number in self._connection.execute(
            "SELECT surface, sum(written) FROM name WHERE entity = ? GROUP BY surface", (entity,)
        ):
            if surface:
                surfaces.add(surface)
            if surface and number:
                written[surface] = number
        return Names(written, frozenset(surfaces))

    def add_support(self, statement: StatementId, article: ArticleId, support: Support) -> None:
        """Note that an article supports a claim."""
        self._connection.execute(
            "INSERT INTO support VALUES (?, ?, ?, ?)",
            (statement, article, support.method, support.confidence),
        )

    def best_article(self, statement: StatementId) -> ArticleId:
        """Return the article that supports a claim best."""
        rows = self._connection.execute(
            "SELECT article FROM support WHERE statement = ? ORDER BY confidence DESC, article",
            (statement,),
        )
        return ArticleId(rows.fetchone()[0])

    def forget(self, article: ArticleId) -> list[tuple[ArticleId, ArticleId]]:
        """Remove an article with all that rests on it.

        Return its reprints, each with the one that is now the first of their story: the earliest, as
        in `kg.resolution.stories`.
        """
        for table, column in (("support", "article"), ("name", "article"), ("article", "id")):
            # Names of our own; the value is bound.
            self._connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (article,))  # noqa: S608
        order = "story = ? ORDER BY coalesce(published, '9999'), id"
        reprints = list(map(ArticleId, self._column(f"article WHERE {order}", article)))
        if reprints:
            self._connection.execute(
                "UPDATE article SET story = ? WHERE story = ?", (reprints[0], article)
            )
        return [(reprint, reprints[0]) for reprint in reprints]

    def _column(self, source: str, value: str, column: str = "id") -> list[str]:
        rows = self._connection.execute(f"SELECT {column} FROM {source}", (value,))  # noqa: S608
        return [row[0] for row in rows]
