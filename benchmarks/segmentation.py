"""Measure segmentation: bodies, titles, reporters and dates against gold, as a table.

python benchmarks/segmentation.py                      # what lies in ../shared
python benchmarks/segmentation.py --pages /tmp/pages   # and typeset pages (benchmarks/typeset_pages.py)
python benchmarks/segmentation.py --errors             # with the articles that went wrong
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kg.model import Article, Document
from kg.reading import read_document
from kg.segmentation import split_articles

SHARED = Path(__file__).resolve().parents[2] / "shared"


def tight(text: str) -> str:
    return "".join(text.split())


@dataclass
class Score:
    """Counts over the pages of one kind."""

    gold: int = 0
    with_body: int = 0
    found: int = 0
    bodies: int = 0
    titles: int = 0
    reporters: int = 0
    dates: int = 0
    complete: int = 0
    surplus: int = 0
    seconds: float = 0.0
    errors: list[str] = field(default_factory=list)


def right_bodies(article: Mapping[str, object]) -> set[str]:
    bodies = [article["body"], *article.get("also_right", [])]  # type: ignore[misc]
    return {tight(str(body)) for body in bodies}


def pair(gold: Sequence[Mapping[str, object]], found: Sequence[Article]) -> list[tuple[int, int]]:
    """Pair gold articles with found ones: shared body characters first, then equal titles."""
    options = []
    for g, article in enumerate(gold):
        body, title = tight(str(article.get("body", ""))), tight(str(article["title"]))
        pieces = {body[i : i + 12] for i in range(0, max(1, len(body) - 12), 6)} if body else set()
        for f, candidate in enumerate(found):
            mine = tight(candidate.body)
            share = sum(piece in mine for piece in pieces) / len(pieces) if pieces and mine else 0.0
            alike = title == tight(candidate.headline)
            if (
                share > 0.2
                or alike
                or (not body and not mine and _overlaps(title, tight(candidate.headline)))
            ):
                options.append((share + 0.5 * alike, g, f))
    pairs, used_gold, used_found = [], set(), set()
    for _, g, f in sorted(options, reverse=True):
        if g not in used_gold and f not in used_found:
            pairs.append((g, f))
            used_gold.add(g)
            used_found.add(f)
    return pairs


def _overlaps(one: str, other: str) -> bool:
    return len(set(one) & set(other)) > 0.6 * max(1, min(len(set(one)), len(set(other))))


def measure(document: Document, gold: Sequence[Mapping[str, object]], score: Score) -> None:
    start = time.perf_counter()
    found = split_articles(document)
    score.seconds += time.perf_counter() - start
    pairs = dict(pair(gold, found))
    score.found += len(found)
    score.surplus += len(found) - len(pairs)
    for g, article in enumerate(gold):
        score.gold += 1
        mine = found[pairs[g]] if g in pairs else None
        _compare(document, article, mine, score)
    for f, extra in enumerate(found):
        if f not in pairs.values():
            score.errors.append(
                f"{document.id} surplus {extra.headline!r} {tight(extra.body)[:30]!r} {len(extra.body)}"
            )


def _compare(
    document: Document, article: Mapping[str, object], mine: Article | None, score: Score
) -> None:
    name = f"{document.id} {str(article['title'])[:24]!r}"
    has_body = bool(article.get("complete", True))
    score.with_body += has_body
    if mine is None:
        score.errors.append(f"{name} missing")
        return
    body = tight(mine.body)
    if "body" in article:
        right = body in right_bodies(article)
    else:
        right = body.startswith(tight(str(article["starts"]))) and body.endswith(
            tight(str(article["ends"]))
        )
    score.bodies += right and has_body
    title_right = tight(mine.headline) == tight(str(article["title"]))
    score.titles += title_right
    score.reporters += sorted(mine.reporters) == sorted(article["reporters"])  # type: ignore[type-var]
    dates = {article.get("date"), article.get("date_alternative", article.get("date"))}
    day = mine.published.isoformat() if mine.published else None
    score.dates += day in dates
    score.complete += mine.complete == has_body
    if not right:
        score.errors.append(
            f"{name} body: {body[:20]}…{body[-20:]} ({len(body)}) not {_short(article)}"
        )
    if not title_right:
        score.errors.append(f"{name} title: {mine.headline!r} not {article['title']!r}")
    if sorted(mine.reporters) != sorted(article["reporters"]):  # type: ignore[type-var]
        score.errors.append(f"{name} reporters: {mine.reporters} not {article['reporters']}")
    if day not in dates:
        score.errors.append(f"{name} date: {day} not {dates}")


def _short(article: Mapping[str, object]) -> str:
    body = tight(str(article.get("body", f"{article.get('starts')}…{article.get('ends')}")))
    return f"{body[:20]}…{body[-20:]} ({len(body)})"


def cases(
    paths: Sequence[Path], suffix: str
) -> Iterator[tuple[Document, list[Mapping[str, object]]]]:
    for path in paths:
        source = path.with_suffix(suffix)
        if source.exists():
            record = json.loads(path.read_text(encoding="utf-8"))
            yield read_document(source), record["articles"]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", nargs="*", type=Path, default=[])
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    gold = SHARED / "gold"
    groups = [
        ("seeds", sorted((gold / "seeds").glob("*.json")), ".txt"),
        ("gold pages, text", sorted((gold / "pages").glob("*.json")), ".txt"),
        ("gold pages, PDF", sorted((gold / "pages").glob("*.json")), ".pdf"),
        ("gold train", sorted((gold / "train").glob("*.json")), ".txt"),
        ("gold municipal", sorted((gold / "municipal").glob("*.json")), ".txt"),
    ]
    for folder in arguments.pages:
        files = sorted(folder.glob("*.json"))
        for number, kind in enumerate(("raw", "ordered", "airy")):
            part = [path for path in files if int(path.stem[-4:]) % 3 == number]
            groups.append((f"{folder.name} {kind}", part, ".txt"))
        groups.append((f"{folder.name} PDF", files, ".pdf"))
    print(
        f"{'':22} {'articles':>8} {'bodies':>7} {'titles':>7} {'surplus':>7} {'reporters':>9} {'dates':>6} {'seconds':>8}"
    )
    for name, files, suffix in groups:
        if arguments.only and arguments.only not in name:
            continue
        score = Score()
        for path in files:
            source = path.with_suffix(suffix)
            if name == "seeds":
                source = SHARED / "seeds" / source.name
            if source.exists():
                measure(
                    read_document(source),
                    json.loads(path.read_text(encoding="utf-8"))["articles"],
                    score,
                )
        if not score.gold:
            continue
        print(
            f"{name:22} {score.gold:8} {score.bodies / max(1, score.with_body):7.1%} {score.titles / score.gold:7.1%} "
            f"{score.surplus:7} {score.reporters / score.gold:9.1%} {score.dates / score.gold:6.1%} {score.seconds:8.2f}"
        )
        if arguments.errors:
            print("\n".join("    " + error for error in score.errors))


if __name__ == "__main__":
    main()
