"""Replace what a folder holds all at once, or not at all.

A build takes minutes and may be interrupted; whoever reads the folder meanwhile, and whoever reads it
after the power failed, must find the old files or the new ones. So the new ones are written to a
folder of their own inside it, and brought to the disk. Renaming that folder decides: before it the
old files hold, after it the new ones do. Only then each is moved to its place, and what a crash
leaves there the next who opens the folder moves on (`complete`).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kg.errors import OutputError
from kg.locking import locked, locked_if_free

__all__ = ["complete", "full_disk_named", "staged", "writing"]

STAGING = ".build-"  # being written, or done with: of no use to anybody but its process
DECIDED = ".decided"  # complete: what is in it takes its place, whatever happens


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Keep others from writing to *out*, and have there what was decided before.

    Raises:
        OutputError: another process writes there, or this one may not.
    """
    with locked(out):
        _finish(out)
        yield


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """Give a folder to write to; its content takes its place in *out* when all went well.

    Inside a `writing` block.

    Raises:
        OutputError: the disk is full or fails; the old files are as they were.
    """
    with full_disk_named(out):
        folder = Path(tempfile.mkdtemp(prefix=STAGING, dir=out))
        try:
            yield folder
            _synchronize(folder)
            folder.rename(out / DECIDED)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        _synchronize_folder(out)
        _finish(out)


@contextmanager
def full_disk_named(folder: Path) -> Iterator[None]:
    """Say of what fails inside that *folder* cannot be written, and what to do.

    Raises:
        OutputError: the disk is full or fails.
    """
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        raise OutputError(
            f"cannot be written: {error}",
            path=folder,
            remedy="what was there is as it was; make room and run the same again",
        ) from error


def complete(out: Path) -> None:
    """Move to its place what a killed process had decided to put there.

    Costs one look where there is nothing to move. Where a process is at it, or this one may not
    write, nothing is done: the old store is as whole as the new one.
    """
    if (out / DECIDED).is_dir():
        with locked_if_free(out) as is_locked:
            if is_locked:
                _finish(out)


def _finish(out: Path) -> None:
    """Move what was decided to its place; remove what killed processes left behind."""
    decided = out / DECIDED
    if decided.is_dir():
        for path in sorted(decided.iterdir()):
            _replace(path, out / path.name)
        decided.rmdir()
        _synchronize_folder(out)
    for folder in out.glob(f"{STAGING}*"):
        # What cannot be removed, a store that is still open, the next one removes.
        shutil.rmtree(folder, ignore_errors=True)


def _replace(new: Path, old: Path) -> None:
    if old.is_dir():  # a folder cannot be renamed over another
        aside = Path(tempfile.mkdtemp(prefix=STAGING, dir=old.parent))
        old.rename(aside / old.name)
    new.replace(old)


def _synchronize(folder: Path) -> None:
    """Bring all that is in *folder* to the disk, so that the power may fail after the renaming."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        else:
            _synchronize_folder(path)
    _synchronize_folder(folder)


def _synchronize_folder(folder: Path) -> None:
    with suppress(OSError):  # Windows opens no folders, some network file systems sync none
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
