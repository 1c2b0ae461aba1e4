"""kg mcp as assistants start it: over stdin and stdout, and over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

pytest.importorskip("mcp")
import anyio
import httpx2
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from kg.cli import main
from kg.errors import SettingsError
from kg.mcp import serve_http
from kg.pipeline import BuildReport
from tests.readme import PROJECT

LUXI = "company:鲁西集团"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(PROJECT)}


async def _first_claim(client: Client) -> Any:
    async with client:
        answer = await client.call_tool("claims", {"entity": LUXI, "limit": 1})
    assert answer.structured_content is not None
    return answer.structured_content["claims"][0]


def test_stdio(built: BuildReport) -> None:
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "kg", "mcp", "-o", str(built.out)],
        env=ENVIRONMENT,
    )

    async def ask() -> Any:
        return await _first_claim(Client(stdio_client(parameters)))

    assert anyio.run(ask)["sources"][0]["date"] == "2022-12-23"


@pytest.fixture(scope="module")
def address(built: BuildReport) -> Iterator[str]:
    command = [sys.executable, "-m", "kg", "mcp", "--http", "--port", "0", "-o", str(built.out)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT) as server:
        assert server.stderr is not None
        said = server.stderr.readline()
        yield said.removeprefix("kg: answering at ").strip()
        server.terminate()


def test_http(address: str) -> None:
    async def ask() -> Any:
        return await _first_claim(Client(address))

    assert anyio.run(ask)["sources"][0]["date"] == "2022-12-23"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Host": "evil.example"}, 421, id="a name that was rebound to this machine"),
        pytest.param({"Origin": "https://evil.example"}, 403, id="a page of another site"),
        pytest.param({"Origin": "http://localhost:3000"}, 200, id="a page of this machine"),
    ],
)
def test_http_answers_this_machine_only(address: str, headers: dict[str, str], status: int) -> None:
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    accept = {"Accept": "application/json, text/event-stream"}
    assert httpx2.post(address, json=ping, headers=accept | headers).status_code == status


def test_other_machines_are_let_in_by_name_only(built: BuildReport) -> None:
    with pytest.raises(SettingsError, match="--allow-host"):
        serve_http(built.out, host="0.0.0.0")  # noqa: S104


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["-o", "nowhere"], "there is no graph"),
        (["--port", "8001"], "belong to --http"),
    ],
)
def test_what_is_wrong_is_said_before_anybody_is_answered(
    arguments: list[str], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["mcp", *arguments])
    assert result.exit_code == 2
    assert reason in result.stderr


@pytest.mark.parametrize("arguments", [[], ["--http"]])
def test_missing_sdk_is_named_with_its_remedy(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.mcp.transports.find_spec", lambda name: None)
    result = CliRunner().invoke(main, ["mcp", *arguments])
    assert result.exit_code == 2
    assert "pip install 'kg-news[mcp]'" in result.stderr
