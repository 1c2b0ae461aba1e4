"""A graph whose every name, headline and address tries to act in the reader's browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from kg.graph import Graph, build_graph
from kg.model import Quantity
from kg.resolution import resolve
from tests.factories import (
    make_article,
    make_document,
    make_extraction,
    make_mention,
    make_relation,
    make_run,
)
from tests.visualization.samples import HOSTILE

FORMULA = "=HYPERLINK(1)有限公司"
NAMES = (*(name for name in HOSTILE if name.isprintable()), FORMULA)


def hostile_graph() -> Graph:
    """Build the graph; names with line breaks are left out, which no annotator returns."""
    article = make_article(
        "。".join(NAMES) + "。",
        headline="</title><script>alert(2)</script>开工",
        published=date(2023, 1, 6),
        id="hostile/a1",
    )
    article = replace(article, url="javascript:alert(3)", publisher="<b>日报</b>")
    mentions = [make_mention(article, name, "Company") for name in NAMES]
    first, *others = mentions
    relations = [
        make_relation(article, "investsIn", first, other, title=other.text, amount=Decimal(10**8), currency="<i>")
        for other in others
    ]  # fmt: skip
    relations += [
        make_relation(article, "status", each, each.text, attributedTo=each.text)
        for each in mentions
    ]
    relations.append(
        make_relation(
            article, "totalInvestment", mentions[-1], Quantity(Decimal(10**9), "CNY", "10亿元")
        )
    )
    extraction = make_extraction(article, mentions, relations)
    document = make_document(article.text, id="hostile", publisher="<b>日报</b>")
    return build_graph(resolve([extraction]), [extraction], [document], make_run())
