"""Run what reads the store in processes that can be ended.

Oxigraph has no time-out, and a thread in which it sorts ten million rows cannot be stopped. A process
can: at the limit it is killed and another takes its place. The cost is some tenths of a millisecond
a query, and half a second for a new process (research/rdf_viz_scale.md, 4).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from kg.errors import InternalError, KgError, SettingsError
from kg.server.limits import OUT_OF_MEMORY, CutOff, Limits
from kg.server.snapshot import Snapshot
from kg.server.worker import Failure, Job, Ready, run_jobs

__all__ = ["WorkerPool", "check_worker"]

_log = logging.getLogger(__name__)

T = TypeVar("T")
Preparation: TypeAlias = Callable[[Snapshot], Any]

_PREPARATION_SECONDS = 300.0  # the slowest took 9 s at a million triples on a busy machine
_START_SECONDS = 60.0  # half a second on an idle machine


class WorkerPool:
    """Some processes over one store; a job waits until one of them is free.

    *preparations* are computed by each worker once per build, while nobody asks for anything.
    """

    def __init__(
        self, folder: Path, limits: Limits, preparations: Sequence[Preparation] = ()
    ) -> None:
        self._limits = limits
        self._workers = [_Worker(folder, limits, preparations) for _ in range(limits.workers)]
        # A thread per worker: each waits on a pipe.
        self._threads = ThreadPoolExecutor(limits.workers, thread_name_prefix="kg-worker")
        self._idle: asyncio.Queue[_Worker] = asyncio.Queue()
        self._restarts: set[asyncio.Future[None]] = set()
        self._stopped = False

    async def start(self) -> None:
        """Start the processes.

        Raises:
            KgError: the store cannot be opened.
        """
        loop = asyncio.get_running_loop()
        starts = [loop.run_in_executor(self._threads, each.start) for each in self._workers]
        await asyncio.gather(*starts)
        for worker in self._workers:
            self._idle.put_nowait(worker)

    async def stop(self) -> None:
        """End the processes."""
        self._stopped = True
        for worker in self._workers:
            worker.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._workers:
            worker.close()

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        """Return ``function(snapshot, *arguments)``, computed by a worker.

        Cancelling the call kills the worker, so that nobody computes for someone who has left.

        Raises:
            CutOff: it took too long or too much memory, or no worker was free.
        """
        worker = await self._free_worker()
        loop = asyncio.get_running_loop()
        answering = loop.run_in_executor(self._threads, worker.ask, Job(function, arguments))
        # Only when its thread has let go of it may a worker be given away again.
        answering.add_done_callback(lambda done: self._release(worker, done))
        try:
            answer = await asyncio.shield(answering)
        except asyncio.CancelledError:
            worker.kill()
            raise
        if isinstance(answer, Failure):
            raise answer.error
        result: T = answer
        return result

    async def _free_worker(self) -> _Worker:
        getting = asyncio.ensure_future(self._idle.get())
        try:
            await asyncio.wait({getting}, timeout=self._limits.queue_seconds)
        except asyncio.CancelledError:
            if not getting.cancel():
                self._idle.put_nowait(getting.result())
            raise
        if getting.cancel():  # it had not got one
            raise CutOff(503, "all workers are busy; try again in a moment")
        return getting.result()

    def _release(self, worker: _Worker, done: asyncio.Future[Any]) -> None:
        if not done.cancelled():
            done.exception()  # looked at, though nobody may be waiting for it any more
        if worker.is_alive:
            self._idle.put_nowait(worker)
        elif not self._stopped:
            restart = asyncio.ensure_future(self._restart(worker))
            self._restarts.add(restart)  # the loop itself keeps only weak references to tasks
            restart.add_done_callback(self._restarts.discard)

    async def _restart(self, worker: _Worker) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._threads, worker.start)
        except (KgError, OSError) as error:
            _log.warning("a worker does not start again: %s", error)
        self._idle.put_nowait(worker)  # asked, one that is not alive starts anew


def check_worker(folder: Path, limits: Limits) -> None:
    """Start a worker and end it, so that what is wrong is known before anything is served.

    Raises:
        KgError: there is no graph, it is damaged, or the limits are too low to open it.
    """
    worker = _Worker(folder, limits, ())
    try:
        worker.start()
    finally:
        worker.close()


class _Worker:
    """One process and the pipe to it; used by one thread at a time."""

    def __init__(self, folder: Path, limits: Limits, preparations: Sequence[Preparation]) -> None:
        self._folder = folder
        self._limits = limits
        self._preparations = tuple(preparations)
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._killed = False

    @property
    def is_alive(self) -> bool:
        # One that was just killed may look alive for a moment.
        return self._process is not None and not self._killed and self._process.is_alive()

    def start(self) -> None:
        """Start the process and wait until it has opened the store."""
        self.close()
        self._killed = False
        context = get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=run_jobs, args=(theirs, self._folder, self._limits), daemon=True
        )
        self._process.start()
        theirs.close()  # else its end would not be the pipe's
        try:
            said = self._receive(_START_SECONDS)
        except CutOff as error:
            raise SettingsError(
                f"a worker does not start within {self._limits.memory_bytes >> 20} MB of addresses; "
                "kg serve --memory gives it more"
            ) from error
        if isinstance(said, Failure):
            raise said.error
        self._pipe.send(self._preparations)
        if isinstance(said, Ready) and said.isolation == "none":
            _log.info(
                "no way to take the network from a worker; SERVICE is refused by its word only"
            )

    def ask(self, job: Job) -> Any:
        """Let the process do a job; kill it when that takes too long.

        Raises:
            CutOff: it was killed, or died.
        """
        if not self.is_alive:
            self.start()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # _receive says why
            self._pipe.send(job)
        # What it prepares before it begins takes none of the time.
        said = self._receive(_PREPARATION_SECONDS)
        return said if isinstance(said, Failure) else self._receive(self._limits.seconds)

    @property
    def _pipe(self) -> Connection:
        if self._connection is None:
            raise InternalError("a worker was asked before it was started")
        return self._connection

    def _receive(self, seconds: float) -> Any:
        try:
            if self._pipe.poll(seconds):
                return self._pipe.recv()
        except (EOFError, OSError) as error:
            _log.info("a worker ended with exit code %s", self._exit_code())
            self.close()
            raise CutOff(503, OUT_OF_MEMORY) from error  # Oxigraph aborts when it gets none
        self.close()
        raise CutOff(
            504, f"not done within {seconds:g} seconds; ask for less: add LIMIT or a filter"
        )

    def _exit_code(self) -> int | None:
        if self._process is None:
            return None
        self._process.join(1.0)  # its end of the pipe closes a little before it is gone
        return self._process.exitcode

    def kill(self) -> None:
        """End the process, from any thread; the one that waits for it sees the pipe close."""
        self._killed = True
        process = self._process
        if process is not None:
            with contextlib.suppress(ValueError):  # closed in the meantime
                process.kill()

    def close(self) -> None:
        """End the process and forget it."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
            self._process = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None
