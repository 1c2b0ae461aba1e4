from __future__ import annotations

import pytest

from kg.annotation import CoarseName, annotate_all, annotate_joined
from kg.annotation.coarse import settle_types
from kg.annotation.name_rules import load_name_rules
from kg.model import NamedEntity
from tests.factories import find_span, make_article

BODY = ("Company", "Agency", "Organization")
SITE = ("Place", "Zone")


@pytest.mark.parametrize(
    ("name", "types", "expected"),
    [
        pytest.param("东阿阿胶集团", BODY, "Company", id="ending of a firm"),
        pytest.param("莘县税务局", BODY, "Agency", id="ending of an agency"),
        pytest.param("山东省轴承行业协会", BODY, "Organization", id="ending of an association"),
        pytest.param("聊城日报", BODY, "Organization", id="a newspaper"),
        pytest.param("苏泊尔", BODY, "Company", id="nothing tells: most often a firm"),
        pytest.param("莘县化工产业园", SITE, "Zone", id="a place that is a zone"),
        pytest.param("徒骇河", SITE, "Place", id="a place"),
        pytest.param("王海磊", ("Person",), "Person", id="only one type"),
    ],
)
def test_ending_of_a_name_tells_its_type(name: str, types: tuple[str, ...], expected: str) -> None:
    text = f"记者看到{name}"
    coarse = CoarseName(find_span(text, name), types, 0.8, "tagger hanlp")
    (settled,) = settle_types(text, [coarse], ())
    assert settled.type == expected


def test_what_another_saw_at_the_span_comes_before_the_ending() -> None:
    text = "宏坤锻件说，宏坤锻件很好"
    first, second = (find_span(text, "宏坤锻件", nth=n) for n in (0, 1))
    known = [NamedEntity(first, "Organization", 0.6, "tagger")]
    coarse = [CoarseName(span, BODY, 0.8, "tagger hanlp") for span in (first, second)]
    settled = list(settle_types(text, coarse, known))
    assert [name.type for name in settled] == ["Organization"] * 2  # the second by its words


@pytest.mark.parametrize(
    ("probability", "score"),
    [
        pytest.param(0.9, 0.99, id="both see it"),
        pytest.param(0.3, 0.79, id="our tagger doubts"),
        pytest.param(0.02, None, id="our tagger hardly thinks of it"),
        pytest.param(None, None, id="our tagger does not think of it"),
    ],
)
def test_second_opinion_counts_by_what_the_first_holds_possible(
    probability: float | None, score: float | None
) -> None:
    text = "昨日，宏坤到会。"
    span = find_span(text, "宏坤")
    possible = [NamedEntity(span, "Company", probability, "tagger")] if probability else []
    names = [CoarseName(span, BODY, 0.9, "tagger hanlp")]
    settled = list(settle_types(text, names, (), possible))
    assert [round(name.score, 2) for name in settled] == ([score] if score else [])


def test_one_model_is_one_voice_however_many_label_sets_it_has() -> None:
    text = "记者在聊城市看到"
    span = find_span(text, "聊城市")
    labels = [CoarseName(span, SITE, 0.8, "x"), CoarseName(span, ("Place",), 0.7, "x")]
    (settled,) = settle_types(text, labels, ())
    assert (settled.type, settled.score) == ("Place", 0.8)


def test_joined_name_is_a_voice_beside_the_rules() -> None:
    article = make_article("昨日，莘县税务局表示支持。")
    span = find_span(article.text, "莘县税务局")
    (annotated,) = annotate_joined([article], [[CoarseName(span, BODY, 0.8, "tagger hanlp")]])
    (name,) = [n for n in annotated.sentences[0].names if n.span == span]
    assert name.source == "tagger+tagger hanlp+ending 税务局"


def test_joining_nothing_changes_nothing() -> None:
    articles = [make_article("昨日，莘县税务局表示支持。"), make_article("", id="doc/a2")]
    assert list(annotate_joined(articles, [[], []])) == list(annotate_all(articles))


@pytest.mark.parametrize(
    ("name", "types"),
    [("聊城市司法局", ("Agency",)), ("鲁西集团", ("Company",)), ("局", ()), ("苏泊尔", ())],
)
def test_longest_known_ending_decides(name: str, types: tuple[str, ...]) -> None:
    assert load_name_rules().types_of_ending(name) == types
