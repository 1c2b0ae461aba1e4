from __future__ import annotations

from typing import Any

import pytest

from tests.factories import make_article

pytest.importorskip("sklearn")
pytest.importorskip("scipy")

from kg.annotation import annotate
from kg.training.extraction import (
    annotate_as_gold,
    make_example,
)

BODY = "聊城市司法局出台《法治化营商环境评价办法》。莘县诚义食品有限公司总经理李清利介绍，公司与邮储银行签约。"


def gold(name: str = "doc", *, optional: bool = False) -> dict[str, Any]:
    """Annotate BODY as a person would."""
    return {
        "doc": name,
        "articles": [
            {
                "id": "a1",
                "title": "",
                "entities": [
                    {"id": "e1", "type": "Agency", "name": "聊城市司法局", "aliases": ["市司法局"]},
                    {"id": "e2", "type": "Policy", "name": "法治化营商环境评价办法", "aliases": []},
                    {
                        "id": "e3",
                        "type": "Company",
                        "name": "莘县诚义食品有限公司",
                        "aliases": ["公司"],
                    },
                    {
                        "id": "e4",
                        "type": "Place",
                        "name": "聊城市",
                        "aliases": ["聊城"],
                        "optional": optional,
                    },
                ],
                "relations": [
                    {"s": "e1", "p": "issued", "o": "e2", "q": {}},
                    {"s": "e1", "p": "jurisdiction", "o": "e4", "q": {}},
                ],
                "facts": [],
            }
        ],
    }


def labels(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, int]]:
    example = make_example(document, annotate(make_article(BODY)))
    pairs = zip(example.pairs, example.pair_labels, strict=True)
    return {(pair.subject[1], pair.object[1]): label for pair, label in pairs if label}


def test_pairs_are_labelled_with_the_relations_of_their_gold_entities() -> None:
    found = labels(gold())
    assert found["聊城市司法局", "法治化营商环境评价办法"] == {"issued": 1}
    assert found["聊城市司法局", "聊城市"] == {"jurisdiction": 1}


def test_a_relation_with_an_optional_end_is_no_example() -> None:
    assert labels(gold(optional=True))["聊城市司法局", "聊城市"] == {"jurisdiction": 0}


def test_entities_that_annotators_do_not_name_are_negative() -> None:
    example = make_example(gold(), annotate(make_article(BODY)))
    assert example.entity_labels["Agency", "聊城市司法局"] == 1
    assert example.entity_labels["Person", "李清利"] == -1


def test_the_annotators_names_are_found_wherever_they_stand() -> None:
    annotated = annotate_as_gold(gold(), make_article(BODY))
    names = {(n.type, n.span.of(BODY)) for s in annotated.sentences for n in s.names}
    assert ("Company", "莘县诚义食品有限公司") in names
    assert ("Company", "公司") not in names  # deictic
