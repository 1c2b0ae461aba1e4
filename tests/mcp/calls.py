"""What a worker process is asked in tests: importable there by name."""

from __future__ import annotations

import threading

LUXI = "company:鲁西集团"


def endless(view: object) -> None:
    """Never return."""
    threading.Event().wait()
