"""A server that answers as the annotators of a gold folder did: ``python -m … GOLD [PORT]``.

It stands in for a model without faults, so that what is lost on the way to the graph is the loss of
the grounding itself. The words of a value are looked for in the annotated quote, as a model points at
them; where they are not there, the claim is asked for all the same and must be dropped.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from kg.engines.llm.quotes import QuoteFinder, fold
from kg.extraction.dates import find_dates
from kg.extraction.quantities import find_quantities
from kg.jsonl import read_annotations
from tests.engines.llm.server import Asked, Sent, completion, running

MAX_WORDS = 600


def answering_from(gold: Path) -> Callable[[Asked], Sent]:
    """Return what answers each text with the annotations of the article it is from."""
    articles = [a for each in read_annotations(gold).values() for a in each["articles"]]

    def answer(asked: Asked) -> Sent:
        return completion(_answer(_article_of(asked.text, articles), asked.text))

    return answer


def _article_of(text: str, articles: list[dict[str, Any]]) -> Mapping[str, Any]:
    """Return the article that shares most quotes with *text*."""
    finder = QuoteFinder(text)

    def shared(article: Mapping[str, Any]) -> int:
        claims = [*article["relations"], *article["facts"]]
        quotes = {claim.get("evidence") or "" for claim in claims}
        title = fold(article["title"] or "")
        found = sum(any(finder.find_all(quote)) for quote in quotes)
        return 2 * found + 3 * bool(title and fold(text).startswith(title))

    return max(articles, key=shared)


def _answer(article: Mapping[str, Any], text: str) -> dict[str, Any]:
    finder = QuoteFinder(text)
    published = date.fromisoformat(article["date"]) if article["date"] else None
    names = {entity["id"]: entity["name"] for entity in article["entities"]}

    def here(claim: Mapping[str, Any]) -> bool:
        return any(finder.find_all(claim.get("evidence") or ""))

    return {
        "entities": [
            {"name": e["name"], "type": e["type"], "aliases": e["aliases"]}
            for e in article["entities"]
        ],
        "relations": [
            {
                "subject": names[r["s"]],
                "relation": r["p"],
                "object": names[r["o"]],
                "quote": r["evidence"],
                **_qualifiers(r.get("q") or {}, r["evidence"], published),
            }
            for r in article["relations"]
            if here(r)
        ],
        "facts": [
            {
                "subject": names[f["s"]],
                "attribute": f["p"],
                "value": _value_words(f["v"], f["evidence"], published),
                "quote": f["evidence"],
            }
            for f in article["facts"]
            if here(f)
        ],
    }


def _qualifiers(q: Mapping[str, Any], quote: str, published: date | None) -> dict[str, str]:
    named = {
        name: _value_words(q[name], quote, published) for name in ("amount", "date") if name in q
    }
    named |= {name: str(q[name]) for name in ("title", "status") if name in q}
    return dict.fromkeys(("amount", "date", "title", "status"), "") | named


def _value_words(value: object, quote: str, published: date | None) -> str:
    """Return the words of *quote* that say *value*, or else the value as it is annotated."""
    for words, read in _readings(quote, published):
        if read == value or (
            isinstance(value, int | float) and isinstance(read, float) and abs(read) == abs(value)
        ):
            return words
    return str(value)[:MAX_WORDS]


def _readings(quote: str, published: date | None) -> Iterator[tuple[str, object]]:
    for quantity in find_quantities(quote):
        yield quantity.quantity.text, float(quantity.quantity.value)
    for found in find_dates(quote, published=published):
        yield found.span.of(quote), found.date.iso
        yield found.span.of(quote), found.date.iso[:4]


def main() -> None:
    gold = Path(sys.argv[1])
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    with running([answering_from(gold)], port=port) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
