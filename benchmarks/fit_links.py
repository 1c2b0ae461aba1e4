"""Fit the log odds of kg/segmentation/links.py to typeset pages by logistic regression.

python benchmarks/fit_links.py /tmp/pages/dev            # text layers
python benchmarks/fit_links.py /tmp/pages/dev --pdf      # PDFs
"""

from __future__ import annotations

import argparse
import json
from itertools import pairwise
from pathlib import Path

import numpy as np

from kg.model import Document, DocumentId
from kg.reading.pdf import read_pdf
from kg.segmentation.heads import company_features
from kg.segmentation.lines import squeezed
from kg.segmentation.matching import HeadScores, heads_of
from kg.segmentation.page import pages_of


def load(path: Path, *, pdf: bool) -> Document:
    if pdf:
        text, layout = read_pdf(path.with_suffix(".pdf").read_bytes())
        return Document(
            DocumentId(path.stem), path.name, "application/pdf", text, "", layout=layout
        )
    text = path.with_suffix(".txt").read_text(encoding="utf-8")
    return Document(DocumentId(path.stem), path.name, "text/plain", text, "")


def pairs(folder: Path, *, pdf: bool):
    for path in sorted(folder.glob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        bodies = [squeezed(a["body"]) for a in record["articles"]]
        (page,) = pages_of(load(path, pdf=pdf))
        places = []
        for fragment in page.fragments:
            found = [
                (n, body.find(fragment.text))
                for n, body in enumerate(bodies)
                if fragment.text in body
            ]
            places.append(
                (*found[0], found[0][1] + len(fragment.text)) if len(found) == 1 else None
            )
        following: dict[int, int] = {}
        for n in range(len(bodies)):
            chain = sorted((p[1], k) for k, p in enumerate(places) if p and p[0] == n)
            for (_, left), (_, right) in pairwise(chain):
                following[left] = right
        for one in page.fragments:
            for other in page.fragments:
                if one.caption != other.caption or other.opening:
                    continue
                if one is other or places[one.number] is None or places[other.number] is None:
                    continue
                features = page.evidence(one, other)
                right = float(following.get(one.number) == other.number)
                yield features, right, (path.stem, one.number)


def head_data(folder: Path, *, pdf: bool):
    """Yield headlines and true bodies, with the true company of each headline."""
    for path in sorted(folder.glob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        articles = [(squeezed(a["title"]), squeezed(a["body"])) for a in record["articles"]]
        (page,) = pages_of(load(path, pdf=pdf))
        bodies = [parts for _, body in articles if (parts := true_parts(page, body))]
        titles = [title for title, body in articles if true_parts(page, body)]
        bodies += [
            (part.number,)
            for part in page.fragments
            if part.caption and not any(part.text[:12] in body for _, body in articles)
        ]
        heads = {head.number: head for head in heads_of(page, ())}
        owners: dict[int, set[int]] = {}
        for number, head in heads.items():
            rows = [squeezed("".join(line.text for line in row)) for row in head.rows]
            owners[number] = {
                at for at, title in enumerate(titles) if all(row in title for row in rows)
            }
        scores = HeadScores(page, list(heads.values()))
        for (number, at), features in scores.evidence(bodies):
            head = heads[number]
            if len(head.text) < 3 or len(owners[number]) > 1:
                continue
            company = [heads[o] for o in heads if o != number and owners[o] == {at}]
            right = float(at in owners[number])
            yield {**features, **company_features(head, company)}, right, (path.stem, number)


def start_data(folder: Path, *, pdf: bool):
    """Yield fragments, each the only one to choose, and whether an article begins with it."""
    for path in sorted(folder.glob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        bodies = [squeezed(article["body"]) for article in record["articles"]]
        (page,) = pages_of(load(path, pdf=pdf))
        for fragment in page.fragments:
            homes = [body.find(fragment.text) for body in bodies if fragment.text in body]
            if len(homes) == 1 and not fragment.caption:
                right = float(homes[0] == 0)
                yield page.start_evidence(fragment), right, (path.stem, fragment.number)


def true_parts(page, body: str) -> tuple[int, ...]:
    found = sorted(
        (body.index(part.text[:-12] or part.text), part.number)
        for part in page.fragments
        if part.text in body or (part.caption and part.text[:-12] in body)
    )
    return tuple(number for _, number in found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--pdf", action="store_true")
    parser.add_argument("--heads", action="store_true", help="headlines to bodies")
    parser.add_argument("--starts", action="store_true", help="first parts of bodies")
    arguments = parser.parse_args()
    read = start_data if arguments.starts else head_data if arguments.heads else pairs
    data = [
        (features, right, (place, key))
        for place, folder in enumerate(arguments.folders)
        for features, right, key in read(folder, pdf=arguments.pdf)
    ]
    names = sorted({name for features, _, _ in data for name in features})
    x = np.array([[features.get(name, 0.0) for name in names] for features, _, _ in data])
    y = np.array([label for _, label, _ in data])
    keys = {key: number for number, key in enumerate(dict.fromkeys(key for _, _, key in data))}
    group = np.array([keys[key] for _, _, key in data])
    weights = fitted(x, y, group, len(keys))
    report(x @ weights, y, group, len(keys))
    print(
        "{"
        + ", ".join(f'"{name}": {weight:.2f}' for name, weight in zip(names, weights, strict=True))
        + "}"
    )


def fitted(x: np.ndarray, y: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Fit a choice among the candidates of each group, "none" among them with the score 0."""
    scale = np.maximum(np.abs(x).max(axis=0), 1e-9)
    z = x / scale
    weights, first, second = (np.zeros(x.shape[1]) for _ in range(3))
    share = y / np.maximum(1.0, np.bincount(group, y, groups))[group]
    for step in range(1, 1201):
        power = np.exp(np.clip(z @ weights, -30, 30))
        total = np.bincount(group, power, groups) + 1.0
        gradient = z.T @ (power / total[group] - share) + 0.2 * weights
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        rate = 0.3 if step < 800 else 0.05
        weights -= rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return weights / scale


def report(scores: np.ndarray, y: np.ndarray, group: np.ndarray, groups: int) -> None:
    best = np.full(groups, -1)
    value = np.zeros(groups)
    for at, (score, owner) in enumerate(zip(scores, group, strict=True)):
        if score > value[owner]:
            value[owner], best[owner] = score, at
    right = sum(y[at] for at in best if at >= 0)
    wrong = sum(1 - y[at] for at in best if at >= 0)
    print(
        f"{len(y)} pairs, {groups} choices, {int(y.sum())} right ones; chosen right {right:.0f}, wrong {wrong:.0f}"
    )


if __name__ == "__main__":
    main()
