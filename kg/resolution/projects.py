"""Tell construction projects of one name apart, and know one again under another name.

Papers describe projects rather than name them: 污水处理厂项目, 年产10万吨铜箔项目. Which one is meant follows from
its owner, its place and what it costs; and 昱珩铜箔年产10万吨铜箔项目 is 年产10万吨铜箔项目 of 昱珩铜箔. A different
capacity or phase makes it another project.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from kg.model import ArticleId, Extraction, Mention, MentionId, Quantity, Verdict
from kg.resolution.clusters import Cluster, LocalEntity
from kg.resolution.companies import read_company
from kg.resolution.geography import Geography
from kg.resolution.names import normalize_name
from kg.resolution.pairs import Pairs, Reason
from kg.resolution.statements import canonical_decimal
from kg.resolution.traits import Traits

__all__ = ["ProjectName", "Projects", "read_project", "same_projects", "without_conflicts"]

_OWNS = frozenset({"builds", "investsIn", "operates", "launched"})
_OWNERS = frozenset({"Company"})
_CAPACITY = re.compile(
    r"(?:年产|年处理|日处理|日产|年加工)?(?P<number>\d+(?:\.\d+)?)"
    r"(?P<unit>[万亿千百]?(?:吨|千瓦|兆瓦|[MGKk][Ww]|千伏|kV|立方米?|平方米|方|米|公里|亩|头|只|羽|件|片|条|个|户|张|匹|锭|升|瓶|辆|台|套|支|床|元))"
    r"级?"
)
_PHASE = re.compile(
    r"[（(]?第?([一二三四五六七八九十]|\d)期[）)]?|(\d+#|[一二三四五六七八九十]+标段)"
)
_HEAD = re.compile(r"(?:建设|改造|技改|扩建|新建)?(?:项目|工程)+$")


@dataclass(frozen=True, slots=True)
class ProjectName:
    """What the name of a project says."""

    subject: str  # what is built, without capacity, phase and the word 项目
    numbers: frozenset[str]  # 120万吨: projects of different capacity are different
    phase: str


@lru_cache(maxsize=100_000)
def read_project(name: str) -> ProjectName:
    """Return the parts of a normalized *name*.

    >>> read_project("年产120万吨双酚A项目一期工程")
    ProjectName(subject='双酚A', numbers=frozenset({'120万吨'}), phase='一')
    """
    phase = _PHASE.search(name)
    bare = _PHASE.sub("", name)
    numbers = frozenset(found["number"] + found["unit"] for found in _CAPACITY.finditer(bare))
    subject = _HEAD.sub("", _CAPACITY.sub("", bare))
    return ProjectName(subject, numbers, (phase[1] or phase[2]) if phase else "")


class Projects:
    """Owners, places and sums of the projects of a corpus."""

    def __init__(self, extractions: Iterable[Extraction], geography: Geography) -> None:
        self._geography = geography
        self._owners: dict[tuple[ArticleId, str], set[str]] = defaultdict(set)
        self._amounts: dict[tuple[ArticleId, str], set[str]] = defaultdict(set)
        for extraction in extractions:
            self._read(extraction)

    def _read(self, extraction: Extraction) -> None:
        mention_by_id = extraction.mention_by_id()
        for relation in extraction.relations:
            subject = mention_by_id.get(relation.subject)
            if subject is None or relation.qualifier("negated") is True:
                continue
            if relation.is_fact:
                if subject.type == "Project" and relation.predicate == "totalInvestment":
                    key = extraction.article.id, normalize_name(subject.name)
                    self._amounts[key].update(_money(relation.object))
                continue
            target = mention_by_id.get(MentionId(str(relation.object)))
            if target and target.type == "Project" and relation.predicate in _OWNS:
                key = extraction.article.id, normalize_name(target.name)
                self._owners[key].update(_owner(subject))

    def traits(self, local: LocalEntity) -> Traits:
        """Return owner, place and cost of a project as its article gives them."""
        key = local.article_id, local.key
        owners = self._owners.get(key, set())
        region = self._geography.local_region(local.article_id, local.key)
        tokens = {f"owner:{owner}" for owner in owners}
        tokens |= {f"amount:{amount}" for amount in self._amounts.get(key, ())}
        if region is not None:
            tokens.add(f"region:{region.code}")
        words = min(owners) if owners else region.name if region else ""
        return Traits(frozenset(tokens), words)

    def owners(self, local: LocalEntity) -> frozenset[str]:
        """Return the short names of those who build it: 鲁西集团, 昱珩铜箔材料."""
        return frozenset(self._owners.get((local.article_id, local.key), ()))


def _owner(subject: Mention) -> Iterator[str]:
    if subject.type in _OWNERS:
        company = read_company(normalize_name(subject.name))
        yield company.core + ("集团" if company.is_group else "")


# ------------------------------------------------------------------------------- other names

_SAME_SIZE = Reason(0.85, "业主、建设内容和规模相同")
_SIZE_UNKNOWN = Reason(0.6, "业主和建设内容相同，一方没有写明规模", Verdict.UNSURE)
_MAX_BLOCK = 30


def same_projects(clusters: Sequence[Cluster], projects: Projects) -> Pairs:
    """Yield projects of one owner that build the same under different names."""
    blocks: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for index, cluster in enumerate(clusters):
        if cluster.type == "Project":
            name = read_project(cluster.key)
            for owner in sorted({o for member in cluster.members for o in projects.owners(member)}):
                subject = name.subject.removeprefix(owner).removeprefix("的")
                if len(subject) >= _MIN_SUBJECT:
                    blocks[owner, subject, name.phase].append(index)
    for block in blocks.values():
        for left, right in combinations(block[:_MAX_BLOCK], 2):
            sizes = [read_project(clusters[i].key).numbers for i in (left, right)]
            pair = sorted((left, right), key=lambda i: (-len(clusters[i].key), i))
            if sizes[0] == sizes[1]:
                yield (pair[0], pair[1]), _SAME_SIZE
            elif not (sizes[0] and sizes[1]):
                yield (pair[0], pair[1]), _SIZE_UNKNOWN


_MIN_SUBJECT = 2
_IN_DOUBT = Reason(0.5, "名称相通，但业主或地点不同", Verdict.UNSURE)


def without_conflicts(pairs: Pairs, clusters: Sequence[Cluster], projects: Projects) -> Pairs:
    """Yield the pairs; of two projects with other owners or in other places none is sure."""
    for (left, right), reason in pairs:
        is_conflict = clusters[left].type == "Project" and _conflict(
            *(_traits(clusters[index], projects) for index in (left, right))
        )
        yield (left, right), _IN_DOUBT if is_conflict else reason


def _traits(cluster: Cluster, projects: Projects) -> frozenset[str]:
    return frozenset(t for member in cluster.members for t in projects.traits(member).tokens)


def _conflict(one: frozenset[str], other: frozenset[str]) -> bool:
    """Say whether two sets of traits share none and have different ones of a kind."""
    kinds = ({token.partition(":")[0] for token in tokens} for tokens in (one, other))
    return not one & other and bool(set.intersection(*kinds))


def _money(value: object) -> Iterator[str]:
    if isinstance(value, Quantity) and value.unit == "CNY":
        yield canonical_decimal(value.value)
