from __future__ import annotations

import pytest

from tests.factories import make_article

pytest.importorskip("sklearn")
pytest.importorskip("scipy")

from kg.training.cross_validation import CrossValidation
from kg.training.extraction import TrainingArticle, fold_of
from tests.training.test_extraction import BODY, gold


def test_every_document_is_scored_by_models_that_have_not_seen_it() -> None:
    names = [f"d{i}" for i in range(6)]
    assert len({fold_of(name, 2) for name in names}) == 2
    articles = [TrainingArticle(gold(name), make_article(BODY), None) for name in names]
    validation = CrossValidation(articles)
    fitted_on: list[set[str]] = []
    fit = validation.fit

    def spy(documents: list[str], *, with_ideal: bool = True) -> object:
        fitted_on.append(set(documents))
        return fit(documents, with_ideal=with_ideal)

    validation.fit = spy  # type: ignore[method-assign, assignment]
    scored = [(str(article.document["doc"]), len(fitted_on)) for article, _ in validation.folds(2)]
    assert sorted(name for name, _ in scored) == names
    assert all(name not in fitted_on[fold - 1] for name, fold in scored)
