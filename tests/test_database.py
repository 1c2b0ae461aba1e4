"""The SQLite file: keys that hold, numbers that add up, and what Datasette is told of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kg.database import write_database
from kg.graph import open_store
from kg.graph.reader import GraphReader
from kg.pipeline import BuildReport


@pytest.fixture(scope="module")
def files(built: BuildReport, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_database(
        open_store(built.out), tmp_path_factory.mktemp("database") / "news.sqlite"
    )


@pytest.fixture
def database(files: list[Path]) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(files[0])) as connection:
        yield connection


def column(database: sqlite3.Connection, query: str) -> list[object]:
    return [row[0] for row in database.execute(query)]


def test_every_key_leads_somewhere(database: sqlite3.Connection) -> None:
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    for table in ("claims", "evidence"):
        keys = database.execute(f"PRAGMA foreign_key_list({table})").fetchall()
        assert len(keys) == 2
        assert all(target == "id" for *_, target, _, _, _ in keys)


def test_every_claim_has_its_sentence_and_article(
    database: sqlite3.Connection, built: BuildReport
) -> None:
    claims = list(GraphReader(open_store(built.out)).claims())
    assert column(database, "SELECT id FROM claims") == [claim.id for claim in claims]
    query = (
        "SELECT count(*) FROM evidence JOIN claims ON claims.id = claim "
        "JOIN articles ON articles.id = article WHERE sentence <> '' AND headline <> ''"
    )
    assert column(database, query) == [sum(len(claim.quotes) for claim in claims)]


def test_amounts_are_whole_numbers_of_yuan(database: sqlite3.Connection) -> None:
    query = "SELECT amount FROM claims WHERE relation = 'investsIn' ORDER BY amount"
    assert column(database, query) == [560_000_000, 6_400_000_000]
    query = "SELECT number FROM claims WHERE relation = 'registeredUsers'"
    assert column(database, query) == [170_000]


def test_views_are_as_other_formats_have_them(database: sqlite3.Connection) -> None:
    (facts,) = column(database, "SELECT facts FROM nodes WHERE label = '年产120万吨双酚A项目'")
    assert "总投资 6400000000 CNY" in str(facts)
    edges = (
        "SELECT headline FROM edges WHERE relation = 'investsIn' AND source = 'company:鲁西集团'"
    )
    assert column(database, edges) == ["高新区 驱动创新链 壮大产业链"]
    everything = column(
        database, "SELECT (SELECT count(*) FROM edges) + (SELECT count(*) FROM facts)"
    )
    assert everything == column(database, "SELECT count(*) FROM claims")


def test_datasette_is_told_of_tables_and_columns_that_exist(
    files: list[Path], database: sqlite3.Connection
) -> None:
    (tables,) = json.loads(files[1].read_text("utf-8"))["databases"].values()
    for table, told in tables["tables"].items():
        columns = {row[1] for row in database.execute(f"PRAGMA table_info({table})")}
        named = [*told["facets"], told.get("sort_desc"), told.get("label_column")]
        assert {name for name in named if name} <= columns
