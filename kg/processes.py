"""Do the same to many things in several processes, and lose none when a process dies.

A process may be killed: by the kernel when memory runs out, by whoever cleans up. What it was working
on is then done again, once and alone, so that whatever kills its process costs that thing and no
other. Results come in the order of the things, whatever the number of processes, and only a few are
under way at a time, so that memory does not grow with their number.

Workers are spawned, not forked: it is the one way that works on every platform, and forking a process
with threads (a progress bar has one) can hang. Each keeps to one thread and lives no longer than the
process that started it, even if that is killed.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from multiprocessing import connection, get_context, parent_process
from typing import Generic, TypeVar

__all__ = ["Died", "map_in_processes"]

T = TypeVar("T")
R = TypeVar("R")

THINGS_PER_TRIP = 4  # to a worker: pickling is cheap, but a trip for each costs a millisecond
TRIPS_UNDER_WAY = 3  # for each worker: one it is at, and two so that it need not wait
PARENT_IS_GONE = 1  # exit code that nobody will see


@dataclass(frozen=True, slots=True)
class Died:
    """Stands for the result of a thing that killed its process, twice."""


def map_in_processes(
    work: Callable[[T], R], things: Sequence[T], processes: int
) -> Iterator[R | Died]:
    """Yield the result of *work* for each of *things*, in their order."""
    pool = _Pool(work, processes)
    batches = (things[at : at + THINGS_PER_TRIP] for at in range(0, len(things), THINGS_PER_TRIP))
    under_way: deque[tuple[Sequence[T], Future[list[R]]]] = deque()
    try:
        for batch in islice(batches, processes * TRIPS_UNDER_WAY):
            under_way.append((batch, pool.submit(batch)))
        while under_way:
            batch, future = under_way.popleft()
            try:
                results: list[R | Died] = list(future.result())
            except BrokenProcessPool:
                # All that was under way is lost with the pool; who did it, nobody can say.
                pool.renew()
                results = [_alone(work, thing) for thing in batch]
                under_way = deque((each, pool.again(each, lost)) for each, lost in under_way)
            for following in islice(batches, 1):
                under_way.append((following, pool.submit(following)))
            yield from results
    finally:
        pool.close()


class _Pool(Generic[T, R]):
    """Processes that can be replaced by others."""

    def __init__(self, work: Callable[[T], R], processes: int) -> None:
        self._work, self._processes = work, processes
        self._executor = _executor(processes)

    def submit(self, batch: Sequence[T]) -> Future[list[R]]:
        try:
            return self._executor.submit(_do_all, self._work, batch)
        except BrokenProcessPool as error:  # a worker died since: as if it had died a moment later
            broken: Future[list[R]] = Future()
            broken.set_exception(error)
            return broken

    def again(self, batch: Sequence[T], lost: Future[list[R]]) -> Future[list[R]]:
        """Return what has been done already, or do it in the new processes."""
        if lost.done() and not lost.cancelled() and lost.exception() is None:
            return lost
        return self.submit(batch)

    def renew(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._executor = _executor(self._processes)

    def close(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)


def _alone(work: Callable[[T], R], thing: T) -> R | Died:
    """Do one thing in a process of its own, which may die of it."""
    with _executor(1) as executor:
        try:
            return executor.submit(work, thing).result()
        except BrokenProcessPool:
            return Died()


def _executor(processes: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(processes, get_context("spawn"), initializer=_begin)


def _do_all(work: Callable[[T], R], batch: Sequence[T]) -> list[R]:
    return [work(thing) for thing in batch]


def _begin() -> None:
    """Prepare a worker."""
    # The parent alone answers Ctrl-C: each worker would print a traceback of its own.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(ImportError):
        import_module("numpy")  # whose BLAS has the threads that are to be one
        import_module("threadpoolctl").threadpool_limits(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when its parent has ended, whose death no queue tells."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(PARENT_IS_GONE)
