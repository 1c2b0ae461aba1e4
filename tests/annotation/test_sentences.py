from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.annotation.sentences import MAX_SENTENCE_CHARS, split_sentences
from tests.factories import make_article


def texts(body: str) -> list[str]:
    article = make_article(body)
    return [sentence.span.of(article.text) for sentence in split_sentences(article)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("项目开工。年底投产。", ["项目开工。", "年底投产。"], id="full stops"),
        pytest.param("“效率很高！”他说。", ["“效率很高！”", "他说。"], id="closing quote stays"),
        pytest.param("投资1.2亿元；占地50亩。", ["投资1.2亿元；占地50亩。"], id="semicolon joins"),
        pytest.param("标题\n  正文。", ["标题", "正文。"], id="paragraphs end sentences"),
        pytest.param("。。。", ["。。。"], id="only stops"),
        pytest.param("", [], id="empty"),
    ],
)
def test_sentences_end_where_readers_pause(body: str, expected: list[str]) -> None:
    assert texts(body) == expected


def test_a_sentence_without_end_is_cut_at_commas() -> None:
    sentences = texts("项目建设加快推进，" * 2000)
    assert max(map(len, sentences)) <= MAX_SENTENCE_CHARS
    assert all(sentence.endswith("，") for sentence in sentences)


@given(st.text(alphabet="聊城。！？“”\n ，；a1", max_size=300))
def test_sentences_are_disjoint_and_lose_only_blanks(body: str) -> None:
    article = make_article(body)
    spans = [sentence.span for sentence in split_sentences(article)]
    assert all(a.end <= b.begin for a, b in pairwise(spans))
    kept = "".join(span.of(article.text) for span in spans)
    assert "".join(kept.split()) == "".join(article.text.split())
