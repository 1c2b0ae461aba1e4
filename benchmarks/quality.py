"""Measure what the builtin engine extracts, and write docs/quality.md.

    python -m benchmarks.quality ../shared/gold/train ../shared/gold/municipal \
        --jackknife benchmarks/jackknife.jsonl

Every document is extracted by scorers and a tagger that have not seen it (five folds by document).
Prints Markdown: scores with 95 % intervals by type and relation, the commonest kinds of error, a
learning curve, and what each part of the engine contributes.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kg.evaluation import Count, Evaluation, evaluate
from kg.extraction import RULES_ALONE, Scorers, extract_with
from kg.jsonl import to_annotation
from kg.model import Document, DocumentId
from kg.training.cross_validation import CrossValidation
from kg.training.extraction import FOLDS, TrainingArticle, fold_of, normalize, read_articles

SHARES = (0.25, 0.5, 0.75, 1.0)
TOTALS = ("entity", "relation", "relation_core", "fact")
COMMONEST = 20


@dataclass(frozen=True, slots=True)
class Material:
    """Annotated articles, and what cross-validation needs of them."""

    articles: Mapping[str, TrainingArticle]
    validation: CrossValidation

    @classmethod
    def read(cls, folders: Sequence[Path], jackknife: Path | None) -> Material:
        """Read annotated *folders*; without *jackknife* there is no tagger."""
        articles = read_articles(folders, jackknife)
        return cls({a.document["doc"]: a for a in articles}, CrossValidation(articles))

    def predict(self, scored: Iterable[tuple[TrainingArticle, Scorers]]) -> dict[str, Any]:
        """Extract each document with its scorers, as annotations."""
        predicted = {}
        for training, scorers in scored:
            name = training.document["doc"]
            extraction = extract_with(training.annotated(), scorers)
            source = Document(DocumentId(name), name, "text/plain", training.article.text, "")
            predicted[name] = to_annotation(source, [extraction])
        return predicted

    def gold(self, names: Iterable[str]) -> dict[str, Any]:
        """Return the annotations of the documents *names*."""
        return {name: dict(self.articles[name].document) for name in names}

    def evaluate(self, scored: Iterable[tuple[TrainingArticle, Scorers]]) -> Evaluation:
        """Extract and compare."""
        predicted = self.predict(scored)
        return evaluate(self.gold(predicted), predicted)


def with_share(material: Material, share: float) -> Iterator[tuple[TrainingArticle, Scorers]]:
    """Yield the first fold's articles with scorers fitted on a *share* of the others."""
    held_out = [name for name in material.articles if fold_of(name) == 0]
    names = sorted(material.articles.keys() - set(held_out))
    # every n-th name, so that each source keeps its share
    chosen = [name for i, name in enumerate(names) if (i * share) % 1 < share]
    scorers = material.validation.fit(chosen)
    return ((material.articles[name], scorers) for name in held_out)


# ------------------------------------------------------------------------------------- errors


def error_kinds(material: Material, predicted: Mapping[str, Any]) -> Counter[str]:
    """Count what went wrong, by kind and type or relation."""
    kinds: Counter[str] = Counter()
    result = evaluate(material.gold(predicted), predicted)
    for mistake in result.missed:
        kinds[_missed(mistake, predicted)] += 1
    for mistake in result.wrong:
        kinds[_wrong(mistake, material.articles[mistake.document].document)] += 1
    return kinds


def _names(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (entity["type"], normalize(form))
        for article in document["articles"]
        for entity in article["entities"]
        for form in (entity["name"], *entity.get("aliases", ()))
    ]


def _missed(mistake: Any, predicted: Mapping[str, Any]) -> str:
    names = _names(predicted[mistake.document])
    if mistake.kind == "entity":
        type_, name = mistake.words[0], normalize(mistake.words[1])
        return f"{type_} missed: {_near(type_, name, names)}"
    if mistake.kind == "fact":
        known = {name for _, name in names}
        return f"fact missed: {'value' if normalize(mistake.words[0]) in known else 'its subject is'} missing"
    subject, predicate, object_ = mistake.words
    known = {name for _, name in names}
    missing = [end for end in (subject, object_) if normalize(end) not in known]
    reason = ("both ends there, not related", "one end missing", "both ends missing")[len(missing)]
    return f"{predicate} missed: {reason}"


def _wrong(mistake: Any, gold: Mapping[str, Any]) -> str:
    names = _names(gold)
    if mistake.kind == "entity":
        type_, name = mistake.words[0], normalize(mistake.words[1])
        return f"{type_} wrong: {_near(type_, name, names)}"
    if mistake.kind == "fact":
        known = {name for _, name in names}
        there = normalize(mistake.words[0]) in known
        return f"fact wrong: {'value or unit not in gold' if there else 'its subject is wrong'}"
    subject, predicate, object_ = mistake.words
    known = {name for _, name in names}
    missing = [end for end in (subject, object_) if normalize(end) not in known]
    reason = ("both ends right, not in gold", "an end is wrong", "both ends are wrong")[
        len(missing)
    ]
    return f"{predicate} wrong: {reason}"


def _near(type_: str, name: str, names: Iterable[tuple[str, str]]) -> str:
    """Say what the other side has instead: the same words under another type, more, fewer, nothing."""
    kinds = set()
    for other_type, other in names:
        if other == name:
            kinds.add(0 if other_type == type_ else 1)
        elif len(other) > 1 and (other in name or name in other):
            kinds.add(2 if other_type == type_ else 3)
    words = (
        "not merged with its other name",
        "other type",
        "other boundary",
        "overlaps another type",
    )
    return words[min(kinds)] if kinds else "nothing there"


# ------------------------------------------------------------------------------------- tables


def count_row(name: str, count: Count, interval: str = "") -> str:
    """Return one row of a score table."""
    scores = f"{count.precision:.3f} | {count.recall:.3f} | {count.f1:.3f}"
    return f"| {name} | {scores} | {interval} | {count.gold} |"


def score_tables(result: Evaluation) -> Iterator[str]:
    """Yield the tables of a whole evaluation."""
    yield "| | precision | recall | F1 | 95 % interval | gold |\n|---|---|---|---|---|---|"
    for name in TOTALS:
        interval = result.intervals[name]
        yield count_row(name, result.total[name], f"{interval.low:.3f}–{interval.high:.3f}")
    for title, group in (("type", result.types), ("relation", result.relations)):
        yield f"\n| {title} | precision | recall | F1 | | gold |\n|---|---|---|---|---|---|"
        yield from (count_row(name, count) for name, count in group.items())


def f1_row(name: str, result: Evaluation) -> str:
    """Return one row of F1 figures."""
    return f"| {name} | " + " | ".join(f"{result.total[t].f1:.3f}" for t in TOTALS) + " |"


def report(folders: Sequence[Path], jackknife: Path | None) -> Iterator[str]:
    """Yield the report, part by part, as it is measured."""
    material = Material.read(folders, jackknife)
    scored = list(material.validation.folds())
    predicted = material.predict(scored)
    result = evaluate(material.gold(predicted), predicted)
    yield f"## Scores\n\n{len(predicted)} documents, {FOLDS} folds by document.\n"
    yield from score_tables(result)
    yield f"\n## The {COMMONEST} commonest kinds of error\n\n| kind | count |\n|---|---|"
    for kind, count in error_kinds(material, predicted).most_common(COMMONEST):
        yield f"| {kind} | {count} |"
    header = "| | " + " | ".join(TOTALS) + " |\n|---|" + "---|" * len(TOTALS)
    yield f"\n## Learning curve of the scorers\n\nOne fold held out, F1.\n\n{header}"
    for share in SHARES:
        yield f1_row(
            f"{share:.0%} of the documents", material.evaluate(with_share(material, share))
        )
    yield f"\n## What each part contributes\n\nF1, cross-validated.\n\n{header}"
    yield f1_row("everything", result)
    for without in ("entities", "relations", "facts"):
        parts = [(article, replace(scorers, **{without: None})) for article, scorers in scored]
        yield f1_row(f"no scorer of {without}", material.evaluate(parts))
    bare = [(article, RULES_ALONE) for article, _ in scored]
    yield f1_row("no scorers: rules decide", material.evaluate(bare))
    not_shown = material.validation.folds(with_ideal=False)
    yield f1_row("scorers not shown the annotators' names", material.evaluate(not_shown))
    if jackknife is not None:
        rules = Material.read(folders, None)
        yield f1_row("no tagger", rules.evaluate(rules.validation.folds()))


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--jackknife", type=Path)
    options = parser.parse_args()
    for part in report(options.folders, options.jackknife):
        print(part, flush=True)


if __name__ == "__main__":
    main()
