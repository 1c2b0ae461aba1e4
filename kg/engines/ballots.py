"""What witnesses say of one thing, put together: how sure it is, and who said it.

    confidence = (1 - product over witnesses of (1 - theirs)) * alone * contradicted

A *witness* is a way of finding something, not an engine: two engines that found a claim by the same
rule or tagger are one witness, because they share its errors, and the surer of them is counted. (A
noisy-or over engines would take the builtin rules inside `hanlp` for a second opinion on themselves.)
`alone` is 0.8 where only one of several engines said it. `contradicted` is 0.6 where another engine says
otherwise. The two factors are chosen, not fitted: they put doubtful claims behind others, which is what
a confidence is for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

from kg.methods import AGAINST

__all__ = [
    "ALONE",
    "CONTRADICTED",
    "Label",
    "Voice",
    "joint_confidence",
    "joint_method",
]

Label: TypeAlias = str  # what methods call an engine: hanlp:small

ALONE = 0.8
CONTRADICTED = 0.6
SUREST = 0.999  # what several weak witnesses never exceed
_JOINT = "+"


@dataclass(frozen=True, slots=True)
class Voice:
    """One engine's word on something."""

    label: Label
    method: str
    confidence: float


def joint_method(voices: Sequence[Voice], against: Iterable[str] = ()) -> str:
    said = _JOINT.join(f"{voice.label}/{voice.method}" for voice in voices)
    return AGAINST.join((said, *against))


def joint_confidence(voices: Sequence[Voice], engines: int, *, contradicted: bool) -> float:
    doubt = 1.0
    for witness in _witnesses(voices):
        doubt *= 1.0 - max(voice.confidence for voice in witness)
    surest = max(voice.confidence for voice in voices)
    joint = max(surest, min(1.0 - doubt, SUREST))
    if engines > 1 and len({voice.label for voice in voices}) == 1:
        joint *= ALONE
    return round(joint * (CONTRADICTED if contradicted else 1.0), 4)


def _witnesses(voices: Iterable[Voice]) -> list[list[Voice]]:
    """Put those together that rest on a rule or tagger in common: ``tagger+ending 局`` on two."""
    witnesses: list[tuple[set[str], list[Voice]]] = []
    for voice in voices:
        parts = set(voice.method.split(_JOINT))
        same = [it for it in witnesses if it[0] & parts]
        witnesses = [it for it in witnesses if not it[0] & parts]
        joint = parts.union(*(ways for ways, _ in same))
        witnesses.append((joint, [*chain.from_iterable(found for _, found in same), voice]))
    return [found for _, found in witnesses]
