"""Remember what was sent, so that an interrupted publish goes on where it stopped.

One small JSON file a target, beside the build, replaced as a whole after each batch. It may lag one
batch behind the server, never run ahead of it: a batch is sent, then written down. Sending that batch
again adds nothing, since triples form a set.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from kg.graph.files import replace_file

__all__ = ["Entry", "Journal", "Phase"]

_log = logging.getLogger(__name__)

Phase: TypeAlias = Literal["loading", "differs", "moving", "done"]


@dataclass(frozen=True, slots=True)
class Entry:
    """How far the sending of one build to one graph has come."""

    endpoint: str
    graph: str  # as N-Triples writes it, or DEFAULT
    build: str  # fingerprint of what is sent
    loaded_into: str  # the staging graph, or the graph itself
    phase: Phase
    sent: int = 0  # triples


class Journal:
    """The file with the entry of one target."""

    def __init__(self, folder: Path, endpoint: str, graph: str) -> None:
        name = hashlib.sha256(f"{endpoint} {graph}".encode()).hexdigest()[:12]
        self.path = folder / f"publish-{name}.json"

    def read(self) -> Entry | None:
        """Return what was written last; a file that cannot be understood is as good as none."""
        try:
            content = json.loads(self.path.read_text("utf-8"))
            entry = Entry(**content)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            _log.warning("%s is not understood (%s); all is sent anew", self.path, error)
            return None
        return entry if entry.phase in get_args(Phase) and isinstance(entry.sent, int) else None

    def write(self, entry: Entry) -> None:
        """Replace the entry."""
        with replace_file(self.path) as file:
            file.write((json.dumps(asdict(entry), ensure_ascii=False, indent=1) + "\n").encode())
