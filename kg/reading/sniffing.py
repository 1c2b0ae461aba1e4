"""Tell the format of a file by its content; the suffix only decides between Markdown and text.

The real case behind it: a Jekyll post with an HTML body that its collector saved as `.txt`.
"""

from __future__ import annotations

import json
import re

from kg.errors import InputError
from kg.masthead import FRONT_MATTER

__all__ = [
    "HTML",
    "JSON_LINES",
    "MARKDOWN",
    "PDF",
    "PLAIN",
    "check_not_binary",
    "is_pdf",
    "sniff_text",
]

PDF = "application/pdf"
HTML = "text/html"
MARKDOWN = "text/markdown"
JSON_LINES = "application/jsonl"
PLAIN = "text/plain"

_SIGNATURES = (
    (b"PK\x03\x04", "a Word, Excel or zip file", "save it as PDF, HTML or plain text"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel file", "save it as PDF, HTML or plain text"),
    (b"{\\rtf", "an RTF file", "save it as HTML or plain text"),
    (b"\x89PNG", "a picture", "run OCR on it first"),
    (b"\xff\xd8\xff", "a picture", "run OCR on it first"),
    (b"GIF8", "a picture", "run OCR on it first"),
    (b"II*\x00", "a picture", "run OCR on it first"),
    (b"\x1f\x8b", "a compressed file", "unpack it first"),
    (b"7z\xbc\xaf", "a compressed file", "unpack it first"),
    (b"Rar!", "a compressed file", "unpack it first"),
    (b"BZh", "a compressed file", "unpack it first"),
    (b"\xfd7zXZ", "a compressed file", "unpack it first"),
    (b"\x7fELF", "a program", "name the documents only"),
    (b"MZ\x90", "a program", "name the documents only"),
    (b"SQLite format 3", "a database", "export its articles as JSON Lines"),
)

_TAG = re.compile(
    r"<(?:!doctype\s+html|/?(?:html|head|body|p|div|span|h[1-6]|br|table|tr|td|ul|ol|li|article|section|main|meta|a)(?:\s[^<>]{0,300})?/?)>",
    re.IGNORECASE,
)
_MARKDOWN = re.compile(
    r"^(?:#{1,6} \S|[*-] \S|\d{1,2}\. \S|> \S|```|={3,}$)|\[[^\]\n]{1,80}\]\([^)\s]{1,200}\)|\*\*[^*\n]{1,80}\*\*",
    re.MULTILINE,
)
_SNIFFED_CHARS = 200_000


def check_not_binary(data: bytes) -> None:
    """Refuse what is recognizably no text.

    Raises:
        InputError: with what the file is and what to do with it.
    """
    for signature, kind, remedy in _SIGNATURES:
        if data.startswith(signature):
            raise InputError(f"this is {kind}, not a text", remedy=remedy)


def is_pdf(data: bytes) -> bool:
    """Say whether a PDF begins here; some servers put a few bytes in front of it."""
    return b"%PDF-" in data[:1024]


def sniff_text(text: str, *, suffix: str = "") -> str:
    """Return the media type of a decoded text."""
    front_matter = FRONT_MATTER.match(text)
    body = text[front_matter.end() :] if front_matter else text
    body = body[:_SNIFFED_CHARS]
    if not front_matter and _is_json(text):
        return JSON_LINES
    if len(_TAG.findall(body[:20_000])) >= 2 or len(_TAG.findall(body)) >= 3:
        return HTML
    if suffix in (".html", ".htm", ".xhtml", ".shtml"):
        return HTML
    if front_matter or suffix in (".md", ".markdown") or len(_MARKDOWN.findall(body)) >= 2:
        return MARKDOWN
    return PLAIN


def _is_json(text: str) -> bool:
    """Say whether records begin here: an object, or an array of objects."""
    head = text.lstrip()
    if re.match(r"\[\s*\{", head):
        head = head[1:].lstrip()
    if not re.match(r'\{\s*"', head):
        return False
    try:
        return isinstance(json.JSONDecoder().raw_decode(head)[0], dict)
    except (ValueError, RecursionError):
        return bool(re.match(r'\{\s*"[^"\n]{1,40}"\s*:', head))  # cut off or wrong further on
