"""Write what others read: files that are whole or absent, text that stays text.

A reader never sees half a file, a crash leaves the old one, and words from a document can neither
break an XML file nor act as a formula.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from kg.errors import InputError

__all__ = ["read_optional", "replace_file", "safe_cell", "xml_text"]


def read_optional(path: Path) -> str:
    """Return the text of a file that people may have edited, "" where there is none.

    Raises:
        InputError: it cannot be read, or is not UTF-8.
    """
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"not readable: {error}", path=path) from error


@contextmanager
def replace_file(path: Path, *, is_durable: bool = True) -> Iterator[BinaryIO]:
    """Open a file beside *path* for writing; it takes the place of *path* when all went well.

    Where it need not outlast a power failure (not *is_durable*), the disk is not waited for.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield cast(BinaryIO, file)
            file.flush()
            if is_durable:
                os.fsync(file.fileno())
        # mkstemp gives 0600; an export is a file like any other.
        beside.chmod(0o666 & ~_umask())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


# What XML 1.0 can't hold, https://www.w3.org/TR/xml/#charsets.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """Return *text* with the characters that XML can't hold replaced."""
    return _NOT_XML.sub("\ufffd", text)


# The characters that OWASP lists, full-width ones included, behind any number of our own marks.
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def safe_cell(text: str) -> str:
    """Return *text* so that no spreadsheet runs it as a formula.

    A headline may begin with = or @; Excel would evaluate it. An apostrophe in front makes it text
    (https://owasp.org/www-community/attacks/CSV_Injection). A plain number is none and stays one.
    A program gets the text back by taking one apostrophe from cells that begin with apostrophes and
    one of those characters, which is why a text that begins so by itself gets one more. NUL, which
    ends a cell early in some readers, is replaced.

    >>> safe_cell("=1+1"), safe_cell("'=1+1"), safe_cell("-5.2"), safe_cell("-5+1"), safe_cell("'s")
    ("'=1+1", "''=1+1", '-5.2', "'-5+1", "'s")
    """
    text = text.replace("\x00", "\ufffd")
    is_formula = _FORMULA.match(text) and not _NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text
