"""Say in words what changed between two builds.

Two Turtle files differ in thousands of lines when one firm is called by a longer name. A person wants
to hear that: which documents came and went, which entities are now one or are called otherwise, and,
under those changes, which claims are new, gone or have another value. So entities are matched first,
by the names they have in both builds, and claims are compared as if the earlier build had used the
names of the later one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
from rdflib.namespace import DCTERMS, PROV, RDF, SDO

from kg.explain import Explanation, Source, explain_claim
from kg.graph import load_turtle, open_store
from kg.graph.namespaces import KG
from kg.graph.reader import Claim, GraphReader, Node
from kg.schema import load_schema

__all__ = [
    "Changes",
    "ClaimChange",
    "DocumentChange",
    "EntityChange",
    "compare",
    "compare_stores",
    "to_text",
]


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """A document that is new, gone, or has other content."""

    kind: str  # new, gone, replaced
    path: str


@dataclass(frozen=True, slots=True)
class EntityChange:
    """An entity that is new, gone or not what it was."""

    kind: str  # new, gone, renamed, retyped, merged, split, relabelled
    before: tuple[str, ...]  # ids (relabelled: the label)
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimChange:
    """A claim that is new (nothing before), gone (nothing after), or says something else."""

    kind: str  # new, gone, changed, supported (other sentences)
    before: Explanation | None
    after: Explanation | None


@dataclass(frozen=True, slots=True)
class Changes:
    """All that changed between two builds."""

    documents: tuple[DocumentChange, ...] = ()
    entities: tuple[EntityChange, ...] = ()
    claims: tuple[ClaimChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.documents or self.entities or self.claims)


def compare(before: Path, after: Path) -> Changes:
    """Compare two builds, each a folder that `kg build` wrote or a Turtle file.

    Raises:
        InputError: one of them is neither.
    """
    return compare_stores(_open(before), _open(after))


def _open(place: Path) -> ox.Store:
    return load_turtle(place) if place.is_file() else open_store(place)


def compare_stores(before: ox.Store, after: ox.Store) -> Changes:
    """Compare two graphs; as `compare`."""
    sides = _Side(before), _Side(after)
    entities, names = _match_entities(*sides)
    return Changes(tuple(_documents(*sides)), tuple(entities), tuple(_claims(*sides, names)))


@dataclass(frozen=True, slots=True)
class _Names:
    """Under which ids the claims of both builds are compared."""

    now_called: Mapping[str, str]  # later id by earlier one, where it is another
    split_from: Mapping[str, str]  # earlier id by that of a part


class _Side:
    """One of the two builds."""

    def __init__(self, store: ox.Store) -> None:
        self.store = store
        self.reader = GraphReader(store)
        self.nodes = {node.id: node for node in self.reader.entities()}
        self.statements = self._subjects(KG.Statement)

    def _subjects(self, class_: str) -> set[str]:
        quads = self.store.quads_for_pattern(
            None, ox.NamedNode(RDF.type), ox.NamedNode(class_), ox.DefaultGraph()
        )
        prefix = f"{self.reader.iris.base_iri}statement/"
        return {_iri(quad.subject).removeprefix(prefix) for quad in quads}

    def claims(self, ids: Iterable[str]) -> Iterator[Claim]:
        for id_ in sorted(ids):
            claim = self.reader.find_claim(id_)
            if claim is not None:
                yield claim

    def quoted(self) -> dict[str, set[str]]:
        """Return the sentences of each claim, by their nodes' local names."""
        base = self.reader.iris.base_iri
        quoted: dict[str, set[str]] = defaultdict(set)
        derived = ox.NamedNode(PROV.wasDerivedFrom)
        for quad in self.store.quads_for_pattern(None, derived, None, ox.DefaultGraph()):
            id_ = _iri(quad.subject).removeprefix(f"{base}statement/")
            quoted[id_].add(_iri(quad.object).removeprefix(base))
        return quoted

    def documents(self) -> dict[str, str]:
        """Return the checksum of each document by its path."""
        found: dict[str, str] = {}
        path, checksum = ox.NamedNode(DCTERMS.identifier), ox.NamedNode(SDO.sha256)
        for quad in self.store.quads_for_pattern(None, path, None, ox.DefaultGraph()):
            for other in self.store.quads_for_pattern(quad.subject, checksum, None, None):
                found[_value(quad.object)] = _value(other.object)
        return found


def _iri(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""


def _value(term: object) -> str:
    return term.value if isinstance(term, ox.Literal) else ""


# ---------------------------------------------------------------------------------- documents


def _documents(before: _Side, after: _Side) -> Iterator[DocumentChange]:
    old, new = before.documents(), after.documents()
    for path in sorted(old.keys() | new.keys()):
        if path not in old:
            yield DocumentChange("new", path)
        elif path not in new:
            yield DocumentChange("gone", path)
        elif old[path] != new[path]:
            yield DocumentChange("replaced", path)


# ----------------------------------------------------------------------------------- entities


def _match_entities(before: _Side, after: _Side) -> tuple[list[EntityChange], _Names]:
    """Return what became of the entities, and the names under which to compare their claims."""
    gone, new = before.nodes.keys() - after.nodes.keys(), after.nodes.keys() - before.nodes.keys()
    bearers = _bearers(after.nodes.values())
    now_called = {id_: found for id_ in gone if (found := _heir(before.nodes[id_], bearers))}
    heirs = Counter(now_called.values())
    changes = list(_new_entities(new - set(heirs), before))
    split_from = {it.after[0]: it.before[0] for it in changes if it.kind == "split"}
    for id_ in sorted(gone - set(split_from.values())):
        heir = now_called.get(id_)
        if heir is None:
            changes.append(EntityChange("gone", (id_,), ()))
        elif heir in new and heirs[heir] == 1:
            changes.append(EntityChange(_kind_of_renaming(id_, heir), (id_,), (heir,)))
    for heir in sorted(heirs):
        sources = {id_ for id_, found in now_called.items() if found == heir}
        sources |= {heir} & before.nodes.keys()
        if len(sources) > 1:
            changes.append(EntityChange("merged", tuple(sorted(sources)), (heir,)))
    changes += _relabelled(before, after)
    return changes, _Names(now_called, split_from)


def _bearers(nodes: Iterable[Node]) -> dict[str, dict[tuple[str, str], set[str]]]:
    """Return the ids of entities by type and name, for labels and for all names."""
    bearers: dict[str, dict[tuple[str, str], set[str]]] = {
        "label": defaultdict(set),
        "name": defaultdict(set),
    }
    for node in nodes:
        bearers["label"][node.type, node.label].add(node.id)
        for name in (node.label, *node.aliases):
            bearers["name"][node.type, name].add(node.id)
            bearers["name"]["", name].add(node.id)
    return bearers


def _heir(node: Node, bearers: Mapping[str, Mapping[tuple[str, str], set[str]]]) -> str | None:
    """Return the one entity that now bears the name: of its class, else of any."""
    for kind, key in (
        ("label", (node.type, node.label)),
        ("name", (node.type, node.label)),
        ("name", ("", node.label)),
    ):
        found = bearers[kind].get(key, set())
        if len(found) == 1:
            return next(iter(found))
    return None


def _kind_of_renaming(before: str, after: str) -> str:
    types = (before.partition(":")[0], after.partition(":")[0])
    return "renamed" if types[0] == types[1] else "retyped"


def _new_entities(new: Iterable[str], before: _Side) -> Iterator[EntityChange]:
    """Yield entities that are new, or were part of another one before."""
    bearers = _bearers(before.nodes.values())
    for id_ in sorted(new):
        prefix, _, name = id_.partition(":")
        same_type = {each for each in before.nodes if each.partition(":")[0] == prefix}
        names = {name, name.rpartition("·")[0]} - {""}  # 王伟·聊城市工信局 was 王伟
        source = {each for it in names for each in bearers["name"].get(("", it), ())} & same_type
        kind = "split" if len(source) == 1 else "new"
        yield EntityChange(kind, tuple(source) if kind == "split" else (), (id_,))


def _relabelled(before: _Side, after: _Side) -> Iterator[EntityChange]:
    for id_ in sorted(before.nodes.keys() & after.nodes.keys()):
        old, new = before.nodes[id_].label, after.nodes[id_].label
        if old != new:
            yield EntityChange("relabelled", (old,), (new,))


# ------------------------------------------------------------------------------------- claims


def _claims(before: _Side, after: _Side, names: _Names) -> Iterator[ClaimChange]:
    old = list(before.claims(before.statements - after.statements))
    new = list(after.claims(after.statements - before.statements))
    old_by_key = {_said(claim, names.now_called): claim for claim in old}
    new_by_key = {_said(claim, names.split_from): claim for claim in new}
    gone = [old_by_key[key] for key in old_by_key.keys() - new_by_key.keys()]
    come = [new_by_key[key] for key in new_by_key.keys() - old_by_key.keys()]
    gone = list(_not_said_by(after, gone, names.now_called))
    come = list(_not_said_by(before, come, names.split_from))
    pairs = list(_changed(gone, come, names))
    for earlier, later in pairs:
        yield ClaimChange("changed", explain_claim(earlier), explain_claim(later))
    paired = {claim.id for pair in pairs for claim in pair}
    for claim in _in_words(gone):
        if claim.id not in paired:
            yield ClaimChange("gone", explain_claim(claim), None)
    for claim in _in_words(come):
        if claim.id not in paired:
            yield ClaimChange("new", None, explain_claim(claim))
    yield from _supported(before, after)


def _not_said_by(side: _Side, claims: Iterable[Claim], ids: Mapping[str, str]) -> Iterator[Claim]:
    """Yield the claims that are not among those the other build had under another name already."""
    known: dict[str, set[tuple[object, ...]]] = {}
    for claim in claims:
        said = _said(claim, ids)
        subject = str(said[0])
        if said != _said(claim, {}) and subject in side.nodes:
            if subject not in known:
                about = side.reader.claims_about(side.nodes[subject].iri)
                known[subject] = {_said(each, {}) for each in about}
            if said in known[subject]:
                continue
        yield claim


def _in_words(claims: Iterable[Claim]) -> list[Claim]:
    return sorted(claims, key=lambda claim: (claim.subject.id, claim.predicate, claim.id))


def _ends(claim: Claim, ids: Mapping[str, str]) -> tuple[str, ...]:
    """Return subject, relation and object of a claim, under the names of *ids* where it has them."""
    subject = ids.get(claim.subject.id, claim.subject.id)
    if claim.object is None:
        return subject, claim.predicate, ""
    target = ids.get(claim.object.id, claim.object.id)
    if load_schema().predicate(claim.predicate).symmetric:
        subject, target = sorted((subject, target))
    return subject, claim.predicate, target


def _said(claim: Claim, ids: Mapping[str, str]) -> tuple[object, ...]:
    return *_ends(claim, ids), claim.value, claim.datatype, claim.qualifiers


def _changed(
    gone: Sequence[Claim], come: Sequence[Claim], names: _Names
) -> Iterator[tuple[Claim, Claim]]:
    """Yield the pairs that say of the same things something else: another amount, date, status.

    Only where there is one of each: of three amounts nobody can say which became which.
    """
    old: dict[tuple[str, ...], list[Claim]] = defaultdict(list)
    new: dict[tuple[str, ...], list[Claim]] = defaultdict(list)
    for claims, ids, groups in ((gone, names.now_called, old), (come, names.split_from, new)):
        for claim in claims:
            key: tuple[str, ...] = (*_ends(claim, ids), claim.qualifier("unit"))
            groups[key].append(claim)
    for key in sorted(old.keys() & new.keys(), key=str):
        if len(old[key]) == len(new[key]) == 1:
            yield old[key][0], new[key][0]


def _supported(before: _Side, after: _Side) -> Iterator[ClaimChange]:
    """Yield the claims that stayed and rest on other sentences now."""
    old, new = before.quoted(), after.quoted()
    for id_ in sorted(before.statements & after.statements):
        if old.get(id_) != new.get(id_):
            earlier, later = before.reader.find_claim(id_), after.reader.find_claim(id_)
            if earlier and later:
                yield ClaimChange("supported", explain_claim(earlier), explain_claim(later))


# -------------------------------------------------------------------------------------- words

_SIGNS = {"new": "+", "gone": "-", "changed": "~", "supported": "="}
_ENTITY_WORDS = {
    "renamed": "is now",
    "retyped": "is now",
    "relabelled": "is now called",
    "merged": "are now one:",
    "split": "was split; also there is now",
}


def to_text(changes: Changes) -> str:
    """Return the changes for a terminal, control characters of documents removed."""
    lines = [*_summary(changes)]
    for document in changes.documents:
        lines.append(f"  document {document.kind}: {document.path}")
    for entity in changes.entities:
        lines.append(f"  {_entity_line(entity)}")
    for claim in changes.claims:
        lines += ["", *_claim_lines(claim)]
    return "".join(
        "".join(char if char.isprintable() else " " for char in line).rstrip() + "\n"
        for line in lines
    )


def _summary(changes: Changes) -> Iterator[str]:
    for what, kinds in (
        ("documents", [change.kind for change in changes.documents]),
        ("entities", [change.kind for change in changes.entities]),
        ("claims", [change.kind for change in changes.claims]),
    ):
        counted = ", ".join(f"{number} {kind}" for kind, number in Counter(kinds).items())
        yield f"{what}: {counted or 'no change'}"


def _entity_line(change: EntityChange) -> str:
    before, after = ", ".join(change.before), ", ".join(change.after)
    if change.kind in _ENTITY_WORDS:
        return f"{before} {_ENTITY_WORDS[change.kind]} {after}"
    return f"{_SIGNS[change.kind]} {before or after}"


def _claim_lines(change: ClaimChange) -> Iterator[str]:
    sign = _SIGNS[change.kind]
    said = [it.sentence for it in (change.before, change.after) if it]
    yield f"{sign} {' → '.join(dict.fromkeys(said))}"
    if change.kind == "supported":
        yield from _support_lines(change)
        return
    for label, side in (("before", change.before), ("after", change.after)):
        for source in side.sources if side else ():
            yield from _source_lines(f"{label}: " if change.kind == "changed" else "", source)


def _support_lines(change: ClaimChange) -> Iterator[str]:
    sides = [set(it.sources if it else ()) for it in (change.before, change.after)]
    for words, sources in (("no longer: ", sides[0] - sides[1]), ("also: ", sides[1] - sides[0])):
        for source in sorted(sources, key=lambda source: source.sentence):
            yield from _source_lines(words, source)


def _source_lines(label: str, source: Source) -> Iterator[str]:
    yield f"    {label}“{source.sentence.strip()}”"
    for article in source.articles:
        parts = (article.headline, article.publisher, article.published, article.document_path)
        yield f"    —— {' · '.join(part for part in parts if part)}"
