"""Encodings: right, or refused; never wrong."""

from __future__ import annotations

import codecs
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import InputError
from kg.reading.decoding import decode

NEWS = "本报讯（记者 尹腾淑）12月19日，聊城智慧金融服务平台注册用户突破17万户。"
SHORT = "聊城开工"
RARE = "鄄城、茌平、莘县的芈先生在垚鑫公司谈“㸆鲤鱼”"


@pytest.mark.parametrize("text", [NEWS, SHORT, RARE, "联通", "签约", "5G、AI"], ids=lambda t: t[:6])
@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("gb18030", b""),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-32-le", codecs.BOM_UTF32_LE),
    ],
)
def test_text_in_every_encoding_of_chinese_is_read(text: str, encoding: str, mark: bytes) -> None:
    assert decode(mark + text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [NEWS, SHORT, f"{NEWS}\n2022-12-20"])
def test_utf16_without_mark_is_read(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_character_cut_in_two_at_the_end_is_left_out(encoding: str) -> None:
    assert decode(NEWS.encode(encoding)[:-1]) == NEWS[:-1]


def test_big5_is_refused_rather_than_read_wrong() -> None:
    with pytest.raises(InputError, match="UTF-8"):
        decode("聊城市經濟發展會議宣佈啟動十項惠民計畫與專案".encode("big5"))


def test_newlines_become_line_feeds() -> None:
    assert decode("聊城\r\n东阿\r阳谷\n".encode()) == "聊城\n东阿\n阳谷\n"


@given(st.binary(max_size=400))
def test_bytes_are_text_or_an_input_error(data: bytes) -> None:
    with suppress(InputError):
        decode(data)


@given(
    st.text(
        st.sampled_from("聊城市的一是在不了有和人这中大为上个国我以要他，。0123456789\n"),
        min_size=2,
    )
)
def test_common_text_in_gb18030_is_never_taken_for_another_encoding(text: str) -> None:
    assert decode(text.encode("gb18030")) == text
