"""Measure what processes bring, and what a build after a small change costs.

    python -m benchmarks.varied_corpus /tmp/corpus-1000 1000
    python -m benchmarks.scale jobs /tmp/corpus-1000
    python -m benchmarks.scale rebuild /tmp/corpus-1000

Each measurement is a process of its own. Read CPU seconds, which other work on the machine hardly
changes; the elapsed ones it does. After each change the exports are compared, byte by byte, with a
build into an empty folder (--compare; it takes as long as a full build each time).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

COMPARED = ("graph.ttl", "graph.html", "statements.csv", "decisions.jsonl")
HOME = ("--home", "聊城市")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took, with its worker processes."""

    cpu: float  # seconds
    elapsed: float
    megabytes: int  # at most, of the largest of its processes

    def __str__(self) -> str:
        return f"{self.cpu:8.1f} s CPU {self.elapsed:8.1f} s elapsed {self.megabytes:6} MB"


def cost_of(*arguments: str | Path) -> Cost:
    """Run kg and return what that took."""
    begin = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "kg", *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"kg {arguments[0]} ended with {process.returncode}")
    elapsed = time.perf_counter() - begin
    return Cost(usage.ru_utime + usage.ru_stime, elapsed, usage.ru_maxrss // 1024)


def measure_jobs(corpus: Path, jobs: Sequence[int]) -> None:
    """Print what extraction costs with several numbers of processes."""
    for number in jobs:
        cost = cost_of("extract", corpus, "--jobs", str(number), *HOME)
        print(f"--jobs {number:<3} {cost}", flush=True)


def changes(corpus: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield small changes of a corpus, to be made one after the other."""
    files = sorted(path for path in corpus.rglob("*") if path.is_file())
    first, second = files[len(files) // 3], files[len(files) // 2]
    text = first.read_text("utf-8")
    yield "unchanged", lambda: None
    yield "one changed", lambda: first.write_text(f"{text}鲁西集团获授信3亿元。\n", "utf-8")
    yield "one removed", second.unlink
    yield "one added", lambda: (corpus / "added.txt").write_text(f"{text}市里作了部署。\n", "utf-8")


def measure_rebuilds(corpus: Path, compare: bool) -> None:
    """Print what a build costs, and another after each of some small changes."""
    with tempfile.TemporaryDirectory(prefix="kg-scale-") as name:
        place = Path(name)
        shutil.copytree(corpus, place / "corpus")
        full = cost_of("build", place / "corpus", "-o", place / "out", *HOME)
        show("full build", full, full, place / "out")
        for what, change in changes(place / "corpus"):
            change()
            cost = cost_of("build", place / "corpus", "-o", place / "out", *HOME)
            show(what, cost, full, place / "out")
            if compare:
                cost_of("build", place / "corpus", "-o", place / "fresh", "--fresh", *HOME)
                print(f"  equal to a fresh build: {is_equal(place / 'out', place / 'fresh')}")


def show(what: str, cost: Cost, full: Cost, out: Path) -> None:
    """Print what a build cost, and the elapsed seconds of its stages."""
    stages = json.loads((out / "report.json").read_text("utf-8"))["seconds"]
    share = 100 * cost.cpu / full.cpu
    print(f"{what:<12} {cost} {share:6.1f} %  {json.dumps(stages)}", flush=True)


def is_equal(left: Path, right: Path) -> bool:
    """Say whether two builds left the same bytes."""
    return all((left / name).read_bytes() == (right / name).read_bytes() for name in COMPARED)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("jobs", "rebuild"))
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--compare", action="store_true")
    options = parser.parse_args(arguments)
    if options.what == "jobs":
        measure_jobs(options.corpus, options.jobs)
    else:
        measure_rebuilds(options.corpus, options.compare)


if __name__ == "__main__":
    main()
