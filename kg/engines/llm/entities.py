"""From the names a model gives to mentions in the article.

A name counts where it stands. Its occurrences are handed to the extraction room as the builtin
engine's candidates are, so that nested names, short names (森盛食品), regions (市司法局) and deictic words
(我市, 该公司) are treated alike; then what the model knows besides is added: which names are one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TypeAlias

from kg.annotation import attach_names
from kg.engines.llm.answers import ProposedEntity
from kg.engines.llm.quotes import QuoteFinder, fold
from kg.extraction.coreference import find_deictic
from kg.extraction.mentions import find_mentions, make_mention
from kg.extraction.regions import RegionContext, region_context
from kg.model import (
    AnnotatedArticle,
    Article,
    Mention,
    MentionKind,
    NamedEntity,
    Sentence,
    Span,
)
from kg.schema import load_schema

__all__ = ["EntityKey", "GroundedEntities", "Proposal", "ground_entities", "merge_entities"]

EntityKey: TypeAlias = tuple[str, str]  # type and name
SCORE = 0.8  # above what the extraction room believes; all names of one model rank alike
MIN_NAME_CHARS = 2  # an alias 市 would be found in every 城市
MIN_HEAD_CHARS = 3
_DEMONSTRATIVE = re.compile("[该这此本我]")
_PHASE = re.compile("[一二三四五]期(?:工程|项目)?")
# 市委 stands in the list of words that are no alias; as an agency it has a full name.
_SHORT_AGENCY = re.compile("[省市县区州盟旗镇乡]..*")
_LEVEL = re.compile("[省市县区州盟旗]")
_NAMED_BY_REGION = frozenset(
    {"Agency", "Place", "Zone"}
)  # their full names hold more than the text


@dataclass(frozen=True, slots=True)
class Proposal:
    """An entity as the answers on one article name it."""

    type: str
    name: str
    aliases: tuple[str, ...]
    told_in: frozenset[int]  # indices of the answers; what one answer tells apart is not one

    @property
    def forms(self) -> tuple[str, ...]:
        """The name, then the aliases, the longest first."""
        return (self.name, *sorted(self.aliases, key=lambda alias: (-len(alias), alias)))


@dataclass(frozen=True)
class GroundedEntities:
    """The mentions of an article, and what each name of the model refers to."""

    annotated: AnnotatedArticle
    mentions: tuple[Mention, ...]  # in text order, an outer one before what it contains
    keys_by_words: Mapping[str, tuple[EntityKey, ...]]  # by folded name or alias
    missing: int  # proposals without a mention

    @cached_property
    def mentions_by_key(self) -> Mapping[EntityKey, Sequence[Mention]]:
        """The mentions of each entity, in text order."""
        found: dict[EntityKey, list[Mention]] = defaultdict(list)
        for mention in self.mentions:
            found[(mention.type, mention.name)].append(mention)
        return found

    @cached_property
    def places_by_key(self) -> Mapping[EntityKey, Sequence[Span]]:
        """Where each entity is mentioned, or its name stands within another that it is no part of.

        The project of “…项目开工仪式” is no mention, but the words name it.
        """
        found: dict[EntityKey, list[Span]] = defaultdict(list)
        for mention in self.mentions:
            found[(mention.type, mention.name)].append(mention.span)
        text = self.annotated.article.text
        for name in (name for sentence in self.annotated.sentences for name in sentence.names):
            for key in self.keys_of(name.span.of(text)):
                if key[0] == name.type:
                    found[key].append(name.span)
        return found

    def keys_of(self, words: str) -> tuple[EntityKey, ...]:
        """Return the entities that the model calls *words*."""
        return self.keys_by_words.get(fold(words), ())


def merge_entities(answers: Iterable[Iterable[ProposedEntity]]) -> tuple[Proposal, ...]:
    """Join what the answers to the pieces of one article say of an entity: equal type and name."""
    found: dict[EntityKey, Proposal] = {}
    for index, entities in enumerate(answers):
        for entity in entities:
            key = entity.type, fold(entity.name)
            known = found.get(key, Proposal(entity.type, entity.name, (), frozenset()))
            forms = {fold(words) for words in (known.name, *known.aliases)}
            new = {fold(alias): alias for alias in entity.aliases if fold(alias) not in forms}
            found[key] = replace(
                known,
                aliases=(*known.aliases, *new.values()),
                told_in=known.told_in | {index},
            )
    return tuple(found.values())


def ground_entities(
    article: Article,
    sentences: tuple[Sentence, ...],
    proposals: Sequence[Proposal],
    finder: QuoteFinder,
    *,
    method: str,
    home: str | None,
) -> GroundedEntities:
    """Find the mentions of *proposals* (merged) in *article*."""
    candidates = [
        NamedEntity(span, proposal.type, SCORE, method)
        for proposal in proposals
        for span in _occurrences(proposal, finder)
    ]
    annotated = AnnotatedArticle(article, attach_names(sentences, candidates), method)
    context = region_context(annotated, home)
    named = find_mentions(annotated, context)
    named = (*named, *_passed_over(annotated, named, proposals))
    names = {proposal: _full_name(proposal, proposals, named, context) for proposal in proposals}
    renamed = _renamed(named, names)
    wanted = {(mention.type, mention.name) for mention in renamed}
    wanted |= {(proposal.type, name) for proposal, name in names.items()}
    deictic = [m for m in find_deictic(annotated, renamed, context) if (m.type, m.name) in wanted]
    known = [*renamed, *(replace(mention, method=method) for mention in deictic)]
    known += _nominals(article, known, names, finder, method)
    by_id = {
        mention.id: mention for mention in reversed(known)
    }  # of two the name, not the reference
    mentions = tuple(sorted(by_id.values(), key=lambda m: (m.span.begin, -m.span.end, m.type)))
    keys_by_words, missing = _keys_by_words(names, mentions)
    return GroundedEntities(annotated, mentions, keys_by_words, missing)


def _occurrences(proposal: Proposal, finder: QuoteFinder) -> Iterator[Span]:
    """Yield where its name stands, and its aliases where they are no part of it or of each other."""
    found: list[Span] = []
    for words in proposal.forms:
        is_alias = words != proposal.name
        if not _is_name(words, proposal.type, is_alias=is_alias):
            continue
        spans = [s for s in finder.find_all(words) if not any(f.contains(s) for f in found)]
        found += spans
        yield from spans


def _is_name(words: str, type_: str, *, is_alias: bool) -> bool:
    if len(fold(words)) < MIN_NAME_CHARS:
        return False
    if is_alias and words in _generic_heads():
        return False  # not every 生产线 of the article is this one
    return words not in _deictic_words() or (
        type_ == "Agency" and _SHORT_AGENCY.fullmatch(words) is not None
    )


@lru_cache(maxsize=1)
def _deictic_words() -> frozenset[str]:
    words = load_schema().words
    return frozenset().union(
        *(found for name, found in words.items() if name.startswith("deictic"))
    )


def _generic_heads() -> frozenset[str]:
    return load_schema().word_list("generic-head")


@lru_cache(maxsize=1)
def _common_words() -> frozenset[str]:
    return _deictic_words() | _generic_heads()


def _passed_over(
    annotated: AnnotatedArticle, named: Sequence[Mention], proposals: Sequence[Proposal]
) -> Iterator[Mention]:
    """Yield mentions of proposals that the rules take for mere parts of others wherever they stand.

    鲁岬三建 in 鲁岬三建滨州项目部 would be a tagger's guess, but what a model names apart it means.
    """
    article = annotated.article
    found = {(mention.type, fold(mention.text)) for mention in named}
    missing = {
        (proposal.type, fold(words))
        for proposal in proposals
        if not any((proposal.type, fold(words)) in found for words in proposal.forms)
        for words in proposal.forms
    }
    taken = {(mention.type, mention.span) for mention in named}
    for name in (name for sentence in annotated.sentences for name in sentence.names):
        words = name.span.of(article.text)
        if (name.type, fold(words)) in missing and (name.type, name.span) not in taken:
            taken.add((name.type, name.span))
            yield make_mention(
                article.id, article.text, name.span, MentionKind.NAME, name.type, words,
                score=name.score, method=name.source,
            )  # fmt: skip


def _full_name(
    proposal: Proposal,
    proposals: Sequence[Proposal],
    named: Sequence[Mention],
    context: RegionContext,
) -> str:
    """Return the name of the mentions of its name, or else of its longest alias."""
    if proposal.type == "Place":  # 怀化市 where the text has only 怀化 and 全市
        region = context.resolve(proposal.name)
        if region is not None and region in context.regions:
            return region.name
    for words in proposal.forms:
        mention = next(
            (m for m in named if m.type == proposal.type and fold(m.text) == fold(words)), None
        )
        if mention is None:
            continue
        if words != proposal.name and _is_expansion(proposal.name, words, context):
            return proposal.name
        return mention.text if _is_told_apart(proposal, mention, proposals) else mention.name
    return proposal.name


def _is_expansion(name: str, written: str, context: RegionContext) -> bool:
    """Say whether *name* is what is written with its region: 聊城市司法局 for 市司法局.

    Which of the regions that the article knows is meant by 市, a model tells as well as the rules.
    """
    level = _LEVEL.match(written)
    rest = written[level.end() :] if level else ""
    if not rest or not name.endswith(rest):
        return False
    return context.resolve(name.removesuffix(rest)) in context.regions


def _is_told_apart(proposal: Proposal, mention: Mention, proposals: Sequence[Proposal]) -> bool:
    """Say whether the rules join what one answer tells apart: 昱珩集团 and 昱珩铜箔材料有限公司."""
    return mention.type not in _NAMED_BY_REGION and any(
        other.type == proposal.type
        and fold(other.name) == fold(mention.name) != fold(mention.text)
        and other.told_in & proposal.told_in
        for other in proposals
    )


def _renamed(named: Sequence[Mention], names: Mapping[Proposal, str]) -> list[Mention]:
    """Give each mention the name of the proposal whose name, or else whose alias alone, it is."""
    by_name: dict[EntityKey, set[str]] = defaultdict(set)
    by_alias: dict[EntityKey, set[str]] = defaultdict(set)
    for proposal, name in names.items():
        by_name[(proposal.type, fold(proposal.name))].add(name)
        for alias in proposal.aliases:
            by_alias[(proposal.type, fold(alias))].add(name)
    result = []
    for mention in named:
        key = mention.type, fold(mention.text)
        found = by_name.get(key) or by_alias.get(key, set())
        result.append(replace(mention, name=next(iter(found))) if len(found) == 1 else mention)
    return result


def _nominals(
    article: Article,
    known: Sequence[Mention],
    names: Mapping[Proposal, str],
    finder: QuoteFinder,
    method: str,
) -> Iterator[Mention]:
    """Yield 该公司 where the rules found no antecedent, and 一期 where a name is made of it.

    One proposal alone must claim the words, and its entity be named in the article, or its name be
    composed of what stands there: 禾棠农装 and 技改项目 of 禾棠农装技改项目.
    """
    named = {(mention.type, mention.name) for mention in known}
    claimed: dict[str, set[EntityKey]] = defaultdict(set)
    for proposal, name in names.items():
        key = proposal.type, name
        for alias in set(proposal.aliases) & _common_words():
            is_demonstrative = _DEMONSTRATIVE.match(alias) is not None and key in named
            if is_demonstrative or (key not in named and _is_composed(name, alias, finder)):
                claimed[alias].add(key)
    for words in sorted(words for words, keys in claimed.items() if len(keys) == 1):
        ((type_, name),) = claimed[words]
        for span in finder.find_all(words):
            if not any(mention.span.overlaps(span) for mention in known):
                yield make_mention(
                    article.id, article.text, span, MentionKind.NOMINAL, type_, name, method=method
                )


def _is_composed(name: str, alias: str, finder: QuoteFinder) -> bool:
    """Say whether *name* is *alias* behind other words of the text; a bare 项目 is too common."""
    if len(alias) < MIN_HEAD_CHARS and not _PHASE.fullmatch(alias):
        return False
    stem = name.removesuffix(alias)
    return len(fold(stem)) >= MIN_NAME_CHARS and stem != name and any(finder.find_all(stem))


def _keys_by_words(
    names: Mapping[Proposal, str], mentions: Sequence[Mention]
) -> tuple[Mapping[str, tuple[EntityKey, ...]], int]:
    present = {(mention.type, mention.name) for mention in mentions}
    found: dict[str, dict[EntityKey, None]] = defaultdict(dict)
    missing = 0
    for proposal, name in names.items():
        key = proposal.type, name
        if key not in present:
            missing += 1
            continue
        for words in proposal.forms:
            found[fold(words)][key] = None
    return {words: tuple(keys) for words, keys in found.items()}, missing
