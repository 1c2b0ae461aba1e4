"""Cut an article into pieces that a model answers in full.

A model that must answer in eight thousand tokens has no room for all claims of a full page. So an
article is cut where paragraphs end, an overlong paragraph where sentences end, and two articles never
share a piece. A piece whose answer still broke off is halved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kg.model import Sentence, Span

__all__ = ["MAX_CHUNK_CHARS", "halve", "split_into_chunks"]

# Some 1,600 characters hold 60 claims of 60 tokens each: half of the 8,192 tokens that hosted models
# answer with at most.
MAX_CHUNK_CHARS = 1600


def split_into_chunks(
    sentences: Sequence[Sentence], *, max_chars: int = MAX_CHUNK_CHARS
) -> tuple[Span, ...]:
    """Return the pieces of an article, in text order; each begins and ends with a sentence."""
    units = [
        unit for paragraph in _paragraphs(sentences) for unit in _fitting(paragraph, max_chars)
    ]
    return tuple(_joined(units, max_chars))


def halve(chunk: Span, sentences: Sequence[Sentence]) -> tuple[Span, ...]:
    """Cut *chunk* at the sentence end nearest its middle; one sentence is returned as it is."""
    inside = [sentence.span for sentence in sentences if chunk.contains(sentence.span)]
    if len(inside) < 2:
        return (chunk,)
    middle = (chunk.begin + chunk.end) / 2
    cut = min(range(1, len(inside)), key=lambda index: abs(inside[index].begin - middle))
    return (
        Span(inside[0].begin, inside[cut - 1].end),
        Span(inside[cut].begin, inside[-1].end),
    )


def _paragraphs(sentences: Sequence[Sentence]) -> Iterator[list[Span]]:
    paragraph: list[Span] = []
    for index, sentence in enumerate(sentences):
        if index and sentence.paragraph != sentences[index - 1].paragraph:
            yield paragraph
            paragraph = []
        paragraph.append(sentence.span)
    if paragraph:
        yield paragraph


def _fitting(paragraph: Sequence[Span], max_chars: int) -> Iterator[Span]:
    """Yield a paragraph in one piece, or, where it is too long, by sentences."""
    whole = Span(paragraph[0].begin, paragraph[-1].end)
    if len(whole) <= max_chars:
        yield whole
    else:
        yield from _joined(paragraph, max_chars)


def _joined(units: Sequence[Span], max_chars: int) -> Iterator[Span]:
    """Join neighbours as long as they fit."""
    if not units:
        return
    begin, end = units[0].begin, units[0].end
    for unit in units[1:]:
        if unit.end - begin > max_chars:
            yield Span(begin, end)
            begin = unit.begin
        end = unit.end
    yield Span(begin, end)
