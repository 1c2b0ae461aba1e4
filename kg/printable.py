"""Show words of documents and names of files on a terminal without obeying them.

A terminal takes some characters as commands: ESC begins one that sets the window's title, hides a
line or answers as if it had been typed, and U+009B begins the same in one character. Unicode's own
controls let a text be shown in another order than it is written. Both may stand in a headline or in
the name of a file.
"""

from __future__ import annotations

import re

__all__ = ["blanked", "escaped"]

# C0, DEL and C1; the marks, embeddings, overrides and isolates of bidirectional writing; the two
# separators that are line ends to some programs; half characters (a file name that is no UTF-8).
_COMMANDS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def escaped(text: str, *, keep: str = "") -> str:
    r"""Return *text* with its commands spelled out as ``\uXXXX``, but for the characters in *keep*.

    JSON, Turtle and N-Triples read that spelling as the character itself.

    >>> print(escaped("聊城\x1b[31m\u202e.txt"))
    聊城\u001b[31m\u202e.txt
    """
    return _COMMANDS.sub(
        lambda match: match[0] if match[0] in keep else f"\\u{ord(match[0]):04x}", text
    )


def blanked(text: str, *, keep: str = "") -> str:
    """Return *text* with a blank for each character that shows nothing, but for those in *keep*."""
    return "".join(char if char.isprintable() or char in keep else " " for char in text)
