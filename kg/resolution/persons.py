"""Tell people of one name apart: China has some 290,000 called 王伟.

An equal name is weak evidence for a person. Two articles mean one person where the posts they give are
at one body or at bodies of one place, or where an article without a post speaks of the same bodies.
Posts at bodies of different places make two people; where the reports are years apart it may be one
who moved, which is recorded for review and not merged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, islice

from kg.model import ArticleId, Decision, Extraction, Mention, MentionId, Verdict
from kg.resolution.bodies import COUNTRY, read_body
from kg.resolution.clusters import Cluster, LocalEntity, locals_by_name
from kg.resolution.corpus import Corpus
from kg.resolution.names import normalize_name
from kg.resolution.namesakes import components
from kg.schema import Schema

__all__ = ["cluster_persons"]

# Relations that say where a body belongs; two posts at bodies of one place may be one career.
_BELONGS = ("locatedIn", "jurisdiction", "partOf")
# A person is known by whom and what an article names besides; places and trades say too little.
_TELLING = frozenset({"Agency", "Company", "Organization", "Project", "Zone", "Platform"})
_MOVES_AFTER_DAYS = 365  # an official seldom holds posts in two places within a year
_MAX_PAIRS = 30  # recorded for one name


def cluster_persons(
    extractions: Sequence[Extraction],
    things: Sequence[Cluster],
    corpus: Corpus,
) -> tuple[list[Cluster], list[Decision]]:
    """Return the persons, namesakes told apart by the bodies among *things* they hold posts at."""
    posts = _Posts(extractions, things, corpus)
    clusters: list[Cluster] = []
    decisions: list[Decision] = []
    for (type_, _), members in locals_by_name(extractions).items():
        if type_ != "Person":
            continue
        groups = posts.tell_apart(members)
        clusters += [group.cluster() for group in groups]
        decisions += posts.decisions(groups, corpus.schema)
    return clusters, decisions


@dataclass(frozen=True, slots=True)
class _Group:
    """Articles that mean one person, and what tells that person apart."""

    words: str
    members: tuple[LocalEntity, ...]
    has_post: bool

    def cluster(self) -> Cluster:
        """Return it as an entity."""
        return Cluster("Person", self.members[0].key, self.words, self.members)


class _Posts:
    """Who holds a post where, and which places those bodies belong to."""

    def __init__(
        self,
        extractions: Iterable[Extraction],
        things: Iterable[Cluster],
        corpus: Corpus,
    ) -> None:
        self._bodies: dict[tuple[ArticleId, str], set[str]] = defaultdict(set)
        self._regions: dict[str, set[str]] = defaultdict(set)
        self._names: dict[ArticleId, set[str]] = {}
        self._published: dict[ArticleId, date | None] = {}
        self._geography = corpus.geography
        self._stories = corpus.stories
        self._places: set[str] = set()
        self._key_by_local: dict[tuple[ArticleId, str, str], str] = {}
        for thing in things:
            self._read_thing(thing)
        for extraction in extractions:
            self._read(extraction)

    def _read_thing(self, thing: Cluster) -> None:
        key = f"{thing.key}·{thing.discriminator}" if thing.discriminator else thing.key
        for member in thing.members:
            self._key_by_local[member.article_id, member.type, member.key] = key
            if thing.type == "Place":
                self._places.add(member.key)

    def _read(self, extraction: Extraction) -> None:
        mention_by_id = extraction.mention_by_id()
        article_id = extraction.article.id
        self._published[article_id] = extraction.article.published
        self._names[article_id] = {
            self._key(mention) for mention in extraction.mentions if self._is_telling(mention)
        }
        for relation in extraction.relations:
            if relation.is_fact or relation.qualifier("negated") is True:
                continue
            ends = relation.subject, MentionId(str(relation.object))
            if any(end not in mention_by_id for end in ends):
                continue  # left out: it names nothing
            subject, target = (self._key(mention_by_id[end]) for end in ends)
            if relation.predicate == "holdsPosition":
                self._bodies[article_id, subject].add(target)
            elif relation.predicate in _BELONGS:
                self._regions[subject].add(target)

    def _is_telling(self, mention: Mention) -> bool:
        """Say whether to be named in one article with it says who a person is: 国务院 says nothing."""
        if mention.type not in _TELLING:
            return False
        key = normalize_name(mention.name)
        body = read_body(key, mention.type, self._geography, mention.article_id)
        return body is None or body.code != COUNTRY

    def _key(self, mention: Mention) -> str:
        """Return the name of the entity that the mention turned out to be."""
        key = normalize_name(mention.name)
        return self._key_by_local.get((mention.article_id, mention.type, key), key)

    # --------------------------------------------------------------------------- grouping

    def tell_apart(self, persons: Sequence[LocalEntity]) -> list[_Group]:
        """Return the persons of one name, each with what tells it apart ("" if there is one)."""
        if len(persons) == 1:
            return [_Group("", tuple(persons), has_post=bool(self._bodies_of(persons[0])))]
        with_post = [person for person in persons if self._bodies_of(person)]
        without = [person for person in persons if not self._bodies_of(person)]
        groups = [
            [with_post[i] for i in component]
            for component in components([self._surroundings(person) for person in with_post])
        ]
        remaining = [person for person in without if not self._attach(person, groups)]
        lonely = [
            [remaining[i] for i in component]
            for component in components([self._company(person) for person in remaining])
        ]
        if len(groups) + len(lonely) == 1:
            return [_Group("", tuple(persons), has_post=bool(groups))]
        known = [_Group(self._words(g), tuple(sorted(g, key=_by_article)), True) for g in groups]
        if len(lonely) == 1:
            return [*known, _Group("", tuple(lonely[0]), has_post=False)]
        return known + [
            _Group(g[0].article_id.replace("/", "·"), tuple(g), has_post=False) for g in lonely
        ]

    def _attach(self, person: LocalEntity, groups: list[list[LocalEntity]]) -> bool:
        """Put a person without a post to the one group that its article speaks of, if any.

        Where only one bearer of the name holds a post and the article names no body at all, nothing
        speaks against that one.
        """
        names = self._company(person)
        fitting = [g for g in groups if any(names & self._known_by(member) for member in g)]
        if not fitting and len(groups) == 1 and not self._names[person.article_id]:
            fitting = groups
        if len(fitting) != 1:
            return False
        fitting[0].append(person)
        return True

    def _known_by(self, person: LocalEntity) -> set[str]:
        return self._bodies_of(person) | self._company(person)

    def _company(self, person: LocalEntity) -> set[str]:
        """Return the bodies that the article of *person* names, and its story."""
        article_id = person.article_id
        return self._names[article_id] | {f"story:{self._stories.get(article_id, article_id)}"}

    def _bodies_of(self, person: LocalEntity) -> set[str]:
        return self._bodies.get((person.article_id, person.key), set())

    def _surroundings(self, person: LocalEntity) -> set[str]:
        """Return bodies, the places said of them, the place a body's name begins with, the story."""
        bodies = self._bodies_of(person)
        regions = {region for body in bodies for region in self._regions.get(body, ())}
        in_names = {body[:end] for body in bodies for end in range(2, len(body))}
        story = f"story:{self._stories.get(person.article_id, person.article_id)}"
        return {*bodies, *regions, *(in_names & self._places), story}

    def _words(self, group: Sequence[LocalEntity]) -> str:
        """Return the body most articles of the group name (no two groups share one)."""
        bodies = [body for person in group for body in self._bodies_of(person)]
        return min(bodies, key=lambda body: (-bodies.count(body), body))

    # -------------------------------------------------------------------------- decisions

    def decisions(self, groups: Sequence[_Group], schema: Schema) -> Iterator[Decision]:
        """Yield why the bearers of one name are not one, at most `_MAX_PAIRS`."""
        for left, right in islice(combinations(groups, 2), _MAX_PAIRS):
            ids = left.cluster().id(schema), right.cluster().id(schema)
            if not (left.has_post and right.has_post):
                verdict, score, why = Verdict.UNSURE, 0.5, "同名，其中一篇没有写明任职机构"
            elif self._days_between(left, right) > _MOVES_AFTER_DAYS:
                verdict, score, why = (
                    Verdict.UNSURE,
                    0.4,
                    "同名而任职地区不同，报道相隔一年以上，可能是调任",
                )
            else:
                verdict, score, why = Verdict.DIFFERENT, 0.8, "同名而任职机构与地区不同"
            yield Decision(*ids, verdict, score, why)

    def _days_between(self, left: _Group, right: _Group) -> int:
        """Return the days between the last report on one and the first on the other; 0 if unknown."""
        spans = [self._span(group) for group in (left, right)]
        if None in spans:
            return 0
        (_, end), (begin, _) = sorted(span for span in spans if span is not None)
        return max((begin - end).days, 0)

    def _span(self, group: _Group) -> tuple[date, date] | None:
        days = [self._published.get(member.article_id) for member in group.members]
        known = [day for day in days if day is not None]
        return (min(known), max(known)) if known else None


def _by_article(local: LocalEntity) -> ArticleId:
    return local.article_id
