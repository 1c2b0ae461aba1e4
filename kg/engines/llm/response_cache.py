"""Keep what a model answered, so that it is paid for once.

An entry is named by a hash of everything that was asked: server, model and messages. So it is right
or not there; a crash, a rerun, another threshold cost nothing. A damaged entry is made anew.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from kg.engines.llm.prompt import Message
from kg.graph.files import replace_file

__all__ = ["Reply", "ResponseCache"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered, and what it counted."""

    content: str
    is_cut: bool = False  # broken off at the longest answer it gives
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ResponseCache:
    """A folder of replies."""

    folder: Path

    def key(self, url: str, model: str, messages: Sequence[Message]) -> str:
        """Return the name of the reply of *model* to *messages*."""
        asked = json.dumps([url, model, *messages])  # ASCII: lone surrogates are escaped
        return hashlib.sha256(asked.encode()).hexdigest()

    def load(self, key: str) -> Reply | None:
        """Return the reply *key*, or nothing where there is none or it is damaged."""
        place = self._place(key)
        try:
            entry = json.loads(place.read_bytes())
            return _checked(Reply(**entry))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, RecursionError) as error:
            logger.warning("damaged answer %s is asked for anew: %s", place, error)
            return None

    def store(self, key: str, reply: Reply) -> None:
        """Keep *reply*; where it cannot be kept, the run goes on."""
        place = self._place(key)
        try:
            with replace_file(place) as file:
                file.write(json.dumps(asdict(reply)).encode())
        except OSError as error:
            logger.warning("an answer was not kept: %s; KG_CACHE names another folder", error)

    def _place(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key[2:]}.json"


def _checked(reply: Reply) -> Reply:
    if not (
        isinstance(reply.content, str)
        and isinstance(reply.is_cut, bool)
        and isinstance(reply.prompt_tokens, int)
        and isinstance(reply.completion_tokens, int)
    ):
        raise TypeError("not a reply")
    return reply
