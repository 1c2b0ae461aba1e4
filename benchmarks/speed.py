"""Measure characters per CPU-second of kg's stages, and of peers where they are installed.

    python -m benchmarks.speed corpus
    pip install jiagu; python -m benchmarks.speed ../shared/gold/municipal

All run in one process on one thread, on the same text, one after another; ratios are against kg's
whole extraction. Peers do less (names only, or triples only), so the table says what each does.
"""

from __future__ import annotations

import argparse
import importlib
import os
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported

from kg.annotation import annotate_all, annotate_with
from kg.extraction import RULES_ALONE, extract, extract_with
from kg.model import AnnotatedArticle, Article
from kg.reading import read_documents
from kg.segmentation import split_articles

ROUNDS = 3


def measure(work: Callable[[], object]) -> float:
    """Return the CPU seconds of the fastest of some rounds."""
    seconds = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        work()
        seconds.append(time.process_time() - begin)
    return min(seconds)


def own_stages(articles: Sequence[Article]) -> Iterator[tuple[str, str, Callable[[], object]]]:
    """Yield name, what it does, and the work of each of kg's stages."""
    plain = [annotate_with(article, None) for article in articles]
    full = _annotated(articles)

    def everything() -> list[object]:
        return _extract_all(_annotated(articles))

    def rules() -> list[object]:
        return [extract_with(annotate_with(article, None), RULES_ALONE) for article in articles]

    yield "kg, everything", "names, relations, facts", everything
    yield "kg, rules alone", "names, relations, facts", rules
    yield (
        "kg annotate, rules",
        "candidate names",
        lambda: [annotate_with(a, None) for a in articles],
    )
    yield "kg annotate, with tagger", "candidate names", lambda: _annotated(articles)
    yield "kg extract after rules", "relations, facts", lambda: _extract_all(plain)
    yield "kg extract after tagger", "relations, facts", lambda: _extract_all(full)


def _annotated(articles: Sequence[Article]) -> list[AnnotatedArticle]:
    """Annotate the articles of each document together, as `kg build` does."""
    documents = groupby(articles, key=lambda article: article.document_id)
    return [each for _, group in documents for each in annotate_all(group)]


def _extract_all(annotated: Sequence[AnnotatedArticle]) -> list[object]:
    return [extract(each) for each in annotated]


def peers(sentences: Sequence[str]) -> Iterator[tuple[str, str, Callable[[], object]]]:
    """Yield the peers that are installed."""
    try:
        jiagu = importlib.import_module("jiagu")
    except ImportError:
        print("jiagu is not installed: pip install jiagu")
    else:
        jiagu.init()
        yield "jiagu seg + ner", "names", lambda: [jiagu.ner(jiagu.seg(s)) for s in sentences]
        yield "jiagu knowledge", "triples", lambda: [jiagu.knowledge(s) for s in sentences]
    try:
        lac = importlib.import_module("LAC")
    except ImportError:
        print("LAC is not installed: it needs paddlepaddle (456 MB), see research/hanlp.md")
    else:
        model = lac.LAC(mode="lac")
        yield "LAC", "words and names", lambda: model.run(list(sentences))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", type=Path, nargs="+")
    options = parser.parse_args()
    documents = read_documents(options.paths, on_skip=lambda error: print(f"skipped {error}"))
    articles = [article for document in documents for article in split_articles(document)]
    characters = sum(len(article.text) for article in articles)
    sentences = [s.span.of(a.article.text) for a in annotate_all(articles) for s in a.sentences]
    print(f"{len(articles)} articles, {characters:,} characters")
    print(f"{'':26} {'does':26} {'chars/CPU-s':>12} {'ratio':>7}")
    base = 0.0
    for name, does, work in (*own_stages(articles), *peers(sentences)):
        rate = characters / measure(work)
        base = base or rate
        print(f"{name:26} {does:26} {rate:12,.0f} {rate / base:7.2f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process, peers included: {peak:.0f} MB")


if __name__ == "__main__":
    main()
