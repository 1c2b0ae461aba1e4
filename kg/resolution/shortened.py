"""Find the registered name behind a company's short one.

Papers leave out region and legal form: 三一重工 is 三一重工股份有限公司. What is left is compared whole, since 鲁西集团 and
鲁西化工 only begin alike; a name that is no more than the beginning (昱珩铜箔 of 昱珩铜箔材料有限公司) is joined where both are
reported from one region. Where two firms could be meant nothing is joined.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from kg.gazetteer import load_gazetteer
from kg.model import ArticleId, Verdict
from kg.resolution.bodies import COUNTRY
from kg.resolution.clusters import Cluster
from kg.resolution.companies import CompanyName, is_part, read_company, says_trade
from kg.resolution.naming import stands_for
from kg.resolution.pairs import Pairs, Reason

__all__ = ["short_companies"]

_SHORT = Reason(0.85, "登记名称去掉地名和组织形式后相同，没有第二家")
_BEGINNING = Reason(0.8, "登记名称以它开头，两篇报道提到同一地区，没有第二家")
_IN_DOUBT = Reason(0.6, "登记名称可以这样简称，但不能确定", Verdict.UNSURE)
_SEVERAL = Reason(0.5, "几家登记名称都可以这样简称", Verdict.UNSURE)

# 五矿集团 says no less than 中国五矿集团有限公司, 华为 less than 华为技术有限公司: two firms may share two characters.
_MIN_CHARS = 4
_MAX_DOUBTFUL = 5  # candidates recorded for one short name


def short_companies(clusters: Sequence[Cluster]) -> Pairs:
    """Yield (registered, short) where papers may shorten the one to the other."""
    firms = _Firms(clusters)
    for index, name in firms.names.items():
        if name.form or name.is_branch:
            continue
        whole, begun = set(firms.named(index)), set(firms.begun_with(index))
        found = whole | begun
        reason = _SEVERAL
        if len(found) == 1:
            (candidate,) = found
            reason = firms.reason(candidate, index, is_whole=bool(whole))
        for candidate in sorted(found)[:_MAX_DOUBTFUL]:
            yield (candidate, index), reason


class _Firms:
    """Registered companies by what they are shortened to, and by how they begin."""

    def __init__(self, clusters: Sequence[Cluster]) -> None:
        self._clusters = clusters
        self.names = {i: read_company(c.key) for i, c in enumerate(clusters) if c.type == "Company"}
        self._by_short: dict[str, set[int]] = defaultdict(set)
        self._by_beginning: dict[str, set[int]] = defaultdict(set)
        self._areas = _areas(clusters)
        for index, name in self.names.items():
            if name.form and not name.is_branch:
                self._read(index, name)

    def _read(self, index: int, name: CompanyName) -> None:
        body = self._clusters[index].key.removesuffix(name.form)
        region = body[: body.find(name.core)] if name.code and name.core in body else ""
        for short in name.short_forms():
            self._by_short[short].add(index)
            if region:
                self._by_short[region + short].add(index)
        if not name.is_group and len(name.core) > _MIN_CHARS:
            self._by_beginning[name.core[:_MIN_CHARS]].add(index)

    def named(self, short: int) -> Iterator[int]:
        """Yield the firms of which nothing but region and legal form is left out."""
        code = self.names[short].code
        for index in self._by_short.get(self._clusters[short].key, ()):
            is_elsewhere = code and self.names[index].code not in ("", code)
            if index != short and not is_elsewhere:
                yield index

    def begun_with(self, short: int) -> Iterator[int]:
        """Yield the firms whose name begins so and goes on with a trade."""
        key = self._clusters[short].key
        for index in self._by_beginning.get(key[:_MIN_CHARS], ()):
            core, full = self.names[index].core, self._clusters[index].key
            is_whole_in_itself = not stands_for(key, full, "Company") or is_part(key, full)
            goes_on = core.startswith(key) and says_trade(core[len(key) :])
            if index != short and goes_on and not is_whole_in_itself:
                yield index

    def reason(self, full: int, short: int, *, is_whole: bool) -> Reason:
        """Return why the only candidate is the one, or may be."""
        are_near = bool(self._areas[full] & self._areas[short])
        if len(self._clusters[short].key) < _MIN_CHARS:
            return _IN_DOUBT
        if is_whole:
            return _SHORT if are_near or not self._lacks_city(full, short) else _IN_DOUBT
        return _BEGINNING if are_near and not self.names[short].code else _IN_DOUBT

    def _lacks_city(self, full: int, short: int) -> bool:
        """Say whether a city is left out: 锦湖轮胎 may be the mother of 南京锦湖轮胎有限公司."""
        code = self.names[full].code
        is_of_city = bool(code) and code != COUNTRY and not code.endswith("0000")
        return is_of_city and not self.names[short].code


def _areas(clusters: Sequence[Cluster]) -> list[set[str]]:
    """Return for each company the prefectures that its articles name."""
    gazetteer = load_gazetteer()
    by_article: dict[ArticleId, set[str]] = defaultdict(set)
    for cluster in clusters:
        region = gazetteer.resolve(cluster.key) if cluster.type == "Place" else None
        if region is None or region.code.endswith("0000"):
            continue
        for member in cluster.members:
            by_article[member.article_id].add(region.code[:4])
    return [
        {code for member in cluster.members for code in by_article.get(member.article_id, ())}
        if cluster.type == "Company"
        else set()
        for cluster in clusters
    ]
