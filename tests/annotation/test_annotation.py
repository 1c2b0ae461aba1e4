"""The room's public functions: one article, and several at once."""

from __future__ import annotations

import pytest

from kg import annotation
from kg.annotation import annotate, annotate_all
from kg.model import AnnotatedArticle
from tests.factories import make_article

TEXTS = [
    "聊城市司法局在莘县化工产业园设立工作站。",
    "中通客车与聊城大学签约。董事长张延飞介绍，项目年产20万吨。",
    "市财政局局长王伟介绍。",
]


def names(annotated: AnnotatedArticle) -> list[tuple[int, int, str, str]]:
    return [
        (name.span.begin, name.span.end, name.type, name.source)
        for sentence in annotated.sentences
        for name in sentence.names
    ]


@pytest.mark.parametrize("characters", [1, 25, 20_000])
def test_articles_annotated_at_once_are_annotated_as_alone(
    monkeypatch: pytest.MonkeyPatch, characters: int
) -> None:
    monkeypatch.setattr(annotation, "GROUP_CHARS", characters)
    articles = [make_article(text) for text in TEXTS]
    together = list(annotate_all(articles))
    assert [each.article for each in together] == articles
    assert list(map(names, together)) == [names(annotate(article)) for article in articles]


def test_no_articles_no_annotations() -> None:
    assert list(annotate_all([])) == []


def test_without_a_tagger_the_rules_annotate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(annotation, "load_tagger", lambda: None)
    (annotated,) = annotate_all([make_article(TEXTS[0])])
    assert {source for *_, source in names(annotated)}
    assert not any("tagger" in source for *_, source in names(annotated))
