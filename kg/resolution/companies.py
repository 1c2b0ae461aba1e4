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

__all__ = ["CompanyName", "read_company"]

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
    r"科技|技术|实业|工业|化工|材料|新材料|能源|建设|投资|发展|农业|食品|药业|制药|医药|机械|设备|装备|电子|电气|汽车|物流|贸易|商贸|纺织|服装"
    r"|钢铁|金属|铜业|铝业|矿业|煤业|煤炭|电力|光电|光伏|地产|置业|房地产|建筑|工程|环保|生物|轴承|啤酒|酒业|乳业|粮油|粮食|食用油|运输|航空"
    r"|信息|软件|网络|通信|数据|文化|旅游|传媒|教育|咨询|管理|服务|控股|资本|证券|银行|保险|基金|担保|租赁|信托|重工|水泥|玻璃|陶瓷|造纸|纸业"
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
        if core.startswith("中国") and not is_kind(core.removeprefix("中国")):
            code, core = COUNTRY, core.removeprefix("中国")  # 中国五矿集团, but 中国建筑集团
    return CompanyName(code, core, form[0] if form else "", bool(group), bool(_BRANCH.search(bare)))


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
