"""Read the graph in a process that can be ended.

Oxigraph has no time-out, and a thread in which it sorts ten million rows cannot be stopped. A process
can: at the limit it is killed, and the next question starts another. One is enough: an assistant
asks one thing after the other.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kg.errors import KgError

if TYPE_CHECKING:
    from kg.mcp.reading import View

__all__ = ["TooMuch", "Worker"]

T = TypeVar("T")

STORE_FOLDER = (
    "store"  # as kg.graph.store has it, which is not imported here: the parent needs no RDF
)
_START_SECONDS = 60.0
_MEMORY_BYTES = 2 << 30  # of addresses; 0.4 GB are taken before the first query


class TooMuch(KgError):  # noqa: N818  it is an answer rather than an error
    """A question was ended before it was answered."""


class Worker:
    """One process over one store, and the pipe to it; asked by one thread at a time."""

    def __init__(self, folder: Path, *, seconds: float) -> None:
        self._folder = folder
        self._seconds = seconds
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def start(self) -> None:
        """Start the process.

        Raises:
            KgError: there is no graph, or it is damaged.
        """
        with self._lock:
            self._started_pipe()

    def ask(self, function: Callable[..., T], *arguments: object) -> T:
        """Return ``function(view, *arguments)``, computed by the process.

        Raises:
            TooMuch: it took too much time or memory.
        """
        with self._lock:
            pipe = self._started_pipe()
            pipe.send((function, arguments))
            result: T = self._receive(pipe, self._seconds)
            return result

    def stop(self) -> None:
        """End the process, at once."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.join()
            process.close()
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None

    def _started_pipe(self) -> Connection:
        if self._pipe is not None and self._process is not None and self._process.is_alive():
            return self._pipe
        self.stop()
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        # Kept before it is used: whatever fails now, stop() ends it.
        self._pipe = ours
        self._process = context.Process(target=_work, args=(theirs, self._folder), daemon=True)
        self._process.start()
        theirs.close()  # else its end would not be the pipe's
        self._receive(ours, _START_SECONDS)
        return ours

    def _receive(self, pipe: Connection, seconds: float) -> Any:
        try:
            if not pipe.poll(seconds):
                self.stop()
                raise TooMuch(
                    f"not done within {seconds:g} seconds; ask for less: add LIMIT or a filter"
                )
            answer = pipe.recv()
        except (EOFError, OSError) as error:
            self.stop()  # Oxigraph aborts where it gets no memory
            raise TooMuch("no memory left for this; ask for less") from error
        if isinstance(answer, Exception):
            raise answer
        return answer


def _work(pipe: Connection, folder: Path) -> None:
    """Answer questions until the pipe is closed; each is answered from the newest build."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what Rust says when it aborts
    _limit_memory()
    try:
        build = _Build(folder)
    except KgError as error:
        pipe.send(error)
        return
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        pipe.send(None)
        while True:
            function, arguments = pipe.recv()
            pipe.send(_attempt(build, function, arguments))


def _attempt(build: _Build, function: Callable[..., Any], arguments: tuple[object, ...]) -> Any:
    try:
        return function(build.newest(), *arguments)
    except MemoryError:
        return TooMuch("no memory left for this; ask for less")
    except Exception as error:  # noqa: BLE001  it is raised again in the parent
        return error


class _Build:
    """The graph in a folder, opened again when another build stands there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._version: tuple[int, int] | None = None
        self._view = self._open()

    def newest(self) -> View:
        # Between the two renames of a build there is no store for a moment.
        if self._written() not in (None, self._version):
            self._view = self._open()
        return self._view

    def _open(self) -> View:
        from kg.graph import open_store
        from kg.graph.reader import GraphReader
        from kg.mcp.reading import View

        self._version = self._written()
        store = open_store(self._folder)
        return View(store, GraphReader(store))

    def _written(self) -> tuple[int, int] | None:
        """Return what tells one build from the next: RocksDB writes CURRENT once for a database."""
        with suppress(OSError):
            status = (self._folder / STORE_FOLDER / "CURRENT").stat()
            return status.st_ino, status.st_mtime_ns
        return None


def _limit_memory() -> None:
    if os.name != "posix":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = _MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(_MEMORY_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
