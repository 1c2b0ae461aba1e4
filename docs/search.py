"""Find Chinese words in the site, without a dictionary and without a server.

Sphinx's own Chinese search cuts words with jieba; a word of two characters that jieba did not cut out
is never found, and without jieba no Chinese at all. Pairs of neighbouring characters find every
word: 铜箔项目 is indexed as 铜箔, 箔项, 项目, a query is cut the same way, and a page must have all pairs.
"""

from __future__ import annotations

import re
from itertools import pairwise

from sphinx.search import SearchLanguage

__all__ = ["NgramSearch"]

HAN = "\u3400-\u9fff"
WORD = re.compile(rf"[{HAN}]+|[^\W{HAN}]+")


class NgramSearch(SearchLanguage):
    """Words of letters as they are, runs of Chinese characters as pairs; one character stands alone."""

    lang = "zh"
    language_name = "Chinese, in pairs of characters"
    js_splitter_code = rf"""
var splitQuery = (query) =>
  (query.match(/[{HAN}]+|[^\s\p{{P}}\p{{S}}{HAN}]+/gu) || []).flatMap((run) =>
    !/^[{HAN}]/.test(run) || run.length < 2
      ? [run]
      : Array.from({{ length: run.length - 1 }}, (_, i) => run.slice(i, i + 2)));
"""

    def split(self, input: str) -> list[str]:  # noqa: A002  Sphinx's name
        return [part for run in WORD.findall(input) for part in _parts(run)]

    def stem(self, word: str) -> str:
        return word.lower()

    def word_filter(self, word: str) -> bool:
        return len(word) > 1 or bool(re.match(f"[{HAN}]", word))


def _parts(run: str) -> list[str]:
    """Return what is indexed of a run.

    >>> _parts("铜箔项目"), _parts("SPARQL"), _parts("县")
    (['铜箔', '箔项', '项目', '铜', '箔', '项', '目'], ['SPARQL'], ['县'])
    """
    if not re.match(f"[{HAN}]", run) or len(run) < 2:
        return [run]
    return [one + other for one, other in pairwise(run)] + list(run)
