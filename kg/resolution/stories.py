"""Find out which articles are reprints of one story.

A press release stands in three papers, a page is scanned twice, a portal copies a newspaper: ten
articles, one source. What such articles say in common must not look ten times confirmed, and the
签约仪式 of one of them is the 签约仪式 of the others. Near-duplicates are found by MinHash over runs
of characters (Broder 1997, "On the resemblance and containment of documents") with banding, so that
the cost grows with the number of articles and not with the number of pairs; candidates are compared
exactly. Own code, since datasketch would bring scipy (100 MB) for what numpy does in forty lines.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations, islice

import numpy as np
from numpy.typing import NDArray

from kg.model import Article, ArticleId
from kg.resolution.constraints import UnionFind

__all__ = ["find_stories"]

# Chinese words are about two characters long; runs of five rarely recur by chance, and a changed
# word spoils no more than six of them.
SHINGLE_CHARS = 5
# 20 bands of 4: two articles that share 70 % of their shingles meet with a probability of 99.6 %,
# two that share 30 % (one topic, two reporters) with 15 %, and are then compared.
BANDS, ROWS = 20, 4
MIN_RESEMBLANCE = 0.6
# A reprint is often cut at its end: nearly all of the shorter article stands in the longer.
MIN_CONTAINMENT = 0.85
MIN_CHARS = 60  # 快讯 of one line resemble each other by their formulas
MAX_CANDIDATES = 50  # of one article in one band: beyond that it is boilerplate
SEED = 20221219  # any number, but the same one each time

Shingles = NDArray[np.uint64]


def find_stories(articles: Iterable[Article]) -> Mapping[ArticleId, ArticleId]:
    """Return for each article the first article of its story, which is mostly itself.

    The first is the earliest published; one without a date comes after those with one.
    """
    ordered = sorted({article.id: article for article in articles}.values(), key=_age)
    shingles = [_shingles(_visible(article.text)) for article in ordered]
    links = UnionFind(len(ordered))
    for left, right in _candidates(shingles):
        if links.find(left) != links.find(right) and _is_reprint(shingles[left], shingles[right]):
            links.join(left, right)
    return {article.id: ordered[links.find(i)].id for i, article in enumerate(ordered)}


def _age(article: Article) -> tuple[str, ArticleId]:
    return (article.published.isoformat() if article.published else "9999"), article.id


def _visible(text: str) -> str:
    """Return the letters and digits: a reprint has other spaces, quotation marks and line breaks."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text)))


def _shingles(text: str) -> Shingles:
    """Return the hashes of all runs of characters, each once, sorted."""
    if len(text) < MIN_CHARS:
        return np.empty(0, np.uint64)
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    hashes = np.zeros(len(codes) - SHINGLE_CHARS + 1, np.uint64)
    for offset in range(SHINGLE_CHARS):
        hashes = hashes * np.uint64(1_000_003) + codes[offset : offset + len(hashes)]
    return np.unique(_mix(hashes))


def _mix(values: Shingles) -> Shingles:
    """Spread values over 64 bits (the finalizer of SplitMix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Shingles = values ^ (values >> np.uint64(31))
    return mixed


@lru_cache(maxsize=1)
def _permutations() -> Shingles:
    """Return one random number for each hash function, as a column."""
    random = np.random.default_rng(SEED)
    numbers: Shingles = random.integers(0, 2**63, BANDS * ROWS, dtype=np.uint64)
    return numbers[:, None]


def _candidates(shingles: Sequence[Shingles]) -> Iterator[tuple[int, int]]:
    """Yield the pairs that agree in a band of their signatures."""
    buckets: dict[tuple[int, bytes], list[int]] = defaultdict(list)
    for index, runs in enumerate(shingles):
        if not len(runs):
            continue
        # A random word xored in before mixing gives as many hash functions as one wants.
        signature = _mix(runs[None, :] ^ _permutations()).min(axis=1)
        for band in range(BANDS):
            part = signature[band * ROWS : (band + 1) * ROWS].tobytes()
            buckets[band, part].append(index)
    for members in buckets.values():
        yield from islice(combinations(members, 2), MAX_CANDIDATES * len(members))


def _is_reprint(left: Shingles, right: Shingles) -> bool:
    common = len(np.intersect1d(left, right, assume_unique=True))
    shorter, longer = sorted((len(left), len(right)))
    union = shorter + longer - common
    return common / union >= MIN_RESEMBLANCE or common / shorter >= MIN_CONTAINMENT
