"""Link entities to Wikidata, from a dump or a SPARQL endpoint that the user names.

An equal label or alias is a candidate and no more: 新华区 is a dozen districts, and a firm may be
called as a village is. So something besides the name must agree. For a place that is its division code
(P442). For a body it is what the item is an instance of (P31, or that it is listed, P414), or a place
both lie in (P131, P159, known by its code). Places that contradict each other, two items or two
entities that fit equally well, a mere alias or a short name leave the link unsure. People are never
linked for certain: nothing that a paper says of a 王伟 tells him from the others.
"""

from __future__ import annotations

import bz2
import gzip
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeAlias, cast

import pyoxigraph as ox

from kg import __version__
from kg.errors import InputError
from kg.gazetteer import load_gazetteer
from kg.linking.subjects import Subject
from kg.linking.table import SAME_AS, Link
from kg.model import Verdict

__all__ = ["ENTITY", "Item", "Progress", "link_dump", "link_endpoint", "match"]

Progress: TypeAlias = Callable[[int, int, str], None]

ENTITY = "http://www.wikidata.org/entity/"
# The languages in which mainland names are written; zh-hant and zh-tw write other characters.
_LANGUAGES = ("zh", "zh-cn", "zh-hans", "zh-my", "zh-sg")
_BODY = {"Q43229"}  # organization
_FIRM = {"Q4830453", "Q783794", "Q6881511", "Q891723", "Q167037", "Q22687"}  # business … bank
_OFFICE = {"Q327333"}  # government agency
_LEARNED = {"Q3918", "Q875538", "Q31855", "Q11032"}  # university, research institute, newspaper
_HUMAN = "Q5"
# What an item must be an instance of to be of a class of ours; a subclass that is not listed does not
# agree, and then the place has to.
_CLASSES: Mapping[str, frozenset[str]] = {
    "Company": frozenset(_FIRM),
    "Agency": frozenset(_OFFICE),
    "Organization": frozenset(_BODY | _LEARNED),
    "Place": frozenset(),
    "Zone": frozenset(),
}
_MIN_NAME = 4  # characters that a name needs where no place agrees
_BATCH = 60  # names in one query, so that it stays below the length and time that endpoints allow
_TIMEOUT_SECONDS = 60
_TRIES = 3


@dataclass(slots=True)
class Item:
    """An item of Wikidata, as far as a link is concerned."""

    id: str
    names: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)  # its own division code
    places: set[str] = field(default_factory=set)  # items it lies in
    place_codes: set[str] = field(default_factory=set)
    is_listed: bool = False


def link_dump(
    subjects: Iterable[Subject], dump: Path, *, on: str, progress: Progress | None = None
) -> Iterator[Link]:
    """Yield links to the items of a JSON dump, one item a line, plain, .gz or .bz2; *on* is today.

    The dump is read once, as a stream; only items that bear a name of a subject are kept, and the
    codes of places.

    Raises:
        InputError: the dump cannot be read; the message names the line.
    """
    subjects = tuple(subjects)
    wanted = {name for subject in subjects if _is_linkable(subject) for name in subject.names}
    items: list[Item] = []
    code_by_place: dict[str, str] = {}
    for entry in _entries(dump, progress):
        item = _read_item(entry)
        for code in item.codes:
            code_by_place[item.id] = code
        if item.names & wanted:
            items.append(item)
    for item in items:
        item.place_codes = {code_by_place[it] for it in item.places if it in code_by_place}
    yield from match(subjects, items, source=dump.name, on=on)


def link_endpoint(
    subjects: Iterable[Subject], url: str, *, on: str, progress: Progress | None = None
) -> Iterator[Link]:
    """Yield links to the items of a SPARQL endpoint with Wikidata's vocabulary; *on* is today.

    Raises:
        InputError: the endpoint does not answer.
    """
    subjects = tuple(subjects)
    names = sorted({name for it in subjects if _is_linkable(it) for name in it.names})
    items: dict[str, Item] = {}
    for begin in range(0, len(names), _BATCH):
        batch = names[begin : begin + _BATCH]
        for row in _ask(url, _query(batch)):
            _add_row(items, row)
        if progress is not None:
            progress(min(begin + _BATCH, len(names)), len(names), url)
    yield from match(subjects, items.values(), source=url, on=on)


def _is_linkable(subject: Subject) -> bool:
    return subject.type in _CLASSES or subject.type == "Person"


# ------------------------------------------------------------------------------------ matching


def match(
    subjects: Iterable[Subject], items: Iterable[Item], *, source: str, on: str
) -> Iterator[Link]:
    """Yield links between subjects and items that share a name, certain ones and unsure ones."""
    subjects = tuple(subjects)
    by_name: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        for name in sorted(item.names):
            by_name[name].append(item)
    bearers: dict[tuple[str, str], int] = defaultdict(int)
    for subject in subjects:
        for name in subject.names:
            bearers[subject.type, name] += 1
    for subject in filter(_is_linkable, subjects):
        candidates = {item.id: item for name in subject.names for item in by_name.get(name, ())}
        agreeing = {
            id_: reason for id_, item in candidates.items() if (reason := _agreement(subject, item))
        }
        for id_, item in sorted(candidates.items()):
            if _contradicts(subject, item):
                continue
            shared = sorted(subject.names & item.names)
            reason = agreeing.get(id_, "")
            is_only = len(agreeing) == 1 and all(bearers[subject.type, it] == 1 for it in shared)
            yield Link(
                subject.id,
                SAME_AS,
                f"{ENTITY}{id_}",
                f"name {'、'.join(shared)}" + (f", {reason}" if reason else ""),
                source,
                on,
                verdict=Verdict.SAME if reason and is_only else Verdict.UNSURE,
            )


def _agreement(subject: Subject, item: Item) -> str:
    """Return what besides the name says that an item is the subject, "" where nothing does."""
    if subject.type == "Person" or _contradicts(subject, item):
        return ""
    if subject.type == "Place":
        same = {subject.code} & item.codes
        return f"division code {subject.code}" if same else ""
    if common := _common_place(subject, item):
        return f"place {common}"
    is_of_class = item.classes & _CLASSES[subject.type]
    is_firm = subject.type == "Company" and item.is_listed
    has_name = subject.label in item.names and len(subject.label) >= _MIN_NAME
    if has_name and (is_of_class or is_firm):
        return f"instance of {'、'.join(sorted(is_of_class)) or 'a listed company'}"
    return ""


def _contradicts(subject: Subject, item: Item) -> bool:
    """Say whether an item cannot be the subject."""
    is_human = _HUMAN in item.classes
    if is_human or subject.type == "Person":
        return not (is_human and subject.type == "Person")
    if subject.type == "Place":
        return bool(subject.code and item.codes) and subject.code not in item.codes
    if item.codes:
        return True  # a division is no firm
    both_placed = subject.place_codes and item.place_codes
    return bool(both_placed) and not _common_place(subject, item)


def _common_place(subject: Subject, item: Item) -> str:
    """Return a code of a place in which, or around which, both lie."""
    by_code = load_gazetteer().by_code
    for ours in sorted(subject.place_codes & by_code.keys()):
        for theirs in sorted(item.place_codes & by_code.keys()):
            one, other = by_code[ours], by_code[theirs]
            if one.lies_in(other) or other.lies_in(one):
                return theirs
    return ""


def _division_code(text: str) -> str:
    """Return a code as the gazetteer has it: 37 15 and 371500 are one, towns have nine digits."""
    digits = re.sub(r"\D", "", text)
    if len(digits) == 12:
        digits = digits[:9]
    return digits.ljust(6, "0") if len(digits) <= 6 else digits


# ---------------------------------------------------------------------------------------- dump


def _entries(dump: Path, progress: Progress | None) -> Iterator[Mapping[str, Any]]:
    """Yield the items of a dump: a JSON array with one item a line, or bare lines."""
    try:
        total = dump.stat().st_size
        with dump.open("rb") as raw, _decompressed(raw, dump) as stream:
            for number, line in enumerate(stream, 1):
                if progress is not None and number % 10_000 == 0:
                    progress(raw.tell(), total, dump.name)
                text = line.strip().rstrip(b",")
                # A line without a Chinese label is passed over unread: most are, of 100 million.
                if text in (b"", b"[", b"]") or b'"zh' not in text:
                    continue
                yield _parse(text, dump, number)
    except (OSError, EOFError) as error:
        raise InputError(f"not readable: {error}", path=dump) from error


def _decompressed(raw: IO[bytes], dump: Path) -> IO[bytes]:
    if dump.suffix == ".gz":
        return cast(IO[bytes], gzip.open(raw))
    return cast(IO[bytes], bz2.open(raw)) if dump.suffix == ".bz2" else raw


def _parse(text: bytes, dump: Path, line: int) -> Mapping[str, Any]:
    try:
        entry = json.loads(text)
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
            raise ValueError("no item")
    except ValueError as error:
        raise InputError(
            f"not an item of Wikidata: {error}", path=dump, line=line,
            remedy="give a JSON dump with one item a line, such as latest-all.json.gz",
        ) from error  # fmt: skip
    return entry


def _read_item(entry: Mapping[str, Any]) -> Item:
    """Return the parts of an item that matter; https://www.mediawiki.org/wiki/Wikibase/DataModel/JSON."""
    item = Item(entry["id"])
    labels, aliases = entry.get("labels") or {}, entry.get("aliases") or {}
    for language in _LANGUAGES:
        values = [labels.get(language), *(aliases.get(language) or ())]
        item.names.update(value["value"] for value in values if value)
    item.classes.update(_values(entry, "P31"))
    item.codes.update(map(_division_code, _values(entry, "P442")))
    item.places.update((*_values(entry, "P131"), *_values(entry, "P159")))
    item.is_listed = any(True for _ in _values(entry, "P414"))
    return item


def _values(entry: Mapping[str, Any], property_: str) -> Iterator[str]:
    """Yield the values of a property, ids for items; superseded statements say nothing."""
    for statement in (entry.get("claims") or {}).get(property_, ()):
        value = statement.get("mainsnak", {}).get("datavalue", {}).get("value")
        if statement.get("rank") != "deprecated" and value:
            yield value["id"] if isinstance(value, dict) else str(value)


# ------------------------------------------------------------------------------------ endpoint


def _query(names: Sequence[str]) -> str:
    # str() of an Oxigraph literal is its N-Triples form: what a document says cannot leave it.
    values = " ".join(str(ox.Literal(n, language=tag)) for n in names for tag in _LANGUAGES)
    return f"""\
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX wdt: <http://www.wikidata.org/prop/direct/>
SELECT ?item ?name ?class ?code ?placeCode ?exchange WHERE {{
  VALUES ?name {{ {values} }}
  {{ ?item rdfs:label ?name }} UNION {{ ?item skos:altLabel ?name }}
  OPTIONAL {{ ?item wdt:P31 ?class }}
  OPTIONAL {{ ?item wdt:P442 ?code }}
  OPTIONAL {{ ?item wdt:P414 ?exchange }}
  OPTIONAL {{ {{ ?item wdt:P131 ?place }} UNION {{ ?item wdt:P159 ?place }} ?place wdt:P442 ?placeCode }}
}}"""


def _add_row(items: dict[str, Item], row: Mapping[str, str]) -> None:
    id_ = row["item"].removeprefix(ENTITY)
    if not re.fullmatch(r"Q\d+", id_):
        return
    item = items.setdefault(id_, Item(id_))
    item.names.add(row["name"])
    item.is_listed = item.is_listed or "exchange" in row
    if "class" in row:
        item.classes.add(row["class"].removeprefix(ENTITY))
    if "code" in row:
        item.codes.add(_division_code(row["code"]))
    if "placeCode" in row:
        item.place_codes.add(_division_code(row["placeCode"]))


def _ask(url: str, query: str) -> Iterator[Mapping[str, str]]:
    if not url.startswith(("http://", "https://")):
        raise InputError(
            f"{url!r} is no address of a SPARQL endpoint", remedy="begin with https://"
        )
    found = ox.parse_query_results(_post(url, query), format=ox.QueryResultsFormat.JSON)
    if not isinstance(found, ox.QuerySolutions):
        raise InputError(f"{url} does not answer as a SPARQL endpoint")
    names = [variable.value for variable in found.variables]
    for solution in found:
        terms = {name: solution[name] for name in names}
        yield {
            name: term.value
            for name, term in terms.items()
            if isinstance(term, ox.NamedNode | ox.Literal)
        }


def _post(url: str, query: str) -> bytes:
    """Return the answer to a query; wait where the endpoint asks for it."""
    request = urllib.request.Request(  # noqa: S310  the scheme was looked at
        url,
        data=urllib.parse.urlencode({"query": query}).encode(),
        headers={
            "Accept": "application/sparql-results+json",
            "User-Agent": f"kg-news/{__version__} (https://w3id.org/kg-news)",
        },
    )
    for attempt in range(1, _TRIES + 1):
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310
                return bytes(response.read())
        except urllib.error.HTTPError as error:
            if error.code not in (429, 503) or attempt == _TRIES:
                raise InputError(f"{url} answers {error.code} {error.reason}") from error
            time.sleep(_pause(error.headers.get("Retry-After"), attempt))
        except (OSError, ValueError) as error:
            raise InputError(f"{url} does not answer: {error}") from error
    raise InputError(f"{url} does not answer")


def _pause(retry_after: str | None, attempt: int) -> float:
    asked = float(retry_after) if retry_after and retry_after.isdecimal() else 2.0**attempt
    return min(asked, _TIMEOUT_SECONDS)
