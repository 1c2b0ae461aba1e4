from __future__ import annotations

from kg.annotation.tagger import TaggedName
from kg.model import Span
from kg.training.projection import GoldArticle, LabelledSpan
from kg.training.span_scores import SpanScores


def test_optional_spans_are_neutral() -> None:
    spans = (
        LabelledSpan(Span(0, 3), "Place", 0, optional=False),
        LabelledSpan(Span(4, 6), "Industry", 0, optional=True),
        LabelledSpan(Span(8, 9), "Product", 0, optional=False),
    )
    scores = SpanScores()
    names = [
        TaggedName(0, 3, "Place", 0.9, 0),
        TaggedName(4, 6, "Product", 0.8, 0),  # there is something, of a type one may argue about
        TaggedName(6, 7, "Place", 0.7, 0),
    ]
    scores.add(GoldArticle("eb_1", "a1", "", "聊城市的轴承产业和阿胶", spans), names)
    total = scores["all"]
    assert (total.right, total.predicted, total.gold) == (1, 2, 2)
    assert total.precision == total.recall == total.f1 == 0.5
    assert scores["Place"].precision == 0.5
    assert scores["source eb"].gold == 2


def test_names_below_the_threshold_do_not_count() -> None:
    scores = SpanScores(min_score=0.5)
    scores.add(GoldArticle("eb_1", "a1", "", "聊城", ()), [TaggedName(0, 2, "Place", 0.4, 0)])
    assert scores["all"].predicted == 0
    assert scores["all"].f1 == 0
