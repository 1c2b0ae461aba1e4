"""The stages that projects, firms and policies have reached, in the words of the text.

A state is a predicate: 高性能新材料项目[已完成立项备案手续], 目前[正在试生产], 二期[用地尚未摘牌]. It runs to the end
of its clause (so do five of six that annotators marked); it begins behind the name it is said of, at
the head of the clause, behind a word of time (目前, 日前, 9月), or at the word that puts it in its course
(已, 正在, 尚未). Which of these beginnings is meant is left to who weighs them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kg.extraction.clauses import Clause, SentenceView
from kg.model import Span
from kg.schema import load_schema

__all__ = ["FoundState", "find_states"]

MIN_STATE_CHARS = 2
MAX_STATE_CHARS = 17  # of 190 annotated states two are longer
_SKIPPED = re.compile(
    r"[”》）)’\s]*(?:项目|工程|建设项目)?(?:的|也|都|均|则|就|却|还|又|于|等)?"
    r"(?:目前|日前|近日|现在|眼下|现已|现|今天|当前|如今|此前|随后|同时|其中|最近)?[，,]?"
)
_TIME = re.compile(
    r"(?:目前|日前|近日|现在|眼下|当前|如今|近期|截至目前|今天|昨天|上月|本月|月底|月初|[0-9]日|[0-9]月|年底|年初|今年|去年)$"
)
_HEAD_NOUN = re.compile(r"项目|工程|建设|进入|处于|工作|系统|阶段性|决定|责令")
_TRAILING = re.compile(r"(?:了|的)?[”』」）)]*$")


@dataclass(frozen=True, slots=True)
class FoundState:
    """A predicate that may be a state; `begins` tells at what it begins."""

    span: Span
    cue: Span
    begins: str  # name, clause, time, aspect


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return the words of stages, of their course, and of stages as attributes."""
    schema = load_schema()
    stages = {w for cue in schema.cues if cue.frame == "state" for w in cue.words}
    aspects = schema.word_list("state-aspect")
    attributive = _any_of(schema.word_list("state-attributive")).pattern
    return (
        _any_of(stages),
        _any_of(aspects),
        re.compile(f"({attributive})(?:的|[^，。；]{{0,4}}(?:项目|工程))"),
    )


def _any_of(words: set[str] | frozenset[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word)))))


def find_states(view: SentenceView) -> tuple[FoundState, ...]:
    """Return the predicates of a sentence that may tell a stage; several may share an end."""
    found: dict[Span, FoundState] = {}
    for clause in view.clauses:
        for state in _in_clause(view, clause):
            found.setdefault(state.span, state)
    return tuple(found[span] for span in sorted(found))


def _in_clause(view: SentenceView, clause: Clause) -> Iterator[FoundState]:
    stages, aspects, _ = _patterns()
    text, span = view.text, clause.span
    end = _end(text, span)
    cues = _outside_names(view, [*stages.finditer(text, span.begin, end)])
    signs = sorted([*cues, *_outside_names(view, [*aspects.finditer(text, span.begin, end)])])
    yield from _attributive(view, clause)
    if not signs:
        return
    for begin, begins in _beginnings(view, clause, end, signs):
        inside = [sign for sign in cues or signs if begin <= sign.begin]
        if inside and MIN_STATE_CHARS <= end - begin <= MAX_STATE_CHARS:
            yield FoundState(Span(begin, end), inside[0], begins)
    yield from _before_object(view, clause, cues or signs)


def _outside_names(view: SentenceView, matches: Sequence[re.Match[str]]) -> list[Span]:
    spans = [Span(*match.span()) for match in matches]
    return [s for s in spans if not any(m.span.overlaps(s) for m in view.outer)]


def _attributive(view: SentenceView, clause: Clause) -> Iterator[FoundState]:
    """在建的水利枢纽, 一批拟开工项目."""
    for match in _patterns()[2].finditer(view.text, clause.span.begin, clause.span.end):
        span = Span(*match.span(1))
        if _outside_names(view, [match]):
            yield FoundState(span, span, "attribute")


def _before_object(
    view: SentenceView, clause: Clause, signs: Sequence[Span]
) -> Iterator[FoundState]:
    """加快推进聊邯长高铁: the predicate stands before what it is said of."""
    for mention in clause.mentions[:1]:
        begin, end = clause.span.begin, mention.span.begin
        while end > begin and view.text[end - 1] in "“《‘ ":
            end -= 1
        inside = [sign for sign in signs if begin <= sign.begin and sign.end <= end]
        if inside and MIN_STATE_CHARS <= end - begin <= MAX_STATE_CHARS:
            yield FoundState(Span(begin, end), inside[0], "object")
            if inside[0].begin > begin:
                yield FoundState(Span(inside[0].begin, end), inside[0], "object aspect")


def _end(text: str, span: Span) -> int:
    """Return where the predicate ends: at the clause's end, without 了 and closing marks."""
    end = span.end
    trailing = _TRAILING.search(text, max(span.begin, end - 4), end)
    return trailing.start() if trailing is not None else end


def _beginnings(
    view: SentenceView, clause: Clause, end: int, signs: Sequence[Span]
) -> Iterator[tuple[int, str]]:
    """Yield where the predicate may begin, the likelier first; and at what."""
    text, span = view.text, clause.span
    last = clause.mentions[-1].span.end if clause.mentions else span.begin
    for mention in clause.mentions[::-1][:3]:
        if mention.span.end < end:
            yield (
                _skip(text, mention.span.end, end),
                "name" if mention.span.end == last else "earlier name",
            )
    yield _skip(text, span.begin, end), "clause"
    first = _skip(text, last, end)
    yield from ((sign.begin, "aspect") for sign in signs[:4] if sign.begin != first)
    for match in _HEAD_NOUN.finditer(text, last, end):
        yield _skip(text, match.end(), end), f"noun {match.group()}"
    for offset in range(span.begin + 1, min(end, span.begin + 16)):
        if _TIME.search(text, max(span.begin, offset - 4), offset):
            yield offset, "time"


def _skip(text: str, begin: int, end: int) -> int:
    skipped = _SKIPPED.match(text, begin, end)
    return skipped.end() if skipped is not None else begin
