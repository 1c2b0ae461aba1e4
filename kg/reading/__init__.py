"""Files in, Documents out.

A corpus is a folder of whatever a newsroom or a crawler left: newspaper pages as PDF or as their
text layer, Jekyll posts, web pages, JSON Lines. This room finds the files, tells their format by
content, decodes them and reads what they say about themselves. It never edits text, and a file it
cannot use is refused with a reason and a remedy, so that a run can skip it and say why.
"""

from __future__ import annotations

import errno
import hashlib
import html
import logging
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from kg.errors import InputError
from kg.model import Document, DocumentId, LayoutLine
from kg.reading.decoding import decode
from kg.reading.discovery import document_names, find_files
from kg.reading.metadata import Metadata, html_metadata, markdown_metadata, text_metadata
from kg.reading.pdf import read_pdf
from kg.reading.records import check_records
from kg.reading.sniffing import (
    HTML,
    JSON_LINES,
    MARKDOWN,
    PDF,
    check_not_binary,
    is_pdf,
    sniff_text,
)

__all__ = ["MAX_BYTES", "check_file", "find_files", "read_bytes", "read_document", "read_documents"]

logger = logging.getLogger(__name__)

MAX_BYTES = 64 * 2**20  # the whole of 人民日报 1998-01 has 10 MB
MAX_LINE_CHARS = 5_000_000  # a page without line breaks has 100 000; longer lines are data dumps
# A web page has a million at most; the tree of its elements takes up to 200 bytes a character.
MAX_MARKUP_CHARS = 10_000_000
MAX_JSON_LINE_CHARS = 30_000_000  # an array of articles is often one line

_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0002fa1f]")


def read_documents(
    paths: Sequence[Path], *, on_skip: Callable[[InputError], None] | None = None
) -> Iterator[Document]:
    """Read every document in files and folders, each with an id of its own.

    A file that cannot be used goes to *on_skip*, or ends the reading when that is None.

    Raises:
        InputError: a path does not exist; a file cannot be used and *on_skip* is None.
    """
    files = find_files(paths)
    ids = document_names([name for _, name in files])
    for (path, name), document_id in zip(files, ids, strict=True):
        try:
            document = read_document(path, name=name)
        except InputError as error:
            if on_skip is None:
                raise
            logger.info("skipped: %s", error)
            on_skip(error)
            continue
        yield replace(document, id=DocumentId(document_id))


def read_document(path: Path, *, name: str | None = None) -> Document:
    """Read one file; *name* is its path as the document shall state it.

    Raises:
        InputError: it cannot be used, with the reason and what would help.
    """
    check_file(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)  # it may have grown, or (/proc) have said nothing true
    except OSError as error:
        raise _unreadable(path, error) from error
    _check_size(len(data), path)
    return read_bytes(data, name or path.name, place=path)


def check_file(path: Path) -> None:
    """Refuse, before a byte of it is read, what is no file of bearable size.

    A pipe nobody writes to would be waited for without end, a device read without end.

    Raises:
        InputError: with what it is and what would help.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    if stat.S_ISDIR(status.st_mode):  # found in a folder, and not to be looked into
        raise InputError("the folder cannot be read", path=path, remedy="check its rights")
    if not stat.S_ISREG(status.st_mode):
        raise InputError(
            "this is a pipe, socket or device, not a file",
            path=path,
            remedy="name files and folders; - reads what a pipe brings",
        )
    _check_size(status.st_size, path)


def _check_size(size: int, path: Path) -> None:
    if size > MAX_BYTES:
        raise InputError(
            f"the file has {size / 2**20:.0f} MB, more than {MAX_BYTES // 2**20}",
            path=path,
            remedy="split it into single articles or pages",
        )


def _unreadable(path: Path, error: OSError) -> InputError:
    leads_nowhere = error.errno in (errno.ENOENT, errno.ELOOP)
    remedy = "check where the link leads" if leads_nowhere else "check its rights"
    return InputError(f"the file cannot be read ({error.strerror})", path=path, remedy=remedy)


def read_bytes(data: bytes, name: str, *, place: Path | str | None = None) -> Document:
    """Read a document that is already in memory (standard input); *place* is for messages.

    Raises:
        InputError: it cannot be used.
    """
    try:
        format_, text, layout, metadata = _parse(data, PurePosixPath(name).suffix.lower())
    except InputError as error:
        raise InputError(
            error.reason, path=place or name, line=error.line, remedy=error.remedy
        ) from error
    return Document(
        id=DocumentId(PurePosixPath(name).stem or name),
        path=name,
        format=format_,
        text=text,
        sha256=hashlib.sha256(data).hexdigest(),
        publisher=metadata.publisher,
        published=metadata.published,
        title=metadata.title,
        url=metadata.url,
        reporters=metadata.reporters,
        layout=layout,
    )


def _parse(data: bytes, suffix: str) -> tuple[str, str, tuple[LayoutLine, ...], Metadata]:
    if not data.strip():
        raise InputError("the file is empty", remedy="leave it out or fetch it again")
    if is_pdf(data):
        text, layout = read_pdf(data)
        _check_chinese(text)
        return PDF, text, layout, text_metadata(text)
    check_not_binary(data)
    text = decode(data)
    format_ = sniff_text(text, suffix=suffix)
    _check_lines(text, MAX_JSON_LINE_CHARS if format_ == JSON_LINES else MAX_LINE_CHARS)
    if format_ in (HTML, MARKDOWN) and len(text) > MAX_MARKUP_CHARS:
        raise InputError(
            f"the page has {len(text)} characters, more than {MAX_MARKUP_CHARS}",
            remedy="split it into single articles",
        )
    if format_ == JSON_LINES:
        check_records(text)
    else:
        _check_chinese(text if format_ != HTML or _HAN.search(text) else html.unescape(text))
    return format_, text, (), _metadata(format_, text)


def _metadata(format_: str, text: str) -> Metadata:
    if format_ == HTML:
        return html_metadata(text)
    if format_ == MARKDOWN:
        return markdown_metadata(text)
    return Metadata() if format_ == JSON_LINES else text_metadata(text)


def _check_chinese(text: str) -> None:
    if not text.strip():
        raise InputError("there is no text in the file", remedy="leave it out or fetch it again")
    if not _HAN.search(text):
        raise InputError("there is no Chinese text in the file", remedy="leave it out")


def _check_lines(text: str, limit: int) -> None:
    """Refuse a line too long to be news."""
    begin = 0
    while begin <= len(text):
        end = text.find("\n", begin)
        end = len(text) if end < 0 else end
        if end - begin > limit:
            raise InputError(
                f"a line has {end - begin} characters; this is no news text",
                line=text.count("\n", 0, begin) + 1,
                remedy="split it into single articles",
            )
        begin = end + 1
