"""Take from the front of a firm's name what is not part of it.

A name of a body is read from its ending to the left, and what stands before the name may look like
more of it: what the firm is to somebody (业主单位山东锦泽纺织科技股份有限公司), another body that is named with
it (市大数据中心和济宁圣源征信有限公司), or the end of the sentence's own words (已有珠海太平洋粤新海洋工程有限公司).
"""

from __future__ import annotations

import re
from functools import lru_cache

from kg.gazetteer import load_gazetteer
from kg.schema import load_schema

__all__ = ["name_begin"]

MIN_NAME_CHARS = 3
MAX_BEFORE_CHARS = 14  # 国际贸易和服务|巨头

_BODIES = frozenset({"Company", "Agency", "Organization"})
# A body's ending, then an "and": what follows is a second body. 发展和改革委员会 has no such ending.
_LISTED = re.compile(
    "(?:公司|集团|银行|中心|局|委|院|大学|厂|所|协会|办|分行)(?:以及|和|与|及)(?=.{3,}$)"
)
# A firm's or bank's ending, then a preposition: 邮储银行为鲁西集团授信
_SERVED = re.compile("(?:公司|集团|银行|支行|分行)[为向给由将从](?=.{3,}$)")
# 企业集团, 企业管理有限公司, 中小企业融资担保有限公司: the word as part of a name
_PART_OF_NAME = "(?:集团|管理|服务|发展|咨询|家|总部|孵化|策划|信用|投资|联合|协会|联盟|形象|文化|创新|研究|融资|担保|有限|法人|公司|[（(])"


_LEADING_WORDS = tuple("有和与及市县区将由是为让给以据经对至向从待并在请像")


@lru_cache(maxsize=1)
def _role() -> re.Pattern[str]:
    roles = sorted(load_schema().word_list("company-role"), key=lambda word: (-len(word), word))
    return re.compile(
        rf".{{0,{MAX_BEFORE_CHARS}}}(?:{'|'.join(map(re.escape, roles))})(?!{_PART_OF_NAME})"
        rf"(?=.{{{MIN_NAME_CHARS},}}$)"
    )


def name_begin(name: str, type_: str) -> int:
    """Return where the name of a body begins within *name*: 0 where all of it is the name.

    >>> "业主单位山东锦泽纺织科技股份有限公司"[name_begin("业主单位山东锦泽纺织科技股份有限公司", "Company"):]
    '山东锦泽纺织科技股份有限公司'
    >>> name_begin("大庆市中小企业融资担保有限公司", "Company")
    0
    """
    if type_ not in _BODIES or len(name) < 2 * MIN_NAME_CHARS:
        return 0
    begin = 0
    for match in _LISTED.finditer(name):
        begin = match.end()
    if type_ == "Company":
        if served := _SERVED.search(name, begin):
            begin = served.end()
        if role := _role().match(name, begin):
            begin = role.end()
        begin += _is_led_in(name[begin:])
    return begin


def _is_led_in(name: str) -> bool:
    """Say whether a word of one character stands before the place that the name begins with.

    已有珠海太平洋粤新海洋工程有限公司, 我市浙江贝达药业有限公司
    """
    if not name.startswith(_LEADING_WORDS):
        return False
    places = iter(load_gazetteer().find(name))
    first = next(places, None)
    return first is not None and first.begin == 1
