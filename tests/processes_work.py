"""Work for worker processes to do, and to die of."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from kg.processes import map_in_processes


def double(number: int) -> int:
    """Return twice the number."""
    return 2 * number


def die_of_thirteen(number: int) -> int:
    """Return the number; 13 kills."""
    if number == 13:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def die_once(task: tuple[int, Path]) -> int:
    """Return the number; the first time the file is missing, die."""
    number, file = task
    if number == 5 and not file.exists():
        file.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def who(_: int) -> int:
    """Return the id of the process."""
    return os.getpid()


def main() -> None:
    """Let two workers work; say when they do."""
    for _ in map_in_processes(who, range(10_000_000), 2):
        sys.stdout.write("working\n")


if __name__ == "__main__":
    main()
