"""Read names as what they stand for: a division code, a body of a region, a registered company.

上海 and 上海市 are division 310000; 章丘市 became 章丘区 in 2016 and is the same division; 聊城市发改委 is the
body of 371500 whose function is 发展和改革委员会. Two names of one identity are one entity.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from kg.gazetteer import load_gazetteer
from kg.model import Decision, Verdict
from kg.resolution.bodies import TYPES as BODIES
from kg.resolution.bodies import read_body
from kg.resolution.clusters import Cluster, LocalEntity
from kg.resolution.companies import read_company
from kg.resolution.geography import Geography
from kg.resolution.pairs import Pairs, Reason
from kg.resolution.tables import Succession, load_short_names, load_successions
from kg.schema import Schema

__all__ = ["former_names", "identity_pairs", "is_present_name"]

_REASONS = {
    "Place": Reason(0.95, "同一行政区划"),
    "Company": Reason(0.9, "登记名称的地名、字号、行业相同"),
}
_AREA = re.compile(
    r"(?:[华东西南北中部内外珠长三角洲亚欧非美环渤海京津冀]{2,5}|泛\w{2,4})(?:地区)?"
)
_SAME_BODY = Reason(0.95, "同一地区的同一机构")


def identity_pairs(clusters: Sequence[Cluster], geography: Geography) -> Pairs:
    """Yield pairs of one identity, each with the first that has it."""
    first: dict[tuple[str, str], int] = {}
    for index, cluster in enumerate(clusters):
        identity = _identity(cluster, geography)
        if identity is None:
            continue
        known = first.setdefault((cluster.type, identity), index)
        if known != index:
            left, right = sorted((known, index), key=lambda i: (-len(clusters[i].key), i))
            yield (left, right), _REASONS.get(cluster.type, _SAME_BODY)


def _identity(cluster: Cluster, geography: Geography) -> str | None:
    """Return the identity that all articles give the name, None where they don't agree on one."""
    if cluster.type == "Company":
        return _company(cluster.key)
    if cluster.type != "Place" and cluster.type not in BODIES:
        return None
    found = {_local_identity(member, geography) for member in cluster.members}
    return found.pop() if len(found) == 1 else None


def _local_identity(local: LocalEntity, geography: Geography) -> str | None:
    if local.type == "Place":
        region = geography.region(local.key, local.article_id)
        return region.code if region else _large_area(local.key)
    body = read_body(local.key, local.type, geography, local.article_id)
    return f"{body.code} {body.function}" if body else None


def _large_area(key: str) -> str | None:
    """Return 华东 for 华东地区: the word adds nothing to an area that has no code."""
    return key.removesuffix("地区") if _AREA.fullmatch(key) else None


@lru_cache(maxsize=200_000)
def _company(key: str) -> str | None:
    if full := load_short_names().company.get(key):
        return full
    name = read_company(key)
    if name.is_branch or not (name.code or name.core.startswith("中国")):
        return None
    # 股份有限公司 and 有限公司 of equal region, name proper and trade are one firm before and after
    # its conversion; a 厂 or 合作社 is not.
    form = "公司" if name.form.endswith("公司") else name.form
    is_registered = bool(name.form)
    return f"{name.code} {name.core} {name.is_group} {form}" if is_registered else None


# ------------------------------------------------------------------------------ successions


@lru_cache(maxsize=1)
def _present_names() -> frozenset[str]:
    return frozenset(it.new for it in load_successions())


def is_present_name(cluster: Cluster) -> bool:
    """Say whether a place is called so today, by its official name."""
    regions = load_gazetteer().lookup(cluster.key) if cluster.type == "Place" else ()
    return any(region.name == cluster.key for region in regions)


def former_names(clusters: Iterable[Cluster], schema: Schema) -> list[Decision]:
    """Return the pairs of what was merged into what: related, and not one (莱芜市, 莱芜区)."""
    ids = defaultdict(list)
    for cluster in clusters:
        for key in {member.key for member in cluster.members}:
            ids[cluster.type, key].append(cluster.id(schema))
    return [
        Decision(old, new, Verdict.DIFFERENT, 0.9, _words(succession))
        for succession in load_successions()
        if not succession.is_rename
        for old in ids.get((succession.type, succession.old), ())
        for new in ids.get((succession.type, succession.new), ())
        if old != new
    ]


def _words(succession: Succession) -> str:
    return f"{succession.year}年{succession.old}并入{succession.new}（{succession.source}）"
