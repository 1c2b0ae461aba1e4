"""Learn the weights of kg/segmentation/arrangement.py from typeset pages.

A structured perceptron (Collins 2002): wherever the search takes another arrangement for better than
the true one, what the true one has more of gains weight and what it has less of loses some. The
averaged weights are printed as a dict.

python benchmarks/fit_arrangement.py /tmp/pages/dev ../shared/gold/pages -n 60
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from fit_links import load, true_parts

from kg.segmentation.arrangement import WEIGHTS, Arrangement, Search, arranged, link_kind
from kg.segmentation.heads import Head
from kg.segmentation.joining import chains_of, link_prior
from kg.segmentation.lines import squeezed
from kg.segmentation.matching import heads_of
from kg.segmentation.page import Page, pages_of

RATE = 0.01
SCALES = {
    "first": 0.3,
    "second": 0.3,
    "company": 0.3,
    "start": 0.2,
    "link_mid": 0.1,
    "link_next": 0.15,
}


def components(page: Page, search: Search, found: Arrangement) -> Counter[str]:
    """Return what the weights are multiplied with."""
    parts: Counter[str] = Counter()
    for at, body in enumerate(found.bodies):
        for one, other in itertools.pairwise(body):
            left, right = page.fragments[one], page.fragments[other]
            parts[link_kind(left, right)] += page.link(left, right) + link_prior(left)
        first = page.fragments[body[0]]
        if not first.caption:
            parts["body"] += 1
            parts["start"] += search.start(first)
            parts["headless"] += at not in found.heads
    scores = search.scores.of(found.bodies)
    for at, heads in found.heads.items():
        parts["first"] += scores.get((heads[0], at), -5.0)
        for number, head in enumerate(heads[1:], 1):
            parts["second"] += scores.get((head, at), -5.0)
            parts["company"] += search.scores.company(head, tuple(heads[:number]))
    parts["loose"] = sum(not search.scores.announced(head) for head in found.loose)
    parts["subhead"] = sum(map(len, found.subheads.values()))
    return parts


def truth(
    page: Page, search: Search, heads: Sequence[Head], articles: Sequence[tuple[str, str]]
) -> Arrangement:
    """Return the arrangement of the annotators; what no article holds stays as it was found."""
    named = [(parts, title, body) for title, body in articles if (parts := true_parts(page, body))]
    used = {number for parts, _, _ in named for number in parts}
    rest = [
        left
        for body in arranged(page, heads).bodies
        if (left := tuple(number for number in body if number not in used))
    ]
    bodies = [*(parts for parts, _, _ in named), *rest]
    scores = search.scores.of(bodies)
    owned: dict[int, list[int]] = {}
    subheads: dict[int, list[int]] = {}
    loose: list[int] = []
    for head in heads:
        rows = [squeezed("".join(line.text for line in row)) for row in head.rows]
        homes = [at for at, (_, title, _) in enumerate(named) if all(row in title for row in rows)]
        inside = [at for at, (_, _, body) in enumerate(named) if head.text in body]
        if homes:
            owned.setdefault(homes[0], []).append(head.number)
        elif inside:
            subheads.setdefault(inside[0], []).append(head.number)
        else:
            loose.append(head.number)
    ordered = {
        at: tuple(sorted(numbers, key=lambda n, at=at: -scores.get((n, at), -9.0)))
        for at, numbers in owned.items()
    }
    inner = {at: tuple(numbers) for at, numbers in subheads.items()}
    return Arrangement(tuple(bodies), ordered, inner, tuple(loose), 0.0)


def same(one: Arrangement, other: Arrangement) -> bool:
    return sorted(one.bodies) == sorted(other.bodies)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("-n", type=int, default=60, help="pages of each folder")
    parser.add_argument("--epochs", type=int, default=3)
    arguments = parser.parse_args()
    pages = []
    for folder in arguments.folders:
        for path in sorted(folder.glob("*.json"))[: arguments.n]:
            record = json.loads(path.read_text(encoding="utf-8"))
            articles = [(squeezed(a["title"]), squeezed(a["body"])) for a in record["articles"]]
            (page,) = pages_of(load(path, pdf=False))
            pages.append((page, heads_of(page, [c.fragments for c in chains_of(page)]), articles))
    total: Counter[str] = Counter()
    steps = 0
    for epoch in range(arguments.epochs):
        random.Random(epoch).shuffle(pages)
        right = 0
        for page, heads, articles in pages:
            search = Search(page, heads)
            found, wanted = arranged(page, heads), truth(page, search, heads, articles)
            right += len(set(found.bodies) & set(wanted.bodies))
            mine, best = components(page, search, found), components(page, search, wanted)
            for name in WEIGHTS:
                change = RATE * SCALES.get(name, 1.0) * (best[name] - mine[name])
                WEIGHTS[name] += max(-0.1, min(0.1, change))
            steps += 1
            total.update(WEIGHTS)
        print(epoch, right, {name: round(value, 2) for name, value in WEIGHTS.items()}, flush=True)
    print({name: round(total[name] / steps, 2) for name in WEIGHTS})


if __name__ == "__main__":
    main()
