"""Which server and model, with which key, how patiently: the engine's argument and the environment.

The argument is ``URL#MODEL``, and it ends up in kg.toml, in the record of the run and in messages. So
a key must not be part of it: keys come from the environment only, and a URL that carries one is
refused without being repeated.

============================  ===========================================================
KG_LLM_API_KEY                the key; else OPENAI_API_KEY; a local server needs none
KG_LLM_CONCURRENCY            requests at once, in each process (4)
KG_LLM_TIMEOUT                seconds for one answer, its retries included (300)
KG_LLM_PRICE                  for the report: "0.27 1.10 USD", per million tokens in and out
KG_CACHE                      folder where answers are kept (the user's cache folder)
============================  ===========================================================
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from kg.errors import AnnotatorUnavailable, SettingsError

__all__ = ["KEY_VARIABLES", "Options", "Price", "import_extra", "read_options"]

logger = logging.getLogger(__name__)

DEFAULT_CONCURRENCY = 4  # what a small server takes without queueing
DEFAULT_TIMEOUT_SECONDS = 300.0  # a 14-billion model on a CPU needs minutes for a long article
KEY_VARIABLES = ("KG_LLM_API_KEY", "OPENAI_API_KEY")  # the first that is set
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
EXAMPLE = "llm:http://localhost:11434/v1#qwen2.5:14b"


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost."""

    prompt: Decimal
    completion: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Options:
    """Where and how to ask."""

    url: str  # of the API, without /chat/completions
    model: str
    cache: Path
    key: str = field(default="", repr=False)
    concurrency: int = DEFAULT_CONCURRENCY
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    price: Price | None = None


def read_options(argument: str, environment: Mapping[str, str] | None = None) -> Options:
    """Read ``URL#MODEL`` and the environment.

    Raises:
        SettingsError: a part is missing or impossible. The message never holds a key.
    """
    environment = os.environ if environment is None else environment
    url, _, model = argument.partition("#")
    if not url or not model:
        raise SettingsError(f"engine llm: say which server and model: {EXAMPLE}")
    url, key = _checked_url(url), _key(environment)
    if key and url.startswith("http:") and urlsplit(url).hostname not in LOOPBACK:
        logger.warning("%s: the key travels unencrypted; https would hide it", url)
    return Options(
        url=url,
        model=model,
        cache=_cache_folder(environment),
        key=key,
        concurrency=int(_number(environment, "KG_LLM_CONCURRENCY", DEFAULT_CONCURRENCY, least=1)),
        timeout_seconds=_number(
            environment, "KG_LLM_TIMEOUT", DEFAULT_TIMEOUT_SECONDS, least=0.001
        ),
        price=_price(environment.get("KG_LLM_PRICE", "")),
    )


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:  # its message repeats the URL, which may hold a key
        parts, host = SplitResult("", "", "", "", ""), None
    if parts.username or parts.password or parts.query:
        raise SettingsError(
            "engine llm: the URL may hold a key; leave out what stands before @ and behind ?, "
            "and put the key into KG_LLM_API_KEY"
        )
    if parts.scheme not in ("http", "https") or not host:
        raise SettingsError(f"engine llm: the server must be a URL such as in {EXAMPLE}")
    return url.rstrip("/").removesuffix("/chat/completions")


def _key(environment: Mapping[str, str]) -> str:
    for name in KEY_VARIABLES:
        if key := environment.get(name, "").strip():
            if not (key.isascii() and key.isprintable()) or " " in key:
                raise SettingsError(f"{name}: a key has only letters, digits and signs, no blanks")
            return key
    return ""


def _number(environment: Mapping[str, str], name: str, default: float, *, least: float) -> float:
    text = environment.get(name, "")
    try:
        number = float(text) if text else default
    except ValueError:
        number = float("nan")
    if not least <= number < float("inf"):
        raise SettingsError(f"{name} = {text!r}: must be a number, at least {least:g}")
    return number


def _price(text: str) -> Price | None:
    if not text.strip():
        return None
    try:
        prompt, completion, currency = text.split()
        price = Price(Decimal(prompt), Decimal(completion), currency)
    except (ValueError, InvalidOperation) as error:
        raise SettingsError(
            f'KG_LLM_PRICE = {text!r}: write "0.27 1.10 USD", per million tokens in and out'
        ) from error
    return price


def _cache_folder(environment: Mapping[str, str]) -> Path:
    if folder := environment.get("KG_CACHE"):
        return Path(folder) / "llm"
    return Path(import_extra("platformdirs").user_cache_dir("kg", appauthor=False)) / "llm"


def import_extra(package: str) -> Any:
    """Import a package that comes with the extra [llm], when it is needed and no sooner.

    Raises:
        AnnotatorUnavailable: it is not installed.
    """
    try:
        return import_module(package)
    except ImportError as error:
        raise AnnotatorUnavailable(
            f"engine llm needs the package {package}; pip install kg-news[llm]"
        ) from error
