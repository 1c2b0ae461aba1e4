from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import pytest

from kg.engines.llm.client import (
    MAX_FAILURES_IN_A_ROW,
    MAX_REPLY_BYTES,
    MAX_RETRIES,
    ChatClient,
    NoAnswerError,
)
from kg.engines.llm.options import Options
from kg.engines.llm.usage import Tally
from kg.errors import AnnotatorUnavailable
from tests.engines.llm.server import Asked, Sent, Server, completion, failure, running

MESSAGES = [{"role": "system", "content": "JSON"}, {"role": "user", "content": "聊城"}]
SCHEMA = {"type": "object"}
FINE = completion("{}")
KEY = "sk-very-secret"


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.naps: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


@pytest.fixture
def server() -> Iterator[Server]:
    with running([FINE]) as running_server:
        yield running_server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tally() -> Tally:
    return Tally()


@contextmanager
def client_of(
    url: str, clock: Clock, tally: Tally | None = None, *, key: str = "", timeout: float = 300
) -> Iterator[ChatClient]:
    options = Options(url, "toy", Path("unused"), key=key, timeout_seconds=timeout)
    client = ChatClient(options, tally or Tally(), sleep=clock.sleep, clock=clock)
    with closing(client):
        yield client


@pytest.fixture
def client(server: Server, clock: Clock, tally: Tally) -> Iterator[ChatClient]:
    with client_of(server.url, clock, tally, key=KEY) as client:
        yield client


def formats(server: Server) -> list[str]:
    return [asked.body.get("response_format", {}).get("type", "text") for asked in server.asked]


# ----------------------------------------------------------------------------- what is sent


def test_question_goes_out_as_the_protocol_has_it(
    client: ChatClient, server: Server, tally: Tally
) -> None:
    reply = client.ask(MESSAGES, SCHEMA)
    (asked,) = server.asked
    assert asked.path == "/v1/chat/completions"
    assert asked.body["model"] == "toy"
    assert asked.body["messages"] == MESSAGES
    assert asked.body["temperature"] == 0
    assert asked.body["response_format"]["json_schema"]["schema"] == SCHEMA
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert reply.content == "{}"
    assert tally.take() == {"requests": 1, "prompt tokens": 100, "completion tokens": 20}


def test_nothing_is_told_of_this_machine_or_of_other_accounts(
    monkeypatch: pytest.MonkeyPatch, server: Server, clock: Clock
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-elsewhere")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-elsewhere")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-elsewhere")
    with client_of(server.url, clock) as client:
        client.ask(MESSAGES, SCHEMA)
    (asked,) = server.asked
    assert "authorization" not in asked.headers  # the key is the options' to give
    machine = ("os", "arch", "lang", "runtime", "package-version")
    telling = (*tuple(f"x-stainless-{name}" for name in machine), "openai-")
    assert not [name for name in asked.headers if name.startswith(telling)]
    assert "elsewhere" not in str(asked)


def test_proxy_of_the_environment_is_not_used(
    monkeypatch: pytest.MonkeyPatch, server: Server, clock: Clock
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with client_of(server.url, clock) as client:
        assert client.ask(MESSAGES, SCHEMA).content == "{}"


def test_key_is_in_no_log_and_no_error(
    client: ChatClient, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client.ask(MESSAGES, SCHEMA)
    server.does(failure(401, f"Incorrect API key provided: {KEY}"))
    with pytest.raises(AnnotatorUnavailable, match="KG_LLM_API_KEY") as caught:
        client.ask(MESSAGES, SCHEMA)
    assert KEY not in str(caught.value)
    assert KEY not in caplog.text
    assert caught.value.__suppress_context__


# ------------------------------------------------------------------------------- patience


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(failure(429), id="429"),
        pytest.param(failure(500), id="500"),
        pytest.param(failure(503, "overloaded"), id="503"),
        pytest.param(Sent(b"<html>bad gateway</html>", 502), id="502 in HTML"),
        pytest.param(Sent(b"\xff\xfe\x00garbage"), id="garbage bytes"),
        pytest.param(Sent(b'{"choices": []}'), id="no choice"),
        pytest.param(Sent(FINE.body[:40]), id="truncated JSON"),
        pytest.param(replace(FINE, close_after=0), id="connection cut before the answer"),
        pytest.param(replace(FINE, close_after=30), id="connection cut in the answer"),
    ],
)
def test_trouble_that_passes_is_waited_out(
    client: ChatClient, server: Server, clock: Clock, trouble: Sent, tally: Tally
) -> None:
    server.does(trouble, trouble, FINE)
    assert client.ask(MESSAGES, SCHEMA).content == "{}"
    assert len(clock.naps) == 2
    assert clock.naps[0] < clock.naps[1]
    assert tally.take()["retries"] == 2


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        pytest.param("7", 7, 7, id="seconds"),
        pytest.param("0.25", 0.25, 0.25, id="part of a second"),
        pytest.param(formatdate(0, usegmt=True), 0, 0, id="a date gone by"),
        pytest.param("soon", 0.3, 0.5, id="neither"),
    ],
)
def test_retry_after_is_honoured(
    client: ChatClient, server: Server, clock: Clock, value: str, low: float, high: float
) -> None:
    server.does(failure(429, Retry_After=value), FINE)
    client.ask(MESSAGES, SCHEMA)
    (nap,) = clock.naps
    assert low <= nap <= high


def test_retry_after_beyond_the_time_limit_is_not_waited_for(
    client: ChatClient, server: Server, clock: Clock
) -> None:
    server.does(failure(429, Retry_After="3600"))
    with pytest.raises(NoAnswerError, match="429"):
        client.ask(MESSAGES, SCHEMA)
    assert clock.naps == []


def test_retries_end(client: ChatClient, server: Server, clock: Clock) -> None:
    server.does(failure(500, "out of memory"))
    with pytest.raises(NoAnswerError, match=r"500 \(out of memory"):
        client.ask(MESSAGES, SCHEMA)
    assert len(server.asked) == MAX_RETRIES + 1


def test_server_that_fails_for_all_ends_the_run(client: ChatClient, server: Server) -> None:
    server.does(failure(500))
    for _ in range(MAX_FAILURES_IN_A_ROW - 1):
        with pytest.raises(NoAnswerError):
            client.ask(MESSAGES, SCHEMA)
    with pytest.raises(AnnotatorUnavailable, match="try again later"):
        client.ask(MESSAGES, SCHEMA)


def test_one_answer_between_failures_keeps_the_run(client: ChatClient, server: Server) -> None:
    for _ in range(MAX_FAILURES_IN_A_ROW):
        server.does(failure(500))
        with pytest.raises(NoAnswerError):
            client.ask(MESSAGES, SCHEMA)
        server.does(FINE)
        client.ask(MESSAGES, SCHEMA)


def test_slow_answer_is_given_up(server: Server, clock: Clock) -> None:
    gate = threading.Event()
    server.does(replace(FINE, wait=gate))
    with (
        client_of(server.url, clock, timeout=0.05) as client,
        pytest.raises(NoAnswerError, match="in time"),
    ):
        client.ask(MESSAGES, SCHEMA)
    gate.set()


def test_answer_that_drips_is_given_up(client: ChatClient, server: Server, clock: Clock) -> None:
    def late(_: Asked) -> Sent:
        clock.now += 301
        return FINE

    server.does(late)
    with pytest.raises(NoAnswerError, match="KG_LLM_TIMEOUT"):
        client.ask(MESSAGES, SCHEMA)


def test_huge_answer_is_not_read_to_its_end(client: ChatClient, server: Server) -> None:
    server.does(completion("好" * MAX_REPLY_BYTES))
    with pytest.raises(NoAnswerError, match="exceeds") as caught:
        client.ask(MESSAGES, SCHEMA)
    assert caught.value.is_too_long


# ------------------------------------------------------------------- what ends a run at once


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        pytest.param(401, "KG_LLM_API_KEY", id="wrong key"),
        pytest.param(402, "credit", id="no credit"),
        pytest.param(403, "may not use", id="forbidden"),
        pytest.param(404, "no such model", id="unknown model"),
        pytest.param(405, "ends in /v1", id="another kind of server"),
    ],
)
def test_what_no_document_can_change_ends_the_run(
    client: ChatClient, server: Server, clock: Clock, status: int, remedy: str
) -> None:
    server.does(failure(status, "model 'toy' not found"))
    with pytest.raises(AnnotatorUnavailable, match=remedy) as caught:
        client.ask(MESSAGES, SCHEMA)
    assert "model 'toy' not found" in str(caught.value)
    assert len(server.asked) == 1
    assert clock.naps == []


@pytest.mark.parametrize(
    ("message", "remedy"),
    [
        pytest.param("Model Not Exist", "check URL#MODEL", id="DeepSeek"),
        pytest.param("The model `toy` does not exist", "check URL#MODEL", id="vLLM"),
        pytest.param("invalid model name", "check URL#MODEL", id="a gateway"),
        pytest.param("API key not valid. Pass a valid one.", "KG_LLM_API_KEY", id="key"),
    ],
)
def test_wrong_model_and_key_are_understood_from_a_bad_request(
    client: ChatClient, server: Server, message: str, remedy: str
) -> None:
    server.does(failure(400, message))
    with pytest.raises(AnnotatorUnavailable, match=remedy):
        client.ask(MESSAGES, SCHEMA)


def test_used_up_quota_is_no_passing_trouble(client: ChatClient, server: Server) -> None:
    body = json.dumps({"error": {"message": "quota", "code": "insufficient_quota"}}).encode()
    server.does(Sent(body, 429))
    with pytest.raises(AnnotatorUnavailable, match="credit"):
        client.ask(MESSAGES, SCHEMA)


def test_redirection_is_not_followed(client: ChatClient, server: Server) -> None:
    server.does(failure(307, Location="http://127.0.0.1:9/v1/chat/completions"))
    with pytest.raises(AnnotatorUnavailable, match="redirects"):
        client.ask(MESSAGES, SCHEMA)
    assert len(server.asked) == 1


def test_server_that_is_not_there_is_said_at_once(clock: Clock) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        with (
            client_of(url, clock) as client,
            pytest.raises(AnnotatorUnavailable, match="is the server running"),
        ):
            client.ask(MESSAGES, SCHEMA)
    assert clock.naps == []


def test_server_that_dies_during_the_run_is_waited_for_and_then_ends_it(clock: Clock) -> None:
    with running([FINE]) as server, client_of(server.url, clock) as client:
        client.ask(MESSAGES, SCHEMA)
        server.stop()
        with pytest.raises(AnnotatorUnavailable, match="is the server running"):
            client.ask(MESSAGES, SCHEMA)
    assert len(clock.naps) == MAX_RETRIES


# -------------------------------------------------------------------------- negotiation


def taking(*known: str) -> Sent | object:
    """Return what rejects all response formats but *known*."""

    def answer(asked: Asked) -> Sent:
        name = asked.body.get("response_format", {}).get("type", "text")
        return (
            FINE
            if name in known
            else failure(400, f"response_format {name} is not supported by this model")
        )

    return answer


@pytest.mark.parametrize(
    ("known", "asked_in"),
    [
        pytest.param(["json_schema"], ["json_schema", "json_schema"], id="schema"),
        pytest.param(["json_object"], ["json_schema", "json_object", "json_object"], id="object"),
        pytest.param(["text"], ["json_schema", "json_object", "text", "text"], id="neither"),
    ],
)
def test_strictest_format_of_a_server_is_found_once(
    client: ChatClient, server: Server, known: list[str], asked_in: list[str]
) -> None:
    server.does(taking(*known))  # type: ignore[arg-type]
    client.ask(MESSAGES, SCHEMA)
    client.ask(MESSAGES, SCHEMA)
    assert formats(server) == asked_in


def test_text_that_is_rejected_in_all_formats_changes_none(
    client: ChatClient, server: Server
) -> None:
    server.does(failure(400, "Content Exists Risk"))
    with pytest.raises(NoAnswerError, match="Content Exists Risk") as caught:
        client.ask(MESSAGES, SCHEMA)
    assert not caught.value.is_too_long
    server.does(FINE)
    client.ask(MESSAGES, SCHEMA)
    assert formats(server)[-1] == "json_schema"


def test_text_beyond_the_context_is_told_from_other_rejections(
    client: ChatClient, server: Server
) -> None:
    server.does(failure(400, "This model's maximum context length is 4096 tokens"))
    with pytest.raises(NoAnswerError) as caught:
        client.ask(MESSAGES, SCHEMA)
    assert caught.value.is_too_long


def test_model_with_a_temperature_of_its_own_is_asked_without(
    client: ChatClient, server: Server
) -> None:
    def answer(asked: Asked) -> Sent:
        if "temperature" in asked.body:
            return failure(400, "Unsupported value: 'temperature' does not support 0")
        return FINE

    server.does(answer)
    client.ask(MESSAGES, SCHEMA)
    client.ask(MESSAGES, SCHEMA)
    assert ["temperature" in asked.body for asked in server.asked] == [True, False, False]
    assert set(formats(server)) == {"json_schema"}


@pytest.mark.parametrize(
    "message",
    [
        pytest.param({"role": "assistant", "content": None, "refusal": "no"}, id="refusal"),
        pytest.param({"role": "assistant", "content": None}, id="filtered"),
    ],
)
def test_refusal_is_not_asked_again(
    client: ChatClient, server: Server, message: dict[str, object]
) -> None:
    choice = {"index": 0, "message": message, "finish_reason": "content_filter"}
    server.does(Sent(json.dumps({"choices": [choice]}).encode()))
    with pytest.raises(NoAnswerError, match="refuses"):
        client.ask(MESSAGES, SCHEMA)
    assert len(server.asked) == 1


def test_answer_that_ran_into_the_limit_is_marked(client: ChatClient, server: Server) -> None:
    server.does(completion('{"entities": [', finish="length"))
    assert client.ask(MESSAGES, SCHEMA).is_cut


def test_usage_that_a_server_does_not_tell_counts_as_none(
    client: ChatClient, server: Server, tally: Tally
) -> None:
    envelope = json.loads(FINE.body) | {"usage": {"prompt_tokens": "many"}}
    server.does(Sent(json.dumps(envelope).encode()))
    client.ask(MESSAGES, SCHEMA)
    assert tally.take() == {"requests": 1, "prompt tokens": 0, "completion tokens": 0}
