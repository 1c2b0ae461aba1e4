"""A sentence as relations see it: clauses, the mentions in them, and what stands between.

Chinese news strings clauses on commas and states the subject once: "莘县深入开展活动，专班推进，…". So a
mention knows its clause, whether a preposition makes it an adjunct (在莘县, 向企业), and whether it
stands inside another name.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.model import AnnotatedArticle, Mention, Sentence, Span

__all__ = ["Clause", "SentenceView", "sentence_views"]

_CLAUSE_END = re.compile(r"[，。；：！？,;!?]|——")
_ADJUNCT = tuple("在于对向为从到自至往经沿据按距离给把将")
_LIST_GAP = re.compile(r"^[”’》]?(?:[、]|和|与|及|以及|暨|，)[“‘《]?$")


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch between commas, and the mentions that stand in it for themselves."""

    span: Span
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class SentenceView:
    """A sentence with its clauses; `mentions` are all of it, nested ones included."""

    sentence: Sentence
    text: str  # of the whole article
    clauses: tuple[Clause, ...]
    mentions: tuple[Mention, ...]
    outer: tuple[Mention, ...]  # those that stand in no other name
    _begins: tuple[int, ...]  # of the clauses

    def clause_index(self, offset: int) -> int:
        """Return the index of the clause around *offset*."""
        return max(0, bisect_right(self._begins, offset) - 1)

    def between(self, left: Mention, right: Mention) -> str:
        """Return the text between two mentions."""
        return self.text[left.span.end : right.span.begin]

    def is_adjunct(self, mention: Mention) -> bool:
        """Say whether a preposition makes *mention* an adjunct (在莘县, 向企业)."""
        before = self.text[max(0, mention.span.begin - 2) : mention.span.begin].rstrip("“《‘")
        return before.endswith(_ADJUNCT)

    def is_attribute(self, mention: Mention) -> bool:
        """Say whether *mention* only modifies what follows (莘县的…)."""
        return self.text[mention.span.end : mention.span.end + 1] == "的"

    def listed_with(self, mention: Mention, *, backwards: bool = False) -> list[Mention]:
        """Return *mention* and those of its type joined to it by 、和与 (in one direction)."""
        ordered = [m for m in self.outer if m.type == mention.type or m is mention]
        index = ordered.index(mention)
        found = [mention]
        step = -1 if backwards else 1
        while 0 <= index + step < len(ordered):
            a, b = sorted((ordered[index], ordered[index + step]), key=lambda m: m.span.begin)
            if _LIST_GAP.match(self.between(a, b)) is None:
                break
            index += step
            found.append(ordered[index])
        return found


def sentence_views(
    annotated: AnnotatedArticle, mentions: Sequence[Mention]
) -> Iterator[SentenceView]:
    """Yield a view of each sentence; *mentions* are sorted by span."""
    text = annotated.article.text
    begins = [mention.span.begin for mention in mentions]
    for sentence in annotated.sentences:
        low = bisect_right(begins, sentence.span.begin - 1)
        high = bisect_right(begins, sentence.span.end - 1)
        inside = tuple(m for m in mentions[low:high] if m.span.end <= sentence.span.end)
        outer = _outer(inside)
        clauses = tuple(_clauses(text, sentence.span, outer))
        clause_begins = tuple(clause.span.begin for clause in clauses)
        yield SentenceView(sentence, text, clauses, inside, outer, clause_begins)


def _outer(mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """Return the mentions that lie in no other; they come sorted with the longer first."""
    found: list[Mention] = []
    reach = -1
    for mention in mentions:
        if mention.span.end > reach:
            found.append(mention)
            reach = mention.span.end
    return tuple(found)


def _clauses(text: str, span: Span, outer: Sequence[Mention]) -> Iterator[Clause]:
    """Cut at commas, but never inside a name."""
    begins = [mention.span.begin for mention in outer]
    begin = span.begin
    for match in _CLAUSE_END.finditer(text, span.begin, span.end):
        comma = match.start()
        before = bisect_left(begins, comma) - 1  # the name that reaches furthest of those before it
        if before >= 0 and outer[before].span.end > comma:
            continue
        if comma > begin:
            yield _clause(begin, comma, outer, begins)
        begin = match.end()
    if begin < span.end:
        yield _clause(begin, span.end, outer, begins)


def _clause(begin: int, end: int, outer: Sequence[Mention], begins: Sequence[int]) -> Clause:
    inside = outer[bisect_left(begins, begin) : bisect_left(begins, end)]
    return Clause(Span(begin, end), tuple(m for m in inside if m.span.end <= end))
