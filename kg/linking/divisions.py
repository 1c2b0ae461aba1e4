"""Link places to the codes of GB/T 2260.

No authority publishes IRIs for the codes (the standard has none, the statistics bureau's pages move
every year), so a code is a concept of our own, `CODES` and its digits: the same in every graph of kg,
whatever its base IRI, with `skos:notation` for everybody else.

A place is linked for certain where the build gave it a code and its surroundings speak for it: a
province or prefecture bears its name alone, but 水城 of 聊城 is not 水城区 of 六盘水. So a county or
town needs another place of its prefecture in the graph, or a claim that says where it lies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from kg.gazetteer import PREFECTURE, Region, load_gazetteer
from kg.linking.subjects import Subject
from kg.linking.table import EXACT_MATCH, Link
from kg.model import Verdict

__all__ = ["CODES", "link_divisions"]

CODES = "https://w3id.org/kg-news/code/gbt2260/"
SOURCE = "ontology/places.csv (GB/T 2260 and town codes, state of 2023)"
_PREFECTURE_DIGITS = 4


def link_divisions(subjects: Iterable[Subject], *, on: str) -> Iterator[Link]:
    """Yield a link for each place with a code; *on* is today."""
    by_code = load_gazetteer().by_code
    places = [it for it in subjects if it.type == "Place" and it.code in by_code]
    neighbours = Counter(place.code[:_PREFECTURE_DIGITS] for place in places)
    for place in places:
        region = by_code[place.code]
        around = [by_code[code] for code in sorted(place.place_codes & by_code.keys())]
        is_alone = neighbours[place.code[:_PREFECTURE_DIGITS]] == 1
        is_sure = region.level <= PREFECTURE or not is_alone or _is_said(region, around)
        yield Link(
            place.id,
            EXACT_MATCH,
            f"{CODES}{region.code}",
            f"name {place.label}, division {region.name}",
            SOURCE,
            on,
            verdict=Verdict.SAME if is_sure else Verdict.UNSURE,
            code=region.code,
        )


def _is_said(region: Region, around: Iterable[Region]) -> bool:
    return any(region.lies_in(other) and other is not region for other in around)
