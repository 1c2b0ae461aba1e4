"""Ask a server, patiently and not for ever.

The protocol is the openai package's. Its retries are not used: they know no time-out for all of them
together, and would repeat a request that timed out after minutes as readily as one that was told to
come back in a second. Three things may happen to a request here. It is answered. The server cannot
answer this one (too long, refused, nothing but errors): `NoAnswerError`, which costs one document. Or no
request would fare better (unreachable, wrong key, unknown model): `AnnotatorUnavailable`, which ends
the run at once.
"""

from __future__ import annotations

import json
import logging
import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from email.utils import parsedate_to_datetime
from importlib import import_module
from typing import Any

from kg.engines.llm.options import Options, import_extra
from kg.engines.llm.prompt import Message
from kg.engines.llm.response_cache import Reply
from kg.engines.llm.usage import Tally
from kg.errors import AnnotatorUnavailable

__all__ = ["ChatClient", "NoAnswerError"]

logger = logging.getLogger(__name__)

MAX_RETRIES = 5
FIRST_BACKOFF_SECONDS, MAX_BACKOFF_SECONDS = 0.5, 20.0
CONNECT_SECONDS = 5.0
MAX_FAILURES_IN_A_ROW = 5  # requests given up, over all documents, after which the server is
MAX_REPLY_BYTES = 8 * 2**20  # an answer of 1,600 characters' claims has some 30 KB

FORMATS = ("json_schema", "json_object", "text")  # from the strictest; a server may know fewer
_RETRIED = frozenset({408, 409, 425, 429})
_REMEDY_BY_STATUS = {
    401: "the key is not accepted; set KG_LLM_API_KEY",
    402: "the account has no credit left",
    403: "the key may not use this model; set another KG_LLM_API_KEY",
    404: "the server has no such model or is no OpenAI-compatible /v1; check URL#MODEL",
    405: "the URL is no OpenAI-compatible API; it usually ends in /v1",
}
# Some servers say with a 400 what others say with a 404 or a 401.
_NO_SUCH_MODEL = re.compile(
    r"model[^.]*(?:not (?:exist|found)|does(?:n't| not) exist)|(?:unknown|invalid) model", re.I
)
_BAD_KEY = re.compile(r"api[ _-]?key", re.I)
_TOO_LONG = ("context", "too long", "maximum length", "too many tokens", "too large")
# Their debug messages hold request bodies and headers; -vv is for ours.
_CHATTY = ("openai", "httpx", "httpx2", "httpcore", "httpcore2")


class NoAnswerError(Exception):
    """The server cannot answer this request; *is_too_long*: a shorter one it might."""

    def __init__(self, reason: str, *, is_too_long: bool = False) -> None:
        super().__init__(reason)
        self.is_too_long = is_too_long


class _RetryError(Exception):
    """An attempt failed in a way that may pass."""

    def __init__(
        self, reason: str, *, after: float | None = None, is_unreachable: bool = False
    ) -> None:
        super().__init__(reason)
        self.after = after  # seconds, where the server says
        self.is_unreachable = is_unreachable


class _RejectedError(Exception):
    """The server does not take the request as it is (400, 422)."""


class ChatClient:
    """A server's chat completions, for several threads.

    Args:
        options: where and how to ask.
        tally: where requests, retries and tokens are counted.
        sleep, clock: of `time`; tests bring their own.
    """

    def __init__(
        self,
        options: Options,
        tally: Tally,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._openai = import_extra("openai")
        self._options = options
        self._tally = tally
        self._sleep = sleep
        self._clock = clock
        self._client = _make_client(self._openai, options)
        # A client cannot be made without a key; a request can be sent without.
        self._headers = {} if options.key else {"Authorization": self._openai.Omit()}
        self._http_error = _http_error(self._openai)
        self._lock = threading.Lock()
        self._format = 0  # the strictest of FORMATS that the server took
        self._takes_temperature = True
        self._has_answered = False
        self._failures_in_a_row = 0

    def close(self) -> None:
        """Close the connections; nothing can be asked afterwards."""
        self._client.close()

    def ask(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:
        """Return the model's reply to *messages*, which should be JSON of *schema*.

        Raises:
            NoAnswerError: to these messages.
            AnnotatorUnavailable: to whatever messages.
        """
        reason = ""
        for format_ in range(self._format, len(FORMATS)):
            try:
                reply = self._ask_in(format_, messages, schema)
            except _RejectedError as error:
                reason = str(error)
                continue
            # Only now: what was rejected may have been the text, not the format.
            with self._lock:
                self._format = max(self._format, format_)
            return reply
        is_too_long = any(word in reason.lower() for word in _TOO_LONG)
        raise NoAnswerError(f"the server rejects it: {reason}", is_too_long=is_too_long)

    def _ask_in(
        self, format_: int, messages: Sequence[Message], schema: Mapping[str, Any]
    ) -> Reply:
        body = {
            "model": self._options.model,
            "messages": list(messages),
            **_response_format(FORMATS[format_], schema),
        }
        if self._takes_temperature:
            try:
                return self._persist(body | {"temperature": 0})
            except _RejectedError as error:
                if "temperature" not in str(error):
                    raise
                self._takes_temperature = False  # models that think first have one of their own
        return self._persist(body)

    def _persist(self, body: dict[str, Any]) -> Reply:
        """Send *body* until it is answered, the retries or the time are used up."""
        deadline = self._clock() + self._options.timeout_seconds
        attempt = 0
        while True:
            try:
                reply = self._send(body, deadline)
            except _RetryError as error:
                pause = error.after if error.after is not None else _backoff(attempt)
                if attempt == MAX_RETRIES or self._clock() + pause >= deadline:
                    raise self._given_up(error) from None
                logger.info("%s; again in %.1f s", error, pause)
                self._tally.add("retries")
                self._sleep(pause)
                attempt += 1
            else:
                self._failures_in_a_row = 0
                return reply

    def _given_up(self, error: _RetryError) -> Exception:
        with self._lock:
            self._failures_in_a_row += 1
            failures = self._failures_in_a_row
        if error.is_unreachable:
            return self._unreachable(str(error))
        if failures >= MAX_FAILURES_IN_A_ROW:
            return self._unavailable(
                f"{failures} requests in a row failed, the last: {error}",
                "what was answered is kept; try again later",
            )
        return NoAnswerError(str(error))

    def _send(self, body: dict[str, Any], deadline: float) -> Reply:
        self._tally.add("requests")
        with self._translated():
            left = max(0.001, deadline - self._clock())
            create = self._client.with_options(
                timeout=self._openai.Timeout(left, connect=min(left, CONNECT_SECONDS))
            ).chat.completions.with_streaming_response.create
            with create(**body, extra_headers=self._headers) as response:
                content = self._read(response.iter_bytes(), deadline)
        self._has_answered = True
        reply = _read_reply(content)
        self._tally.add("prompt tokens", reply.prompt_tokens)
        self._tally.add("completion tokens", reply.completion_tokens)
        return reply

    def _read(self, pieces: Iterator[bytes], deadline: float) -> bytes:
        """Read an answer that must end in time: a server may send a byte a second."""
        content = bytearray()
        for piece in pieces:
            content += piece
            if len(content) > MAX_REPLY_BYTES:
                raise NoAnswerError(
                    f"the answer exceeds {MAX_REPLY_BYTES >> 20} MB", is_too_long=True
                )
            if self._clock() > deadline:
                raise _RetryError("the answer takes longer than KG_LLM_TIMEOUT")
        return bytes(content)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Say in our kinds of errors what the libraries raise."""
        try:
            yield
        except self._openai.APIStatusError as error:
            self._has_answered = True
            raise self._of_status(error) from None  # its request holds the key
        except self._openai.APIConnectionError as error:  # a time-out is one
            raise self._of_connection(type(error.__cause__).__name__) from None
        except self._http_error as error:
            raise _RetryError(f"the answer broke off ({type(error).__name__})") from None

    def _of_connection(self, cause: str) -> Exception:
        if cause in ("ConnectError", "ConnectTimeout"):
            if not self._has_answered:  # nobody wants to wait for a server that is not there
                return self._unreachable(f"no connection ({cause})")
            return _RetryError(f"no connection any more ({cause})", is_unreachable=True)
        return _RetryError(f"no answer in time or a broken connection ({cause})")

    def _of_status(self, error: Any) -> Exception:
        status, reason = int(error.status_code), _message(error, self._options.key)
        if "insufficient_quota" in (error.code, error.type):
            return self._unavailable(reason, _REMEDY_BY_STATUS[402])
        if status < 400:  # the article goes to the server named and to no other
            return self._unavailable(reason, "it redirects; name the URL that it leads to")
        if remedy := _REMEDY_BY_STATUS.get(status):
            return self._unavailable(reason, remedy)
        if status in _RETRIED or status >= 500:
            return _RetryError(reason, after=_retry_after(error.response.headers))
        if status == 413:
            return NoAnswerError(reason, is_too_long=True)
        if error.code == "model_not_found" or _NO_SUCH_MODEL.search(reason):
            return self._unavailable(reason, _REMEDY_BY_STATUS[404])
        if _BAD_KEY.search(reason):
            return self._unavailable(reason, _REMEDY_BY_STATUS[401])
        return _RejectedError(reason)

    def _unavailable(self, reason: str, remedy: str) -> AnnotatorUnavailable:
        return AnnotatorUnavailable(
            f"{self._options.url}, model {self._options.model}: {reason}; {remedy}"
        )

    def _unreachable(self, reason: str) -> AnnotatorUnavailable:
        return self._unavailable(reason, "is the server running? --engine builtin needs none")


def _http_error(openai: Any) -> type[Exception]:
    """Return what is raised while an answer is read: of httpx, since version 3 of httpx2."""
    client = next(each for each in openai.DefaultHttpxClient.__mro__ if each.__name__ == "Client")
    http = import_module(client.__module__.partition(".")[0])
    error: type[Exception] = http.HTTPError
    return error


def _make_client(openai: Any, options: Options) -> Any:
    """Return a client that sends nothing but what is asked, and only to the server named.

    No proxy, .netrc or certificate of the environment, no redirection, no description of this
    machine (X-Stainless), no organization that the environment holds for another server.
    """
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    unsent = (
        "X-Stainless-Lang", "X-Stainless-Package-Version", "X-Stainless-OS", "X-Stainless-Arch",
        "X-Stainless-Runtime", "X-Stainless-Runtime-Version", "X-Stainless-Async",
        "OpenAI-Organization", "OpenAI-Project",
    )  # fmt: skip
    return openai.OpenAI(
        api_key=options.key or "none",
        base_url=options.url,
        default_headers=dict.fromkeys(unsent, openai.Omit()),
        max_retries=0,
        http_client=openai.DefaultHttpxClient(trust_env=False, follow_redirects=False),
    )


def _response_format(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    if name == "text":
        return {}
    if name == "json_object":
        return {"response_format": {"type": name}}
    form = {"name": "answer", "schema": schema, "strict": True}
    return {"response_format": {"type": name, "json_schema": form}}


def _read_reply(content: bytes) -> Reply:
    """Read the envelope around the model's words."""
    try:
        envelope = json.loads(content)
        choice = envelope["choices"][0]
        words = choice["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise _RetryError("what came back is no chat completion") from error
    is_cut = choice.get("finish_reason") == "length"
    if not isinstance(words, str):
        if choice.get("finish_reason") == "content_filter" or choice["message"].get("refusal"):
            raise NoAnswerError("the model refuses to answer")
        raise _RetryError("what came back has no content")
    usage = envelope.get("usage")
    counts = [_count(usage, name) for name in ("prompt_tokens", "completion_tokens")]
    return Reply(words, is_cut, *counts)


def _count(usage: object, name: str) -> int:
    number = usage.get(name) if isinstance(usage, dict) else None
    return number if isinstance(number, int) and number > 0 else 0


def _message(error: Any, key: str) -> str:
    """Return what the server says, in a line, without the key that it may repeat."""
    body = error.body if isinstance(error.body, dict) else {}
    said = body.get("message")
    words = " ".join(said.split())[:200] if isinstance(said, str) else ""
    if key:
        words = words.replace(key, "…")
    return f"HTTP {error.status_code}" + (f" ({words})" if words else "")


def _backoff(attempt: int) -> float:
    """Return a pause that doubles, and differs between those who were turned away together."""
    longest = min(FIRST_BACKOFF_SECONDS * 2.0**attempt, MAX_BACKOFF_SECONDS)
    return longest * random.uniform(0.75, 1.0)  # noqa: S311  no secret


def _retry_after(headers: Any) -> float | None:
    """Return the seconds that Retry-After names, as a number or a date (RFC 9110, 10.2.3)."""
    value: str | None = headers.get("retry-after")
    if value is None:
        return None
    with suppress(ValueError):
        return max(0.0, float(value))
    with suppress(ValueError):
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    return None
