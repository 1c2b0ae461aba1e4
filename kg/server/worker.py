"""The process in which queries and pages read the store.

It gets functions and their arguments through a pipe and sends back what they return. One job at a
time; each sees one build from beginning to end, and the next one sees the newest. The process may be
killed at any moment: it holds nothing that another needs.

Imports little, so that the isolation stands before any library has started a thread.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.server.isolation import isolate, limit_memory, time_bomb
from kg.server.limits import OUT_OF_MEMORY, CutOff, Limits

if TYPE_CHECKING:
    from kg.graph.store import FollowedStore
    from kg.server.snapshot import Snapshot

__all__ = ["Begun", "Failure", "Job", "Ready", "run_jobs"]

_log = logging.getLogger(__name__)

_GRACE_SECONDS = 2.0
"""After the parent should have ended the job: the timer is for a parent that is gone."""


@dataclass(frozen=True, slots=True)
class Job:
    """A function that reads the store, importable by name, and its arguments."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Ready:
    """What a worker says when it can take jobs."""

    isolation: str


@dataclass(frozen=True, slots=True)
class Begun:
    """What a worker says when it has taken a job, and its time runs."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What a worker says of a job that raised."""

    error: Exception


def run_jobs(connection: Connection, folder: Path, limits: Limits) -> None:
    """Do jobs until the pipe is closed, and between them what the jobs of a new build will need.

    The first message is a sequence of such preparations. They come through the pipe and are no
    arguments, because those are unpickled, with all they import, before this function is called.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    os.dup2(
        os.open(os.devnull, os.O_WRONLY), 2
    )  # what Rust says when it aborts; the parent logs that
    isolation = isolate()
    from kg.graph.store import FollowedStore
    from kg.server.snapshot import Snapshot

    limit_memory(limits.memory_bytes)
    try:
        followed = FollowedStore(folder)
        snapshot = Snapshot(followed.store)
        connection.send(Ready(isolation))
        preparations: Sequence[Callable[[Snapshot], Any]] = connection.recv()
        waiting = list(preparations)
        while True:
            while waiting and not connection.poll():
                _prepare(snapshot, waiting.pop(0))
            job: Job = connection.recv()
            connection.send(Begun())
            time_bomb(limits.seconds + _GRACE_SECONDS)
            before = snapshot
            if followed.refresh():
                snapshot = Snapshot(followed.store)
            answer, snapshot = _answer(job, followed, snapshot)
            if snapshot is not before:
                waiting = list(preparations)
            time_bomb(0)
            connection.send(answer)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except Exception as error:  # noqa: BLE001  whatever it is, the parent is to hear of it
        connection.send(Failure(error))


def _prepare(snapshot: Snapshot, preparation: Callable[[Snapshot], Any]) -> None:
    try:
        snapshot.once(preparation)
    except Exception as error:  # noqa: BLE001  the job that needs it raises it again, where it is heard
        _log.debug("not prepared: %s", error)


def _answer(job: Job, followed: FollowedStore, snapshot: Snapshot) -> tuple[Any, Snapshot]:
    answer = _attempt(job, snapshot)
    # The files of the build it was reading may have been deleted under it: ask the new one.
    if isinstance(answer, Failure) and followed.refresh():
        snapshot = Snapshot(followed.store)
        answer = _attempt(job, snapshot)
    return answer, snapshot


def _attempt(job: Job, snapshot: Snapshot) -> Any:
    try:
        return job.function(snapshot, *job.arguments)
    except MemoryError:
        return Failure(CutOff(503, OUT_OF_MEMORY))
    except Exception as error:  # noqa: BLE001  it is raised again in the parent
        return Failure(error)
