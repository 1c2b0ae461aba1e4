"""Where an article takes place, and which region a name of it means.

China has some thirty towns called 城关镇 and a 市发改委 in every city. Which one is meant follows from the
other regions of the same article: their names, and those that the names of bodies begin with. A region
nobody can tell stays unknown, so that it joins nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from kg.gazetteer import COUNTY, PREFECTURE, PROVINCE, TOWN, Gazetteer, Region, load_gazetteer
from kg.model import ArticleId, Extraction, Mention, MentionId
from kg.resolution.names import normalize_name
from kg.resolution.tables import load_successions
from kg.schema import load_schema

__all__ = ["Geography"]

# Names of these say in their first words where they are; a company's say where it is registered.
_LOCATED_BY_NAME = frozenset({"Agency", "Organization", "Place", "Zone"})
_LIES_IN = ("locatedIn", "jurisdiction")
# 东海 is a sea and a county, 黄山 a mountain and a city: a short name that ends so needs its province.
_NATURAL = frozenset("山海湖江河岛岭泉溪川")
_MUNICIPALITIES = ("11", "12", "31", "50")  # 北京市 is a province by its code and a 市 by its name
_OF_A_LEVEL = re.compile(r"[省市州盟县区旗](?:委|政府|人民政府|人大|政协|\w{2,10}[局厅委办])")
# The word before a body of some region (市司法局), and what a region of that level is called.
_LEVELS = {
    "省": (PROVINCE, ("省",)),
    "市": (PREFECTURE, ("市",)),
    "州": (PREFECTURE, ("州",)),
    "盟": (PREFECTURE, ("盟",)),
    "县": (COUNTY, ("县",)),
    "区": (COUNTY, ("区",)),
    "旗": (COUNTY, ("旗",)),
}


class Geography:
    """The regions that the articles of a corpus speak of."""

    def __init__(self, extractions: Iterable[Extraction], home: str | None = None) -> None:
        self.gazetteer = load_gazetteer()
        found = self.gazetteer.resolve(home) if home else None
        self._home = (found,) if found else ()
        self._regions: dict[ArticleId, tuple[Region, ...]] = {}
        self._around: dict[tuple[ArticleId, str], tuple[Region, ...]] = {}
        self._local: set[ArticleId] = set()
        for extraction in extractions:
            self._read(extraction)

    def _read(self, extraction: Extraction) -> None:
        article_id = extraction.article.id
        names = sorted(set(_located_names(extraction)))
        sure = {region for name in names for region in self._leading(name, ())}
        near = (*_by_code(sure), *self._home)
        more = {region for name in names for region in self._leading(name, near)}
        self._regions[article_id] = _by_code(sure | more)
        if self._home or any(self._is_local(mention) for mention in extraction.mentions):
            self._local.add(article_id)
        wholes = dict(_stated(extraction))
        for part, names_around in wholes.items():
            regions = (self.region(name, article_id) for name in sorted(names_around))
            self._around[article_id, part] = tuple(region for region in regions if region)

    def _is_local(self, mention: Mention) -> bool:
        """Say whether a mention is a body of one region, as only local news names them."""
        if mention.type != "Agency":
            return False
        name = normalize_name(mention.name)
        return bool(_prefix(self.gazetteer, name)) or _OF_A_LEVEL.match(name) is not None

    def _leading(self, name: str, near: Sequence[Region]) -> Iterator[Region]:
        region, _ = self.leading(name, near)
        if region is not None:
            yield region

    # ------------------------------------------------------------------------------- names

    def leading(self, name: str, near: Sequence[Region] = ()) -> tuple[Region | None, str]:
        """Return the innermost region that *name* begins with, and the rest of the name.

        The region is None where the name begins with none, or with one that nobody can tell
        (鼓楼区司法局); the rest is then the whole name.
        """
        region, rest = None, name
        while match := _prefix(self.gazetteer, rest):
            inner = _resolve(self.gazetteer, match, (region,) if region else near)
            if inner is None or (region and not inner.lies_in(region)):
                break
            region, rest = inner, _without_kind(rest[len(match) :], inner)
        if region is not None:
            town = _resolve(self.gazetteer, rest, (region,))
            if town is not None and town.level == TOWN and town.lies_in(region):
                return town, ""
        return region, rest

    def region(self, name: str, article_id: ArticleId) -> Region | None:
        """Return the region that *name* is the name of, in this article."""
        around = self._around.get((article_id, name), ())
        near = (*around, *self.regions(article_id))
        others = [region for region in near if name not in (region.name, region.short)]
        found = _resolve(self.gazetteer, name, around) if around else None
        found = found or _resolve(self.gazetteer, name, others)
        if found is not None:
            return found
        region, rest = self.leading(name, others)
        return None if rest else region

    def is_ambiguous(self, name: str) -> bool:
        """Say whether several regions of one level bear *name*."""
        regions = self.gazetteer.lookup(name)
        return len(regions) > 1 and self.gazetteer.resolve(name) is None

    def begins_ambiguously(self, name: str) -> bool:
        """Say whether *name* begins with a region that several bear: 鼓楼区司法局."""
        word = _prefix(self.gazetteer, name)
        return bool(word) and self.is_ambiguous(word)

    # ---------------------------------------------------------------------------- articles

    def regions(self, article_id: ArticleId) -> tuple[Region, ...]:
        """Return the regions the article speaks of; the home region if it names none."""
        return self._regions.get(article_id, ()) or self._home

    def stated(self, article_id: ArticleId, key: str) -> Region | None:
        """Return the innermost region that the article says *key* lies in."""
        around = self._around.get((article_id, key), ())
        return max(around, key=lambda region: (region.level, region.code)) if around else None

    def seat(self, article_id: ArticleId, word: str) -> Region | None:
        """Return the one region that 市, 县, 区 or 省 can mean in this article."""
        level, endings = _LEVELS[word]
        found = {region for region in self._enclosing(article_id) if _has_level(region, level)}
        fitting = {region for region in found if region.name.endswith(endings)}
        if word == "市" and any(
            region.level == COUNTY and region.name.endswith("市")
            for region in self.regions(article_id)
        ):
            return None  # 市司法局 may be the county-level city's
        return fitting.pop() if len(fitting) == 1 else None

    def local_region(self, article_id: ArticleId, key: str) -> Region | None:
        """Return where a village, road or site of the article lies, as closely as is certain."""
        if stated := self.stated(article_id, key):
            return stated
        enclosing = self._enclosing(article_id)
        for level in (COUNTY, PREFECTURE):
            found = {region for region in enclosing if _has_level(region, level)}
            if len(found) == 1:
                return found.pop()
            if found:
                return None
        return None

    def is_local(self, article_id: ArticleId) -> bool:
        """Say whether the article is news of one region: it names bodies of one, or has a home."""
        return article_id in self._local

    def _enclosing(self, article_id: ArticleId) -> set[Region]:
        """Return the regions of the article and all around them."""
        regions = self.regions(article_id)
        return {*regions, *(outer for r in regions for outer in self.gazetteer.ancestors(r))}


def _without_kind(rest: str, region: Region) -> str:
    """Return what follows 宁夏 in 宁夏自治区党委: the kind of an autonomous region may be shortened."""
    if "自治" in region.name and not region.name.startswith(rest):
        for kind in ("自治区", "自治州", "自治县", "州"):
            if rest.startswith(kind) and region.name.endswith(kind):
                return rest.removeprefix(kind)
    return rest


def _has_level(region: Region, level: int) -> bool:
    is_municipality = region.level == PROVINCE and region.code[:2] in _MUNICIPALITIES
    return level == PREFECTURE if is_municipality else region.level == level


def _by_code(regions: Iterable[Region]) -> tuple[Region, ...]:
    return tuple(sorted(regions, key=lambda region: region.code))


def _located_names(extraction: Extraction) -> Iterator[str]:
    for mention in extraction.mentions:
        if mention.type in _LOCATED_BY_NAME:
            yield normalize_name(mention.name)


def _stated(extraction: Extraction) -> Mapping[str, set[str]]:
    """Return for each name of the article the names of the places it is said to lie in."""
    mention_by_id: Mapping[MentionId, Mention] = extraction.mention_by_id()
    around: dict[str, set[str]] = {}
    for relation in extraction.relations:
        if relation.is_fact or relation.predicate not in _LIES_IN:
            continue
        part = mention_by_id.get(relation.subject)
        whole = mention_by_id.get(MentionId(str(relation.object)))
        if part and whole and relation.qualifier("negated") is not True:
            around.setdefault(normalize_name(part.name), set()).add(normalize_name(whole.name))
    return around


@lru_cache(maxsize=100_000)
def _prefix(gazetteer: Gazetteer, text: str) -> str:
    """Return the province, prefecture or county name that *text* begins with, today's or a former."""
    for end in range(min(len(text), 12), 1, -1):
        word = text[:end]
        if word in _former_names() or any(r.level != TOWN for r in gazetteer.lookup(word)):
            return word if _is_region_word(word, text[end:]) else ""
    return ""


def _is_region_word(word: str, rest: str) -> bool:
    """Say whether *word* before *rest* is a region: not a common word (合作社), not torn (海南方)."""
    return not (word in load_schema().words.get("place-homograph", frozenset()) and rest)


def _resolve(gazetteer: Gazetteer, name: str, near: Sequence[Region]) -> Region | None:
    """Return the region called *name* that fits what is near, under its present name."""
    if code := _former_names().get(name):
        return gazetteer.by_code.get(code)
    region = gazetteer.resolve(name, near)
    if region is None:
        return None
    fits = any(region.lies_in(other) or other.lies_in(region) for other in near)
    return region if fits or not _needs_support(name, region, near) else None


def _needs_support(name: str, region: Region, near: Sequence[Region]) -> bool:
    """Say whether *name* is taken for *region* only beside a region around or inside it."""
    if region.level == TOWN:
        return True
    if name != region.short or region.level == PROVINCE:
        return False
    is_word = name in load_schema().words.get("place-homograph", frozenset())
    if is_word or (region.level == COUNTY and name[-1] in _NATURAL):
        return True
    # 东城 in an article on 东莞 is not the 东城区 of 北京.
    return region.level == COUNTY and bool(near)


@lru_cache(maxsize=1)
def _former_names() -> Mapping[str, str]:
    """Return the codes of regions by the names they had."""
    return {it.old: it.code for it in load_successions() if it.type == "Place" and it.is_rename}
