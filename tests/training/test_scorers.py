from __future__ import annotations

import pytest

from tests.factories import make_article

pytest.importorskip("sklearn")
pytest.importorskip("scipy")

from kg.training.extraction import TrainingArticle
from kg.training.scorers import ArticleExamples, examples_of, fit_scorers
from tests.training.test_extraction import BODY, gold


def examples(count: int) -> list[ArticleExamples]:
    return [
        examples_of(TrainingArticle(gold(f"d{i}"), make_article(BODY), None)) for i in range(count)
    ]


def test_training_twice_gives_the_same_weights() -> None:
    first, second = (fit_scorers(examples(6)) for _ in range(2))
    for name in ("relations", "entities", "facts"):
        assert (getattr(first, name).weights == getattr(second, name).weights).all()
