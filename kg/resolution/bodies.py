"""Tell which body of which region a name means: 市发改委 is another body in every city.

聊城市发改委, 聊城发展改革委 and, in an article about 聊城, 市发展和改革委员会 are one body, and 扬州市发改委 is
another. A name is read as region and function; abbreviations of the function are expanded by
`ontology/short_names.csv`. Central bodies have the country for their region.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from kg.gazetteer import TOWN, Region
from kg.model import ArticleId
from kg.resolution.geography import Geography
from kg.resolution.tables import load_short_names

__all__ = ["COUNTRY", "Body", "canonical_function", "is_contextual", "read_body"]

COUNTRY = "CN"
TYPES = frozenset({"Agency", "Organization", "Zone"})

_PARTY = "中共"
_LEVEL = re.compile(r"[省市县区州盟旗].+")
# 市场监管局, 区域协调办, 州河管理处: here the first character is no level.
_NO_LEVEL = re.compile(
    r"市场|市政|市民|市容|市监局|区域|区块|省级|省际|市级|市直|县级|县域|县直|区级|区直|州级"
)
# Heads of bodies that every region has. 部 is none of them: ministries are central, and 组织部 follows 市委.
_REGIONAL_HEAD = re.compile(
    r"[\w、]{1,12}(?:局|委|委员会|办|办公室|法院|检察院|派出所|支队|大队|分局|管委会|人民政府|党委|领导小组|指挥部|服务中心|交易中心"
    r"|人民医院|中医院|图书馆|文化馆|博物馆|小学|中学|总工会|商会|联合会|供销社|机关|部门)"
)
_CENTRAL_WORDS = re.compile(r"国家|国务院|中央|中国|中共中央|中华|全国|最高|联合国|世界|国际|央")
_HEADS_IN_FUNCTION = ("委员会", "委", "局", "厅", "办公室", "办", "部", "中心", "分局")


@dataclass(frozen=True, slots=True)
class Body:
    """A function and the code of the region it serves; "CN" is the country."""

    code: str
    function: str


def read_body(name: str, type_: str, geography: Geography, article_id: ArticleId) -> Body | None:
    """Return the body that *name* (normalized) means in an article, None where nobody can tell."""
    known = load_short_names()
    full = name.removeprefix("中华人民共和国")
    national = known.central if type_ == "Agency" else known.organization
    if central := national.get(full) or national.get(name):
        return Body(COUNTRY, central)
    bare = name.removeprefix(_PARTY)
    region, rest = geography.leading(bare, geography.regions(article_id))
    if region is not None:
        return _body(region, rest, type_)
    if type_ == "Zone":
        return None
    if has_level(bare):
        seat = geography.seat(article_id, bare[0])
        return _body(seat, bare[1:], type_) if seat else None
    return _central(bare) if type_ == "Agency" and not geography.is_local(article_id) else None


def _body(region: Region, rest: str, type_: str) -> Body | None:
    if not rest or region.level == TOWN:
        return None
    function = _zone_kind(rest) if type_ == "Zone" else canonical_function(rest)
    return Body(region.code, function)


def _central(name: str) -> Body | None:
    """Return the national body for a bare 发改委, as national news call it."""
    full = load_short_names().central.get(f"国家{name}")
    return Body(COUNTRY, full) if full else None


def is_contextual(name: str, type_: str) -> bool:
    """Say whether only the article tells whose body *name* is: 市发改委, 财政局, 第一中学.

    >>> is_contextual("市发改委", "Agency"), is_contextual("财政部", "Agency")
    (True, False)
    """
    if type_ not in {"Agency", "Organization"} or _CENTRAL_WORDS.match(name):
        return False
    return has_level(name) or _is_bare_function(name)


def has_level(name: str) -> bool:
    """Say whether *name* begins with the level of its region and not with the region: 市司法局."""
    return bool(_LEVEL.fullmatch(name)) and not _NO_LEVEL.match(name)


@lru_cache(maxsize=50_000)
def _is_bare_function(name: str) -> bool:
    """Say whether a name is a function with its head and nothing in front: 发改局, 人民法院."""
    names = load_short_names()
    if name in names.central:
        return False
    if name in names.heads or name in names.heads.values():
        return True
    if not _REGIONAL_HEAD.fullmatch(name):
        return False
    begins_with_function = any(name.startswith(full) for _, full in names.functions)
    is_short = len(name) <= _LONGEST_BARE
    return is_short or begins_with_function or canonical_function(name) != name


_LONGEST_BARE = 4  # 公安局, 财政局, 税务局, 中医院: nothing in it but kind and trade


@lru_cache(maxsize=50_000)
def canonical_function(text: str) -> str:
    """Return what follows the region in a body's name with its abbreviations expanded.

    >>> canonical_function("发改委"), canonical_function("市场监管局"), canonical_function("政府办")
    ('发展和改革委员会', '市场监督管理局', '人民政府办公室')
    >>> canonical_function("委组织部"), canonical_function("委员会")
    ('党委组织部', '党委')
    """
    names = load_short_names()
    if (party := re.match(r"委员会|委", text)) and text not in names.heads.values():
        rest = text[party.end() :]
        return "党委" + names.heads.get(rest, rest)
    if text in {"委", "委员会"}:
        return "党委"
    if text in names.heads:
        return names.heads[text]
    for short, full in (*names.functions, *names.zones):
        tail = text.removeprefix(short)
        if tail != text and (tail in _HEADS_IN_FUNCTION or tail in names.heads):
            return full + names.heads.get(tail, tail)
    return text


@lru_cache(maxsize=10_000)
def _zone_kind(text: str) -> str:
    """Return what follows the region in a zone's name: 高新区 is 高新技术产业开发区."""
    for short, full in load_short_names().zones:
        if text.startswith(short):
            return full + text.removeprefix(short)
    return text
