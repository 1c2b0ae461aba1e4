"""Join what rules and the tagger say of one text.

Where both see the same name with the same type, it is nearly always right; what only a rule sees is
right less often once a tagger has read the sentence and passed over it. So scores are joined, and
each candidate keeps the names of all that saw it: the extraction room weighs them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from kg.model import NamedEntity, Span

__all__ = ["TAGGER", "combine_names"]

TAGGER = "tagger"

# What is left of a rule's score where the tagger saw no such name. Of the values 0.4 to 1.0 tried in
# cross-validation, 0.5 to 0.7 were within 0.3 points of entity F1.
UNCONFIRMED = 0.6


def combine_names(
    by_rule: Sequence[NamedEntity], by_tagger: Iterable[NamedEntity]
) -> tuple[NamedEntity, ...]:
    """Return the union of the candidates of rules and taggers, sorted by span, one a span and type."""
    joined: dict[tuple[Span, str], list[NamedEntity]] = defaultdict(list)
    for name in by_tagger:
        joined[(name.span, name.type)].append(name)
    tagged = set(joined)
    for name in by_rule:
        joined[(name.span, name.type)].append(name)
    names = (_joined(found, tagged=key in tagged) for key, found in joined.items())
    return tuple(sorted(names, key=lambda n: (n.span.begin, -n.span.end, n.type)))


def _joined(names: Sequence[NamedEntity], *, tagged: bool) -> NamedEntity:
    """Join the candidates of one span and type: independent voices, at least one right."""
    doubt = 1.0
    for name in names:
        doubt *= 1.0 - (name.score if tagged else name.score * UNCONFIRMED)
    source = "+".join(name.source for name in names)
    head = max((name.head for name in names), key=len)
    return NamedEntity(names[0].span, names[0].type, 1.0 - doubt, source, head)
