"""Read back from the method of a claim who said it, and who said otherwise.

The method travels with the claim from the engine into the graph. Where several engines voted it names
each, and what others said instead::

    builtin/builds 建设+hanlp:small/pair model       both said it
    hanlp:small/pair model; against llm: 46亿元      one said it, another reads something else
"""

from __future__ import annotations

import re

__all__ = ["AGAINST", "contradictions", "said_by"]

AGAINST = "; against "
# An engine's label and its method: builtin/…, hanlp:small/…
_SAID = re.compile(r"(?:^|\+)([a-z][a-z0-9_-]*(?::[^/+]*)?)/")


def said_by(method: str) -> tuple[str, ...]:
    """Return the engines that *method* names; none where there was no vote.

    >>> said_by("builtin/tagger+ending 局+hanlp:small/tagger; against llm: Place")
    ('builtin', 'hanlp:small')
    """
    return tuple(_SAID.findall(method.partition(AGAINST)[0]))


def contradictions(method: str) -> tuple[str, ...]:
    """Return what other engines said instead, each with its engine.

    >>> contradictions("builtin/tagger; against llm: Place")
    ('llm: Place',)
    """
    return tuple(method.split(AGAINST)[1:])
