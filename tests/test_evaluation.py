"""Evaluation: the definition, case by case, and agreement with the reference scorer."""

from __future__ import annotations

import importlib.util
import json
import random
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kg.errors import InputError
from kg.evaluation import Count, evaluate
from kg.jsonl import read_annotations

SHARED = Path(__file__).parents[2] / "shared"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared")

COMPANY = {"id": "e1", "type": "Company", "name": "鲁西集团", "aliases": ["鲁西", "该集团"]}
PROJECT = {"id": "e2", "type": "Project", "name": "年产120万吨双酚A项目", "aliases": []}
BANK = {"id": "e3", "type": "Company", "name": "邮储银行", "aliases": []}
BUILDS = {"s": "e1", "p": "builds", "o": "e2"}
MEETS = {"s": "e1", "p": "cooperatesWith", "o": "e3"}
COST = {"s": "e2", "p": "totalInvestment", "v": 6400000000, "unit": "CNY"}


def document(
    entities: list[dict[str, Any]],
    relations: Sequence[dict[str, Any]] = (),
    facts: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    article = {"id": "a1", "entities": entities, "relations": relations, "facts": facts}
    return {"d": {"doc": "d", "articles": [article]}}


GOLD = document([COMPANY, PROJECT, BANK], [BUILDS, MEETS], [COST])


def counts(
    predicted: dict[str, Any], kind: str, gold: dict[str, Any] = GOLD
) -> tuple[int, int, int]:
    count = evaluate(gold, predicted, samples=10).total[kind]
    return count.right, count.predicted, count.gold


def test_gold_against_itself_is_perfect() -> None:
    evaluation = evaluate(GOLD, GOLD, samples=10)
    assert {count.f1 for count in evaluation.total.values()} == {1.0}
    assert evaluation.missed == evaluation.wrong == ()


def test_document_not_predicted_counts_as_missed() -> None:
    assert counts({}, "entity") == (0, 0, 3)
    assert counts({}, "relation") == (0, 0, 2)


def test_document_without_gold_is_ignored() -> None:
    assert counts({"other": GOLD["d"]}, "entity") == (0, 0, 3)


@pytest.mark.parametrize(
    ("name", "right"),
    [("鲁西集团", 1), ("鲁西", 1), ("“鲁西 集团”", 1), ("该集团", 0), ("鲁西化工", 0)],
    ids=["name", "alias", "quotation marks and blanks", "deictic alias", "other"],
)
def test_entity_is_right_by_name_or_alias(name: str, right: int) -> None:
    assert counts(document([COMPANY | {"name": name, "aliases": []}]), "entity")[0] == right


def test_entity_of_another_type_is_right_only_untyped() -> None:
    predicted = document([COMPANY | {"type": "Agency"}])
    assert counts(predicted, "entity")[0] == 0
    assert counts(predicted, "entity_untyped")[0] == 1


def test_one_predicted_entity_answers_one_gold_entity() -> None:
    gold = document([COMPANY, COMPANY | {"id": "e9", "name": "鲁西化工", "aliases": ["鲁西"]}])
    predicted = document([COMPANY | {"name": "鲁西", "aliases": []}])
    assert counts(predicted, "entity", gold) == (1, 1, 2)


def test_equal_name_is_taken_before_an_alias() -> None:
    predicted = document([COMPANY | {"id": "e7", "name": "鲁西"}, COMPANY])
    evaluation = evaluate(document([COMPANY]), predicted, samples=10)
    assert [mistake.words for mistake in evaluation.wrong] == [("Company", "鲁西")]


@pytest.mark.parametrize(
    ("claim", "right"),
    [
        (BUILDS, 1),
        (BUILDS | {"s": "e2", "o": "e1"}, 0),
        (MEETS, 1),
        (MEETS | {"s": "e3", "o": "e1"}, 1),
        (BUILDS | {"p": "operates"}, 0),
    ],
    ids=["equal", "turned", "symmetric", "symmetric turned", "other relation"],
)
def test_relation_is_right_with_both_ends(claim: dict[str, Any], right: int) -> None:
    assert counts(document([COMPANY, PROJECT, BANK], [claim]), "relation")[0] == right


def test_symmetric_relation_listed_both_ways_answers_once() -> None:
    predicted = document([COMPANY, PROJECT, BANK], [MEETS, MEETS | {"s": "e3", "o": "e1"}])
    assert counts(predicted, "relation") == (1, 2, 2)


@pytest.mark.parametrize(
    ("change", "right"),
    [
        ({}, 1),
        ({"v": 6430000000}, 1),
        ({"v": 6500000000}, 0),
        ({"unit": "USD"}, 0),
        ({"p": "amount"}, 1),
        ({"v": "6400000000"}, 1),
    ],
    ids=["equal", "within 1 %", "beyond 1 %", "unit", "attribute is free", "text"],
)
def test_fact_is_right_by_value_and_unit(change: dict[str, Any], right: int) -> None:
    assert counts(document([COMPANY, PROJECT], facts=[COST | change]), "fact")[0] == right


def test_optional_counts_neither_way() -> None:
    gold = document([COMPANY, PROJECT | {"optional": True}], [BUILDS])
    assert counts(document([COMPANY]), "entity", gold) == (1, 1, 1)
    assert counts(document([COMPANY, PROJECT], [BUILDS]), "entity", gold) == (1, 1, 1)
    assert counts(document([COMPANY, PROJECT], [BUILDS]), "relation", gold) == (0, 0, 0)


def test_entity_required_in_one_article_is_required() -> None:
    articles = [{"entities": [COMPANY | {"optional": True}]}, {"entities": [COMPANY]}]
    assert counts({}, "entity", {"d": {"doc": "d", "articles": articles}}) == (0, 0, 1)


def test_annotation_without_a_key_names_the_document() -> None:
    with pytest.raises(InputError, match="d: not in the annotation format"):
        evaluate(document([{"id": "e1"}]), {})


def test_interval_lies_around_the_score_and_repeats() -> None:
    gold = {str(number): GOLD["d"] for number in range(20)}
    predicted = {str(number): GOLD["d"] for number in range(0, 20, 2)}
    first, second = (evaluate(gold, predicted).intervals["entity"] for _ in range(2))
    assert first == second
    assert 0 < first.low < Count(30, 30, 60).f1 < first.high < 1


# --------------------------------------------------------------- agreement with the reference


@pytest.fixture(scope="module")
def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference_scorer", SHARED / "tools" / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def damaged(gold: dict[str, Any], seed: int) -> dict[str, Any]:
    """Return *gold* with entities renamed, retyped and dropped, and claims turned and altered."""
    choice = random.Random(seed)  # noqa: S311
    articles = json.loads(json.dumps(gold["articles"]))
    for article in articles:
        for entity in article["entities"]:
            entity["aliases"] = [alias for alias in entity["aliases"] if choice.random() < 0.5]
            if choice.random() < 0.2:
                entity["name"] = (entity["aliases"] or [entity["name"][:-1] or "无"])[0]
            if choice.random() < 0.1:
                entity["type"] = choice.choice(["Company", "Agency", "Place"])
        article["entities"] = [entity for entity in article["entities"] if choice.random() < 0.9]
        for relation in article["relations"]:
            if choice.random() < 0.2:
                relation["s"], relation["o"] = relation["o"], relation["s"]
            if choice.random() < 0.1:
                relation["p"] = "cooperatesWith"
        for fact in article["facts"]:
            if choice.random() < 0.3:
                fact["v"] = choice.choice(
                    [0, "2022", 1.005 * fact["v"] if isinstance(fact["v"], int) else "无"]
                )
    return {"doc": gold["doc"], "articles": articles}


@needs_shared
@pytest.mark.parametrize("folder", ["seeds", "municipal"])
@pytest.mark.parametrize("seed", [1, 2])
def test_agrees_with_the_reference_scorer_to_the_digit(
    scorer: ModuleType, tmp_path: Path, folder: str, seed: int
) -> None:
    path = SHARED / "gold" / folder
    gold = dict(list(read_annotations(path).items())[:30])
    predicted = {name: damaged(annotation, seed) for name, annotation in gold.items()}
    ours = evaluate(gold, predicted, samples=2).as_dict()
    theirs = scorer.score({name: scorer.load(path)[name] for name in gold}, predicted)
    for table in ("total", "types", "relations"):
        for name, scores in theirs[table].items():
            assert ours[table][name] == {"tp": 0, "pred": 0, "gold": 0} | scores, (table, name)
    for side in ("missed", "wrong"):
        assert [line for line in ours[side] if "\tfact\t" not in line] == theirs[side]
