"""Which region an article means by 市, 全县 or 省.

Local news names its own region rarely: 市司法局, 我市, 全县. The region meant is the one of that level
which the article speaks of; where it names none, the corpus's home region or what lies around it.
Two regions of one level that are named equally often leave the word unresolved: a guess would put
an agency into the wrong city.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from kg.gazetteer import COUNTY, PREFECTURE, PROVINCE, Gazetteer, Region, load_gazetteer
from kg.model import AnnotatedArticle, Article

__all__ = ["RegionContext", "find_home", "region_context"]

RegionAt: TypeAlias = "tuple[Region, int, int]"  # with begin and end of its name

HEADLINE_WEIGHT = 3  # a headline names what the article is about


@dataclass(frozen=True, slots=True)
class _Anchor:
    offset: int
    region: Region
    weight: int


@dataclass(frozen=True, slots=True)
class RegionContext:
    """The regions an article names, in text order, and the home region behind them."""

    anchors: tuple[_Anchor, ...]
    home: Region | None
    gazetteer: Gazetteer
    # All named regions, and the home region last; nearly every name of the article asks for them.
    regions: tuple[Region, ...] = field(init=False, repr=False, compare=False)
    _resolved: dict[str, Region | None] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _chains: dict[str, tuple[RegionAt, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        named = tuple(dict.fromkeys(anchor.region for anchor in self.anchors))
        object.__setattr__(self, "regions", (*named, self.home) if self.home else named)

    def resolve(self, name: str) -> Region | None:
        """Return the region that *name* means in this article; it is kept."""
        if name not in self._resolved:
            self._resolved[name] = self.gazetteer.resolve(name, self.regions)
        return self._resolved[name]

    def leading(self, name: str) -> tuple[RegionAt, ...]:
        """Return the regions that *name* begins with, one behind the other, with their span.

        They are kept: to find short names, each name is held against all others of its type.
        """
        if name not in self._chains:
            self._chains[name] = tuple(self._leading(name))
        return self._chains[name]

    def _leading(self, name: str) -> Iterator[RegionAt]:
        position = 0
        for match in self.gazetteer.find(name):
            if match.begin != position:
                return
            region = self.resolve(name[match.begin : match.end])
            if region is None:
                return
            yield region, match.begin, match.end
            position = match.end

    def meant_by(self, word: str, offset: int) -> Region | None:
        """Return the region that 省, 市, 县, 区, 州 or 旗 at *offset* stands for, if one does."""
        found = self._dominant(word, offset)
        if found is not None:
            return found
        around = [anchor.region for anchor in self.anchors]
        for region in ([self.home] if self.home else []) + around:
            for candidate in (region, *self.gazetteer.ancestors(region)):
                if is_called(candidate, word):
                    return candidate
        return None

    def _dominant(self, word: str, offset: int) -> Region | None:
        counts: Counter[Region] = Counter()
        last: dict[Region, int] = {}
        for anchor in self.anchors:
            if is_called(anchor.region, word):
                counts[anchor.region] += anchor.weight
                if anchor.offset <= offset:
                    last[anchor.region] = anchor.offset
        if not counts:
            return None
        top = max(counts.values())
        leaders = [region for region, count in counts.items() if count == top]
        if len(leaders) == 1:
            return leaders[0]
        if self.home in leaders:
            return self.home
        named_before = [region for region in leaders if region in last]
        if len(named_before) == 1:
            return named_before[0]
        # Several cities, each as often: the one spoken of last, if it stands in this paragraph's reach.
        return max(named_before, key=lambda region: last[region]) if named_before else None


def is_called(region: Region, word: str) -> bool:
    """Say whether people of *region* call it 市, 县, 区, 省… (北京 is a 市, 内蒙古 a 自治区)."""
    name = region.name
    if word == "省":
        return region.level == PROVINCE and not name.endswith("市")
    if word == "自治区":
        return region.level == PROVINCE and name.endswith("自治区")
    if word == "市":
        return name.endswith("市")
    if word == "县":
        return region.level == COUNTY and name.endswith(("县", "旗"))
    if word == "区":
        return region.level == COUNTY and name.endswith("区")
    if word in ("州", "盟", "旗"):
        return name.endswith(word) and region.level in (PREFECTURE, COUNTY)
    return False


def region_context(annotated: AnnotatedArticle, home: str | None = None) -> RegionContext:
    """Collect the gazetteer regions that *annotated* names; *home* is a region's name."""
    gazetteer = load_gazetteer()
    home_region = gazetteer.resolve(home) if home else None
    text = annotated.article.text
    names = [
        (name.span.begin, name.span.of(text))
        for sentence in annotated.sentences
        for name in sentence.names
        if name.type == "Place" and gazetteer.lookup(name.span.of(text))
    ]
    return RegionContext(
        tuple(_anchors(names, annotated.article, home_region, gazetteer)), home_region, gazetteer
    )


def _anchors(
    names: Sequence[tuple[int, str]], article: Article, home: Region | None, gazetteer: Gazetteer
) -> Iterable[_Anchor]:
    """Resolve the unambiguous names first; they tell which 鼓楼区 the others mean."""
    sure = [region for _, name in names if (region := gazetteer.resolve(name))]
    near = [*sure, *([home] if home else [])]
    for offset, name in names:
        region = gazetteer.resolve(name, near)
        if region is not None:
            weight = HEADLINE_WEIGHT if offset < article.body_begin else 1
            yield _Anchor(offset, region, weight)


def find_home(articles: Iterable[AnnotatedArticle]) -> str | None:
    """Return the city that the articles of one document speak of most, if one stands out.

    A newspaper page names its city in some article though not in each; it must lead the second by
    half, since a page of national news has no home.
    """
    counts: Counter[str] = Counter()
    for annotated in articles:
        context = region_context(annotated)
        for anchor in context.anchors:
            region: Region | None = anchor.region
            if region is not None and region.level == COUNTY and not region.name.endswith("市"):
                region = context.gazetteer.parent(region)
            if region is not None and region.level != PROVINCE:
                counts[region.name] += anchor.weight
    ranked = counts.most_common(2)
    if not ranked or ranked[0][1] < 3:
        return None
    if len(ranked) == 2 and ranked[0][1] < 1.5 * ranked[1][1]:
        return None
    return ranked[0][0]
