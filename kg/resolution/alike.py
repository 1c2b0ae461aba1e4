"""Find names that differ in front only, or in one character.

证监会 is 中国证监会, 阿泽生物科技股份有限公司 lacks the 山东 it is registered with. One character may be a slip or another
firm: that is left to a person.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from rapidfuzz import fuzz

from kg.gazetteer import load_gazetteer
from kg.model import ArticleId, Verdict
from kg.resolution.clusters import Cluster
from kg.resolution.names import is_registered
from kg.resolution.pairs import Pairs, Reason

__all__ = ["longer_names", "misspelt_names"]

# State and party, in front of a body's name or not: 中国证监会 and 证监会, 中共聊城市委 and 聊城市委.
_STATE = ("中国", "中共", "中华人民共和国", "国家")
_MIN_REGISTERED_WITHOUT_REGION = 8
# A name that begins with its trade has no name proper: 城市建设投资有限公司 exists in every county.
_TRADE_FIRST = re.compile(
    r"城市|城乡|城镇|建设|投资|融资|交通|公共|市政|水务|水利|供水|供热|国有|资产|农业|农村|粮食|文化|旅游|产业|金融"
    r"|经济|开发|房地产|住房|人力|人才|环保|物流|能源|电力|土地|财政|信用|工业|科技|教育|医药"
)
_MIN_NAME_WITHOUT_REGION = 5  # 建投集团 and 农商银行 exist in every county
_LENGTHENED = frozenset({"Agency", "Company", "Organization", "Zone"})

_REGION = Reason(0.8, "名称只差开头的地名，报道也提到该地")
_FULL_NAME = Reason(0.8, "登记名称只差开头的地名")
_STATE_NAME = Reason(0.85, "名称只差“中国”“中共”等冠称")
_APPOSITION = Reason(0.8, "登记名称前加了所属或说明")
_MISSPELT = Reason(0.6, "名称只差一个字，可能是误写", Verdict.UNSURE)


# ------------------------------------------------------------------------ something in front


def longer_names(clusters: Sequence[Cluster], is_ambiguous: Callable[[str, str], bool]) -> Pairs:
    """Yield (longer, shorter) where the longer name is the shorter with something in front.

    A name that several things bear (*is_ambiguous* of type and name: 税务局, 自贸试验区) is short for none.
    """
    index_by_name = {
        (c.type, c.key): i
        for i, c in enumerate(clusters)
        if not c.discriminator and c.type in _LENGTHENED
    }
    longer_by_shorter: dict[int, list[tuple[int, Reason]]] = defaultdict(list)
    places = _places_by_article(clusters)
    for (type_, key), index in index_by_name.items():
        for begin in range(2, len(key) - 1):
            shorter = index_by_name.get((type_, key[begin:]))
            if shorter is None or key[begin] == "(" or is_ambiguous(type_, key[begin:]):
                continue
            reason = _reason_in_front(key[:begin], clusters[shorter], places)
            if reason is _FULL_NAME and _stand_side_by_side(clusters[index], clusters[shorter]):
                continue
            if reason is not None:
                longer_by_shorter[shorter].append((index, reason))
    for shorter, found in longer_by_shorter.items():
        # 莘县…合作社 and 高唐县…合作社: which of the two is meant, nobody can say. One name with
        # several words in front of it (鲁西集团…, 业主单位…) is still one registered name.
        if len(found) == 1 or all(reason is _APPOSITION for _, reason in found):
            for longer, reason in found:
                yield (longer, shorter), reason


def _stand_side_by_side(one: Cluster, other: Cluster) -> bool:
    """Say whether an article names both by their full names: 中石油昆仑燃气有限公司 and its daughter in 抚顺."""
    articles = {member.article_id for member in one.members}
    return any(member.article_id in articles for member in other.members)


def _reason_in_front(
    front: str, shorter: Cluster, places: Mapping[ArticleId, set[str]]
) -> Reason | None:
    """Return why a name with *front* before it is the same, None where it is not."""
    if shorter.type == "Agency":
        return _STATE_NAME if front in _STATE else None
    if shorter.type == "Company" and is_registered(shorter.key):
        return _APPOSITION
    if shorter.type == "Company" and _is_registered_without(front, shorter.key):
        return _FULL_NAME
    in_region = all(front in places[member.article_id] for member in shorter.members)
    is_telling = len(shorter.key) >= _MIN_NAME_WITHOUT_REGION
    return _REGION if in_region and is_telling else None


def _is_registered_without(front: str, key: str) -> bool:
    """Say whether a region is all that a name with trade and legal form lacks (山东|阿泽生物科技…)."""
    is_specific = len(key) >= _MIN_REGISTERED_WITHOUT_REGION and key.endswith("有限公司")
    if not is_specific or _TRADE_FIRST.match(key):
        return False
    return bool(load_gazetteer().lookup(front))


def _places_by_article(clusters: Sequence[Cluster]) -> dict[ArticleId, set[str]]:
    """Return the names of the places each article mentions, short and full."""
    places: dict[ArticleId, set[str]] = defaultdict(set)
    gazetteer = load_gazetteer()
    for cluster in clusters:
        if cluster.type != "Place":
            continue
        shorts = {region.short for region in gazetteer.lookup(cluster.key) if region.short}
        for member in cluster.members:
            places[member.article_id].update({cluster.key, member.key, *shorts})
    return places


# -------------------------------------------------------------------------------- misspellings

_MIN_COMPARED = 8
_MAX_BLOCK = 40
_TELLING_APART = re.compile(r"[\d第一二三四五六七八九十甲乙丙丁东南西北上下前后新老大小内外]")


def misspelt_names(clusters: Sequence[Cluster]) -> Pairs:
    """Yield registered names of equal length that differ in one character, for a person to judge."""
    blocks: dict[str, list[int]] = defaultdict(list)
    for index, cluster in enumerate(clusters):
        key = cluster.key
        if cluster.type == "Company" and len(key) >= _MIN_COMPARED and is_registered(key):
            half = len(key) // 2
            blocks[f"{len(key)}^{key[:half]}"].append(index)
            blocks[f"{len(key)}{key[half:]}$"].append(index)
    for _, block in sorted(blocks.items()):
        if len(block) <= _MAX_BLOCK:  # a larger one is a series: 第一百货 … 第四十百货
            yield from _misspelt_in(block, clusters)


def _misspelt_in(block: Sequence[int], clusters: Sequence[Cluster]) -> Pairs:
    for position, left in enumerate(block):
        for right in block[position + 1 :]:
            one, other = clusters[left].key, clusters[right].key
            if fuzz.ratio(one, other) >= 100 * (1 - 1.5 / len(one)) and _may_be_slip(one, other):
                yield (left, right), _MISSPELT


def _may_be_slip(one: str, other: str) -> bool:
    """Say whether one character differs that tells no numbers, directions or regions apart."""
    differing = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    if len(differing) != 1 or any(_TELLING_APART.match(char) for char in differing[0]):
        return False
    gazetteer = load_gazetteer()
    regions = [[match.regions for match in gazetteer.find(name)] for name in (one, other)]
    return regions[0] == regions[1]
