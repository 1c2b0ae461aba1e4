"""Let a tagger of other texts and other types have its say among our own names.

Taggers trained elsewhere know persons, places and organizations; here an organization is a company,
an agency or another body, and claims differ accordingly. Which one a name is, a rule or the bundled
tagger knows that sees the same span, or the same words elsewhere in the article; else its ending tells
(集团, 税务局, 协会), and else what most such names are.

How far to believe it is a matter of two opinions. The bundled tagger was trained on this kind of news
and gives every span a probability; where it finds a name possible, another tagger's word makes it
likely, and where it finds none, it stays out. In odds: what the other says multiplies them by as much
as its hits outnumber its errors. Measured on the sample corpus, entity F1 0.886 without: a recognizer
that HanLP trained to F1 0.57 made it 0.831 when taken at its word and 0.889 so; one made of the gold
names with five in a hundred left out and false ones added, 0.863 and 0.898.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kg.annotation.name_rules import NameRules, load_name_rules
from kg.model import NamedEntity, Span

__all__ = ["POSSIBLE", "CoarseName", "settle_types"]

POSSIBLE = 0.01  # what the bundled tagger gives a span that it does not mention
LIKELY = 0.5


@dataclass(frozen=True, slots=True)
class CoarseName:
    """A name and the types it may have, the most frequent first."""

    span: Span
    types: tuple[str, ...]
    score: float  # share right of those that are possible, in (0, 1)
    source: str


def settle_types(
    text: str,
    names: Iterable[CoarseName],
    known: Sequence[NamedEntity],
    possible: Iterable[NamedEntity] | None = None,
) -> Iterator[NamedEntity]:
    """Yield those of *names* that are likely, with one type and one voice each.

    Args:
        text: of the article.
        names: what the other tagger sees.
        known: the typed candidates of the same article.
        possible: all spans that the bundled tagger gives a probability of at least POSSIBLE; None
            where there is none to ask, and the others are taken at their word.
    """
    choice = _Choice(text, known)
    probability = {(name.span, name.type): name.score for name in possible or ()}
    found: dict[tuple[Span, str, str], NamedEntity] = {}
    for name in names:
        type_ = choice.type_of(name)
        score = name.score
        if possible is not None:
            score = _posterior(probability.get((name.span, type_), POSSIBLE), name.score)
        if score < LIKELY:
            continue
        typed = NamedEntity(name.span, type_, score, name.source)
        # One model may say it in three label sets: it is one voice all the same.
        key = (typed.span, typed.type, typed.source)
        found[key] = max(typed, found.get(key, typed), key=lambda it: it.score)
    yield from found.values()


def _posterior(prior: float, precision: float) -> float:
    """Return how probable a name is that one tagger gives *prior* and another one says it is there.

    >>> round(_posterior(0.3, 0.9), 2)
    0.79
    """
    right, wrong = prior * precision, (1 - prior) * (1 - precision)
    return right / (right + wrong)


class _Choice:
    """Tells which of its possible types a name of one article has."""

    def __init__(self, text: str, known: Sequence[NamedEntity]) -> None:
        self._text = text
        self._rules: NameRules = load_name_rules()
        self._by_span: dict[Span, str] = {}
        self._by_words: dict[str, str] = {}
        for name in sorted(known, key=lambda n: n.score):  # the best is entered last
            self._by_span[name.span] = self._by_words[name.span.of(text)] = name.type

    def type_of(self, name: CoarseName) -> str:
        """Return the type that most speaks for."""
        if len(name.types) == 1:
            return name.types[0]
        words = name.span.of(self._text)
        seen = (self._by_span.get(name.span), self._by_words.get(words))
        for type_ in (*seen, *self._rules.types_of_ending(words)):
            if type_ in name.types:
                return type_
        if "Organization" in name.types and self._rules.is_medium(words):
            return "Organization"
        # Of 924 names of bodies without a telling ending in annotated news, 445 are companies; the 246
        # organizations and 233 agencies are mostly media and ministries, which lists know.
        return name.types[0]
