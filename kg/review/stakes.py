"""What hangs on a doubt: claims and money.

A wrong merge of two firms that nobody else mentions harms one line of a table; one of two groups with
a hundred claims and billions between them harms every picture and sum. So questions are ranked by

    doubt × (1 + log2(1 + claims) + log2(1 + amount / 1亿元))

where the claims are those that would move, and the amount is the largest among them: each doubling of
either counts one. Read from the store in a few passes, without making a view of every claim.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict

import pyoxigraph as ox
from rdflib.namespace import RDF

from kg.graph.namespaces import KG

__all__ = ["Stakes", "stake"]

_YUAN = ox.Literal("CNY")
_HUNDRED_MILLION = 1e8
_ENDS = (ox.NamedNode(RDF.subject), ox.NamedNode(RDF.object))
_SAYS_MONEY = (
    # where the sign of the currency stands, and where the sum does
    (ox.NamedNode(KG.currency), ox.NamedNode(KG.amount)),
    (ox.NamedNode(KG.unit), ox.NamedNode(RDF.object)),
)


def stake(claims: int, yuan: float) -> float:
    """Return what hangs on something with so many claims and so large a sum.

    >>> stake(1, 0), stake(3, 300_000_000)
    (2.0, 5.0)
    """
    return 1 + math.log2(1 + claims) + math.log2(1 + max(yuan, 0) / _HUNDRED_MILLION)


class Stakes:
    """Number of claims and largest sum of money of every entity."""

    def __init__(self, store: ox.Store) -> None:
        self.yuan_by_claim = _sums(store)
        self.claims: Counter[str] = Counter()
        self.yuan: dict[str, float] = defaultdict(float)
        for end in _ENDS:
            for quad in store.quads_for_pattern(None, end, None, ox.DefaultGraph()):
                entity = quad.object
                if isinstance(entity, ox.NamedNode) and isinstance(quad.subject, ox.NamedNode):
                    self.claims[entity.value] += 1
                    yuan = self.yuan_by_claim.get(quad.subject.value, 0.0)
                    self.yuan[entity.value] = max(self.yuan[entity.value], yuan)

    def of_merge(self, left: str, right: str) -> float:
        """Return what hangs on whether two entities are one: what belongs to the lesser."""
        lesser = min((left, right), key=lambda iri: (self.claims[iri], iri))
        return stake(self.claims[lesser], self.yuan[lesser])

    def of_claim(self, claim: str, *ends: str) -> float:
        """Return what hangs on a claim: what else is said of its ends, and its own sum."""
        return stake(max(self.claims[end] for end in ends), self.yuan_by_claim.get(claim, 0.0))


def _sums(store: ox.Store) -> dict[str, float]:
    sums: dict[str, float] = {}
    for sign, sum_ in _SAYS_MONEY:
        for quad in store.quads_for_pattern(None, sign, _YUAN, ox.DefaultGraph()):
            if isinstance(quad.subject, ox.NamedNode):
                for said in store.quads_for_pattern(quad.subject, sum_, None, ox.DefaultGraph()):
                    sums[quad.subject.value] = _number(said.object)
    return sums


def _number(term: object) -> float:
    try:
        return float(term.value) if isinstance(term, ox.Literal) else 0.0
    except ValueError:
        return 0.0
