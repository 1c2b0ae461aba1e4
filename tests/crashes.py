"""Let builds die in every way a machine has, and look at what they leave.

    python -m tests.crashes --kills 60 --faults 30
    python -m benchmarks.crash_soak

A build is forked from this process, which has everything loaded but opens no store itself (RocksDB's
threads would be missing in the fork), and ends in one of these ways:

- killed (SIGKILL) before its n-th step in the file system, or after a random time,
- each step that needs room fails from the n-th on, as on a full disk,
- no file may grow beyond a size (RLIMIT_FSIZE), which RocksDB and SQLite meet in their own code.

Afterwards the exports must be those of the last build that ended or those of the one that died,
whole; the next build must end well, and leave what a build into an empty folder leaves.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

from kg.cache import program_version
from kg.errors import OutputError
from kg.graph import open_store, read_graph
from kg.pipeline import OUTPUTS, build, division_codes
from kg.reading import find_files
from kg.schema import ontology_path
from kg.settings import Settings
from kg.validation import compile_shapes
from kg.workers import extract_files
from tests.conftest import write_corpus

CHANGING = frozenset({"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir"})
NEEDING_ROOM = frozenset({"open", "os.mkdir"})
ENDED, REFUSED = 0, 3  # exit codes of a build that ended well, or said that it cannot write

Content: TypeAlias = dict[str, str]
"""A checksum of each thing a build leaves."""


@dataclass(slots=True)
class Report:
    """What was done to builds, and what they left."""

    tried: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    losses: list[str] = field(default_factory=list)
    steps: int = 0  # in the file system, of one build
    seconds: float = 0.0  # of one build


class Laboratory:
    """Two states of a corpus, what a build of each leaves, and a folder where builds die."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.choose = random.Random(seed)  # noqa: S311  repeatable, and no secret
        self.report = Report()
        self.out = folder / "out"
        self.corpora = {"one": write_corpus(folder / "one"), "two": write_corpus(folder / "two")}
        change(self.corpora["two"])
        self.expected: dict[str, Content] = {}
        for name, corpus in self.corpora.items():
            load_what_a_build_needs(corpus)
            for out in (folder / f"expected-{name}", self.out):
                wait_for(fork(partial(build_quietly, corpus, out)))
            self.expected[name] = content_of(folder / f"expected-{name}")
        self.state = "two"
        self.report.steps = self._count_steps()

    def _count_steps(self) -> int:
        def work() -> int:
            counted = Steps(self.out, CHANGING, lambda _: None)
            counted.watch()
            build_quietly(self.corpora["one"], self.out)
            return counted.number

        begin = time.perf_counter()
        steps: int = answer_of(work)
        self.report.seconds = time.perf_counter() - begin
        self.state = "one"
        return steps

    def kill_at_step(self, number: int) -> None:
        """Kill a build before a step."""

        def die(step: int) -> None:
            if step == number:
                os.kill(os.getpid(), signal.SIGKILL)

        self._try("killed at a step", CHANGING, die)

    def kill_at_random_time(self) -> None:
        """Kill a build at any moment."""
        moment = self.choose.uniform(0, self.report.seconds * 1.1)
        self._try("killed at a random time", frozenset(), lambda _: None, kill_after=moment)

    def fill_disk_at_step(self, number: int) -> None:
        """Let a build find the disk full from a step on."""

        def fail(step: int) -> None:
            if step >= number:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        self._try("disk full from a step on", NEEDING_ROOM, fail)

    def limit_files(self, size: int) -> None:
        """Let no file of a build grow beyond a size."""

        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

        self._try("files cannot grow", frozenset(), lambda _: None, first=limit)

    def _try(
        self,
        way: str,
        events: frozenset[str],
        act: Callable[[int], None],
        *,
        first: Callable[[], None] = lambda: None,
        kill_after: float | None = None,
    ) -> None:
        target = "one" if self.state == "two" else "two"
        steps = Steps(self.out, events, act)

        def work() -> None:
            first()
            steps.watch()
            build_quietly(self.corpora[target], self.out)

        child = fork(work)
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(child, signal.SIGKILL)
        code = wait_for(child)
        self.report.tried[way] += 1
        self._look(f"{way} {self.report.tried[way]}", code, target)

    def _look(self, what: str, code: int, target: str) -> None:
        if code not in (ENDED, REFUSED, -signal.SIGKILL):
            self._lose(f"{what}: exit code {code}")
        found = content_of(self.out)
        whole = [name for name, content in self.expected.items() if content == found]
        if not whole:
            differing = [key for key in found if found[key] != self.expected[self.state].get(key)]
            self._lose(f"{what}: neither the old nor the new exports; not the old are {differing}")
            return
        if code == ENDED and whole != [target]:
            self._lose(f"{what}: ended well and left the old exports")
        self.report.left["new" if whole == [target] else "old"] += 1
        self.state = whole[0]

    def build_on(self) -> None:
        """Let a build after all that end, and compare what it leaves to the last file."""
        name = "one" if self.state == "two" else "two"
        child = fork(lambda: build_quietly(self.corpora[name], self.out))
        if wait_for(child) != ENDED:
            self._lose("the build afterwards failed")
        if content_of(self.out) != self.expected[name]:
            self._lose("the build afterwards left other exports")
        if more := {path.name for path in self.out.iterdir()} - OUTPUTS:
            self._lose(f"left behind: {sorted(more)}")
        documents = sum(1 for _ in self.corpora[name].iterdir())
        entries = sum(path.is_file() for path in (self.out / "cache").rglob("*"))
        if entries != documents:
            self._lose(f"{entries} kept extractions of {documents} documents")
        self.state = name

    def _lose(self, what: str) -> None:
        self.report.losses.append(what)


class Steps:
    """Counts what Python does to files below a folder, and does something at each step."""

    def __init__(self, folder: Path, events: frozenset[str], act: Callable[[int], None]) -> None:
        self.number = 0
        self._folder, self._events, self._act = str(folder), events, act

    def watch(self) -> None:
        """Begin; a hook cannot be taken off again, so in a process of its own."""
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in self._events or not str(arguments[0]).startswith(self._folder):
            return
        if event == "open" and not arguments[2] & (os.O_WRONLY | os.O_RDWR):
            return
        self.number += 1
        self._act(self.number)


def change(corpus: Path) -> None:
    """Change a document, remove one, add one."""
    with (corpus / "finance.txt").open("a", encoding="utf-8") as stream:
        stream.write("平台已覆盖聊城市各县区，鲁西集团获授信3亿元。\n")
    (corpus / "solar.html").unlink()
    text = "鲁西集团项目投产\n\n2022年12月24日，鲁西集团年产120万吨双酚A项目在聊城高新区投产。\n"
    (corpus / "added.txt").write_text(text, "utf-8")


def load_what_a_build_needs(corpus: Path) -> None:
    """Load here what each fork would have to load anew."""
    list(extract_files(find_files([corpus])))
    division_codes(near="聊城市")
    compile_shapes(ontology_path() / "shapes.ttl")
    program_version()
    for module in ("pyvis.network", "kg.review", "kg.linking", "kg.export", "kg.support"):
        import_module(module)


def build_quietly(corpus: Path, out: Path) -> None:
    """Build, with one process."""
    build([corpus], out, settings=Settings(home="聊城市"))


def content_of(out: Path) -> Content:
    """Return checksums of what a build left, opened as any command would."""
    content: Content = answer_of(partial(_content, out))
    return content


def _content(out: Path) -> Content:
    content = {"store": checksum(repr(read_graph(open_store(out)).triples).encode())}
    for name in ("graph.ttl", "graph.html", "statements.csv", "decisions.jsonl"):
        content[name] = checksum((out / name).read_bytes())
    with closing(sqlite3.connect(out / "support.sqlite")) as connection:
        content["support.sqlite"] = checksum("\n".join(connection.iterdump()).encode())
    record = json.loads((out / "report.json").read_text("utf-8"))
    counts = {name: number for name, number in record["counts"].items() if name != "reused"}
    content["report.json"] = checksum(json.dumps(counts).encode())
    return content


def checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def fork(work: Callable[[], None]) -> int:
    """Do *work* in a process that has all that this one has; return its id."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = ENDED
    except OutputError:
        code = REFUSED
    except BaseException:  # noqa: BLE001  it must not go on as the parent
        traceback.print_exc()
    finally:
        os._exit(code)


def answer_of(work: Callable[[], Any]) -> Any:
    """Return what *work* returns, done in a process of its own."""
    reading, writing = os.pipe()
    child = fork(lambda: _write_all(writing, json.dumps(work()).encode()))
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        answer = stream.read()
    assert wait_for(child) == ENDED
    return json.loads(answer)


def _write_all(descriptor: int, content: bytes) -> None:
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)


def wait_for(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def run(folder: Path, kills: int, faults: int, seed: int) -> Report:
    """Let *kills* builds be killed and *faults* meet a full disk."""
    laboratory = Laboratory(folder, seed)
    steps = laboratory.report.steps
    ways: list[Callable[[], None]] = []
    for index in range(kills):
        if index % 2:
            ways.append(laboratory.kill_at_random_time)
        else:  # evenly over all steps
            number = 1 + index * steps // kills
            ways.append(lambda number=number: laboratory.kill_at_step(number))
    for index in range(faults):
        if index % 2:
            size = int(10 ** laboratory.choose.uniform(1.5, 6))
            ways.append(lambda size=size: laboratory.limit_files(size))
        else:
            number = 1 + index * steps // faults
            ways.append(lambda number=number: laboratory.fill_disk_at_step(number))
    laboratory.choose.shuffle(ways)
    for index, way in enumerate(ways, 1):
        way()
        if index % 20 == 0:
            laboratory.build_on()
    laboratory.build_on()
    return laboratory.report


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print a report; exit code 1 when something was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--faults", type=int, default=30)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folder", type=Path, required=True, help="Empty; it is filled.")
    options = parser.parse_args(arguments)
    shutil.rmtree(options.folder, ignore_errors=True)
    begin = time.perf_counter()
    report = run(options.folder, options.kills, options.faults, options.seed)
    shown = {
        "tried": dict(report.tried),
        "left": dict(report.left),
        "losses": report.losses,
        "steps of one build": report.steps,
        "seconds of one build": round(report.seconds, 3),
        "seconds": round(time.perf_counter() - begin, 1),
    }
    sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=1) + "\n")
    return 1 if report.losses else 0


if __name__ == "__main__":
    sys.exit(main())
