"""Killed, without room, without rights, twice at once: the exports are whole, the next build goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from kg.errors import OutputError
from kg.graph import open_store, read_graph
from kg.locking import LOCK, locked, locked_if_free
from kg.pipeline import build
from kg.retraction import retract
from kg.staging import DECIDED, complete, staged, writing

pytestmark = pytest.mark.skipif(os.name != "posix", reason="forks, kills, permissions of POSIX")
IN_MEMORY = Path("/dev/shm")  # noqa: S108  a build waits for its disk, which another may keep busy


def test_exports_survive_kills_and_full_disks() -> None:
    place = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="kg-crashes-", dir=place) as folder:
        command = ["-m", "tests.crashes", "--kills", "50", "--faults", "20", "--folder"]
        done = subprocess.run(
            [sys.executable, *command, str(Path(folder) / "here")],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.stdout, done.stderr
    report = json.loads(done.stdout)
    assert report["losses"] == [], done.stderr
    assert sum(report["tried"].values()) == 70
    assert report["left"]["old"] > 10
    assert report["left"]["new"] > 0


# ---------------------------------------------------------------------------------------- moving


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in sorted(folder.iterdir())}


def test_what_a_killed_process_had_decided_is_completed(tmp_path: Path) -> None:
    write(tmp_path, a="old", b="old", own="kept")
    (tmp_path / DECIDED).mkdir()
    write(tmp_path / DECIDED, b="new")  # a is in its place already
    complete(tmp_path)
    assert texts(tmp_path) == {"a": "old", "b": "new", "own": "kept"}


def test_what_was_not_decided_is_removed(tmp_path: Path) -> None:
    write(tmp_path, a="old")
    (tmp_path / ".build-killed").mkdir()
    write(tmp_path / ".build-killed", a="half")
    with writing(tmp_path):
        pass
    assert texts(tmp_path) == {"a": "old"}


def test_readers_complete_nothing_while_a_build_does(tmp_path: Path) -> None:
    (tmp_path / DECIDED).mkdir()
    write(tmp_path / DECIDED, a="new")
    with locked(tmp_path):
        complete(tmp_path)
        assert (tmp_path / DECIDED / "a").exists()
    complete(tmp_path)
    assert texts(tmp_path) == {"a": "new"}


def write_and_fail(out: Path) -> None:
    with writing(out), staged(out) as folder:
        write(folder, a="new")
        raise OSError(28, "No space left on device")


def test_a_failure_replaces_nothing(tmp_path: Path) -> None:
    write(tmp_path, a="old")
    with pytest.raises(OutputError, match="No space"):
        write_and_fail(tmp_path)
    assert texts(tmp_path) == {"a": "old"}


# --------------------------------------------------------------------------------------- the lock


def test_a_second_build_is_told_who_builds(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with locked(out), pytest.raises(OutputError, match=f"process {os.getpid()} is writing"):
        build([corpus], out)
    assert not out.exists()


def test_retracting_waits_for_no_build(corpus: Path, tmp_path: Path) -> None:
    build([corpus], tmp_path / "out")
    with locked(tmp_path / "out"), pytest.raises(OutputError, match="is writing"):
        retract(tmp_path / "out", ["finance.txt"])


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    script = (
        "import os, pathlib, signal, sys; from kg.locking import locked\n"
        "with locked(pathlib.Path(sys.argv[1])): os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / LOCK).exists()
    with locked_if_free(tmp_path) as is_locked:
        assert is_locked
    assert not (tmp_path / LOCK).exists()


def test_errors_of_the_block_are_not_those_of_the_lock(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="own"), locked_if_free(tmp_path):
        raise OutputError("own")


# ------------------------------------------------------------------------------------- read-only


def test_an_output_that_is_no_folder_is_told(corpus: Path, tmp_path: Path) -> None:
    write(tmp_path, out="a file")
    with pytest.raises(OutputError, match=r"cannot be written to.*choose another"):
        build([corpus], tmp_path / "out")


READ_ONLY = """
mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" || exit 77
"$3" -m kg build "$2" -o "$1"; echo "build $?"
"$3" -m kg query 'SELECT (COUNT(*) AS ?n) { ?s ?p ?o }' -o "$1" --format csv; echo "query $?"
"""


def test_a_read_only_output_is_told_before_anything_is_read(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build([corpus], out)
    triples = read_graph(open_store(out)).triples
    arguments = ["unshare", "-rm", "sh", "-c", READ_ONLY, "-", out, corpus, sys.executable]
    try:
        done = subprocess.run(
            list(map(str, arguments)), capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        pytest.skip("no unshare")
    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip("this process may not mount")
    assert "build 2" in done.stdout
    assert "Read-only file system" in done.stderr
    assert "Traceback" not in done.stderr
    assert "query 0" in done.stdout
    assert read_graph(open_store(out)).triples == triples
