"""Replace what a folder holds all at once, or not at all.

A build takes minutes and may be interrupted; whoever reads the folder meanwhile must find the old
files or the new ones. So the new ones are written to a folder of their own inside it and moved when
all are there.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["staged"]

STAGING = ".build-"  # and the process that writes there


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """Give a folder to write to; its content takes its place in *out* when all went well."""
    out.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(out)
    prefix = f"{STAGING}{os.getpid()}-"
    # What cannot be removed, a store that is still open, the next one removes.
    with tempfile.TemporaryDirectory(prefix=prefix, dir=out, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        yield folder
        for path in sorted(folder.iterdir()):
            _replace(path, out / path.name, aside=folder / f"old-{path.name}")


def _remove_abandoned(out: Path) -> None:
    """Remove what builds left behind that were killed; one that still runs keeps its folder."""
    for folder in out.glob(f"{STAGING}*"):
        pid, dash, _ = folder.name.removeprefix(STAGING).partition("-")
        if not (dash and pid.isdecimal() and _is_running(int(pid))):
            shutil.rmtree(folder, ignore_errors=True)


def _is_running(pid: int) -> bool:
    """Say whether there may be such a process: yes, where the system cannot be asked."""
    if os.name != "posix":  # elsewhere os.kill would end it
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _replace(new: Path, old: Path, *, aside: Path) -> None:
    if old.is_dir():  # a folder cannot be renamed over another
        old.rename(aside)
    new.replace(old)
