"""Builds to publish, and servers to publish them to."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from kg.pipeline import BuildReport
from kg.remote import connection
from tests.remote.fake import Misbehaving, running
from tests.remote.servers import SERVERS, RealServer, is_installed, started


@pytest.fixture(autouse=True)
def _no_pauses_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_PAUSE_SECONDS", 0)
    for name in (connection.USER, connection.PASSWORD, connection.TOKEN, connection.TIMEOUT):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def exports(built: BuildReport, tmp_path: Path) -> Path:
    """Return a copy of a build, to write a journal beside."""
    folder = tmp_path / "exports"
    folder.mkdir()
    shutil.copy(built.out / "graph.ttl", folder)
    return folder


@pytest.fixture
def fake() -> Iterator[Callable[..., Misbehaving]]:
    """Return a function that starts a server which misbehaves as told."""
    with ExitStack() as stack:
        yield lambda **told: stack.enter_context(running(Misbehaving(**told)))


@pytest.fixture(scope="session", params=list(SERVERS))
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealServer]:
    """Return a real server; the tests share it, each with graphs of its own."""
    name = request.param
    if not is_installed(name):
        pytest.skip(f"{name} is not installed")
    with started(name, tmp_path_factory.mktemp(name)) as running_server:
        yield running_server
