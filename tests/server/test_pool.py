"""Workers: ended, replaced, and given to one at a time."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from kg.errors import InputError, SettingsError
from kg.server.limits import CutOff, Limits
from kg.server.pool import WorkerPool, check_worker
from kg.server.snapshot import Snapshot


def process_id(snapshot: Snapshot) -> int:
    return os.getpid()


def size(snapshot: Snapshot) -> int:
    return len(snapshot.store)


def sleep(snapshot: Snapshot, seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def die(snapshot: Snapshot) -> None:
    os.abort()


def fail(snapshot: Snapshot) -> None:
    raise InputError("no such thing")


def with_pool(folder: Path, limits: Limits, use: Callable[[WorkerPool], Awaitable[None]]) -> None:
    async def main() -> None:
        pool = WorkerPool(folder, limits)
        await pool.start()
        try:
            await use(pool)
        finally:
            await pool.stop()

    asyncio.run(main())


def test_jobs_run_elsewhere_and_errors_come_back(served_folder: Path) -> None:
    async def use(pool: WorkerPool) -> None:
        assert await pool.run(size) > 500
        worker = await pool.run(process_id)
        assert worker != os.getpid()
        with pytest.raises(InputError, match="no such thing"):
            await pool.run(fail)
        assert await pool.run(process_id) == worker

    with_pool(served_folder, Limits(workers=1), use)


def test_a_job_that_is_cancelled_ends_its_worker(served_folder: Path) -> None:
    async def use(pool: WorkerPool) -> None:
        worker = await pool.run(process_id)
        job = asyncio.ensure_future(pool.run(sleep, 60.0))
        await asyncio.sleep(0.05)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        assert await pool.run(process_id) != worker

    with_pool(served_folder, Limits(workers=1), use)


def test_a_worker_that_dies_is_replaced(served_folder: Path) -> None:
    async def use(pool: WorkerPool) -> None:
        with pytest.raises(CutOff, match="memory"):
            await pool.run(die)
        assert await pool.run(size) > 500

    with_pool(served_folder, Limits(workers=1), use)


def test_two_workers_work_side_by_side(served_folder: Path) -> None:
    async def use(pool: WorkerPool) -> None:
        workers = await asyncio.gather(pool.run(sleep, 0.2), pool.run(sleep, 0.2))
        assert len(set(workers)) == 2

    with_pool(served_folder, Limits(workers=2), use)


def test_what_cannot_start_is_said_before_anything_is_served(
    served_folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="kg build"):
        check_worker(tmp_path, Limits())
    with pytest.raises(SettingsError, match="--memory"):
        check_worker(served_folder, Limits(memory_bytes=64 << 20))
    check_worker(served_folder, Limits())
