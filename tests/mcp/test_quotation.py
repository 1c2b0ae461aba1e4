"""Words of strangers on their way to a language model."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.mcp.quotation import MAX_CHARS, quoted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("聊城市“创新券”（一期）", "聊城市“创新券”（一期）", id="news stays as it is"),
        pytest.param("a\x00b\x1b[31m", "a\\u0000b\\u001b[31m", id="control characters"),
        pytest.param("鲁西\u202e集团", "鲁西\\u202e集团", id="direction"),
        pytest.param("鲁\u200b西\ufeff", "鲁\\u200b西\\ufeff", id="zero width"),
        pytest.param("x\U000e0041", "x\\ue0041", id="tag characters"),
        pytest.param("x\ufe01\U000e0101", "x\\ufe01\\ue0101", id="variation selectors"),
        pytest.param("a\u2028b", "a\\u2028b", id="line separator"),
        pytest.param("\ud800", "\\ud800", id="half a character"),
        pytest.param("\ue000", "\\ue000", id="private use"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert quoted(text) == shown


@given(st.text(st.characters(), max_size=3 * MAX_CHARS), st.integers(1, MAX_CHARS))
def test_never_longer_than_allowed_and_always_printable(text: str, max_chars: int) -> None:
    shown = quoted(text, max_chars=max_chars)
    assert len(shown) <= max_chars
    assert all(char.isprintable() or char == "\u3000" or char.isspace() for char in shown)
    shown.encode("utf-8")
