"""Pages in the markup of well-known Chinese content systems give their article exactly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kg.reading import read_document
from kg.segmentation import split_articles

SITES = Path(__file__).parent.parent / "fixtures" / "reading" / "sites"
EXPECTED = json.loads((SITES / "expected.json").read_text(encoding="utf-8"))


def test_every_page_has_its_expectation() -> None:
    assert {path.stem for path in SITES.glob("*.html")} == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_page_gives_its_article_exactly(name: str) -> None:
    (article,) = split_articles(read_document(SITES / f"{name}.html"))
    found = {
        "title": article.headline,
        "publisher": article.publisher,
        "date": str(article.published),
        "reporters": list(article.reporters),
        "body": article.body.split("\n"),
    }
    assert found == EXPECTED[name]
