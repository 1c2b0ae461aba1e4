"""What HanLP's labels mean in the ontology's terms.

HanLP's published recognizers are trained on three corpora with label sets of their own; single-task
models, and models that users train, bring more. Each label is listed with the types a name of it may
have here, the most frequent first; which one it is, `kg.annotation.coarse` decides name by name. A
label that is not listed says nothing to us: dates, numbers and amounts are read by rules that also
give their value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kg.schema import load_schema

__all__ = ["Label", "label_of_name", "label_of_pos"]

BODY = ("Company", "Agency", "Organization")
SITE = ("Place", "Zone")


@dataclass(frozen=True, slots=True)
class Label:
    """The types a name with this label may have, and how far to trust it."""

    types: tuple[str, ...]
    score: float  # HanLP gives none of its own


# Scores are odds of 9, 4 and 3 to 1, in the order of the published F1 (MSRA 0.96, PKU 0.96, OntoNotes
# 0.77): `kg.annotation.coarse` multiplies with them. Odds of 8 were the best of 4, 8, 16, 40 and 100.
_SURE, _FAIR, _WEAK = 0.9, 0.8, 0.75

_NAMES: Mapping[str, Label] = {
    # MSRA, whose 26 types are three of names and else numbers and times; NR… in its BERT model
    "PERSON": Label(("Person",), _SURE),
    "LOCATION": Label(SITE, _SURE),  # regions, towns, mountains, development zones
    "ORGANIZATION": Label(BODY, _SURE),
    "PER": Label(("Person",), _SURE),
    "LOC": Label(SITE, _SURE),
    "ORG": Label(BODY, _SURE),
    "NR": Label(("Person",), _SURE),
    "NS": Label(SITE, _SURE),
    "NT": Label(BODY, _SURE),
    # PKU: People's Daily
    "nr": Label(("Person",), _SURE),
    "ns": Label(SITE, _SURE),
    "nt": Label(BODY, _SURE),
    # OntoNotes, where it is finer
    "GPE": Label(("Place",), _FAIR),  # countries, provinces, cities: what has a government
    "FACILITY": Label(("Place", "Project", "Zone"), _WEAK),  # 聊城火车站, 京台高速
    "FAC": Label(("Place", "Project", "Zone"), _WEAK),
    "PRODUCT": Label(("Product",), _WEAK),
    "EVENT": Label(("Event",), _WEAK),
    "LAW": Label(("Policy",), _FAIR),
    # CLUENER, for those who train on it
    "company": Label(("Company",), _FAIR),
    "government": Label(("Agency",), _FAIR),
    "organization": Label(BODY, _FAIR),
    "name": Label(("Person",), _FAIR),
    "address": Label(SITE, _WEAK),
    "scene": Label(("Place",), _WEAK),
}

# Left out of the above, and why: NORP (peoples and parties), LANGUAGE and "WORK OF ART" name nothing
# the ontology has; DATE, TIME, MONEY, PERCENT, QUANTITY, INTEGER… are read with their values elsewhere.

# Parts of speech tell less: a proper noun may be a piece of the name. Used where nothing recognizes.
_POS: Mapping[str, Label] = {
    "nr": Label(("Person",), _FAIR),  # PKU; 863 has nh, ni
    "nrf": Label(("Person",), _FAIR),  # transcribed
    "ns": Label(SITE, _FAIR),
    "nsf": Label(("Place",), _FAIR),
    "nt": Label(BODY, _FAIR),
    "nh": Label(("Person",), _FAIR),
    "ni": Label(BODY, _FAIR),
}


def label_of_name(label: str) -> Label | None:
    """Return what a recognizer's *label* means; None where it says nothing to us.

    >>> label_of_name("ORGANIZATION").types
    ('Company', 'Agency', 'Organization')
    >>> label_of_name("Project").types  # of a model trained on kg's own annotations
    ('Project',)
    """
    if label in load_schema().classes:
        return Label((label,), _SURE)
    return _NAMES.get(label)


def label_of_pos(tag: str) -> Label | None:
    """Return what a part of speech says of a name; None where it says nothing."""
    return _POS.get(tag)
