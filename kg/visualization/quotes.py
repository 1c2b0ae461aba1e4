"""Number the sentences of a page, so that each stands in it once however many claims rest on it."""

from __future__ import annotations

from kg.visualization.picture import Quote

__all__ = ["Sources"]


class Sources:
    """Sentences and articles, each once, however many claims rest on them."""

    def __init__(self) -> None:
        self.quotes: list[tuple[str, int]] = []
        self.articles: list[dict[str, str]] = []
        self._quote_index: dict[Quote, int] = {}
        self._article_index: dict[tuple[str, str, str], int] = {}

    def add(self, quote: Quote) -> int:
        """Return the number of a sentence."""
        if quote not in self._quote_index:
            article = (quote.headline, quote.date, quote.publisher)
            if article not in self._article_index:
                self._article_index[article] = len(self.articles)
                self.articles.append(
                    dict(zip(("headline", "date", "publisher"), article, strict=True))
                )
            self._quote_index[quote] = len(self.quotes)
            self.quotes.append((quote.sentence, self._article_index[article]))
        return self._quote_index[quote]
