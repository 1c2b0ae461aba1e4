from __future__ import annotations

import os
from pathlib import Path

import pytest

from kg.engines.llm.response_cache import Reply, ResponseCache

MESSAGES = [{"role": "user", "content": "聊城\ud800"}]  # a lone surrogate, as broken files have
REPLY = Reply("{}", is_cut=True, prompt_tokens=7, completion_tokens=2)


def test_reply_is_found_under_what_was_asked(tmp_path: Path) -> None:
    cache = ResponseCache(tmp_path)
    key = cache.key("http://a/v1", "m", MESSAGES)
    assert cache.load(key) is None
    cache.store(key, REPLY)
    assert cache.load(key) == REPLY


def test_another_server_model_or_text_is_another_question(tmp_path: Path) -> None:
    cache = ResponseCache(tmp_path)
    keys = {
        cache.key("http://a/v1", "m", MESSAGES),
        cache.key("http://b/v1", "m", MESSAGES),
        cache.key("http://a/v1", "n", MESSAGES),
        cache.key("http://a/v1", "m", [{"role": "user", "content": "莘县"}]),
    }
    assert len(keys) == 4


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"content": "{}", "is_cut"', id="broken off"),
        pytest.param(b"\xff\x00\xfe", id="bytes"),
        pytest.param(b"[]", id="list"),
        pytest.param(b'{"content": 1}', id="other types"),
        pytest.param(b'{"words": ""}', id="other fields"),
        pytest.param(b"[" * 100_000, id="deeper than the stack"),
    ],
)
def test_damaged_entry_is_made_anew(
    tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    cache = ResponseCache(tmp_path)
    key = cache.key("u", "m", MESSAGES)
    cache.store(key, REPLY)
    (file,) = tmp_path.glob("*/*.json")
    file.write_bytes(damage)
    assert cache.load(key) is None
    assert "asked for anew" in caplog.text
    cache.store(key, REPLY)
    assert cache.load(key) == REPLY


@pytest.mark.skipif(os.name != "posix", reason="/dev/null is no folder")
def test_folder_that_cannot_be_written_costs_the_cache_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    cache = ResponseCache(Path("/dev/null/cache"))
    cache.store(cache.key("u", "m", MESSAGES), REPLY)
    assert "KG_CACHE" in caplog.text
