"""The ontology as Python sees it.

`ontology/kg.ttl` declares classes, relations and attributes, `ontology/lexicon.ttl` the words that
signal them. Both are data: nobody edits this module to add a relation. Files are parsed by
pyoxigraph, which reads them in some ten milliseconds (rdflib needs a second).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from kg.errors import OntologyError

__all__ = [
    "ClassDef",
    "CueSet",
    "RelationDef",
    "Schema",
    "load_schema",
    "ontology_path",
]

KG = "https://w3id.org/kg-news/ontology#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SCHEMA = "https://schema.org/"


@dataclass(frozen=True, slots=True)
class ClassDef:
    """A class of entities."""

    name: str  # local name: Company
    label_zh: str
    label_en: str
    comment_zh: str
    prefix: str  # of the IRIs of its entities: company


@dataclass(frozen=True, slots=True)
class RelationDef:
    """A relation between entities, or an attribute with a literal value."""

    name: str
    label_zh: str
    label_en: str
    comment_zh: str
    domain: frozenset[str]  # class names; empty: any
    range: frozenset[str]  # empty for an attribute
    symmetric: bool
    is_attribute: bool
    revisable: bool = False  # of two values the one reported later holds


@dataclass(frozen=True, slots=True)
class CueSet:
    """Words that signal a relation or attribute in one sentence frame."""

    name: str  # local name of the concept in lexicon.ttl
    signals: str  # relation or attribute
    frame: str  # local name of a kg:Frame: active, passive, mutual…
    words: tuple[str, ...]  # longest first
    weight: float


@dataclass(frozen=True, slots=True)
class Schema:
    """Classes, relations, attributes and their words; mappings are in the order of the file's names."""

    classes: Mapping[str, ClassDef]
    relations: Mapping[str, RelationDef]
    attributes: Mapping[str, RelationDef]
    cues: tuple[CueSet, ...]
    suffixes: Mapping[str, tuple[str, ...]]  # class -> name endings, longest first
    words: Mapping[str, frozenset[str]]  # other word lists of the lexicon by local name

    def predicate(self, name: str) -> RelationDef:
        """Return the relation or attribute *name*.

        Raises:
            OntologyError: there is none.
        """
        found = self.relations.get(name) or self.attributes.get(name)
        if found is None:
            raise OntologyError(f"{name!r} is no relation or attribute of ontology/kg.ttl")
        return found

    def allows(self, predicate: str, subject_type: str, object_type: str) -> bool:
        """Say whether domain and range admit a relation between two types."""
        relation = self.relations[predicate]
        return subject_type in relation.domain and object_type in relation.range

    def word_list(self, name: str) -> frozenset[str]:
        """Return the lexicon's word list *name*.

        Raises:
            OntologyError: the lexicon has none, so a rule would silently never fire.
        """
        try:
            return self.words[name]
        except KeyError:
            raise OntologyError(f"ontology/lexicon.ttl has no word list {name!r}") from None


def ontology_path() -> Path:
    """Return the folder with kg.ttl: `ontology/` of the checkout, or its copy in the wheel."""
    packaged = Path(__file__).parent / "_ontology"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "ontology"


@lru_cache(maxsize=4)
def load_schema(extra: tuple[Path, ...] = ()) -> Schema:
    """Read the ontology, and *extra* Turtle files that add to it.

    Raises:
        OntologyError: a file is not Turtle, or a cue signals an unknown relation.
    """
    if not extra and (setting := os.environ.get("KG_ONTOLOGY_EXTRA")):
        extra = tuple(Path(part) for part in setting.split(os.pathsep))
    folder = ontology_path()
    store = ox.Store()
    for path in (folder / "kg.ttl", folder / "lexicon.ttl", folder / "attributes.ttl", *extra):
        try:
            store.load(path=str(path), format=ox.RdfFormat.TURTLE)
        except (SyntaxError, OSError) as error:
            raise OntologyError(f"{path}: {error}; see ontology/README.md for the form") from error
    return _read(store)


def _read(store: ox.Store) -> Schema:
    definitions = [_class(store, node) for node in _subjects(store, OWL + "Class")]
    classes = {definition.name: definition for definition in definitions if definition.prefix}
    relations: dict[str, RelationDef] = {}
    attributes: dict[str, RelationDef] = {}
    for kind, target in (("relation", relations), ("attribute", attributes)):
        for node in _subjects(store, KG + kind, predicate=RDFS + "subPropertyOf"):
            definition = _relation(store, node, is_attribute=kind == "attribute")
            target[definition.name] = definition
    known = relations.keys() | attributes.keys()
    cues = tuple(_cue_set(store, node, known) for node in _subjects(store, KG + "CueSet"))
    suffixes: dict[str, tuple[str, ...]] = {}
    for node in _subjects(store, KG + "SuffixSet"):
        for target_class in _local_names(store, node, KG + "suffixOf"):
            if target_class not in classes:
                raise OntologyError(
                    f"lexicon: {_local(node)} is a suffix set of unknown class {target_class}"
                )
            words = {*suffixes.get(target_class, ()), *_words(store, node)}
            suffixes[target_class] = _longest_first(words)
    words_by_name = {
        _local(node): frozenset(_words(store, node)) for node in _subjects(store, KG + "WordSet")
    }
    return Schema(
        classes=dict(sorted(classes.items())),
        relations=dict(sorted(relations.items())),
        attributes=dict(sorted(attributes.items())),
        cues=tuple(sorted(cues, key=lambda cue: cue.name)),
        suffixes=dict(sorted(suffixes.items())),
        words=dict(sorted(words_by_name.items())),
    )


def _class(store: ox.Store, node: ox.NamedNode) -> ClassDef:
    return ClassDef(
        name=_local(node),
        label_zh=_text(store, node, RDFS + "label", "zh"),
        label_en=_text(store, node, RDFS + "label", "en"),
        comment_zh=_text(store, node, RDFS + "comment", "zh"),
        prefix=_text(store, node, KG + "localPrefix"),
    )


def _relation(store: ox.Store, node: ox.NamedNode, *, is_attribute: bool) -> RelationDef:
    types = {target.value for target in _objects(store, node, RDF + "type")}
    domain = frozenset(_local_names(store, node, SCHEMA + "domainIncludes"))
    return RelationDef(
        name=_local(node),
        label_zh=_text(store, node, RDFS + "label", "zh"),
        label_en=_text(store, node, RDFS + "label", "en"),
        comment_zh=_text(store, node, RDFS + "comment", "zh"),
        domain=frozenset() if domain == {"Entity"} else domain,
        range=frozenset(_local_names(store, node, SCHEMA + "rangeIncludes")),
        symmetric=OWL + "SymmetricProperty" in types,
        is_attribute=is_attribute,
        revisable=_text(store, node, KG + "revisable") == "true",
    )


def _cue_set(store: ox.Store, node: ox.NamedNode, known: Iterable[str]) -> CueSet:
    signals = _local_names(store, node, KG + "signals")
    frames = _local_names(store, node, KG + "frame")
    if len(signals) != 1 or signals[0] not in known or len(frames) != 1:
        raise OntologyError(
            f"lexicon: cue set {_local(node)} must signal one known relation (kg:signals) in one kg:frame"
        )
    weight = _text(store, node, KG + "weight")
    return CueSet(
        _local(node),
        signals[0],
        frames[0],
        _longest_first(_words(store, node)),
        float(weight or 0.6),
    )


def _subjects(
    store: ox.Store, object_iri: str, *, predicate: str = RDF + "type"
) -> list[ox.NamedNode]:
    quads = store.quads_for_pattern(None, ox.NamedNode(predicate), ox.NamedNode(object_iri))
    nodes = {quad.subject for quad in quads}
    return sorted((node for node in nodes if isinstance(node, ox.NamedNode)), key=str)


def _objects(
    store: ox.Store, node: ox.NamedNode, predicate: str
) -> list[ox.NamedNode | ox.Literal]:
    quads = store.quads_for_pattern(node, ox.NamedNode(predicate), None)
    return [q.object for q in quads if isinstance(q.object, ox.NamedNode | ox.Literal)]


def _words(store: ox.Store, node: ox.NamedNode) -> list[str]:
    return [word.value for word in _objects(store, node, SKOS + "hiddenLabel")]


def _local(node: ox.NamedNode | ox.Literal) -> str:
    return node.value.rpartition("#")[2] or node.value


def _local_names(store: ox.Store, node: ox.NamedNode, predicate: str) -> list[str]:
    return sorted(_local(target) for target in _objects(store, node, predicate))


def _text(store: ox.Store, node: ox.NamedNode, predicate: str, language: str | None = None) -> str:
    for literal in _objects(store, node, predicate):
        if isinstance(literal, ox.Literal) and language in (None, literal.language):
            return literal.value
    return ""


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(words, key=lambda word: (-len(word), word)))
