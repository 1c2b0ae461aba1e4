"""What tells an entity of an article from its namesakes."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Traits"]


@dataclass(frozen=True, slots=True)
class Traits:
    """Tokens of which namesakes that are one share some."""

    tokens: frozenset[str]
    words: str = ""  # for the id: 聊城市 in place:中心广场·聊城市
