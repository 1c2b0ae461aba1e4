"""What a number or date is about.

"总投资64亿元" says 64亿元 of something named before: in the clause, in an earlier clause of the
sentence, in the sentence before. The subject is won by a few facts of Chinese news prose, tried in
order: a number inside a name belongs to that name (年产120万吨双酚A项目); one that leads to a name by 的
belongs to it (总投资13.6亿元的热电项目); else to the nearest thing before it that is no adjunct (在莘县) and
no modifier (莘县的), a project before the town; else to the topic carried over.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg.extraction.clauses import SentenceView
from kg.extraction.fact_values import FactValue
from kg.extraction.pairs import EntityKey, focus_place
from kg.model import Mention, Span

__all__ = [
    "ArticleTopics",
    "Candidate",
    "article_topics",
    "candidates",
    "carry_topic",
    "respective_subjects",
    "rule_choice",
]

REACH_SENTENCES = 3  # sentences of the paragraph before in which a subject is looked for
MAX_CANDIDATES = 24
MAX_STATE_CANDIDATES = (
    6  # a predicate stands beside its subject: 249 of 279 in the same clause or before
)
HEADLINE_WEIGHT = 3  # a name in the headline counts as often as three in the body
MAX_HEAD_DISTANCE = 16  # between 的 and the head: 总投资13.6亿元的单县浮龙湖热电联产项目

# What a figure is about when several stand there: 余姚市…隧道长570米 is about the tunnel.
_RANK = {
    "Project": 0, "Platform": 1, "Zone": 2, "Product": 3, "Policy": 3, "Industry": 3, "Event": 4,
    "Company": 4, "Organization": 5, "Agency": 6, "Place": 6, "Person": 9,
}  # fmt: skip
_TOPICAL = frozenset(_RANK) - {"Person"}
_TO_HEAD = re.compile(r"(?:以上|左右|余|多)?(?:建设|兴建|打造)?的")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that a value may be about, with the mention that speaks for it."""

    entity: EntityKey
    mention: Mention
    place: str  # inside, head, clause, clause-after, before, after, previous, headline, article
    clauses: int  # clause borders between the two
    sentences: int  # sentences between the two
    rank: int  # among the candidates of its value
    same: int  # among those of its type


@dataclass(slots=True)
class ArticleTopics:
    """What an article is about, as far as all its sentences share it."""

    counts: Mapping[EntityKey, int]
    headline: tuple[Mention, ...]
    body_begin: int  # offset of the first character below the headline
    focus: Mention | None  # the place named most
    main: Mapping[str, Mention]  # type -> first mention of the entity named most
    in_head: frozenset[EntityKey]  # entities of the headline
    carried: Mention | None = None  # topic of the sentence before

    def in_headline(self, view: SentenceView) -> bool:
        """Say whether a sentence belongs to the headline, which repeats, rounded, what follows."""
        return view.sentence.span.end <= self.body_begin


def article_topics(views: Sequence[SentenceView], body_begin: int) -> ArticleTopics:
    """Collect what all sentences share; *body_begin* is the offset below the headline."""
    counts: Counter[EntityKey] = Counter()
    first: dict[EntityKey, Mention] = {}
    for view in views:
        for mention in view.outer:
            key = (mention.type, mention.name)
            counts[key] += HEADLINE_WEIGHT if mention.span.end <= body_begin else 1
            first.setdefault(key, mention)
    main: dict[str, Mention] = {}
    for key, mention in first.items():
        known = main.get(key[0])
        if known is None or counts[key] > counts[(known.type, known.name)]:
            main[key[0]] = mention
    focus = focus_place(views)
    headline = tuple(m for v in views for m in v.outer if m.span.end <= body_begin)
    in_head = frozenset((m.type, m.name) for m in headline)
    return ArticleTopics(counts, headline, body_begin, focus[0] if focus else None, main, in_head)


def candidates(
    views: Sequence[SentenceView], index: int, value: FactValue, topics: ArticleTopics
) -> list[Candidate]:
    """Return the entities that *value* of sentence *index* may be about, the likelier first."""
    found: dict[EntityKey, Candidate] = {}
    same: Counter[str] = Counter()
    limit = MAX_STATE_CANDIDATES if value.kind == "state" else MAX_CANDIDATES
    for mention, place, clauses, sentences in _in_reach(views, index, value, topics):
        entity = (mention.type, mention.name)
        if entity not in found:
            rank, of_type = len(found), same[mention.type]
            found[entity] = Candidate(entity, mention, place, clauses, sentences, rank, of_type)
            same[mention.type] += 1
            if len(found) >= limit:
                break
    return list(found.values())


_Reached = tuple[Mention, str, int, int]  # with the place, clauses and sentences of Candidate


def _in_reach(
    views: Sequence[SentenceView], index: int, value: FactValue, topics: ArticleTopics
) -> Iterator[_Reached]:
    view = views[index]
    yield from _in_sentence(view, value)
    for distance in range(1, REACH_SENTENCES + 1):
        if index < distance:
            break
        earlier = views[index - distance]
        for mention in earlier.outer:
            yield mention, "previous", 0, distance
        if earlier.sentence.paragraph != view.sentence.paragraph:
            break
    for mention in topics.headline:
        yield mention, "headline", 0, index
    for named in (topics.focus, *topics.main.values()):
        if named is not None:
            yield named, "article", 0, index


def _in_sentence(view: SentenceView, value: FactValue) -> Iterator[_Reached]:
    """Yield the mentions of the sentence: around the value, heads behind it, before, behind."""
    here = view.clause_index(value.span.begin)
    before, behind, nested = [], [], []
    outer = {mention.id for mention in view.outer}
    head = _head(view, value)
    if head is not None:
        yield head, "head", 0, 0
    for mention in view.mentions:
        if mention.span.contains(value.span):
            yield mention, "inside", 0, 0
        elif mention.id not in outer:
            nested.append(mention)
        elif mention.span.end <= value.span.begin:
            before.append(mention)
        else:
            behind.append(mention)
    for mention in reversed(before):
        gap = here - view.clause_index(mention.span.begin)
        yield mention, "clause" if gap == 0 else "before", gap, 0
    for mention in behind:
        gap = view.clause_index(mention.span.begin) - here
        yield mention, "clause-after" if gap == 0 else "after", gap, 0
    for mention in nested:
        gap = abs(here - view.clause_index(mention.span.begin))
        yield mention, "nested", gap, 0


def _head(view: SentenceView, value: FactValue) -> Mention | None:
    """Return the name that a value with 的 modifies: its head is the last name of the phrase."""
    link = _TO_HEAD.match(view.text, value.span.end)
    if link is None:
        return None
    clause = view.clauses[view.clause_index(value.span.begin)]
    near = [
        m
        for m in clause.mentions
        if 0 <= m.span.begin - link.end() <= MAX_HEAD_DISTANCE
        and not view.is_attribute(m)
        and m.type not in ("Place", "Person")
    ]
    return near[0] if near else None


def respective_subjects(
    view: SentenceView, values: Sequence[FactValue]
) -> Mapping[Span, EntityKey]:
    """Return whose each number of a row is: 莘县、冠县分别完成投资12亿元、8亿元.

    The names of the list before 分别 and the numbers of a row behind it go together in their order,
    as many of the one as of the other; a further row (…，增长5%、6%) starts again with the first name.
    """
    found: dict[Span, EntityKey] = {}
    numbers = [value for value in values if value.kind == "number"]
    sentence = view.sentence.span
    words = [*_RESPECTIVELY.finditer(view.text, sentence.begin, sentence.end)]
    for index, word in enumerate(words):
        limit = words[index + 1].start() if index + 1 < len(words) else sentence.end
        names = _list_before(view, word.start())
        if len(names) > 1:
            behind = [v for v in numbers if word.end() <= v.span.begin < limit]
            for row in _rows(view.text, behind):
                if len(row) == len(names):
                    pairs = zip(row, names, strict=True)
                    found.update((v.span, (m.type, m.name)) for v, m in pairs)
    return found


MAX_NAMES_BEHIND_LIST = 2  # 莘县、冠县[今年][在高新区]分别…: names between a list and 分别
_RESPECTIVELY = re.compile("分别|各自|依次")
_ROW_GAP = re.compile(r"[、和与及]|以及")


def _list_before(view: SentenceView, offset: int) -> list[Mention]:
    """Return the last list of names before *offset*."""
    before = [m for m in view.outer if m.span.end <= offset]
    for mention in before[: -2 - MAX_NAMES_BEHIND_LIST : -1]:
        names = view.listed_with(mention, backwards=True)
        if len(names) > 1:
            return names[::-1]
    return []


def _rows(text: str, numbers: Sequence[FactValue]) -> Iterator[list[FactValue]]:
    """Yield the numbers that 、 and 和 join: 12亿元、8亿元和6亿元."""
    row: list[FactValue] = []
    for value in numbers:
        if row and not _ROW_GAP.fullmatch(text[row[-1].span.end : value.span.begin]):
            yield row
            row = []
        row.append(value)
    if row:
        yield row


def rule_choice(
    view: SentenceView, value: FactValue, found: Sequence[Candidate], topics: ArticleTopics
) -> tuple[Candidate, str] | None:
    """Return the subject that the rules choose, and the name of the rule."""
    for place in ("inside", "head"):
        direct = [c for c in found if c.place == place]
        if direct:
            return min(direct, key=lambda c: _RANK[c.entity[0]]), place
    in_clause = [c for c in found if c.place == "clause" and _may_be_subject(view, c)]
    if in_clause:
        best = min(in_clause, key=lambda c: (_RANK[c.entity[0]], -c.mention.span.begin))
        return best, "clause"
    earlier = [c for c in found if c.place == "before" and _may_be_subject(view, c)]
    if earlier:
        nearest = min(c.clauses for c in earlier)
        same = [c for c in earlier if c.clauses == nearest]
        return min(same, key=lambda c: (_RANK[c.entity[0]], c.mention.span.begin)), "carried"
    if topics.carried is not None:
        key = (topics.carried.type, topics.carried.name)
        for candidate in found:
            if candidate.entity == key:
                return candidate, "topic"
    behind = [c for c in found if c.place == "clause-after" and c.entity[0] in _TOPICAL]
    if behind:
        return min(behind, key=lambda c: c.mention.span.begin), "behind"
    headline = [c for c in found if c.place == "headline" and c.entity[0] in _TOPICAL]
    if headline:
        return min(headline, key=lambda c: _RANK[c.entity[0]]), "headline"
    focus = [c for c in found if c.place == "article" and c.entity[0] == "Place"]
    return (focus[0], "focus") if focus else None


def carry_topic(view: SentenceView, topics: ArticleTopics) -> None:
    """Hand the topic of a sentence to the next."""
    topic = next((m for m in view.outer if not view.is_adjunct(m) and m.type != "Person"), None)
    if topic is not None:
        topics.carried = topic


def _may_be_subject(view: SentenceView, candidate: Candidate) -> bool:
    mention = candidate.mention
    return mention.type in _TOPICAL and not view.is_adjunct(mention)
