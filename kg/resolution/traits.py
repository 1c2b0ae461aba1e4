"""What tells an entity of an article from its namesakes."""

from __future__ import annotations

from dataclasses import dataclass

from kg.gazetteer import Region

__all__ = ["NO_TRAITS", "Traits", "region_traits"]


@dataclass(frozen=True, slots=True)
class Traits:
    """Tokens (``owner:鲁西集团``) of which namesakes that are one share some."""

    tokens: frozenset[str]
    words: str = ""  # for the id: 聊城市 in place:中心广场·聊城市


NO_TRAITS = Traits(frozenset())


def region_traits(region: Region | None, words: str = "") -> Traits:
    """Return what lies in *region*, told by its name unless there are other *words* for it."""
    if region is None:
        return NO_TRAITS
    return Traits(frozenset({f"region:{region.code}"}), words or region.name)
