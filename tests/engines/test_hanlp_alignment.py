"""Where tokens stand, whatever a tokenizer made of the text; no model is needed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.engines.hanlp.alignment import MAX_CHARS, align, cut, harmless
from kg.engines.hanlp.labels import label_of_name, label_of_pos
from kg.model import Span
from kg.schema import load_schema


@pytest.mark.parametrize(
    ("text", "tokens", "expected"),
    [
        pytest.param(
            "聊城 市\u3000莘县", ["聊城", "市", "莘县"], ["聊城", "市", "莘县"], id="blanks"
        ),
        pytest.param("聊城 市", ["聊城市"], ["聊城 市"], id="a blank inside a token"),
        pytest.param(
            "ＡＢＣ公司", ["ABC", "公司"], ["ＡＢＣ", "公司"], id="full-width letters folded"
        ),
        pytest.param("IPhone厂", ["iphone", "厂"], ["IPhone", "厂"], id="lower-cased"),
        pytest.param(
            "好…吗", ["好", "...", "吗"], ["好", "…", "吗"], id="one character, three tokens' worth"
        ),
        pytest.param(
            "好‥吗", ["好", ".", ".", "吗"], ["好", "‥", None, "吗"], id="a character taken apart"
        ),
        pytest.param("莘县莘县", ["莘县", "莘县"], ["莘县", "莘县"], id="the same word twice"),
        pytest.param(
            "莘县很美", ["莘县", "[UNK]", "美"], ["莘县", None, "美"], id="a token of another text"
        ),
        pytest.param("莘县", ["", "莘县"], [None, "莘县"], id="an empty token"),
    ],
)
def test_token_stands_where_the_text_has_it(
    text: str, tokens: list[str], expected: list[str | None]
) -> None:
    assert [span and span.of(text) for span in align(text, tokens)] == expected


@given(
    st.lists(st.text(min_size=1, max_size=4), max_size=12),
    st.text(alphabet=" \u3000\t", max_size=2),
)
def test_tokens_of_a_text_never_overlap(tokens: list[str], blanks: str) -> None:
    text = blanks.join(tokens)
    end = 0
    for span in align(text, tokens):
        if span is not None:
            assert end <= span.begin < span.end <= len(text)
            end = span.end


@given(st.text(alphabet="聊城，。 ", max_size=1000))
def test_cut_parts_are_short_and_make_the_whole(text: str) -> None:
    if text:
        parts = list(cut(text, Span(0, len(text))))
        assert "".join(part.of(text) for part in parts) == text
        assert max(map(len, parts)) <= MAX_CHARS


@given(st.text())
def test_harmless_text_is_as_long(text: str) -> None:
    assert len(harmless(text)) == len(text)
    assert harmless(text).isprintable() or not text.isprintable() or " " in text


def test_labels_mean_types_of_the_ontology() -> None:
    labels = ["PERSON", "LOCATION", "ORGANIZATION", "NR", "nr", "GPE", "FACILITY", "LAW", "company"]
    for label in [*labels, *load_schema().classes]:
        found = label_of_name(label)
        assert found is not None
        assert set(found.types) <= set(load_schema().classes)


@pytest.mark.parametrize("label", ["DATE", "MONEY", "INTEGER", "NORP", "WORK OF ART", "O"])
def test_amounts_and_times_are_left_to_the_rules(label: str) -> None:
    assert label_of_name(label) is None


def test_proper_noun_of_ctb_says_nothing() -> None:
    assert label_of_pos("NR") is None
    assert label_of_name("NR") is not None  # of MSRA's recognizer: a person
