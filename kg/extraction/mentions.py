"""From candidate names to mentions.

The annotator's candidates overlap, contradict each other and carry short names. Here the ones to
believe are chosen, the names inside names are kept where they say something (聊城 in
聊城智慧金融服务平台), every mention gets the fullest name its article offers, and short names are
looked for where the annotator saw none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kg.extraction.names import (
    agency_name,
    company_core,
    fuller_names,
    place_name,
    zone_name,
)
from kg.extraction.regions import RegionContext
from kg.gazetteer import COUNTY
from kg.model import (
    AnnotatedArticle,
    ArticleId,
    Mention,
    MentionId,
    MentionKind,
    NamedEntity,
    Span,
)

__all__ = ["MIN_SCORE", "find_mentions", "make_mention"]

MIN_SCORE = 0.5  # candidates below are not believed; with 0.3 entity F1 falls from 0.775 to 0.770

# What may stand inside a name of another type and still be meant for itself.
_INNER_TYPES: Mapping[str, frozenset[str]] = {
    "Company": frozenset({"Place"}),
    "Agency": frozenset({"Place", "Zone"}),
    "Organization": frozenset({"Place", "Company"}),
    "Project": frozenset({"Place", "Company", "Zone", "Product"}),
    "Platform": frozenset({"Place"}),
    "Policy": frozenset({"Place"}),
    "Zone": frozenset({"Place", "Company"}),
    "Event": frozenset({"Place"}),
    "Place": frozenset({"Place"}),
    "Product": frozenset(),
    "Industry": frozenset({"Place"}),
}

_WHOLE_TYPES = frozenset({"Agency", "Company", "Organization", "Project", "Zone"})
_LEGAL_REST = re.compile(
    r"(?:股份|控股|集团|责任|投资|发展|实业|科技|国际)*(?:有限|总)?(?:责任)?公司|集团|管委会|委员会"
)
MIN_PART_CHARS = 2  # 一期, 分行
# 市委宣传部, 市政府新闻办, 国务院国资委 are bodies of their own; whose they are is only how they are called. In
# annotated texts 36 of 40 such committees and governments are no entity of the article.
_SEAT_OF_POWER = re.compile("(?:政府|[省市县区旗州]委|党委|纪委|国务院|中央)$")
_OFFICE = re.compile("(?:办公室|办|部|处|科|局|室|委|中心|委员会)$")

_ROUTE_ENDS = re.compile(
    "[\u4e00-\u9fff]{2,8}至[\u4e00-\u9fff]{2,6}?(?=高速|高铁|铁路|公路|城际|国道|省道|段|等|$)"
)

# 中国石化集团, 国家税务总局: the country in a name locates nothing.
_COUNTRY = frozenset({"中国", "全国", "国家"})

_DEFINITION = re.compile(
    r"[（(](?:以下|下)?(?:简称|称)[为：:]?[“\"]?(?P<short>[^”\"（）()，。]{2,12})[”\"]?[)）]"
)


def find_mentions(annotated: AnnotatedArticle, context: RegionContext) -> tuple[Mention, ...]:
    """Return the named mentions of an article in text order, each with its full name."""
    article = annotated.article
    chosen = [
        name for sentence in annotated.sentences for name in choose(sentence.names, article.text)
    ]
    chosen = [name for name in chosen if not _is_namesake(name, chosen, article.text, context)]
    mentions = [_named(article.id, article.text, name, context) for name in chosen]
    defined = _definitions(article.text, mentions)
    mentions += _defined_mentions(article.id, article.text, mentions, defined)
    mentions += list(_short_occurrences(article.id, article.text, mentions, context))
    return _merge_short_names(mentions, defined, context)


def make_mention(
    article_id: ArticleId,
    text: str,
    span: Span,
    kind: MentionKind,
    type_: str,
    name: str,
    *,
    score: float = 1.0,
    method: str = "",
) -> Mention:
    """Build a mention whose text and id follow from its span."""
    mention_id = MentionId(f"{article_id}#{span.begin}-{span.end}-{type_}")
    return Mention(mention_id, article_id, span, span.of(text), kind, type_, name, score, method)


# ----------------------------------------------------------------------------------- choice


def choose(names: Sequence[NamedEntity], text: str) -> list[NamedEntity]:
    """Choose among overlapping candidates; nested ones of a fitting type survive.

    One type a span, by score. Of two that cross, the better scored stays, then the longer; a name
    inside another of its own type is only a part of it.
    """
    ranked = sorted(
        _best_types(names), key=lambda n: (-round(n.score, 2), -len(n.span), n.span.begin)
    )
    outer: list[NamedEntity] = []
    for name in ranked:
        if name.score >= MIN_SCORE and not any(_clash(name, other) for other in outer):
            outer.append(name)
    kept = [
        name
        for name in outer
        if all(_may_nest(name, other, text) for other in outer if other is not name)
    ]
    return sorted(kept, key=lambda name: (name.span.begin, -name.span.end))


def _best_types(names: Iterable[NamedEntity]) -> list[NamedEntity]:
    by_span: dict[Span, NamedEntity] = {}
    for name in names:
        best = by_span.get(name.span)
        if best is None or name.score > best.score:
            by_span[name.span] = name
    return list(by_span.values())


def _clash(one: NamedEntity, other: NamedEntity) -> bool:
    """Say whether two candidates cross (neither contains the other)."""
    return (
        one.span.overlaps(other.span)
        and not one.span.contains(other.span)
        and not other.span.contains(one.span)
    )


def _may_nest(inner: NamedEntity, outer: NamedEntity, text: str) -> bool:
    if not outer.span.contains(inner.span) or outer.span == inner.span:
        return True
    if inner.span.of(text) in _COUNTRY:
        return False
    if inner.type == "Place" and outer.type == "Project" and _is_end_of_route(inner, outer, text):
        return False
    if inner.type == outer.type and inner.type != "Place":
        return _is_whole_of(inner, outer, text)
    return inner.type in _INNER_TYPES.get(outer.type, frozenset())


def _is_namesake(
    name: NamedEntity, chosen: Sequence[NamedEntity], text: str, context: RegionContext
) -> bool:
    """Say whether a place within a name only shares its two characters with a county far away.

    凌云安置区 in a report on 莘县 has nothing to do with 凌云县 in Guangxi, of which it does not speak.
    """
    if name.type != "Place":
        return False
    word = name.span.of(text)
    region = context.resolve(word)
    if region is None or region.level != COUNTY or word != region.short:
        return False
    if not any(other.span.contains(name.span) and other is not name for other in chosen):
        return False
    others = [other for other in context.regions if other != region]
    return bool(others) and all(other.code[:2] != region.code[:2] for other in others)


def _is_end_of_route(place: NamedEntity, route: NamedEntity, text: str) -> bool:
    """Say whether a place only names an end of a road: 济南至东阿高速公路 lies in neither."""
    ends = _ROUTE_ENDS.match(text, route.span.begin, route.span.end)
    return ends is not None and place.span.end <= ends.end()


def _is_whole_of(inner: NamedEntity, outer: NamedEntity, text: str) -> bool:
    """Say whether *outer* names a part of *inner*: 中国银行 in 中国银行洋浦分行, 市安委办 in 市安委办督导组.

    The whole stands first and what follows names the part; a mere legal form (鲁西集团 + 有限公司)
    does not.
    """
    if inner.span.begin != outer.span.begin or inner.type not in _WHOLE_TYPES:
        return False
    rest = text[inner.span.end : outer.span.end]
    if _SEAT_OF_POWER.search(inner.span.of(text)) and _OFFICE.search(rest):
        return False
    return len(rest) >= MIN_PART_CHARS and not _LEGAL_REST.fullmatch(rest)


# ------------------------------------------------------------------------------------ names


def _named(article_id: ArticleId, text: str, name: NamedEntity, context: RegionContext) -> Mention:
    surface = name.span.of(text)
    full = surface + name.head
    if name.type == "Agency":
        full, _ = agency_name(surface, name.span.begin, context)
    elif name.type == "Zone":
        full = zone_name(surface, name.span.begin, context)
    elif name.type == "Place":
        full, _ = place_name(surface, context)
    return make_mention(
        article_id,
        text,
        name.span,
        MentionKind.NAME,
        name.type,
        full,
        score=name.score,
        method=name.source,
    )


@dataclass(frozen=True, slots=True)
class _Definition:
    """“X（以下简称Y）”: the mention of X and the short name Y."""

    mention: Mention
    short: str


def _definitions(text: str, mentions: Sequence[Mention]) -> list[_Definition]:
    by_end: dict[int, list[Mention]] = defaultdict(list)
    for mention in mentions:
        by_end[mention.span.end].append(mention)
    found = []
    for match in _DEFINITION.finditer(text):
        before = by_end.get(match.start(), [])
        if before:
            found.append(_Definition(max(before, key=lambda m: len(m.span)), match.group("short")))
    return found


def _defined_mentions(
    article_id: ArticleId,
    text: str,
    mentions: Sequence[Mention],
    definitions: Iterable[_Definition],
) -> list[Mention]:
    taken = _Taken(mentions)
    found = []
    for definition in definitions:
        for span in _occurrences(text, definition.short):
            if taken.add(span):
                mention = definition.mention
                found.append(
                    make_mention(
                        article_id,
                        text,
                        span,
                        MentionKind.NAME,
                        mention.type,
                        mention.name,
                        score=mention.score,
                        method="以下简称",
                    )
                )
    return found


def _short_occurrences(
    article_id: ArticleId, text: str, mentions: Sequence[Mention], context: RegionContext
) -> Iterator[Mention]:
    """Find 森盛食品 once 森盛（山东）食品有限公司 is known, and names seen elsewhere only."""
    taken = _Taken(mentions)
    forms: dict[str, Mention] = {}
    for mention in mentions:
        if mention.kind is MentionKind.NAME and mention.type != "Place":
            forms.setdefault(mention.text, mention)
            if mention.type == "Company" and len(core := company_core(mention.text, context)) >= 4:
                forms.setdefault(core, mention)
    for form in sorted(forms, key=lambda form: (-len(form), form)):
        mention = forms[form]
        for span in _occurrences(text, form):
            if taken.add(span):
                yield make_mention(
                    article_id,
                    text,
                    span,
                    MentionKind.NAME,
                    mention.type,
                    mention.name if form == mention.text else form,
                    score=mention.score,
                    method="repeated name",
                )


class _Taken:
    """The stretches of text that mentions already cover."""

    def __init__(self, mentions: Iterable[Mention]) -> None:
        self._covered: set[int] = set()
        for mention in mentions:
            self._covered.update(range(mention.span.begin, mention.span.end))

    def add(self, span: Span) -> bool:
        """Take *span* if it is free; say whether it was."""
        positions = range(span.begin, span.end)
        if self._covered.intersection(positions):
            return False
        self._covered.update(positions)
        return True


def _occurrences(text: str, form: str) -> Iterator[Span]:
    begin = text.find(form)
    while begin >= 0:
        yield Span(begin, begin + len(form))
        begin = text.find(form, begin + len(form))


def _merge_short_names(
    mentions: Sequence[Mention], definitions: Iterable[_Definition], context: RegionContext
) -> tuple[Mention, ...]:
    names: dict[str, set[str]] = defaultdict(set)
    for mention in mentions:
        names[mention.type].add(mention.name)
    defined: dict[str, dict[str, str]] = defaultdict(dict)
    for definition in definitions:
        if definition.short != definition.mention.name:
            defined[definition.mention.type][definition.short] = definition.mention.name
    full = {
        type_: fuller_names(found, type_, context, defined=defined.get(type_))
        for type_, found in names.items()
    }
    merged = (replace(m, name=full[m.type].get(m.name, m.name)) for m in mentions)
    return tuple(sorted(merged, key=lambda m: (m.span.begin, -m.span.end, m.type)))
