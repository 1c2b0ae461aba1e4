"""Check a file of articles in JSON: one object a line, or an array of them."""

from __future__ import annotations

import json

from kg.errors import InputError
from kg.masthead import pick

__all__ = ["check_records"]


def check_records(text: str) -> None:
    """Refuse a file that is no JSON to the end, or in which no record has a text.

    Raises:
        InputError: with the line.
    """
    decoder = json.JSONDecoder()
    position, texts = _skip(text, 0), 0
    while position < len(text):
        if text[position] != "{":
            raise _error(text, position, "an object {…} should begin here")
        try:
            record, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            raise _error(
                text, error.pos, f"the JSON is damaged or cut off ({error.msg})"
            ) from error
        except (RecursionError, ValueError) as error:
            raise _error(
                text, position, "the JSON is nested too deeply or has impossible numbers"
            ) from error
        texts += bool(pick({str(key).lower(): value for key, value in record.items()}, "text"))
        position = _skip(text, position)
    if not texts:
        raise InputError(
            "no record has the text of an article", remedy="name its field text, content or body"
        )


def _skip(text: str, position: int) -> int:
    """Return where the next record begins."""
    while position < len(text) and text[position] in " \t\n,[]\x0c":
        position += 1
    return position


def _error(text: str, position: int, reason: str) -> InputError:
    line = text.count("\n", 0, position) + 1
    return InputError(reason, line=line, remedy="write one object a line, or an array of objects")
