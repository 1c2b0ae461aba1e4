"""Count character n-grams of news text for kg/segmentation/continuity.py.

The table holds counts only (quantized logarithms in a hash table), no text: whether two lines belong
together is a question of how often their characters stand side by side. Articles that share fourteen
characters with a document of --without are left out, so that measurements on those stay honest.

    python benchmarks/build_continuity.py ../shared/data/raw_news/*.jsonl.gz --without ../shared/gold/train
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import re
import sys
import zlib
from array import array
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from kg.segmentation.continuity import (
    ARTICLE,
    LEVELS_PER_DOUBLING,
    PARAGRAPH,
    TABLE,
    fingerprint,
    normalized,
)

SHINGLE_CHARS = 14
# 央视网消息（新闻联播）： opens every item of one programme and says nothing of others.
_AGENCY = re.compile(r"^央视网消息(?:（[^）]*）)?[：:]?")
MIN_COUNT = {1: 1, 2: 2, 3: 3}  # rarer n-grams add size, not accuracy


def shingles_of(folder: Path) -> set[str]:
    found: set[str] = set()
    for path in folder.glob("*.txt"):
        text = normalized(path.read_text(encoding="utf-8").split("\n", 2)[2])
        found.update(text[i : i + SHINGLE_CHARS] for i in range(0, len(text) - SHINGLE_CHARS, 10))
    return found


def paragraphs(paths: list[Path], known: set[str], share: float) -> Iterator[str]:
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                if "xwlb" in path.name and number % 100 >= share * 100:
                    continue
                text = json.loads(line).get("text", "")
                whole = normalized(text)
                if any(whole[i : i + SHINGLE_CHARS] in known for i in range(len(whole))):
                    continue
                parts = [normalized(part) for part in text.split("\n")]
                parts = [_AGENCY.sub("", part) for part in parts if part]
                yield from (
                    (PARAGRAPH if number else ARTICLE) + part for number, part in enumerate(parts)
                )


def count(texts: Iterator[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text in texts:
        for length in (1, 2, 3):
            counts.update(text[i : i + length] for i in range(len(text) - length + 1))
    return counts


def packed(total: int, levels: dict[int, int]) -> bytes:
    """Write sorted fingerprints as 16-bit steps; a wider step is parted by entries of level 0."""
    steps, values, last = array("H"), bytearray(), 0
    for key in sorted(levels):
        while key - last > 0xFFFF:
            steps.append(0xFFFF)
            values.append(0)
            last += 0xFFFF
        steps.append(key - last)
        values.append(levels[key])
        last = key
    if sys.byteorder == "big":
        steps.byteswap()
    head = total.to_bytes(8, "little") + len(steps).to_bytes(8, "little")
    return head + zlib.compress(steps.tobytes() + bytes(values), 9)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--without", type=Path)
    parser.add_argument("--share", type=float, default=0.5, help="of the television news")
    arguments = parser.parse_args()
    known = shingles_of(arguments.without) if arguments.without else set()
    counts = count(paragraphs(arguments.files, known, arguments.share))
    levels: dict[int, int] = {}
    for gram, number in counts.items():
        if number >= MIN_COUNT[len(gram)]:
            level = max(1, min(255, round(LEVELS_PER_DOUBLING * math.log2(number))))
            levels[fingerprint(gram)] = max(levels.get(fingerprint(gram), 0), level)
    total = sum(number for gram, number in counts.items() if len(gram) == 1)
    TABLE.write_bytes(packed(total, levels))
    print(f"{len(levels)} n-grams of {total} characters, {TABLE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
