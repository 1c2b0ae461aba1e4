"""Real SPARQL servers on free ports of this machine."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kg.remote import Credentials

__all__ = ["SERVERS", "RealServer", "free_port", "is_installed", "started"]

_VIRTUOSO_INI = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql_port}
NumberOfBuffers = {buffers}
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerThreads = 5
[SPARQL]
ResultSetMaxRows = 10000
"""


@dataclass(frozen=True)
class RealServer:
    name: str
    address: str
    credentials: Credentials = field(default_factory=Credentials)

    def environment(self) -> dict[str, str]:
        who = self.credentials
        if not who.user:
            return {}
        return {"KG_ENDPOINT_USER": who.user, "KG_ENDPOINT_PASSWORD": who.password}


def _binary(name: str) -> str | None:
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.is_file() else shutil.which(name)


SERVERS = {"oxigraph": "oxigraph", "virtuoso": "virtuoso-t"}


def is_installed(name: str) -> bool:
    return _binary(SERVERS[name]) is not None


def free_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port: int = unused.getsockname()[1]
        return port


@contextmanager
def started(name: str, folder: Path, *, on_disk: bool = False) -> Iterator[RealServer]:
    """Run a server with an empty store in *folder* until the block ends."""
    port = free_port()
    binary = _binary(SERVERS[name])
    assert binary
    if name == "oxigraph":
        place = ["--location", str(folder / "db")] if on_disk else []
        command = [binary, "serve", "--bind", f"127.0.0.1:{port}", *place]
        credentials = Credentials()
    else:
        buffers = 100_000 if on_disk else 2_000
        ini = _VIRTUOSO_INI.format(port=port, sql_port=free_port(), buffers=buffers)
        (folder / "virtuoso.ini").write_text(ini)
        command = [binary, "+foreground", "+configfile", "virtuoso.ini"]
        credentials = Credentials("dba", "dba")  # as it comes: the server lets nobody else in
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            _wait_until_it_answers(port, process)
            yield RealServer(name, f"http://127.0.0.1:{port}", credentials)
        finally:
            process.kill()
            process.wait()


def _wait_until_it_answers(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended; its log is beside its database"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"no server at port {port}")
