"""Fit the costs of kg/segmentation/blocks.py to typeset pages by random search.

python benchmarks/fit_columns.py /tmp/pages/dev --check /tmp/pages/test --rounds 300
"""

from __future__ import annotations

import argparse
import json
import random
import re
from pathlib import Path

from kg.model import Document, DocumentId
from kg.segmentation import blocks
from kg.segmentation.lines import Line, LineKind, read_lines, squeezed


def labelled(folder: Path) -> list[tuple[list[Line], dict[int, bool]]]:
    """Return the lines of each page and which of them are body (True) or display (False)."""
    pages = []
    for path in sorted(folder.glob("*.txt")):
        record = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        bodies = squeezed(
            "\n".join(a["body"] + "".join(a.get("also_right", [])) for a in record["articles"])
        )
        titles = [squeezed(a["title"]) for a in record["articles"]]
        subheads = {
            squeezed(part)
            for a in record["articles"]
            for part in a["body"].split("\n")
            if not re.search("[。！？”…：；]$", part)
        }
        document = Document(
            DocumentId(path.stem), path.name, "text/plain", path.read_text(encoding="utf-8"), ""
        )
        lines = read_lines(document)
        truth: dict[int, bool] = {}
        for line in lines:
            tight = squeezed(line.text)
            if line.kind is not LineKind.TEXT or tight in subheads:
                continue
            if len(tight) > 3 and any(tight in title for title in titles):
                truth[line.index] = False
            elif tight in bodies:
                truth[line.index] = True
        pages.append((lines, truth))
    return pages


_CACHE: dict[int, list[float]] = {}


def _odds(lines: list[Line]) -> list[float]:
    if id(lines) not in _CACHE:
        _CACHE[id(lines)] = blocks.odds_of(lines)
    return _CACHE[id(lines)]


def errors(pages: list[tuple[list[Line], dict[int, bool]]]) -> tuple[int, int]:
    wrong = total = 0
    for lines, truth in pages:
        widths = blocks._repaired(lines, blocks._column_widths(lines, _odds(lines)))
        for index, is_body in truth.items():
            is_text = widths[index] > 0 or (
                lines[index].text[-1] in "。…）" and len(lines[index].text) > 3
            )
            wrong += (is_text != is_body) * (1 if is_body else 3)
            total += 1
    return wrong, total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--check", type=Path)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--limit", type=int, default=None, help="pages used")
    arguments = parser.parse_args()
    pages = labelled(arguments.pages)[: arguments.limit]
    check = labelled(arguments.check) if arguments.check else []
    rng = random.Random(0)
    best = blocks.COSTS
    score, total = errors(pages)
    print("start", score, total, errors(check))
    for _ in range(arguments.rounds):
        names = rng.sample(best._fields, 2)
        blocks.COSTS = best._replace(
            **{
                name: max(0.0, getattr(best, name) * rng.choice([0.5, 0.7, 0.85, 1.2, 1.5, 2.0]))
                for name in names
            }
        )
        found = errors(pages)[0]
        if found <= score:
            if found < score:
                print(found, {n: round(getattr(blocks.COSTS, n), 2) for n in names}, flush=True)
            best, score = blocks.COSTS, found
    blocks.COSTS = best
    print("end", score, total, errors(check))
    print({name: round(value, 2) for name, value in best._asdict().items()})


if __name__ == "__main__":
    main()
