"""Worker processes: results in order, few under way, none lost to a death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kg.processes import THINGS_PER_TRIP, TRIPS_UNDER_WAY, Died, map_in_processes
from tests.processes_work import die_of_thirteen, die_once, double, who

posix = pytest.mark.skipif(os.name != "posix", reason="kills")


def test_results_come_in_order() -> None:
    assert list(map_in_processes(double, range(50), 2)) == [2 * number for number in range(50)]


@posix
def test_what_kills_its_process_costs_nothing_else() -> None:
    results = list(map_in_processes(die_of_thirteen, range(30), 2))
    assert results == [Died() if number == 13 else number for number in range(30)]


@posix
def test_work_of_a_process_killed_once_is_done_again(tmp_path: Path) -> None:
    tasks = [(number, tmp_path / "died") for number in range(12)]
    assert list(map_in_processes(die_once, tasks, 2)) == list(range(12))
    assert (tmp_path / "died").exists()


@posix
def test_a_worker_killed_from_outside_loses_and_doubles_nothing() -> None:
    seen = []
    for pid in map_in_processes(who, range(40), 2):
        assert isinstance(pid, int)
        if len(seen) == 4:
            os.kill(pid, signal.SIGKILL)
        seen.append(pid)
    assert len(seen) == 40


def test_few_things_are_under_way() -> None:
    taken: list[int] = []

    class Things(list[int]):
        def __getitem__(self, index):  # type: ignore[no-untyped-def]
            taken.append(index.stop)
            return list.__getitem__(self, index)

    results = map_in_processes(double, Things(range(1000)), 2)
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]
    assert max(taken) <= (2 * TRIPS_UNDER_WAY + 1) * THINGS_PER_TRIP


@posix
def test_workers_end_with_a_parent_that_is_killed() -> None:
    command = [sys.executable, "-u", "-m", "tests.processes_work"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "working\n"
        parent.kill()
        # The workers have this pipe too: it ends when the last of them has.
        parent.communicate(timeout=60)
    assert parent.returncode == -signal.SIGKILL
