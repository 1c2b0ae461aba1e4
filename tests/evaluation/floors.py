"""Below which quality must not fall, and how the floors are moved.

`floors.json` holds precision, recall and F1 for each set of gold data, in all and per relation, with
a hash of the texts and annotations they were measured on. `python -m tests.evaluation.floors` measures
anew: a better F1 moves its floors; a worse one moves them only when it is asked for by name::

    python -m tests.evaluation.floors --lower corpus/gold:produces --lower corpus/gold:fact
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import TypeAlias

from kg.evaluation import Count, evaluate, find_documents
from kg.jsonl import read_annotations, to_annotation
from kg.settings import find_settings_file, load_settings
from kg.workers import extract_files

PROJECT = Path(__file__).parents[2]
FLOORS_FILE = Path(__file__).with_name("floors.json")
SETS = {  # gold data -> where its documents are
    "corpus/gold": "corpus",
    "../shared/gold/seeds": "../shared/seeds",
    "../shared/gold/train": "../shared/gold/train",
    "../shared/gold/municipal": "../shared/gold/municipal",
}
KINDS = ("entity", "relation", "relation_core", "fact")

Scores: TypeAlias = dict[str, dict[str, float]]  # kind or relation -> p, r, f


def present_sets() -> list[str]:
    return [name for name in SETS if (PROJECT / name).is_dir()]


def measure(name: str) -> tuple[str, int, Scores]:
    """Return a hash of the set *name*, its size, and what the extraction reaches on it."""
    gold = read_annotations(PROJECT / name)
    files = find_documents(gold, PROJECT / name, [PROJECT / SETS[name]])
    settings = load_settings(find_settings_file([path for path, _ in files]), environment={})
    predicted = {
        str(each.document.id): to_annotation(each.document, each.extractions)
        for result in extract_files(files, settings=settings)
        for each in result.documents
    }
    evaluation = evaluate(gold, predicted, samples=1)
    scores = {kind: _scores(evaluation.total[kind]) for kind in KINDS}
    scores |= {relation: _scores(count) for relation, count in evaluation.relations.items()}
    annotations = sorted((PROJECT / name).glob("*.json*"))
    return _hash([*(path for path, _ in files), *annotations]), len(files), scores


def _scores(count: Count) -> dict[str, float]:
    return {
        "p": round(count.precision, 4),
        "r": round(count.recall, 4),
        "f": round(count.f1, 4),
    }


def _hash(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def moved(name: str, old: Scores, new: Scores, lower: set[str]) -> tuple[Scores, list[str]]:
    """Return the floors after a measurement, and what fell without being asked for."""
    floors: Scores = {}
    fallen: list[str] = []
    for kind, scores in new.items():
        before = old.get(kind, {})
        if scores["f"] < before.get("f", 0.0) and f"{name}:{kind}" not in lower:
            fallen.append(f"{name}:{kind} {before} -> {scores}")
            floors[kind] = before
        else:
            floors[kind] = scores
    return floors, fallen


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lower", action="append", default=[], metavar="GOLD:KIND")
    lower = set(parser.parse_args().lower)
    floors = json.loads(FLOORS_FILE.read_text("utf-8")) if FLOORS_FILE.exists() else {}
    complaints: list[str] = []
    for name in present_sets():
        sha256, documents, scores = measure(name)
        old = floors.get(name, {})
        # Scores on other texts or other annotations do not compare.
        before = old.get("floors", {}) if old.get("sha256") == sha256 else {}
        kept, fallen = moved(name, before, scores, lower)
        floors[name] = {"sha256": sha256, "documents": documents, "floors": kept}
        complaints += fallen
    floors["measured"] = datetime.now(timezone.utc).date().isoformat()
    FLOORS_FILE.write_text(json.dumps(floors, indent=1, sort_keys=True) + "\n", "utf-8")
    for complaint in complaints:
        sys.stderr.write(f"not lowered: {complaint}\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
