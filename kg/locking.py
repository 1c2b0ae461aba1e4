"""Let one process at a time write to a folder.

Two builds into one folder would each remove what the other is about to need. The kernel holds the
lock, so it ends with its process however that dies; the file only says who has it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from kg.errors import OutputError

__all__ = ["LOCK", "locked", "locked_if_free"]

LOCK = ".lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes from writing to *folder*, which is made where it is missing.

    A folder in which nothing was written is removed again.

    Raises:
        OutputError: another process writes there, or this one may not.
    """
    is_new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = _acquire(folder / LOCK)
    except OSError as error:
        raise OutputError(
            f"cannot be written to: {error.strerror or error}",
            path=folder,
            remedy="choose another folder with -o",
        ) from error
    if descriptor is None:
        raise OutputError(
            f"{_holder(folder / LOCK)} is writing there",
            path=folder,
            remedy="wait until it is done, or choose another folder with -o",
        )
    try:
        yield
    finally:
        # Removed while it is held: whoever opened it meanwhile finds out in _acquire.
        with suppress(OSError):
            (folder / LOCK).unlink()
        os.close(descriptor)
        if is_new:
            with suppress(OSError):
                folder.rmdir()


@contextmanager
def locked_if_free(folder: Path) -> Iterator[bool]:
    """Lock *folder* unless another process has, or this one may not write; say whether it is locked."""
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(folder))
        except OutputError:
            is_locked = False
        else:
            is_locked = True
        yield is_locked


def _acquire(place: Path) -> int | None:
    """Return the descriptor of the locked file, nothing where another process has it."""
    while True:
        descriptor = os.open(place, os.O_RDWR | os.O_CREAT, 0o666)
        if not _lock(descriptor):
            os.close(descriptor)
            return None
        if _is_still(place, descriptor):
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
            return descriptor
        os.close(descriptor)  # its holder removed it between our opening and our locking


def _is_still(place: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(place.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _holder(place: Path) -> str:
    with suppress(OSError, ValueError):
        return f"process {int(place.read_text('utf-8'))}"
    return "another process"


if sys.platform == "win32":
    import msvcrt

    _BEYOND = 2**30  # a byte that nobody reads: Windows forbids reading what is locked

    def _lock(descriptor: int) -> bool:
        os.lseek(descriptor, _BEYOND, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        os.lseek(descriptor, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
