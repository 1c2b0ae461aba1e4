"""What a name is called in full, and which short names belong to it.

Within one article a company is introduced by its registered name and then called by a part of it;
an agency is called 市司法局 and means 聊城市司法局. The fullest name becomes the entity's name, all
others its aliases. Two long names that a short one fits equally well leave it alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from kg.extraction.regions import RegionAt, RegionContext
from kg.gazetteer import Region
from kg.schema import load_schema

__all__ = [
    "agency_name",
    "company_core",
    "fuller_names",
    "is_short_for",
    "leading_regions",
    "place_name",
    "zone_name",
]

_LEVEL_WORD = re.compile(r"(?:我|本|该|全)?(自治区|省|市|县|区|州|盟|旗)")
_CITY_ZONES = (
    "高新区",
    "经开区",
    "开发区",
    "度假区",
    "保税区",
    "经济开发区",
    "高新技术产业开发区",
    "综保区",
)

MIN_SHORT_NAME_CHARS = 2

# 京沪高速铁路 is called 京沪高铁, 抚州至吉安高速公路项目 抚吉高速.
_ROADS = (("高速铁路", "高铁"), ("高速公路", "高速"))
_UNDERTAKING = re.compile(r"(?:建设)?(?:项目|工程)$")
_CONDENSED_TYPES = frozenset({"Event", "Organization", "Platform", "Project", "Zone"})

_TRADE_WORD = re.compile(r"(?:产业链|产业集群|产业|行业|领域|业)$")  # 轴承, 轴承产业


def agency_name(name: str, offset: int, context: RegionContext) -> tuple[str, Region | None]:
    """Return the full name of an agency and the region it serves.

    市司法局 in an article on 聊城 is 聊城市司法局; 山东省曲阜市招投标交易中心 is called without its
    province. An agency of the whole country, or one whose region is not known, keeps its name.
    """
    level = _LEVEL_WORD.match(name)
    if level is not None:
        region = context.meant_by(level.group(1), offset)
        if region is None:
            return name, None
        return region.name + name[level.end() :], region
    chain = leading_regions(name, context)
    if not chain:
        return name, None
    region, begin, _ = chain[-1]
    return name[begin:], region


def zone_name(name: str, offset: int, context: RegionContext) -> str:
    """Return 聊城高新区 for a bare 高新区 or 市高新区 in an article on 聊城."""
    bare = name.removeprefix("市")
    if bare not in _CITY_ZONES:
        return name
    region = context.meant_by("市", offset)
    return f"{region.short}{bare}" if region is not None else name


def leading_regions(name: str, context: RegionContext) -> Sequence[RegionAt]:
    """Return the regions that *name* begins with: 山东 and 聊城 of 山东聊城富锋…, with their span."""
    return context.leading(name)


# ------------------------------------------------------------------------------ short names


@lru_cache(maxsize=1)
def _legal_form() -> re.Pattern[str]:
    forms = sorted(load_schema().word_list("company-legal-form"), key=lambda form: -len(form))
    return re.compile(rf"(?:{'|'.join(map(re.escape, forms))})$")


def company_core(name: str, context: RegionContext) -> str:
    """Return a firm's name without its places and legal form: 富锋汽车部件, 森盛食品.

    >>> from kg.extraction.regions import RegionContext
    >>> from kg.gazetteer import load_gazetteer
    >>> context = RegionContext((), None, load_gazetteer())
    >>> company_core("山东聊城富锋汽车部件有限公司", context)
    '富锋汽车部件'
    >>> company_core("森盛（山东）食品有限公司", context)
    '森盛食品'
    """
    core = re.sub(r"[（(][^（()）]*[)）]", "", name)
    while (shorter := _legal_form().sub("", core)) != core and shorter:
        core = shorter
    chain = leading_regions(core, context)
    rest = core[chain[-1][2] :] if chain else core
    return rest if len(rest) >= MIN_SHORT_NAME_CHARS else core


def is_short_for(short: str, long: str, kind: str, context: RegionContext) -> bool:
    """Say whether *short* can be a short name of *long*, both of type *kind*."""
    if len(short) >= len(long) or len(short) < MIN_SHORT_NAME_CHARS:
        return False
    if kind == "Company":
        return _company_short_for(short, long, context)
    if kind == "Person":
        # 贝克 for 盖瑞·贝克
        return "·" in long and short in long.split("·")
    if kind == "Place":
        # the gazetteer joins regions; 南疆 and 南疆地区 are left to us
        return long in (short + "地区", short + "市区")
    plain_short, plain_long = _plain(short), _plain(long)
    if kind == "Agency":
        return _agency_short_for(plain_short, plain_long, context)
    if kind == "Industry":
        return _TRADE_WORD.sub("", plain_short) == _TRADE_WORD.sub("", plain_long)
    if kind in _CONDENSED_TYPES and _condenses(plain_short, plain_long):
        return True
    if len(plain_short) < 4:
        return False
    if plain_long.startswith(plain_short):
        # 能源革命综合改革 and …改革工程 are one; 北延工程 and 北延工程华家山隧道 are whole and part
        return plain_long[len(plain_short) :] in load_schema().word_list("generic-head")
    return plain_long.endswith(plain_short)


def _condenses(short: str, long: str) -> bool:
    """Say whether *short* keeps some characters of *long* in order, the last of them too.

    红岭工程 is 红岭水利枢纽工程, 机电商会 the 中国机电产品进出口商会; of 72 such pairs in annotated texts whose both
    ends are right, 65 are one thing. A name that merely goes on (光明新区高新技术产业园区) is a part.
    """
    short, long = _with_roads(short), _with_roads(long)
    if not 3 <= len(short) < len(long) or short[-1] != long[-1] or long.startswith(short):
        return False
    return _is_within(short, long)


def _with_roads(name: str) -> str:
    for long, short in _ROADS:
        name = name.replace(long, short)
    # 工程 and 项目 end most names of undertakings; what stands before tells them apart.
    shorter = _UNDERTAKING.sub("", name)
    return shorter if shorter.endswith(("高铁", "高速", "铁路", "公路")) else name


def _is_within(short: str, long: str) -> bool:
    """Say whether *short* is *long* with characters left out."""
    rest = iter(long)
    return all(character in rest for character in short)


def _agency_short_for(short: str, long: str, context: RegionContext) -> bool:
    """市发改委 for 市发展和改革委员会, both of one region; 招投标交易中心 for 曲阜市招投标交易中心.

    新闻办 must not swallow every 政府新闻办, so a name without its region needs four characters.
    """
    if (national := long.removeprefix("国家").removeprefix("中国")) != long:
        return national[:1] == short[:1] and (national == short or _abbreviates(short, national))
    chain, short_chain = leading_regions(long, context), leading_regions(short, context)
    rest = long[chain[-1][2] :] if chain else long
    short_rest = short[short_chain[-1][2] :] if short_chain else short
    if chain and short_chain:
        same_region = chain[-1][0] == short_chain[-1][0]
        same_kind = short_rest[-1:] == rest[-1:] or rest.endswith(short_rest[-1:] + "员会")
        return same_region and same_kind and _abbreviates(short_rest, rest)
    return bool(chain) and not short_chain and rest == short and len(short) > 3


def _abbreviates(short: str, long: str) -> bool:
    """Say whether *short* keeps the first character of *long* and others of it in order."""
    return len(short) >= 3 and short[0] == long[:1] and _is_within(short, long)


def _company_short_for(short: str, long: str, context: RegionContext) -> bool:
    long_core, short_core = company_core(long, context), company_core(short, context)
    if short_core == long_core:
        return True
    if _branch(long) != _branch(short):
        return False  # 中国银行洋浦分行 is not 中国银行
    if long.startswith(short) and _legal_form().search(short):
        # 鲁西集团聊城鲁西聚碳酸酯有限公司 is a firm of 鲁西集团; 鲁西集团有限公司 is the same
        return _legal_form().sub("", long[len(short) :]) in ("", "股份", "控股")
    if len(short_core) >= 2 and long_core.startswith(short_core):
        return True
    if len(short_core) >= 3 and long_core.endswith(short_core):
        return True
    if len(short_core) >= 4 and long_core[:2] == short_core[:2]:
        return _abbreviates(short_core, long_core)  # 诚信机具 for 诚信电力机具制造
    if short.endswith(("公司", "集团")) and long.endswith(("公司", "集团")):
        # 锻造公司 for 沈阳盛曜锻造有限公司, 龙源集团 for 中国国电龙源电力集团
        # but 鲁西集团 is not 聊城鲁西聚碳酸酯有限公司: what it is stays in the short name
        return len(short) >= 4 and len(short_core) >= 2 and _is_within(short, long)
    # 中石化 for 中国石油化工集团: one character of each word
    return 3 <= len(short) <= 4 and _abbreviates(short, re.sub(r"(?:股份)?有限公司$", "", long))


def _branch(name: str) -> str:
    match = re.search(r"分行|支行|分公司|营业部|子公司", name)
    return match.group() if match else ""


def _plain(name: str) -> str:
    return re.sub(r"[“”‘’《》\s]", "", name)


def fuller_names(
    names: Iterable[str],
    kind: str,
    context: RegionContext,
    *,
    defined: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Map each short name among *names* to the one fuller name it belongs to.

    *defined* holds what the text itself says (以下简称), which wins. A short name that fits two
    unrelated fuller names is left out.
    """
    ordered = sorted(set(names), key=lambda name: (-len(name), name))
    result: dict[str, str] = dict(defined or {})
    for index, short in enumerate(ordered):
        if short in result:
            continue
        fitting = [long for long in ordered[:index] if is_short_for(short, long, kind, context)]
        roots = {_root(long, result) for long in fitting}
        if len(roots) == 1:
            result[short] = roots.pop()
    return {short: _root(short, result) for short in result}


def _root(name: str, parent: Mapping[str, str]) -> str:
    seen: set[str] = set()
    while name in parent and name not in seen:
        seen.add(name)
        name = parent[name]
    return name


def place_name(name: str, context: RegionContext) -> tuple[str, Region | None]:
    """Return the official name of a region (聊城 → 聊城市), or the name itself.

    What stands behind other regions is called by its own name: 连儿湾乡 for 临洮县连儿湾乡.
    """
    region = context.resolve(name)
    if region is not None:
        return region.name, region
    chain = leading_regions(name, context)
    rest = name[chain[-1][2] :] if chain else name
    if not chain or (rest and len(rest) < MIN_SHORT_NAME_CHARS):
        return name, None
    if not rest:
        return chain[-1][0].name, chain[-1][0]
    return rest, context.gazetteer.resolve(rest, [chain[-1][0]])
