"""Training the scorer of facts: what counts as an example, and that it learns."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from kg.annotation.sentences import split_sentences
from kg.extraction.linear import LinearModel
from kg.model import AnnotatedArticle, MentionKind
from kg.training.facts import Score, fit, gold_mentions, make_example, score
from tests.factories import make_article

BODY = "莘县双酚A项目总投资64亿元，占地260亩，莘县增长9%。据县里介绍，上年有3人来访。"
ENTITIES = [
    {"id": "e1", "type": "Place", "name": "莘县", "aliases": ["县"]},
    {"id": "e2", "type": "Project", "name": "双酚A项目", "aliases": ["该项目"]},
]


def document(*facts: tuple[str, Any, str, bool]) -> dict[str, Any]:
    gold = [
        {"s": subject, "p": "other", "v": value, "unit": unit, "optional": optional}
        for subject, value, unit, optional in facts
    ]
    return {"doc": "doc", "articles": [{"entities": ENTITIES, "facts": gold}]}


GOLD = document(
    ("e2", 6400000000, "CNY", False),
    ("e2", 260, "亩", False),
    ("e1", 9, "%", False),
    ("e1", 3, "人", True),
)


def example(gold: dict[str, Any]) -> Any:
    article = make_article(BODY, published=date(2022, 12, 19))
    annotated = AnnotatedArticle(article, split_sentences(article), "test")
    return make_example(gold, annotated, gold_mentions(gold, article))


def test_gold_names_become_mentions_where_they_stand() -> None:
    article = make_article("莘县双酚A项目开工，该项目位于莘县。")
    mentions = gold_mentions(GOLD, article)
    assert [m.text for m in mentions] == ["莘县", "双酚A项目", "该项目", "莘县"]
    assert mentions[2].kind is MentionKind.NOMINAL
    assert mentions[2].name == "双酚A项目"


def test_scorer_learns_its_examples() -> None:
    model = fit([example(GOLD)] * 8)
    learnt = score(example(GOLD), model)
    assert (learnt.right, learnt.predicted, learnt.gold) == (3, 3, 3)


def test_optional_fact_counts_neither_way() -> None:
    optional = document(*((*fact[:3], True) for fact in (("e2", 260, "亩", False),)))
    assert score(example(optional), None).gold == 0


def test_value_of_another_subject_is_wrong() -> None:
    swapped = document(("e1", 6400000000, "CNY", False))
    result = score(example(swapped), None)
    assert (result.right, result.gold) == (0, 1)


def test_number_within_one_percent_is_right() -> None:
    rounded = document(("e2", 6410000000, "CNY", False))
    assert score(example(rounded), None).right == 1


def test_scores_add_and_print_as_rates() -> None:
    assert str(Score(1, 2, 4) + Score(1, 2, 0)) == "P 0.500 R 0.500 F1 0.500 (2/4/4)"


def test_model_survives_its_file(tmp_path: Any) -> None:
    model = fit([example(GOLD)] * 4)
    model.save(tmp_path / "facts.npz")
    loaded = LinearModel.load(tmp_path / "facts.npz")
    assert np.allclose(loaded.weights, model.weights, atol=1e-2)
    assert loaded.thresholds == pytest.approx(model.thresholds)
