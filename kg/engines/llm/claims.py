"""From what a model claims to relations and facts that stand in the article.

A claim is kept when its quote is found, its ends are entities of the article of which the quoted
sentence names one, domain and range admit them, and (a fact) its value is read from the quote. All
else is dropped with its reason.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kg.engines.llm.answers import ProposedFact, ProposedRelation
from kg.engines.llm.entities import EntityKey, GroundedEntities
from kg.engines.llm.quotes import QuoteFinder
from kg.engines.llm.values import SentenceValues, read_value
from kg.extraction.claims import MAX_QUOTE_CHARS, quote_span
from kg.extraction.clauses import SentenceView, sentence_views
from kg.extraction.fact_values import FactValue
from kg.extraction.facts import fact_qualifiers
from kg.extraction.qualifiers import TIMELESS, modal_qualifiers
from kg.model import Evidence, Mention, Qualifier, Relation, RelationId, Span
from kg.schema import Schema

__all__ = ["ClaimGrounder", "UngroundedError"]

# A ranking: a sentence that names both ends speaks of both.
CONFIDENCE, CONFIDENCE_ONE_END = 0.8, 0.6
MAX_CLAIM_QUOTE_CHARS = 400  # as the longest sentence; who quotes the whole article shows nothing


class UngroundedError(ValueError):
    """Why a claim is dropped."""


@dataclass(frozen=True, slots=True)
class _Quote:
    """A quote that was found, with the sentences it touches."""

    span: Span
    view: SentenceView  # of the sentence in which it begins
    region: Span


class ClaimGrounder:
    """Looks for the claims of one article in its text."""

    def __init__(
        self,
        entities: GroundedEntities,
        finder: QuoteFinder,
        schema: Schema,
        kinds: Mapping[str, str],
        *,
        method: str,
    ) -> None:
        self._entities = entities
        self._finder = finder
        self._schema = schema
        self._kinds = kinds
        self._method = method
        self._published: date | None = entities.annotated.article.published
        self._views = list(sentence_views(entities.annotated, entities.mentions))
        self._begins = [view.sentence.span.begin for view in self._views]
        self._values: dict[int, SentenceValues] = {}

    def relation(self, proposal: ProposedRelation, chunk: Span) -> Relation:
        """Return the relation that *proposal*, said of the piece *chunk*, claims.

        Raises:
            UngroundedError: it does not stand in the article.
        """
        subject_key, object_key = self._ends(proposal)
        quote = self._quote(proposal.quote, chunk, (subject_key, object_key))
        named = self._named(quote, (subject_key, object_key))
        if not named:
            raise UngroundedError("quote names neither end")
        subject, object_ = self._mention(subject_key, quote), self._mention(object_key, quote)
        ends = [end.span for end in (subject, object_) if quote.span.contains(end.span)]
        evidence = self._evidence(
            quote,
            _shown(quote, ends, ends[-1] if ends else quote.span),
            CONFIDENCE if named == 2 else CONFIDENCE_ONE_END,
        )
        return Relation(
            RelationId(f"{subject.id}|{proposal.relation}|{object_.id}"),
            proposal.relation,
            subject.id,
            object_.id,
            evidence,
            self._qualifiers(proposal, quote, subject, evidence.span),
        )

    def fact(self, proposal: ProposedFact, chunk: Span) -> Relation:
        """Return the fact that *proposal*, said of the piece *chunk*, claims.

        Raises:
            UngroundedError: it does not stand in the article, or its value cannot be read from it.
        """
        key = self._fact_subject(proposal)
        quote = self._quote(proposal.quote, chunk, (key,))
        view, value = self._value(proposal, quote)
        subject = self._mention(key, quote)
        ends = [subject.span] if quote.span.contains(subject.span) else []
        evidence = self._evidence(
            quote,
            _shown(quote, ends, value.span),
            CONFIDENCE if self._named(quote, (key,)) else CONFIDENCE_ONE_END,
        )
        return Relation(
            RelationId(f"{subject.id}|{proposal.attribute}|{value.span.begin}-{value.span.end}"),
            proposal.attribute,
            subject.id,
            value.value,
            evidence,
            tuple(sorted(fact_qualifiers(view, value), key=lambda q: q.name)),
            is_fact=True,
        )

    # ------------------------------------------------------------------------------ parts

    def _ends(self, proposal: ProposedRelation) -> tuple[EntityKey, EntityKey]:
        """Return the two entities; of namesakes of several types the first pair that fits."""
        subjects = self._entities.keys_of(proposal.subject)
        objects = self._entities.keys_of(proposal.object)
        if not subjects or not objects:
            raise UngroundedError("end is no entity of the article")
        for subject in subjects:
            for object_ in objects:
                if subject != object_ and self._schema.allows(
                    proposal.relation, subject[0], object_[0]
                ):
                    return subject, object_
        raise UngroundedError("outside domain or range")

    def _fact_subject(self, proposal: ProposedFact) -> EntityKey:
        keys = self._entities.keys_of(proposal.subject)
        if not keys:
            raise UngroundedError("end is no entity of the article")
        domain = self._schema.attributes[proposal.attribute].domain
        for key in keys:
            if not domain or key[0] in domain:
                return key
        raise UngroundedError("outside domain or range")

    def _value(self, proposal: ProposedFact, quote: _Quote) -> tuple[SentenceView, FactValue]:
        """Return the value at the words that the model points at, and the sentence around it."""
        words = next(self._finder.find_all(proposal.value, within=quote.span), None)
        if words is None:
            raise UngroundedError("value not in the quote")
        index = self._index(words.begin)
        kind = self._kinds[proposal.attribute]
        value = read_value(
            self._values_of(index), proposal.attribute, kind, words, self._finder.text
        )
        if value is None:
            raise UngroundedError("value cannot be read")
        return self._views[index], value

    def _quote(self, words: str, chunk: Span, keys: Sequence[EntityKey]) -> _Quote:
        """Return where the quote stands; where often, around most of the ends."""
        found = list(self._finder.find_all(words, within=chunk))
        found = found or list(self._finder.find_all(words))
        if not found:
            raise UngroundedError("quote not in the article")
        if len(found[0]) > MAX_CLAIM_QUOTE_CHARS:
            raise UngroundedError("quote too long")
        return max(
            (self._around(span) for span in found), key=lambda quote: self._named(quote, keys)
        )

    def _named(self, quote: _Quote, keys: Sequence[EntityKey]) -> int:
        """Return how many of *keys* the quoted sentences name."""
        places = self._entities.places_by_key
        return sum(any(quote.region.contains(place) for place in places[key]) for key in keys)

    def _around(self, span: Span) -> _Quote:
        view = self._views[self._index(span.begin)]
        last = self._views[self._index(span.end - 1)].sentence.span
        begin = min(view.sentence.span.begin, span.begin)
        return _Quote(span, view, Span(begin, max(last.end, span.end)))

    def _index(self, offset: int) -> int:
        return max(0, bisect_right(self._begins, offset) - 1)

    def _values_of(self, index: int) -> SentenceValues:
        if index not in self._values:
            self._values[index] = SentenceValues(self._views[index], self._published)
        return self._values[index]

    def _mention(self, key: EntityKey, quote: _Quote) -> Mention:
        """Return the mention the quote means: in it, in its sentence, else the last before it."""
        mentions = self._entities.mentions_by_key[key]
        for place in (quote.span, quote.region):
            if inside := [m for m in mentions if place.contains(m.span)]:
                return inside[0]
        before = [m for m in mentions if m.span.begin < quote.span.begin]
        return before[-1] if before else mentions[0]

    def _evidence(self, quote: _Quote, shown: Span, confidence: float) -> Evidence:
        text, article = self._finder.text, self._entities.annotated.article
        sentence = self._views[self._index(shown.begin)].sentence.span
        whole = sentence if sentence.contains(shown) else quote.region
        return Evidence(article.id, shown, shown.of(text), self._method, confidence, whole)

    # ------------------------------------------------------------------------- qualifiers

    def _qualifiers(
        self, proposal: ProposedRelation, quote: _Quote, subject: Mention, focus: Span
    ) -> tuple[Qualifier, ...]:
        """Return what the model points at in the quoted sentences, and whether it is denied or planned."""
        found: dict[str, Qualifier] = {}
        for qualifier in self._said(proposal, quote):
            found.setdefault(qualifier.name, qualifier)
        if proposal.relation not in TIMELESS:
            view = self._views[self._index(focus.begin)]
            for qualifier in modal_qualifiers(view, subject, focus):
                found.setdefault(qualifier.name, qualifier)
        return tuple(found[name] for name in sorted(found))

    def _said(self, proposal: ProposedRelation, quote: _Quote) -> Iterator[Qualifier]:
        for name in ("title", "status"):
            if words := self._words(getattr(proposal, name), quote):
                yield Qualifier(name, words.of(self._finder.text))
        if words := self._words(proposal.date, quote):
            found = self._values_of(self._index(words.begin)).date_at(words)
            if found is not None:
                yield Qualifier("date", found.date.iso)
        if words := self._words(proposal.amount, quote):
            money = self._values_of(self._index(words.begin)).money_at(words)
            if money is not None:
                yield Qualifier("amount", money.quantity.value)
                yield Qualifier("currency", money.quantity.unit)
                if money.quantity.bound is not None:
                    yield Qualifier("bound", money.quantity.bound.value)

    def _words(self, words: str, quote: _Quote) -> Span | None:
        """Return where *words* stand, in the quote or else in its sentences."""
        for place in (quote.span, quote.region):
            if (found := next(self._finder.find_all(words, within=place), None)) is not None:
                return found
        return None


def _shown(quote: _Quote, ends: Sequence[Span], focus: Span) -> Span:
    """Return the quote, or of a long one what an annotator would copy: *focus* and, if they fit, *ends*."""
    if len(quote.span) <= MAX_QUOTE_CHARS:
        return quote.span
    return quote_span(quote.view, ends, focus)
