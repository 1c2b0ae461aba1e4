"""Join entities that different articles call by different names.

One article introduces 山东昱珩铜箔材料有限公司（以下简称昱珩铜箔）, the next speaks of 昱珩铜箔 only; as two
entities they hide what the corpus knows. Names are joined where the corpus itself gives the reason and
nothing else of the type could be meant; each join is a `Decision` that a person can overrule. Where
there is a reason but doubt, the pair is recorded for review and stays two.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from kg.gazetteer import load_gazetteer
from kg.model import ArticleId, Decision, EntityId, Verdict
from kg.resolution.clusters import Cluster, UnionFind
from kg.resolution.names import entity_id, is_registered
from kg.schema import Schema

__all__ = ["link_clusters"]

# Bodies and what they build have proper names. Two people of one name are two people, a meeting is
# called by its kind (市委经济工作会议) every year anew, products and policies are named by their content.
_SHORTENED = frozenset({"Agency", "Company", "Organization", "Platform", "Project", "Zone"})
# 市司法局, 县供销社: which city's, only the article knows.
_CONTEXTUAL = re.compile(r"[国省市州盟区县旗镇乡村][^\d]")
# State and party, in front of a body's name or not: 中国证监会 and 证监会, 中共聊城市委 and 聊城市委.
_STATE = ("中国", "中共", "中华人民共和国", "国家")
_MIN_REGISTERED_WITHOUT_REGION = 8
# A name that begins with its trade has no name proper: 城市建设投资有限公司 exists in every county.
_TRADE_FIRST = re.compile(
    r"城市|城乡|城镇|建设|投资|融资|交通|公共|市政|水务|水利|供水|供热|国有|资产|农业|农村|粮食|文化|旅游|产业|金融"
    r"|经济|开发|房地产|住房|人力|人才|环保|物流|能源|电力|土地|财政|信用|工业|科技|教育|医药"
)
_MIN_NAME_WITHOUT_REGION = 5  # 建投集团 and 农商银行 exist in every county

_Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Reason:
    score: float
    words: str
    verdict: Verdict = Verdict.SAME


_MUTUAL = _Reason(0.9, "同一篇报道中互为别称")
_ONLY_USER = _Reason(0.85, "全部报道中只有它用过这一简称")
_DOUBTFUL = _Reason(0.6, "一方的名称是另一方的别称", Verdict.UNSURE)
_REGION = _Reason(0.8, "名称只差开头的地名，报道也提到该地")
_FULL_NAME = _Reason(0.8, "登记名称只差开头的地名")
_STATE_NAME = _Reason(0.85, "名称只差“中国”“中共”等冠称")
_APPOSITION = _Reason(0.8, "登记名称前加了所属或说明")


def link_clusters(
    clusters: Sequence[Cluster], schema: Schema, judgements: Sequence[Decision]
) -> tuple[list[Cluster], list[Decision]]:
    """Return the clusters, joined, and the decisions; those of a person (*judgements*) win.

    Names come before aliases: 阿泽生物 is used by one company only once 阿泽生物科技股份有限公司 is known
    to be 山东阿泽生物科技股份有限公司.
    """
    links = UnionFind(len(clusters))
    index_by_id = {cluster.id(schema): index for index, cluster in enumerate(clusters)}
    decisions = list(_apply(judgements, index_by_id, links))
    decisions += _join(clusters, _name_pairs(clusters), links, schema, judgements)
    named = [_merge([clusters[i] for i in group]) for group in links.groups()]
    links = UnionFind(len(named))
    decisions += _join(named, _alias_pairs(named, schema), links, schema, judgements)
    return [_merge([named[i] for i in group]) for group in links.groups()], decisions


def _join(
    clusters: Sequence[Cluster],
    pairs: Iterable[tuple[_Pair, _Reason]],
    links: UnionFind,
    schema: Schema,
    judgements: Sequence[Decision],
) -> Iterator[Decision]:
    """Join the pairs that nobody has judged, and yield why."""
    judged = {frozenset((each.left, each.right)) for each in judgements}
    for (left, right), reason in sorted(pairs, key=lambda entry: entry[0]):
        ids = clusters[left].id(schema), clusters[right].id(schema)
        known_as = (_ids(clusters[index], schema) for index in (left, right))
        if any(frozenset(pair) in judged for pair in product(*known_as)):
            continue
        if reason.verdict is Verdict.SAME:
            links.join(left, right)
        yield Decision(*ids, reason.verdict, reason.score, reason.words)


def _ids(cluster: Cluster, schema: Schema) -> set[EntityId]:
    """Return the id of a cluster and those its members had before they were joined."""
    members = {entity_id(m.type, m.key, schema, cluster.discriminator) for m in cluster.members}
    return {cluster.id(schema), *members}


def _apply(
    judgements: Sequence[Decision], index_by_id: Mapping[EntityId, int], links: UnionFind
) -> Iterator[Decision]:
    for judgement in judgements:
        left, right = (index_by_id.get(EntityId(e)) for e in (judgement.left, judgement.right))
        if left is not None and right is not None:
            if judgement.verdict is Verdict.SAME:
                links.join(left, right)
            yield judgement


# ---------------------------------------------------------------------------------- aliases


def _alias_pairs(clusters: Sequence[Cluster], schema: Schema) -> Iterator[tuple[_Pair, _Reason]]:
    """Yield (longer, shorter) where the name of one is an alias of the other.

    An alias that several entities of the type use (开发区公司) tells nothing and yields no pair; a
    namesake's name tells nothing either.
    """
    named: dict[tuple[str, str], list[int]] = defaultdict(list)
    users: dict[tuple[str, str], set[int]] = defaultdict(set)
    in_article: set[tuple[int, ArticleId, str]] = set()
    for index, cluster in enumerate(clusters):
        named[cluster.type, cluster.key].append(index)
        for member in cluster.members:
            for key in member.surface_keys(schema) - {cluster.key}:
                users[cluster.type, key].add(index)
                in_article.add((index, member.article_id, key))
    for (type_, key), using in sorted(users.items()):
        owners = named.get((type_, key), [])
        if len(owners) != 1 or len(using) != 1 or using == set(owners):
            continue
        user, owner = next(iter(using)), owners[0]
        back = clusters[user].key
        mutual = any(
            (user, member.article_id, key) in in_article
            and (owner, member.article_id, back) in in_article
            for member in clusters[owner].members
        )
        reason = _DOUBTFUL
        if mutual:
            reason = _MUTUAL
        elif _is_own_short_form(key, clusters[user], clusters):
            reason = _ONLY_USER
        yield _longer_first(user, owner, clusters), reason


def _is_own_short_form(key: str, user: Cluster, clusters: Sequence[Cluster]) -> bool:
    """Say whether *key* is short for the name of *user* and of nothing else in the corpus."""
    if user.type not in _SHORTENED or _CONTEXTUAL.match(key) or not _is_short_for(key, user.key):
        return False
    others = (c.key for c in clusters if c.type == user.type and c.key not in (key, user.key))
    return not any(key in other and user.key not in other for other in others)


def _is_short_for(short: str, long: str) -> bool:
    """Say whether the characters of *short* stand in *long* in this order (禾棠农装)."""
    rest = iter(long)
    return len(short) < len(long) and all(char in rest for char in short)


def _longer_first(one: int, other: int, clusters: Sequence[Cluster]) -> _Pair:
    left, right = sorted((one, other), key=lambda i: (-len(clusters[i].key), i))
    return left, right


# ------------------------------------------------------------------------------------ names


def _name_pairs(clusters: Sequence[Cluster]) -> Iterator[tuple[_Pair, _Reason]]:
    """Yield (longer, shorter) where the longer name is the shorter with something in front."""
    index_by_name = {(c.type, c.key): i for i, c in enumerate(clusters) if not c.discriminator}
    longer_by_shorter: dict[int, list[tuple[int, _Reason]]] = defaultdict(list)
    places = _places_by_article(clusters)
    for (type_, key), index in index_by_name.items():
        for begin in range(2, len(key) - 1):
            shorter = index_by_name.get((type_, key[begin:]))
            if shorter is None:
                continue
            reason = _reason_in_front(key[:begin], clusters[shorter], places)
            if reason is not None:
                longer_by_shorter[shorter].append((index, reason))
    for shorter, found in longer_by_shorter.items():
        # 莘县…合作社 and 高唐县…合作社: which of the two is meant, nobody can say. One name with
        # several words in front of it (鲁西集团…, 业主单位…) is still one registered name.
        if len(found) == 1 or all(reason is _APPOSITION for _, reason in found):
            for longer, reason in found:
                yield (longer, shorter), reason


def _reason_in_front(
    front: str, shorter: Cluster, places: Mapping[ArticleId, set[str]]
) -> _Reason | None:
    """Return why a name with *front* before it is the same, None where it is not."""
    if shorter.type == "Agency":
        return _STATE_NAME if front in _STATE else None
    if shorter.type not in {"Company", "Organization"}:
        return None
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
        shorts = {region.short for region in gazetteer.lookup(cluster.key) if region.short}
        for member in cluster.members:
            names = places[member.article_id]
            if cluster.type == "Place":
                names.update({cluster.key, *shorts})
    return places


# ------------------------------------------------------------------------------------ merging


def _merge(clusters: Sequence[Cluster]) -> Cluster:
    """Return one cluster under the fullest name; words in front of a registered name don't count."""
    names = [
        c for c in clusters if not any(_has_words_before(c.key, other.key) for other in clusters)
    ]
    chief = min(names or clusters, key=lambda c: (-len(c.key), c.key, c.type, c.discriminator))
    members = sorted(
        (member for cluster in clusters for member in cluster.members),
        key=lambda member: (member.article_id, member.type, member.key),
    )
    return Cluster(chief.type, chief.key, chief.discriminator, tuple(members))


def _has_words_before(key: str, registered: str) -> bool:
    return key != registered and key.endswith(registered) and is_registered(registered)
