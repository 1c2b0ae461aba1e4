"""Tell names of kinds from names of things.

签约仪式, 工作方案, 新厂区, 光伏产业园: inside one article such words name one thing, in the next article another.
They are told by their words: every part of the name is one of the words kinds are called by (the lexicon's
kind-word and generic-head), and no part is anyone's own.
"""

from __future__ import annotations

from functools import lru_cache

from kg.gazetteer import load_gazetteer
from kg.schema import load_schema

__all__ = ["is_kind"]

_LONGEST_WORD = 8
_NUMERALS = frozenset("第一二三四五六七八九十两几0123456789.%万亿千百吨亩平方米期号()、")


@lru_cache(maxsize=100_000)
def is_kind(name: str) -> bool:
    """Say whether a normalized *name* is made of words of kinds only.

    >>> is_kind("签约仪式"), is_kind("重点项目推进会"), is_kind("世博会"), is_kind("水城惠企平台")
    (True, True, False, False)
    """
    words = load_schema()
    vocabulary = words.word_list("kind-word") | words.word_list("generic-head")
    reachable = {0}
    for begin in range(len(name)):
        if begin not in reachable:
            continue
        if name[begin] in _NUMERALS:
            reachable.add(begin + 1)
        reachable.update(
            begin + length
            for length in range(1, _LONGEST_WORD + 1)
            if name[begin : begin + length] in vocabulary
        )
    return len(name) in reachable and not load_gazetteer().lookup(name)
