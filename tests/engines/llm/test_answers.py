from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.engines.llm.answers import UnreadableAnswerError, parse_answer
from kg.schema import load_schema

ENTITY = {"name": "鲁西集团", "type": "Company", "aliases": ["该集团"]}
RELATION = {
    "subject": "鲁西集团",
    "relation": "builds",
    "object": "双酚A项目",
    "quote": "鲁西集团建设双酚A项目",
}
FACT = {
    "subject": "双酚A项目",
    "attribute": "totalInvestment",
    "value": "64亿元",
    "quote": "总投资64亿元",
}
WHOLE = {"entities": [ENTITY], "relations": [RELATION], "facts": [FACT]}


def parse(answer: object) -> Any:
    content = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
    return parse_answer(content, load_schema())


@pytest.mark.parametrize(
    "form",
    [
        pytest.param("{}", id="bare"),
        pytest.param("```json\n{}\n```", id="code block"),
        pytest.param("好的，结果如下：\n{}\n希望有帮助！", id="in prose"),
        pytest.param('<think>先想 {{"entities": []}} 再说</think>{}', id="behind thoughts"),
        pytest.param('{{"thought": "先看实体"}} {}', id="behind another object"),
    ],
)
def test_answer_is_found_wherever_it_stands(form: str) -> None:
    answer = parse(form.format(json.dumps(WHOLE, ensure_ascii=False)))
    assert (len(answer.entities), len(answer.relations), len(answer.facts)) == (1, 1, 1)
    assert not answer.dropped


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="nothing"),
        pytest.param("我不能回答。", id="prose"),
        pytest.param(json.dumps(WHOLE)[:-20], id="broken off"),
        pytest.param("[1, 2]", id="a list"),
        pytest.param('{"answer": 42}', id="another object"),
        pytest.param('{"a":' * 5000, id="deeper than the stack"),
        pytest.param("{" * 100_000, id="braces"),
    ],
)
def test_what_holds_no_answer_says_so(content: str) -> None:
    with pytest.raises(UnreadableAnswerError):
        parse(content)


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        pytest.param({"entities": [ENTITY | {"type": "Firm"}]}, "unknown type", id="type"),
        pytest.param(
            {"relations": [RELATION | {"relation": "loves"}]}, "unknown relation", id="relation"
        ),
        pytest.param(
            {"relations": [RELATION | {"relation": "amount"}]},
            "unknown relation",
            id="attribute as relation",
        ),
        pytest.param(
            {"facts": [FACT | {"attribute": "mood"}]}, "unknown attribute", id="attribute"
        ),
        pytest.param({"facts": [FACT | {"value": 6.4e9}]}, "not of the form", id="number as value"),
        pytest.param({"facts": [FACT | {"quote": ""}]}, "not of the form", id="no quote"),
        pytest.param({"relations": [RELATION | {"quote": None}]}, "not of the form", id="null"),
        pytest.param({"entities": ["鲁西集团"]}, "not of the form", id="a word for an object"),
        pytest.param(
            {"entities": [ENTITY | {"aliases": "该集团"}]}, "not of the form", id="word for list"
        ),
        pytest.param({"entities": {"name": "鲁西集团"}}, "not of the form", id="object for list"),
        pytest.param(
            {"entities": [ENTITY | {"name": "鲁" * 601}]}, "not of the form", id="endless"
        ),
        pytest.param({"entities": [ENTITY] * 1001}, "beyond the longest list", id="in a loop"),
    ],
)
def test_item_that_is_no_claim_of_ours_is_dropped_and_counted(
    items: dict[str, Any], reason: str
) -> None:
    assert parse(items).dropped == {reason: 1}


def test_one_bad_item_costs_no_other() -> None:
    answer = parse({"entities": [{"name": 1}, ENTITY], "relations": None, "facts": [FACT]})
    assert [entity.name for entity in answer.entities] == ["鲁西集团"]
    assert len(answer.facts) == 1
    assert answer.dropped == {"not of the form": 2}


def test_null_for_no_qualifier_and_no_alias_is_taken() -> None:
    answer = parse(
        {"entities": [ENTITY | {"aliases": None}], "relations": [RELATION | {"amount": None}]}
    )
    assert answer.entities[0].aliases == ()
    assert answer.relations[0].amount == ""
    assert not answer.dropped


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["entities", "relations", "facts", "name", "type", "quote", "value"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=15,
)


@given(JSON)
def test_any_json_is_an_answer_or_none(value: object) -> None:
    try:
        answer = parse(json.dumps(value))
    except UnreadableAnswerError:
        return
    assert all(count > 0 for count in answer.dropped.values())
