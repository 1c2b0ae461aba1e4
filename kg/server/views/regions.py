"""Roll claims up by administrative division.

A claim belongs where its subject is, or else its object: a place by its own code, everything else by
the nearest place it is said to lie in, serve, or belong to. A code carries its hierarchy, so what is
said of 莘县 counts for 聊城市 and 山东省 too. What is nowhere stays out, and is counted.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from kg.gazetteer import Region, load_gazetteer
from kg.graph.namespaces import kg_term
from kg.graph.reader import Node
from kg.server.patterns import DIVISION_CODE, OBJECT, SUBJECT, pairs
from kg.server.snapshot import Snapshot
from kg.server.views.names import claim_counts, entity_types

__all__ = [
    "RegionRow",
    "RegionView",
    "codes_named",
    "region_name",
    "region_view",
    "regions_by_node",
]

_LEADS_TO_A_PLACE = ("locatedIn", "jurisdiction", "partOf", "holdsPosition")
_MAX_STEPS = 4  # 科长 -> 科 -> 局 -> 县
_BEST_KNOWN = 20
ALL = ""
"""In place of a code: everything that is anywhere."""


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A division with what lies in it, rolled up."""

    code: str
    name: str
    entities: int
    claims: int


@dataclass(frozen=True, slots=True)
class RegionView:
    """A division, the divisions in it with most claims first, and who is known there."""

    region: RegionRow
    around: tuple[RegionRow, ...]  # province first
    inside: tuple[RegionRow, ...]
    here: int  # claims of the division itself, in none of its parts
    nowhere: int  # claims in no division at all
    best_known: tuple[tuple[Node, int], ...]


@dataclass(frozen=True, slots=True)
class _Totals:
    """Numbers by code; `ALL` is the sum."""

    entities: Counter[str]
    claims: Counter[str]
    here: Counter[str]
    inside: Mapping[str, Sequence[str]]  # codes directly below each code
    nowhere: int


def region_view(snapshot: Snapshot, code: str) -> RegionView | None:
    """Return a division, `ALL` for the whole; nothing if nothing is known there."""
    totals = snapshot.once(_totals)
    if code != ALL and code not in totals.claims and code not in totals.entities:
        return None
    inside = [_row(snapshot, totals, child) for child in totals.inside.get(code, ())]
    return RegionView(
        region=_row(snapshot, totals, code),
        around=tuple(_row(snapshot, totals, c) for c in _ancestry(code)[:-1]),
        inside=tuple(sorted(inside, key=lambda row: (-row.claims, -row.entities, row.code))),
        here=totals.here[code],
        nowhere=totals.nowhere,
        best_known=_best_known(snapshot, code),
    )


def prepare_regions(snapshot: Snapshot) -> None:
    """Read what the pages of regions need."""
    snapshot.once(_totals)


def regions_by_node(snapshot: Snapshot) -> Mapping[str, str]:
    """Return the code of the division each entity is in, by IRI."""
    return snapshot.once(_regions)


def region_name(snapshot: Snapshot, code: str) -> str:
    """Return the name of a code: the gazetteer's, else the graph's."""
    if region := load_gazetteer().by_code.get(code):
        return region.name
    nodes = snapshot.once(_place_by_code)
    return snapshot.reader.node(nodes[code]).label if code in nodes else code


def codes_named(snapshot: Snapshot, text: str) -> tuple[str, ...]:
    """Return the codes that a reader may mean by a code or name; of namesakes those in the graph."""
    if text.isdecimal():
        return (text,)
    totals = snapshot.once(_totals)
    named = (region.code for region in load_gazetteer().lookup(text))
    return tuple(code for code in named if code in totals.claims)


def lies_in(code: str, around: str) -> bool:
    """Say whether a division is another one or a part of it.

    >>> lies_in("371522", "371500"), lies_in("371500", "371522")
    (True, False)
    """
    return bool(code) and Region(code, "", "").lies_in(Region(around, "", ""))


def _row(snapshot: Snapshot, totals: _Totals, code: str) -> RegionRow:
    name = region_name(snapshot, code) if code else ""
    return RegionRow(code, name, totals.entities[code], totals.claims[code])


def _best_known(snapshot: Snapshot, code: str) -> tuple[tuple[Node, int], ...]:
    counts = claim_counts(snapshot)
    inside = (
        iri
        for iri, region in regions_by_node(snapshot).items()
        if not code or lies_in(region, code)
    )
    best = heapq.nsmallest(_BEST_KNOWN, inside, key=lambda iri: (-counts[iri], iri))
    return tuple((snapshot.reader.node(iri), counts[iri]) for iri in best)


# ---------------------------------------------------------------------------- once per build


def _totals(snapshot: Snapshot) -> _Totals:
    regions = regions_by_node(snapshot)
    here: Counter[str] = Counter()
    nowhere = 0
    ends = {node.value: term for node, term in pairs(snapshot.store, OBJECT)}
    for statement, subject in pairs(snapshot.store, SUBJECT):
        object_ = ends.get(statement.value)
        code = regions.get(subject.value) or regions.get(object_.value if object_ else "")
        if code:
            here[code] += 1
        else:
            nowhere += 1
    entities = _rolled_up(Counter(regions.values()))
    claims = _rolled_up(here)
    return _Totals(entities, claims, here, _tree({*entities, *claims}), nowhere)


def _rolled_up(counts: Counter[str]) -> Counter[str]:
    totals: Counter[str] = Counter()
    for code, count in counts.items():
        for around in _ancestry(code):
            totals[around] += count
        totals[ALL] += count
    return totals


def _tree(codes: set[str]) -> Mapping[str, Sequence[str]]:
    inside: dict[str, list[str]] = defaultdict(list)
    for code in sorted(codes - {ALL}):
        inside[[ALL, *_ancestry(code)][-2]].append(code)
    return inside


def _ancestry(code: str) -> list[str]:
    """Return the codes from the province down to *code* itself."""
    if not code:
        return [ALL]
    gazetteer = load_gazetteer()
    region = gazetteer.by_code.get(code) or Region(code, "", "")
    return [*(each.code for each in reversed([*gazetteer.ancestors(region)])), code]


def _place_by_code(snapshot: Snapshot) -> dict[str, str]:
    return {term.value: node.value for node, term in pairs(snapshot.store, DIVISION_CODE)}


def _regions(snapshot: Snapshot) -> dict[str, str]:
    own = {node.value: term.value for node, term in pairs(snapshot.store, DIVISION_CODE)}
    steps = _steps(snapshot.store)
    found = ((iri, _nearest(iri, own, steps)) for iri in entity_types(snapshot))
    return {iri: code for iri, code in found if code}


def _steps(store: ox.Store) -> Mapping[str, Sequence[str]]:
    """Return where one gets from each node in one step towards a place."""
    steps: dict[str, list[str]] = defaultdict(list)
    for relation in _LEADS_TO_A_PLACE:
        for node, term in pairs(store, kg_term(relation)):
            steps[node.value].append(term.value)
    return steps


def _nearest(iri: str, own: Mapping[str, str], steps: Mapping[str, Sequence[str]]) -> str:
    """Return the code of the nearest place, of equally near ones the smallest division."""
    ring, seen = [iri], {iri}
    for _ in range(_MAX_STEPS + 1):
        codes = {own[node] for node in ring if node in own}
        if codes:
            return max(codes, key=lambda code: (Region(code, "", "").level, code))
        ring = list(_next(ring, steps, seen))
    return ""


def _next(ring: Sequence[str], steps: Mapping[str, Sequence[str]], seen: set[str]) -> Iterator[str]:
    for node in ring:
        for step in steps.get(node, ()):
            if step not in seen:
                seen.add(step)
                yield step
