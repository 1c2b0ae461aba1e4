"""The fast finder against the plain reading of its promise."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg.annotation.words import WordFinder

texts = st.text(alphabet="聊城市在", max_size=12)


@given(st.sets(texts.filter(bool), max_size=8), texts)
def test_the_longest_word_at_each_place_is_found(words: set[str], text: str) -> None:
    expected, begin = [], 0
    while begin < len(text):
        fitting = [word for word in words if text.startswith(word, begin)]
        longest = max(fitting, key=len, default=text[begin])
        if fitting:
            expected.append((begin, begin + len(longest), longest))
        begin += len(longest)
    assert list(WordFinder({word: word for word in words}).find(text)) == expected
