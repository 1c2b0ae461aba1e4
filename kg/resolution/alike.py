"""Find names that differ in what may be left out: the state, the region, the legal form.

证监会 is 中国证监会, 三一重工 is 三一重工股份有限公司, 阿泽生物科技股份有限公司 lacks the 山东 it is registered with. What is left is
compared whole: 鲁西集团 and 鲁西化工 only begin alike.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from rapidfuzz import fuzz

from kg.gazetteer import load_gazetteer
from kg.model import ArticleId, Verdict
from kg.resolution.bodies import COUNTRY
from kg.resolution.clusters import Cluster
from kg.resolution.companies import CompanyName, is_part, read_company, says_trade
from kg.resolution.names import is_registered
from kg.resolution.naming import stands_for
from kg.resolution.pairs import Pairs, Reason

__all__ = ["longer_names", "misspelt_names", "short_companies"]

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
_MIN_CORE = 4  # 华为, 首钢: two firms may share a name proper of two characters

_REGION = Reason(0.8, "名称只差开头的地名，报道也提到该地")
_FULL_NAME = Reason(0.8, "登记名称只差开头的地名")
_STATE_NAME = Reason(0.85, "名称只差“中国”“中共”等冠称")
_APPOSITION = Reason(0.8, "登记名称前加了所属或说明")
_SHORT = Reason(0.85, "登记名称去掉地名和组织形式后相同，没有第二家")
_BEGINNING = Reason(0.8, "登记名称以它开头，两篇报道提到同一地区，没有第二家")
_SHORT_DOUBT = Reason(0.6, "登记名称可以这样简称，但不能确定", Verdict.UNSURE)
_SEVERAL = Reason(0.5, "几家登记名称都可以这样简称", Verdict.UNSURE)
_MISSPELT = Reason(0.6, "名称只差一个字，可能是误写", Verdict.UNSURE)

_MAX_DOUBTFUL = 5  # candidates recorded for one short name


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


# --------------------------------------------------------------------------- short companies


def short_companies(clusters: Sequence[Cluster]) -> Pairs:
    """Yield (registered, short) where papers may shorten the one to the other."""
    names = {i: read_company(c.key) for i, c in enumerate(clusters) if c.type == "Company"}
    by_short, by_beginning = _indices(clusters, names)
    surroundings = _surroundings(clusters)
    for index, name in names.items():
        key = clusters[index].key
        if name.form or name.is_branch:
            continue
        whole = {i for i in by_short.get(key, ()) if _is_region_possible(name, names[i])} - {index}
        begun = {
            i
            for i in by_beginning.get(key[:_MIN_CORE], ())
            if names[i].core.startswith(key)
            and stands_for(key, clusters[i].key, "Company")
            and not is_part(key, clusters[i].key)
            and says_trade(names[i].core[len(key) :])
        } - {index}
        if whole:
            # 五矿集团 says no less than 中国五矿集团有限公司, 华为 less than 华为技术有限公司.
            is_near = all(
                surroundings[i] & surroundings[index] or not _is_local(names[i], name)
                for i in whole
            )
            sure = _SHORT if is_near and len(key) >= _MIN_CORE else _SHORT_DOUBT
            yield from _candidates(whole | begun, index, sure)
        elif len(key) >= _MIN_CORE and not name.code:
            near = all(surroundings[i] & surroundings[index] for i in begun)
            yield from _candidates(begun, index, _BEGINNING if near else _SHORT_DOUBT)


def _indices(
    clusters: Sequence[Cluster], names: Mapping[int, CompanyName]
) -> tuple[dict[str, set[int]], dict[str, set[int]]]:
    """Return registered companies by what they are shortened to, and by how their core begins."""
    by_short: dict[str, set[int]] = defaultdict(set)
    by_beginning: dict[str, set[int]] = defaultdict(set)
    for index, name in names.items():
        if not name.form or name.is_branch:
            continue
        body = clusters[index].key.removesuffix(name.form)
        region = body[: body.find(name.core)] if name.code and name.core in body else ""
        for short in name.short_forms():
            by_short[short].add(index)
            if region:
                by_short[region + short].add(index)
        if not name.is_group and len(name.core) > _MIN_CORE:
            by_beginning[name.core[:_MIN_CORE]].add(index)
    return by_short, by_beginning


def _is_region_possible(short: CompanyName, full: CompanyName) -> bool:
    """Say whether a short name that begins with a region can be the firm registered in another."""
    return not short.code or not full.code or short.code == full.code


def _is_local(full: CompanyName, short: CompanyName) -> bool:
    """Say whether a city or county is left out: 锦湖轮胎 may be the mother of 南京锦湖轮胎有限公司."""
    is_of_province = full.code.endswith("0000") or full.code == COUNTRY
    return bool(full.code) and not is_of_province and not short.code


def _candidates(found: set[int], short: int, sure: Reason) -> Pairs:
    reason = sure if len(found) == 1 else _SEVERAL
    for index in sorted(found)[:_MAX_DOUBTFUL]:
        yield (index, short), reason


def _surroundings(clusters: Sequence[Cluster]) -> list[set[str]]:
    """Return for each cluster the counties and prefectures that its articles name."""
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
