"""Read a company's name: region, name proper and trade, legal form.

A registered name is 行政区划 + 字号 + 行业 + 组织形式 (企业名称登记管理规定, 2020, art. 6), and one registry admits
no two unrelated firms of equal 字号 and trade (art. 17). So 山东省鲁泽化工有限公司 and 山东鲁泽化工有限责任公司 are
one; 鲁西集团 and 鲁西化工 have different names proper and are two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from kg.gazetteer import TOWN, load_gazetteer
from kg.resolution.bodies import COUNTRY
from kg.resolution.kinds import is_kind
from kg.resolution.tables import load_short_names
from kg.schema import load_schema

__all__ = ["CompanyName", "is_part", "is_shortened", "read_company", "says_trade"]

_FORM = re.compile(
    r"(?:股份有限公司|有限责任公司|有限公司|股份公司|总公司|公司|厂|农民专业合作社|专业合作社|合作社)$"
)
_GROUP = re.compile(r"(?:控股集团|集团控股|集团)$")
# 聊城分行, 第三项目部: parts that bear the name of the whole.
_BRANCH = re.compile(
    r"(?:分公司|分行|支行|分社|营业部|分厂|项目部|办事处|中心支公司|支公司|分部|分店|工厂)$"
)
_LONGEST_REGION = 12
_TRADES = re.compile(
    r"(?:科技|技术|实业|工业|化工|材料|新材料|能源|建设|投资|发展|农业|食品|药业|制药|医药|机械|设备|装备|电子|电气|汽车|物流|贸易|商贸|纺织|服装"
    r"|钢铁|金属|铜业|铝业|矿业|煤业|煤炭|电力|光电|光伏|地产|置业|房地产|建筑|工程|环保|生物|轴承|啤酒|酒业|乳业|粮油|粮食|食用油|运输|航空"
    r"|信息|软件|家具|电梯|动漫|太阳能|通讯|数码|电器|家电|饮料|肉食品|轮胎|网络|通信|数据|文化|旅游|传媒|教育|咨询|管理|服务|控股|资本|证券|银行|保险|基金|担保|租赁|信托|重工|水泥|玻璃|陶瓷|造纸|纸业)+"
)


@dataclass(frozen=True, slots=True)
class CompanyName:
    """The parts of a company's name, normalized."""

    code: str  # of the leading region, "" without one
    core: str  # name proper and trade: 鲁西化工
    form: str  # "" for a short name
    is_group: bool
    is_branch: bool

    @property
    def is_registered(self) -> bool:
        """Whether it ends in a legal form."""
        return bool(self.form)

    def short_forms(self) -> Iterator[str]:
        """Yield the names that papers shorten it to by leaving out region and legal form."""
        yield self.core + ("集团" if self.is_group else "")
        if self.is_group and _TRADES.search(self.core):
            yield self.core  # 鲁西化工集团股份有限公司, but 鲁西 is not short for 鲁西集团有限公司


@lru_cache(maxsize=200_000)
def read_company(name: str) -> CompanyName:
    """Return the parts of a normalized *name*.

    >>> read_company("鲁西化工集团股份有限公司").core, read_company("聊城市鲁泽轴承有限公司").code
    ('鲁西化工', '371500')
    """
    full = load_short_names().company.get(name, name)
    bare = full.replace("(集团)", "集团")
    form = _FORM.search(bare)
    body = bare[: form.start()] if form else bare
    code, core = _without_region(body)
    group = _GROUP.search(core)
    if group and len(core) > len(group[0]):
        core = core[: group.start()]
        bare = core.removeprefix("中国")
        if bare != core and not is_kind(bare) and not _TRADES.fullmatch(bare):
            code, core = COUNTRY, bare  # 五矿集团 says whose; 建筑集团 without 中国 would not
    return CompanyName(code, core, form[0] if form else "", bool(group), bool(_BRANCH.search(bare)))


# What follows the name of a firm in the name of its daughter or of a part of it …
_PART = re.compile(
    r"\(|母公司|工厂|厂$|事业|物流|贸易|进出口|投资|置业|地产|研究|学院|新产品|业绩|乘用车|第[一二三四五六七八九十]|[A-Za-z]"
)
_PART_ANYWHERE = re.compile(r"销售|营销|财务|租赁|物业|小额贷款|售后")  # … also behind the trade


def is_part(short: str, long: str) -> bool:
    """Say whether *long* is a daughter or a part of the firm *short*.

    >>> is_part("燕京啤酒", "燕京啤酒新疆公司"), is_part("昱珩铜箔", "昱珩铜箔销售有限公司")
    (True, True)
    >>> is_part("昱珩铜箔", "昱珩铜箔材料有限公司")
    False
    """
    _, found, rest = long.partition(short)
    if not found or not rest:
        return False
    rest = rest.removeprefix("(集团)")
    if _PART.match(rest) or _PART_ANYWHERE.search(rest):
        return True
    gazetteer = load_gazetteer()
    return any(gazetteer.lookup(rest[:end]) for end in range(2, min(len(rest), _LONGEST_REGION)))


def is_shortened(short: str, long: str) -> bool:
    """Say whether a company's name is shortened as papers do it.

    Either words are left out at its ends (a region in front, trade and form behind), or characters
    inside a registered name, which keeps its first one and is then no full form itself. What is left
    out must not be a name of its own.

    >>> is_shortened("七匹狼", "福建七匹狼实业股份有限公司"), is_shortened("郑煤机", "郑州煤矿机械集团股份有限公司")
    (True, True)
    >>> is_shortened("索尼", "索尼爱立信"), is_shortened("三菱重工", "三菱重工海尔(青岛)空调机有限公司")
    (False, False)
    """
    name = read_company(long)
    front, found, rest = long.partition(short)
    if not found:
        has_form = bool(_FORM.search(short) or _GROUP.search(short))
        is_whole = not has_form and len(short) > 2 and short[0] in (name.core[:1], long[0])
        return bool(name.form) and is_whole
    if is_part(short, long) or not says_trade(rest):
        return False
    if front and not _is_region(front):
        return bool(name.form) and not _FORM.search(short) and not _GROUP.search(short)
    return True


def says_trade(text: str) -> bool:
    """Say whether *text* is at most trade, 集团 and legal form, and no name of its own."""
    bare = _FORM.sub("", text.replace("(集团)", "集团"))
    bare = _GROUP.sub("", bare)
    return not bare or bool(_TRADES.fullmatch(bare)) or is_kind(bare)


def _is_region(word: str) -> bool:
    is_country = word in load_schema().word_list("world-place")
    return word == "中国" or is_country or bool(load_gazetteer().lookup(word))


def _without_region(body: str) -> tuple[str, str]:
    """Return the code of the region in front, or in brackets behind the name proper, and the rest."""
    gazetteer = load_gazetteer()
    for end in range(min(len(body) - 2, _LONGEST_REGION), 1, -1):
        regions = [r for r in gazetteer.lookup(body[:end]) if r.level != TOWN]
        if regions:
            top = min(region.level for region in regions)
            highest = [region for region in regions if region.level == top]
            if len(highest) == 1:
                return highest[0].code, body[end:]
    return "", body
