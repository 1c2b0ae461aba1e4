"""Tell whether one line of print goes on in another.

A column ends in the middle of a word (由中铁十五局负责施 | 工的隧道工程), and a text layer may put three
other articles between its end and its continuation. Which of several lines goes on is seen from the
characters that meet: 施|工 stand side by side in thousands of news texts, 施|域 in none. The table of
character n-grams was counted from 7 million characters of news by benchmarks/build_continuity.py; it
holds counts, no text. Alone it picks the right one of ten continuations in seven cases of ten.
"""

from __future__ import annotations

import math
import re
import sys
import zlib
from array import array
from bisect import bisect_left
from functools import cache, lru_cache
from itertools import accumulate
from pathlib import Path

__all__ = [
    "ARTICLE",
    "PARAGRAPH",
    "continuation_score",
    "lead_score",
    "normalized",
    "opening_score",
    "rarity",
]

TABLE = Path(__file__).with_name("continuity.bin")
LEVELS_PER_DOUBLING = 8
PARAGRAPH = "^"  # stands before the first character of a paragraph
ARTICLE = "@"  # and this before the first paragraph of an article

_SMOOTH_BIGRAM = 20.0  # pseudo-counts of the shorter context, tuned on 2,000 random cuts
_SMOOTH_TRIGRAM = 3.0

_SPACE = re.compile(r"\s+")
_DIGIT = re.compile(r"[0-9０-９]")
_LETTER = re.compile(r"[A-Za-z]")


def normalized(text: str) -> str:
    """Return *text* as the table counts it: no space, every digit 0, every letter a."""
    return _LETTER.sub("a", _DIGIT.sub("0", _SPACE.sub("", text)))


def fingerprint(gram: str) -> int:
    """Return 32 bits that stand for an n-gram in the table."""
    code = 0x811C9DC5
    for character in gram:
        code = ((code ^ ord(character)) * 0x01000193) & 0xFFFFFFFF
        code = ((code ^ (code >> 15)) * 0x85EBCA6B) & 0xFFFFFFFF
    return code ^ (code >> 13)


@cache
def _table() -> tuple[int, array[int], bytes]:
    """Return the number of characters counted, sorted fingerprints and the levels beside them."""
    data = TABLE.read_bytes()
    total, size = (int.from_bytes(data[at : at + 8], "little") for at in (0, 8))
    content = zlib.decompress(data[16:])
    steps = array("H", content[: 2 * size])
    if sys.byteorder == "big":
        steps.byteswap()
    return total, array("L", accumulate(steps)), content[2 * size :]


@lru_cache(maxsize=1 << 17)
def _count(gram: str) -> float:
    """Return how often an n-gram was counted, 0 for a rare one."""
    _, keys, levels = _table()
    key = fingerprint(gram)
    at = bisect_left(keys, key)
    if at == len(keys) or keys[at] != key or not levels[at]:
        return 0.0
    return float(2 ** (levels[at] / LEVELS_PER_DOUBLING))


def _log_single(character: str) -> float:
    return math.log((_count(character) + 0.5) / (_table()[0] + 3000))


def _log_after(before: str, character: str) -> float:
    """Return the log probability of *character* behind the last two characters of *before*."""
    single = math.exp(_log_single(character))
    last, pair = before[-1:], before[-2:]
    bigram = (_count(last + character) + _SMOOTH_BIGRAM * single) / (_count(last) + _SMOOTH_BIGRAM)
    if len(pair) < 2:
        return math.log(bigram)
    trigram = _count(pair + character) + _SMOOTH_TRIGRAM * bigram
    return math.log(trigram / (max(_count(pair), _count(pair + character)) + _SMOOTH_TRIGRAM))


@cache
def _log_alone(opening: str) -> float:
    return _log_single(opening[0]) + (_log_after(opening[0], opening[1]) if opening[1:] else 0.0)


def continuation_score(before: str, after: str) -> float:
    """Return how much likelier *after* is behind *before* than anywhere (a log ratio).

    About 4 in running text, about -1 for lines that have nothing to do with each other.
    """
    left, right = normalized(before[-6:]), normalized(after[:12])[:2]
    if not left or not right:
        return 0.0
    score = _log_after(left, right[0])
    if len(right) > 1:
        score += _log_after(left[-1] + right[0], right[1])
    return score - _log_alone(right)


def lead_score(text: str) -> float:
    """Return how much likelier *text* opens an article than a later paragraph.

    About 2 for 日前, and 记者从, about -2 for 据介绍, and 此外,.
    """
    return continuation_score(ARTICLE, text) - continuation_score(PARAGRAPH, text)


def opening_score(text: str) -> float:
    """Return how much likelier *text* is at the beginning of a paragraph than anywhere."""
    return max(continuation_score(PARAGRAPH, text), continuation_score(ARTICLE, text))


@cache
def rarity(gram: str) -> float:
    """Return how rare a pair of characters is in news text, from 0 to about 14 (nats)."""
    return max(0.0, math.log(_table()[0]) - math.log(_count(gram) + 1.0))
