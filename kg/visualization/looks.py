"""What a type of entities looks like, and how its name is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from kg.schema import ClassDef, RelationDef

__all__ = ["look_of", "named", "ranked", "visible"]

# Colours after Okabe and Ito (2008), which people with any colour vision tell apart, extended to
# twelve; where two are close (blue, sky) or both light, the shape differs.
_LOOKS: Mapping[str, tuple[str, str]] = {
    "Company": ("dot", "#0072b2"),
    "Agency": ("square", "#d55e00"),
    "Organization": ("hexagon", "#4b9fd5"),
    "Person": ("triangle", "#b85c9e"),
    "Project": ("diamond", "#009e73"),
    "Platform": ("hexagon", "#7a5bc7"),
    "Policy": ("square", "#b08800"),
    "Zone": ("triangleDown", "#8c5a3c"),
    "Place": ("dot", "#7d8896"),
    "Product": ("diamond", "#e0a000"),
    "Industry": ("triangleDown", "#2f8f9d"),
    "Event": ("star", "#cc3311"),
}
_PLAIN_LOOK = ("dot", "#555e6b")  # a type of an ontology extension

# Characters that have no shape of their own but move others (bidirectional overrides) or are none at
# all: on the canvas nothing isolates a name from its surroundings.
_INVISIBLE = dict.fromkeys(
    [
        *range(0x20),
        *range(0x7F, 0xA0),
        0x61C,
        *range(0x200B, 0x2010),
        *range(0x2028, 0x202F),
        *range(0x2060, 0x2070),
        0xFEFF,
    ],
    " ",
)


def look_of(type_: str) -> tuple[str, str]:
    """Return the shape and colour of a class of entities, in the words of vis-network and CSS."""
    return _LOOKS.get(type_, _PLAIN_LOOK)


def named(name: str, definition: ClassDef | RelationDef | None) -> dict[str, str]:
    """Return a type or relation with its names for the reader."""
    if definition is None:
        return {"id": name, "zh": name, "en": name}
    return {"id": name, "zh": definition.label_zh, "en": definition.label_en}


def ranked(names: Iterable[str]) -> list[tuple[str, int]]:
    """Return each name with its number, the most frequent first."""
    return sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0]))


def visible(text: str) -> str:
    """Return text without what moves or hides characters."""
    return " ".join(text.translate(_INVISIBLE).split())
