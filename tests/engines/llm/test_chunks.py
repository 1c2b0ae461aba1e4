from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg.annotation.sentences import split_sentences
from kg.engines.llm.chunks import halve, split_into_chunks
from tests.factories import make_article

SENTENCES = st.lists(
    st.lists(st.integers(1, 30).map(lambda n: "字" * n + "。"), min_size=1, max_size=6).map(
        "".join
    ),
    min_size=1,
    max_size=8,
).map("\n".join)


def chunks_of(text: str, max_chars: int) -> list[str]:
    article = make_article(text)
    found = split_into_chunks(split_sentences(article), max_chars=max_chars)
    return [chunk.of(article.text) for chunk in found]


def test_short_article_stays_in_one_piece() -> None:
    assert chunks_of("鲁西集团扩产。\n项目开工。", 100) == ["鲁西集团扩产。\n项目开工。"]


def test_long_article_is_cut_between_paragraphs() -> None:
    text = "第一段一句。第一段二句。\n第二段。\n第三段。"
    assert chunks_of(text, 14) == ["第一段一句。第一段二句。", "第二段。\n第三段。"]


def test_long_paragraph_is_cut_between_sentences() -> None:
    assert chunks_of("第一句在此。第二句在此。第三句在此。", 12) == [
        "第一句在此。第二句在此。",
        "第三句在此。",
    ]


def test_article_without_text_has_no_piece() -> None:
    assert chunks_of("", 100) == []


@given(SENTENCES, st.integers(1, 80))
def test_pieces_hold_every_sentence_once_and_fit(text: str, max_chars: int) -> None:
    article = make_article(text)
    sentences = split_sentences(article)
    chunks = split_into_chunks(sentences, max_chars=max_chars)
    held = [s for chunk in chunks for s in sentences if chunk.contains(s.span)]
    assert held == list(sentences)
    for chunk in chunks:
        is_one_sentence = sum(chunk.contains(s.span) for s in sentences) == 1
        assert len(chunk) <= max_chars or is_one_sentence


@given(SENTENCES)
def test_halving_ends_at_single_sentences(text: str) -> None:
    sentences = split_sentences(make_article(text))
    pending, leaves = list(split_into_chunks(sentences)), []
    while pending:
        halves = halve(pending.pop(), sentences)
        (leaves if len(halves) == 1 else pending).extend(halves)
    assert sorted(leaves) == [sentence.span for sentence in sentences]
