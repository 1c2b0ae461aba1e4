"""``kg serve`` as a user starts it."""

from __future__ import annotations

import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import main

KG = (sys.executable, "-m", "kg")


def test_help_imports_no_server() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from kg.cli import main;"
        "result = CliRunner().invoke(main, ['serve', '--help']); assert result.exit_code == 0;"
        "found = {'uvicorn', 'starlette', 'jinja2', 'torch', 'pyoxigraph'} & set(sys.modules);"
        "assert not found, found"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_a_graph_it_says_what_to_do(tmp_path: Path) -> None:
    run = subprocess.run(
        [*KG, "serve", "-o", str(tmp_path), "--port", "0"], capture_output=True, text=True
    )
    assert run.returncode == 2
    assert "kg build" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_port_that_is_taken_is_said_to_be_so(served_folder: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [*KG, "serve", "-o", str(served_folder), "--port", port]
        run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 2
    assert "in use" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_answers_and_ends(served_folder: Path, end: signal.Signals) -> None:
    process = subprocess.Popen(
        [*KG, "serve", "-o", str(served_folder), "--port", "0"], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr
    line = process.stderr.readline()
    assert line.startswith("kg: serving http://127.0.0.1:")
    with urllib.request.urlopen(line.split()[-1], timeout=30) as reply:  # noqa: S310  our own
        assert b"<main" in reply.read()
    process.send_signal(end)
    _, rest = process.communicate(timeout=30)
    assert "Traceback" not in rest
    assert process.returncode in (0, -signal.SIGTERM)


def test_limits_are_checked() -> None:
    result = CliRunner().invoke(main, ["serve", "--memory", "10"])
    assert result.exit_code == 2
    assert "memory" in result.output
