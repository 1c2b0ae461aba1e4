from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from kg.engines.llm.options import Price, read_options
from kg.errors import SettingsError

URL = "http://localhost:11434/v1"


@pytest.mark.parametrize(
    ("argument", "url", "model"),
    [
        pytest.param(f"{URL}#qwen2.5:14b", URL, "qwen2.5:14b", id="Ollama"),
        pytest.param(
            "https://api.deepseek.com/v1#deepseek-chat",
            "https://api.deepseek.com/v1",
            "deepseek-chat",
            id="hosted",
        ),
        pytest.param(f"{URL}/#a/b", URL, "a/b", id="slash at the end, slash in the model"),
        pytest.param(f"{URL}/chat/completions#m", URL, "m", id="the whole path"),
    ],
)
def test_argument_is_a_server_and_a_model(argument: str, url: str, model: str) -> None:
    options = read_options(argument, {"KG_CACHE": "/tmp/kg"})  # noqa: S108  never written
    assert (options.url, options.model) == (url, model)
    assert options.cache == Path("/tmp/kg/llm")  # noqa: S108


@pytest.mark.parametrize(
    ("argument", "complaint"),
    [
        pytest.param("", "which server and model", id="nothing"),
        pytest.param(URL, "which server and model", id="no model"),
        pytest.param("localhost:11434#m", "must be a URL", id="no scheme"),
        pytest.param("file:///etc/passwd#m", "must be a URL", id="a file"),
        pytest.param("http://[::1#m", "must be a URL", id="no URL at all"),
        pytest.param("https://sk-secret@api.example.org/v1#m", "KG_LLM_API_KEY", id="key as user"),
        pytest.param("https://u:sk-secret@api.example.org/v1#m", "KG_LLM_API_KEY", id="password"),
        pytest.param("https://api.example.org/v1?key=sk-secret#m", "KG_LLM_API_KEY", id="query"),
    ],
)
def test_unusable_argument_is_refused_without_repeating_a_key(
    argument: str, complaint: str
) -> None:
    with pytest.raises(SettingsError, match=complaint) as caught:
        read_options(argument, {})
    assert "sk-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("environment", "key"),
    [
        pytest.param({}, "", id="none"),
        pytest.param({"OPENAI_API_KEY": "sk-2"}, "sk-2", id="the usual variable"),
        pytest.param({"KG_LLM_API_KEY": " sk-1\n", "OPENAI_API_KEY": "sk-2"}, "sk-1", id="ours"),
    ],
)
def test_key_comes_from_the_environment_and_is_not_shown(
    environment: dict[str, str], key: str
) -> None:
    options = read_options(f"{URL}#m", environment | {"KG_CACHE": "c"})
    assert options.key == key
    assert "sk-" not in repr(options)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KG_LLM_API_KEY", "密钥"),
        ("KG_LLM_API_KEY", "two words"),
        ("KG_LLM_CONCURRENCY", "0"),
        ("KG_LLM_CONCURRENCY", "many"),
        ("KG_LLM_TIMEOUT", "-1"),
        ("KG_LLM_TIMEOUT", "inf"),
        ("KG_LLM_PRICE", "0.27"),
        ("KG_LLM_PRICE", "cheap dear USD"),
    ],
)
def test_impossible_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_options(f"{URL}#m", {name: value, "KG_CACHE": "c"})


def test_settings_are_read() -> None:
    environment = {
        "KG_CACHE": "c",
        "KG_LLM_CONCURRENCY": "8",
        "KG_LLM_TIMEOUT": "60",
        "KG_LLM_PRICE": "2 8 CNY",
    }
    options = read_options(f"{URL}#m", environment)
    assert (options.concurrency, options.timeout_seconds) == (8, 60.0)
    assert options.price == Price(Decimal(2), Decimal(8), "CNY")


def test_answers_are_kept_in_the_cache_folder_of_the_user() -> None:
    assert read_options(f"{URL}#m", {}).cache.parts[-2:] in {("kg", "llm"), ("Cache", "llm")}


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("http://192.168.1.7:8000/v1", True),
        ("http://localhost:11434/v1", False),
        ("http://[::1]:11434/v1", False),
        ("https://api.example.org/v1", False),
    ],
)
def test_key_that_travels_unencrypted_is_warned_of(
    url: str, warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    read_options(f"{url}#m", {"KG_LLM_API_KEY": "sk-1", "KG_CACHE": "c"})
    assert ("unencrypted" in caplog.text) == warned
    assert "sk-1" not in caplog.text
