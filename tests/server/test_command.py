"""``kg serve`` as a user starts it."""

from __future__ import annotations

import http.client
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from click.testing import CliRunner

from kg.cli import main
from tests.server.live import Live

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


@contextmanager
def served(folder: Path) -> Iterator[tuple[subprocess.Popen[str], Live]]:
    command = [*KG, "serve", "-o", str(folder), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        said = process.stderr.readline()
        found = re.fullmatch(r"kg: serving http://127\.0\.0\.1:(\d+)/\n", said)
        assert found, said
        yield process, Live(int(found.group(1)))


def test_it_says_where_it_is_answers_and_ends(served_folder: Path) -> None:
    with served(served_folder) as (process, live):
        assert "<main" in live.get("/").text
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert said == ""
    assert process.returncode == 0


def test_who_still_waits_at_the_end_is_told_so(served_folder: Path) -> None:
    forever = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with served(served_folder) as (process, live):
        connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=30)
        connection.request("GET", f"/sparql?{urlencode({'query': forever})}")
        assert live.get("/").status == 200  # the query has arrived before
        process.terminate()
        reply = connection.getresponse()
        reason = reply.read()
        connection.close()
        _, said = process.communicate(timeout=30)
    assert (reply.status, reason) == (503, b"the server is stopping\n")
    assert "Traceback" not in said


def test_limits_are_checked() -> None:
    result = CliRunner().invoke(main, ["serve", "--memory", "10"])
    assert result.exit_code == 2
    assert "memory" in result.output
