"""What the grounding loses of answers without faults: those of the annotators of the sample corpus."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kg.engines.llm import make_engine
from kg.evaluation import evaluate
from kg.jsonl import read_annotations, to_annotation
from kg.model import Article
from tests.engines.llm.server import running
from tests.engines.llm.stand_in import answering_from
from tests.factories import make_article, make_document

GOLD = Path(__file__).parents[3] / "corpus" / "gold"


def article_of(name: str, annotation: dict[str, Any]) -> Article:
    published = date.fromisoformat(annotation["date"]) if annotation["date"] else None
    return make_article(
        annotation["body"],
        headline=annotation["title"],
        published=published,
        id=f"{name}/{annotation['id']}",
    )


def test_grounding_keeps_what_annotators_say(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KG_CACHE", str(tmp_path))
    gold = read_annotations(GOLD)
    answers = {}
    with (
        running([answering_from(GOLD)]) as server,
        closing(make_engine(f"{server.url}#toy")) as engine,
    ):
        for name, annotation in gold.items():
            articles = [article_of(name, each) for each in annotation["articles"]]
            found = engine.extract_all(articles, home="聊城市")
            answers[name] = to_annotation(make_document("", id=name), found)
    total = evaluate(gold, answers).total
    assert total["entity"].f1 > 0.99
    assert total["relation"].f1 > 0.99
    assert total["fact"].f1 > 0.97
