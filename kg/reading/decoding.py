"""Turn bytes into text without ever guessing wrong silently.

Chinese news comes as UTF-8, GB18030 (GBK, GB2312) or UTF-16, with or without a byte order mark, and
the same bytes are often valid in several of them: four bytes of GB2312 can be two Greek letters in
UTF-8 or two rare characters in UTF-16. So every encoding that fits is tried, and the one whose text
looks most like written Chinese wins; if none does, the file is refused. Statistics over languages
(charset-normalizer, chardet) need more text than a news flash has.
"""

from __future__ import annotations

import codecs
import re
from functools import cache

from kg.errors import InputError

__all__ = ["decode"]

SAMPLE_CHARS = 20_000
# Share of plausible characters, see `_weight`. News in GB18030 scores above 0.97 and its bytes read
# as UTF-16 below 0.6; Big5 and Shift-JIS read as GB18030 stay below 0.75.
MIN_SCORE = 0.8

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


def decode(data: bytes) -> str:
    r"""Return the text of *data*, its newlines as ``\n``.

    Raises:
        InputError: no text encoding of Chinese fits.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _newlines(_checked(_decoded(data[len(mark) :], encoding)))
    texts = {encoding: _decoded(data, encoding) for encoding in _ENCODINGS}
    scores = {encoding: _score(text) for encoding, text in texts.items() if text}
    best = max(scores, key=scores.__getitem__, default="utf-8")  # the first of equals
    if scores.get(best, 0.0) < MIN_SCORE:
        best = "utf-8"  # valid UTF-8 of another language is no wrong guess
    return _newlines(_checked(texts[best]))


_ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")


def _decoded(data: bytes, encoding: str) -> str | None:
    """Decode strictly, but for a character cut in two where the file was cut off."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if error.reason not in _CUT_OFF:
            return None
        text = data[: error.start].decode(encoding)
    return None if _CONTROL.search(text) else text


_CUT_OFF = ("unexpected end of data", "incomplete multibyte sequence", "truncated data")


def _checked(text: str | None) -> str:
    if text is None:
        raise InputError(
            "neither UTF-8, GB18030 nor UTF-16 gives Chinese text",
            remedy="save the file as UTF-8; if it is no text, convert it first",
        )
    return text


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def _score(text: str) -> float:
    """Return how much a text looks like Chinese, 1 for plain ASCII."""
    foreign = [character for character in text[:SAMPLE_CHARS] if character > "\x7f"]
    if not foreign:
        return 1.0
    return sum(map(_weight, foreign)) / len(foreign)


@cache
def _weight(character: str) -> float:
    """Return how likely a character is in Chinese news.

    The 3755 characters of GB2312's first level make up 99 % of running text; the punctuation of
    Chinese, full-width forms and a few signs of other blocks stand beside them.
    """
    code = ord(character)
    if code in range(0x4E00, 0xA000):
        return 1.0 if _is_common(character) else 0.6
    if code in range(0x3000, 0x3020) or code in range(0xFF01, 0xFFE6):
        return 1.0
    if (
        character
        in "“”‘’—–…·•―‰℃→←↑↓▶►■□●○◎◆◇▲△▼▽★☆※×÷±°²³㎡㎏Ⅰ①②③④⑤⑥⑦⑧⑨⑩\xa0\u2002\u2003\ufeff\u200b"
    ):
        return 1.0
    if code in range(0x3400, 0x4DC0) or code > 0x20000 - 1:
        return 0.4
    return 0.3 if character.isprintable() else 0.0


def _is_common(character: str) -> bool:
    try:
        return 0xB0 <= character.encode("gb2312")[0] <= 0xD7
    except UnicodeEncodeError:
        return False
