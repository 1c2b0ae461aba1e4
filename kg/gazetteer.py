"""The administrative divisions of China, from provinces down to towns and street offices.

`ontology/places.csv` holds code, official name and short name (聊城市, 聊城) after GB/T 2260 and the
statistics bureau's nine-digit town codes, state of 2023. A code carries its own hierarchy: 371522
(莘县) lies in 3715 (聊城市), which lies in 37 (山东省).
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hanlp_trie import Trie

from kg.errors import OntologyError
from kg.schema import ontology_path

__all__ = ["Gazetteer", "PlaceMatch", "Region", "load_gazetteer"]

PROVINCE, PREFECTURE, COUNTY, TOWN = 1, 2, 3, 4

_COUNTY_CODE_LENGTH = 6


@dataclass(frozen=True, slots=True)
class Region:
    """An administrative division."""

    code: str  # six digits, or nine for a town
    name: str
    short: str  # "" for a town

    @property
    def level(self) -> int:
        """PROVINCE, PREFECTURE, COUNTY or TOWN."""
        if len(self.code) > _COUNTY_CODE_LENGTH:
            return TOWN
        if self.code.endswith("0000"):
            return PROVINCE
        return PREFECTURE if self.code.endswith("00") else COUNTY

    def lies_in(self, other: Region) -> bool:
        """Say whether this region is inside *other* (a region lies in itself)."""
        significant = {PROVINCE: 2, PREFECTURE: 4, COUNTY: 6, TOWN: 9}[other.level]
        return self.code[:significant] == other.code[:significant] and self.level >= other.level


@dataclass(frozen=True, slots=True)
class PlaceMatch:
    """A name of the gazetteer in a text; `regions` are all that bear it."""

    begin: int
    end: int
    regions: tuple[Region, ...]
    is_full: bool  # the official name, not the short one


class Gazetteer:
    """Regions by code and by name, and a trie that finds them in running text."""

    def __init__(self, regions: Sequence[Region]) -> None:
        self.by_code = {region.code: region for region in regions}
        by_name: dict[str, list[Region]] = defaultdict(list)
        for region in regions:
            by_name[region.name].append(region)
            if region.short and region.short != region.name:
                by_name[region.short].append(region)
        self._by_name = {name: tuple(found) for name, found in by_name.items()}
        # Towns stay out of the trie: their names always end in 镇, 乡 or 街道 and are looked up
        # there, and 41,000 more names would cost 60 MB.
        names = {name for name, found in self._by_name.items() if found[0].level != TOWN}
        self._trie = Trie({name: name for name in names if len(name) > 1})

    def names(self) -> Iterator[str]:
        """Yield all official and short names of provinces, prefectures and counties."""
        for name, regions in self._by_name.items():
            if len(name) > 1 and regions[0].level != TOWN:
                yield name

    def lookup(self, name: str) -> tuple[Region, ...]:
        """Return all regions with this official or short name, higher levels first."""
        return self._by_name.get(name, ())

    def find(self, text: str) -> Iterator[PlaceMatch]:
        """Find province, prefecture and county names, the longest at each position."""
        for begin, end, name in self._trie.parse_longest(text):
            regions = self._by_name[name]
            yield PlaceMatch(begin, end, regions, is_full=any(r.name == name for r in regions))

    def parent(self, region: Region) -> Region | None:
        """Return the next higher region; a district of 北京 lies in the municipality itself."""
        prefixes = {TOWN: (6, 4, 2), COUNTY: (4, 2), PREFECTURE: (2,), PROVINCE: ()}[region.level]
        for length in prefixes:
            found = self.by_code.get(region.code[:length].ljust(_COUNTY_CODE_LENGTH, "0"))
            if found is not None and found is not region:
                return found
        return None

    def ancestors(self, region: Region) -> Iterator[Region]:
        """Yield the regions around *region*, nearest first."""
        current = self.parent(region)
        while current is not None:
            yield current
            current = self.parent(current)

    def resolve(self, name: str, near: Sequence[Region] = ()) -> Region | None:
        """Return the one region meant by *name*, or None where two would do equally well.

        Of several namesakes (鼓楼区, 新华区) the one in, or around, a region of *near* is meant;
        without such help a higher level wins over a lower (吉林: the province), and only an
        unrivalled region is returned.
        """
        regions = self._by_name.get(name, ())
        if len(regions) > 1 and near:
            inside = [r for r in regions if any(r.lies_in(n) or n.lies_in(r) for n in near)]
            if len(inside) == 1:
                return inside[0]
            regions = tuple(inside) or regions
        if not regions:
            return None
        top = min(region.level for region in regions)
        highest = [region for region in regions if region.level == top]
        return highest[0] if len(highest) == 1 else None

    def division_code(self, name: str) -> str | None:
        """Return the code of *name* if it names one region only."""
        region = self.resolve(name)
        return region.code if region is not None else None


@lru_cache(maxsize=1)
def load_gazetteer() -> Gazetteer:
    """Read `ontology/places.csv` (44,000 rows, about 0.2 s; kept for the process).

    Raises:
        OntologyError: the table is missing or has other columns.
    """
    path = ontology_path() / "places.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except OSError as error:
        raise OntologyError(f"{path}: {error.strerror}; reinstall kg") from error
    if not rows or rows[0] != ["code", "name", "short"]:
        raise OntologyError(f"{path}:1: expected the columns code,name,short")
    regions = [Region(code, name, short) for code, name, short in rows[1:]]
    return Gazetteer(sorted(regions, key=lambda region: (region.level, region.code)))
