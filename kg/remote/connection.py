"""Speak HTTP with a server that may be slow, overloaded, or gone for a moment.

What kg sends can be sent twice without harm (questions; triples without blank nodes, added to a set),
so every request is repeated after a pause when the server fails or falls silent. Who may write is
told by the environment, never by the command line, which others can see and shells remember:

KG_ENDPOINT_USER, KG_ENDPOINT_PASSWORD   HTTP Basic, or Digest where the server wants that (Virtuoso)
KG_ENDPOINT_TOKEN                        Bearer
KG_ENDPOINT_TIMEOUT                      seconds for one answer (120)

requests rather than urllib: it brings connections that stay open, Digest and urllib3's `Retry`.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth, HTTPDigestAuth
from urllib3.exceptions import ReadTimeoutError
from urllib3.util import Retry

from kg import __version__
from kg.errors import EndpointError, SettingsError

__all__ = ["PASSING", "Connection", "Credentials", "check_url"]

_log = logging.getLogger(__name__)

USER, PASSWORD, TOKEN = "KG_ENDPOINT_USER", "KG_ENDPOINT_PASSWORD", "KG_ENDPOINT_TOKEN"
TIMEOUT = "KG_ENDPOINT_TIMEOUT"

DEFAULT_SECONDS: Final = 120.0
"""For one answer. A batch takes some seconds; a COUNT over ten million triples took Oxigraph 30."""

_CONNECT_SECONDS = 10.0
_ATTEMPTS = 6
_BROKEN_ATTEMPTS = (
    2  # after an answer that broke off or did not come: it may be at work on it still
)
_PAUSE_SECONDS = 0.5  # then 1, 2, 4, 8: a restart of a small server is survived
PASSING: Final = (429, 500, 502, 503, 504)
_SAID_CHARS = 300  # of what the server says of its error


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks; what is secret is in no repr."""

    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Credentials:
        """Read the variables named above.

        Raises:
            SettingsError: both kinds are set, or half of one.
        """
        user, password, token = (environment.get(name, "") for name in (USER, PASSWORD, TOKEN))
        if token and user:
            raise SettingsError(f"{USER} and {TOKEN} are both set; the server gets one of them")
        if bool(user) != bool(password):
            raise SettingsError(f"{USER} and {PASSWORD} go together, and one is not set")
        if not (user + password + token).isprintable():
            raise SettingsError(f"{USER}, {PASSWORD} or {TOKEN} holds a control character")
        return cls(user, password, token)


class _Anonymous(AuthBase):
    """No name and no token: without this, requests would look into ~/.netrc."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class _Bearer(AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Connection:
    """Requests to one server, counted; each is repeated when it fails in passing."""

    def __init__(
        self,
        credentials: Credentials = Credentials(),
        *,
        seconds: float | None = None,
    ) -> None:
        self.requests = 0
        self._is_warned = False
        self._credentials = credentials
        self.seconds = seconds or _seconds_from(os.environ)
        self._session = requests.Session()
        self._session.auth = _auth(credentials)
        self._session.headers["User-Agent"] = f"kg-news/{__version__}"
        retry = Retry(
            total=_ATTEMPTS - 1,
            read=_BROKEN_ATTEMPTS,
            status_forcelist=PASSING,
            allowed_methods=None,  # POST as well, see above
            backoff_factor=_PAUSE_SECONDS,
            backoff_jitter=_PAUSE_SECONDS / 2,
            raise_on_status=False,
        )
        self._session.mount("http://", HTTPAdapter(max_retries=retry))
        self._session.mount("https://", HTTPAdapter(max_retries=retry))
        self._once = requests.Session()
        self._once.headers.update(self._session.headers)
        self._once.auth = self._session.auth

    def close(self) -> None:
        """Close the sockets."""
        self._session.close()
        self._once.close()

    def send(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        data: bytes | Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        repeat: bool = True,
        seconds: float | None = None,
    ) -> requests.Response:
        """Return the answer to a request, its body read.

        Args:
            method: GET, POST, PUT or DELETE.
            url: the address.
            params: what stands behind ``?``.
            data: the body; a mapping is sent as a form.
            headers: such as Accept.
            repeat: try again when the server fails in passing.
            seconds: how long to wait, if not as long as for anything else.

        Raises:
            EndpointError: no answer, or one that says no.
        """
        if not self._is_warned and self._credentials != Credentials() and _is_open_to_others(url):
            self._is_warned = True
            _log.warning("%s: name and password can be read on the way; https hides them", url)
        last = _ATTEMPTS if repeat else 1
        patience = seconds or self.seconds
        for attempt in range(1, last + 1):
            try:
                answer = self._ask(method, url, params, data, headers, patience, repeat=repeat)
            # The adapter repeats until the answer begins; one that breaks off in its body is ours.
            except requests.exceptions.ChunkedEncodingError as error:
                if attempt == last:
                    raise EndpointError("the answer broke off", url=url) from error
            except requests.exceptions.RequestException as error:
                cause = _cause(error)
                late = isinstance(cause, ReadTimeoutError | TimeoutError)
                raise EndpointError(
                    f"no answer within {patience:g} seconds"
                    if late
                    else f"no connection ({cause})",
                    url=url,
                    remedy=f"{TIMEOUT} gives it longer" if late else "",
                ) from error
            else:
                return _checked(answer, url, named=bool(self._credentials.user))
        raise AssertionError  # pragma: no cover  the loop returns or raises

    def _ask(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None,
        data: bytes | Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        patience: float,
        *,
        repeat: bool,
    ) -> requests.Response:
        self.requests += 1
        session = self._session if repeat else self._once
        answer = session.request(
            method,
            url,
            params=params,
            data=data,
            headers=headers,
            timeout=(_CONNECT_SECONDS, patience),
            allow_redirects=False,  # a POST would become a GET, and a password go elsewhere
        )
        if self._wants_digest(answer):
            digest = HTTPDigestAuth(self._credentials.user, self._credentials.password)
            self._session.auth = self._once.auth = digest
            return self._ask(method, url, params, data, headers, patience, repeat=repeat)
        return answer

    def _wants_digest(self, answer: requests.Response) -> bool:
        # Virtuoso says nothing more to someone who comes with Basic.
        challenge = answer.headers.get("WWW-Authenticate", "digest").lower()
        return (
            answer.status_code == requests.codes.unauthorized
            and challenge.startswith("digest")
            and bool(self._credentials.user)
            and not isinstance(self._session.auth, HTTPDigestAuth)
        )


def _seconds_from(environment: Mapping[str, str]) -> float:
    text = environment.get(TIMEOUT, "")
    try:
        seconds = float(text or DEFAULT_SECONDS)
    except ValueError:
        seconds = -1
    if not 0 < seconds < float("inf"):
        raise SettingsError(f"{TIMEOUT} = {text!r} is no number of seconds")
    return seconds


def check_url(url: str) -> str:
    """Return *url* without its slash at the end.

    Raises:
        SettingsError: it is no http address, or holds a password.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not url.isprintable() or " " in url:
        raise SettingsError(f"{url!r} is no address such as http://localhost:7878")
    if parts.username is not None:
        raise SettingsError(f"no name in the address, please; set {USER} and {PASSWORD}")
    return url.rstrip("/")


def _is_open_to_others(url: str) -> bool:
    """Say whether a password sent to *url* could be read on the way."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return parts.scheme == "http" and host not in ("localhost", "::1") and host[:4] != "127."


def _auth(credentials: Credentials) -> AuthBase:
    if credentials.token:
        return _Bearer(credentials.token)
    if credentials.user:
        # As bytes: requests would take a str for Latin-1.
        return HTTPBasicAuth(credentials.user.encode(), credentials.password.encode())
    return _Anonymous()


def _checked(answer: requests.Response, url: str, *, named: bool) -> requests.Response:
    status = answer.status_code
    if status < requests.codes.multiple_choices:
        return answer
    if status < requests.codes.bad_request:
        place = answer.headers.get("Location", "elsewhere")
        raise EndpointError(f"the server has moved to {place!r}", url=url, status=status)
    remedy = ""
    if status in (requests.codes.unauthorized, requests.codes.forbidden):
        remedy = (
            "the name or password is wrong, or has no right to do this"
            if named
            else f"set {USER} and {PASSWORD}, or {TOKEN}"
        )
    if status == requests.codes.request_entity_too_large:
        remedy = "send less at once with --batch"
    is_page = "html" in answer.headers.get("Content-Type", "")  # for a browser, not for a terminal
    said = (
        ""
        if is_page
        else " ".join(answer.content[: 4 * _SAID_CHARS].decode("utf-8", "replace").split())
    )
    said = "".join(char for char in said if char.isprintable())[:_SAID_CHARS]
    raise EndpointError(
        f"HTTP {status}{': ' + said if said else ''}", url=url, status=status, remedy=remedy
    )


def _cause(error: BaseException) -> BaseException:
    """Return the innermost reason: requests wraps urllib3 wraps the operating system."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return error
