"""Servers that all tests of this room share: of the sample graph, and of a hostile one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.graph.store import STORE_FOLDER, write_store
from kg.server.app import ServerSettings
from kg.server.limits import Limits
from tests.graph.samples import sample_graph
from tests.server.hostile import hostile_graph
from tests.server.live import Live, running


@pytest.fixture(scope="session")
def served_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    write_store(sample_graph(), folder / STORE_FOLDER)
    return folder


@pytest.fixture(scope="session")
def live(served_folder: Path) -> Iterator[Live]:
    limits = Limits(seconds=20, result_bytes=300_000, request_bytes=20_000, workers=1)
    with running(ServerSettings(served_folder, limits)) as server:
        yield server


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server of a graph whose names try to act."""
    folder = tmp_path_factory.mktemp("hostile")
    write_store(hostile_graph(), folder / STORE_FOLDER)
    with running(ServerSettings(folder, Limits(workers=1))) as server:
        yield server
