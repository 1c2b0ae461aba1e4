"""Choose what an entity is called, from the ways in which it is written.

The label is the most usual way to write the name, the aliases are the other names, one for each
normalized form. Both are decided from counts alone, so that taking one document out of a graph can
decide them anew without reading the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from kg.model import Mention, MentionKind
from kg.resolution.names import is_deictic, normalize_name, tidy, without_role
from kg.schema import Schema

__all__ = ["choose_aliases", "choose_label", "surfaces_of", "written_name"]


def written_name(mention: Mention) -> str:
    """Return the name of a mention as a label would write it."""
    return _paired_marks(tidy(mention.name))


def surfaces_of(mention: Mention) -> set[str]:
    """Return the words of a mention that may become aliases."""
    texts = {mention.name, mention.text} if mention.kind is MentionKind.NAME else {mention.name}
    return {_paired_marks(tidy(without_role(text))) for text in texts}


def choose_label(written: Mapping[str, int]) -> str:
    """Return the most usual of the ways to write a name, which are given with how often each is."""
    return min(written, key=lambda name: (-written[name], len(name), name))


def choose_aliases(surfaces: Iterable[str], label: str, schema: Schema) -> tuple[str, ...]:
    """Return the other ways to name the entity, one for each normalized form."""
    alias_by_key: dict[str, str] = {}
    for surface in sorted(set(surfaces), key=lambda surface: (len(surface), surface)):
        if not is_deictic(surface, schema):
            alias_by_key.setdefault(normalize_name(surface), surface)
    alias_by_key.pop(normalize_name(label), None)
    return tuple(sorted(alias_by_key.values()))


@lru_cache(maxsize=200_000)
def _paired_marks(name: str) -> str:
    """Return *name* without its quotation marks where one lacks its partner (“智慧金融服务平台)."""
    if all(name.count(left) == name.count(right) for left, right in ("“”", "‘’", "《》", "「」")):
        return name
    return name.translate(dict.fromkeys(map(ord, "“”‘’《》「」")))
