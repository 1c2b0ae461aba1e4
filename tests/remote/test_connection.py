"""Who asks, and where."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable

import pytest

from kg.errors import SettingsError
from kg.remote import Credentials
from kg.remote.connection import Connection, _is_open_to_others, check_url
from tests.remote.fake import Misbehaving

Fake = Callable[..., Misbehaving]


@pytest.mark.parametrize(
    ("environment", "header"),
    [
        ({}, None),
        ({"KG_ENDPOINT_TOKEN": "abc"}, "Bearer abc"),
        (
            {"KG_ENDPOINT_USER": "编辑", "KG_ENDPOINT_PASSWORD": "密:码"},
            "Basic " + b64encode("编辑:密:码".encode()).decode(),
        ),
    ],
    ids=["nobody", "bearer", "basic"],
)
def test_environment_says_who_asks(
    fake: Fake, environment: dict[str, str], header: str | None
) -> None:
    server = fake()
    connection = Connection(Credentials.from_environment(environment))
    connection.send("POST", f"{server.address}/query", data={"query": "ASK {}"})
    connection.close()
    assert server.seen[0].headers.get("Authorization") == header


@pytest.mark.parametrize(
    "environment",
    [
        {"KG_ENDPOINT_USER": "a"},
        {"KG_ENDPOINT_PASSWORD": "b"},
        {"KG_ENDPOINT_USER": "a", "KG_ENDPOINT_PASSWORD": "b", "KG_ENDPOINT_TOKEN": "c"},
        {"KG_ENDPOINT_TOKEN": "a\nHost: b"},
    ],
    ids=["no-password", "no-user", "both-kinds", "line-break"],
)
def test_half_a_name_is_refused(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="KG_ENDPOINT"):
        Credentials.from_environment(environment)


def test_secrets_are_in_no_repr() -> None:
    assert "geheim" not in repr(Credentials("user", "geheim", "geheim"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:7878",
        "ftp://x",
        "http://",
        "http://a b",
        "http://[",
        "http://u:p@x",
        "http://x\n",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        check_url(url)
    assert "u:p" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "is_open"),
    [
        ("http://example.org", True),
        ("https://example.org", False),
        ("http://localhost:1", False),
        ("http://127.0.0.1", False),
        ("http://[::1]:80", False),
    ],
)
def test_password_in_the_clear_is_known(url: str, is_open: bool) -> None:
    assert _is_open_to_others(url) is is_open


@pytest.mark.parametrize("text", ["soon", "0", "-1", "inf", "nan"])
def test_patience_is_a_number_of_seconds(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("KG_ENDPOINT_TIMEOUT", text)
    with pytest.raises(SettingsError, match="no number of seconds"):
        Connection()
