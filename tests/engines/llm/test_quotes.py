from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.engines.llm.quotes import QuoteFinder, fold
from kg.model import Span

TEXT = (
    "3月，鲁西集团启动“年产１２０万吨双酚A项目”，总投资64亿元。\n项目　占地260亩，年产１２０万吨。"
)

# What news and models' copies of it are made of: letters in both widths, marks, blanks of all kinds.
CHARACTERS = st.text(
    alphabet="中国聊城AaＡ１1２，,。“”\"「」' \n\t　\u200b\ufeff㎡…—％%ﬁ", max_size=60
)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param("总投资64亿元", "总投资64亿元", id="verbatim"),
        pytest.param('"年产120万吨双酚A项目"', "“年产１２０万吨双酚A项目”", id="marks and widths"),
        pytest.param("总投资 64 亿元", "总投资64亿元", id="blanks put in"),
        pytest.param("项目占地260亩", "项目　占地260亩", id="blank left out"),
        pytest.param(
            "总投资64亿元。项目占地", "总投资64亿元。\n项目　占地", id="across paragraphs"
        ),
    ],
)
def test_copy_in_other_dress_is_found_in_the_words_of_the_text(words: str, found: str) -> None:
    (span,) = QuoteFinder(TEXT).find_all(words)
    assert span.of(TEXT) == found


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("总投资63亿元", id="another number"),
        pytest.param("总投资……亿元", id="ellipsis"),
        pytest.param("总投资为64亿元", id="a word put in"),
        pytest.param("鲁西集團启动", id="another character"),
        pytest.param("", id="nothing"),
        pytest.param(" \n", id="blanks"),
    ],
)
def test_other_words_are_not_found(words: str) -> None:
    assert not list(QuoteFinder(TEXT).find_all(words))


def test_all_places_are_found_and_those_of_a_part_alone() -> None:
    finder = QuoteFinder(TEXT)
    first, second = finder.find_all("年产120万吨")
    assert list(finder.find_all("年产120万吨", within=Span(second.begin, len(TEXT)))) == [second]
    assert not list(finder.find_all("年产120万吨", within=Span(first.begin + 1, second.end - 1)))


def test_a_character_that_folds_to_several_is_not_taken_apart() -> None:
    assert not list(QuoteFinder("占地300㎡").find_all("300m"))


@given(CHARACTERS, st.data())
def test_every_part_of_a_text_is_found_in_it(text: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, len(text)))
    words = text[begin:end]
    spans = list(QuoteFinder(text).find_all(words))
    assert bool(spans) == bool(fold(words))
    for span in spans:
        assert fold(span.of(text)) == fold(words)


@given(CHARACTERS, CHARACTERS)
def test_what_is_found_is_what_was_looked_for(text: str, words: str) -> None:
    spans = list(QuoteFinder(text).find_all(words))
    assert [fold(span.of(text)) for span in spans] == [fold(words)] * len(spans)
    assert bool(spans) == (bool(fold(words)) and fold(words) in fold(text))
    assert all(a.end <= b.begin for a, b in itertools.pairwise(spans))


@given(st.text(max_size=80), st.text(max_size=10))
def test_any_unicode_is_searched_without_an_error(text: str, words: str) -> None:
    for span in QuoteFinder(text).find_all(words):
        assert fold(span.of(text)) == fold(words)
