"""Name every node of the graph, readably and without collisions.

Two builds must agree on the IRI of a thing and a person must be able to type it, so an entity's IRI
is its type and its name: ``company:鲁西集团``. Turtle allows Chinese in a prefixed name but neither
brackets nor slashes; those are percent-encoded (``project:双酚A项目%28一期%29``), and so is whatever
would make two ids one IRI.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

import pyoxigraph as ox
from rdflib import Namespace, URIRef
from rdflib.namespace import (
    DCTERMS,
    OWL,
    PROV,
    RDF,
    RDFS,
    SDO,
    SKOS,
    VOID,
    XSD,
    DefinedNamespace,
)

from kg.errors import OntologyError, SettingsError
from kg.model import ArticleId, DocumentId, EntityId, Span, StatementId
from kg.schema import Schema, load_schema

__all__ = ["DEFAULT_BASE_IRI", "KG", "NIF", "OA", "VOCABULARIES", "Iris", "kg_term", "local_name"]

DEFAULT_BASE_IRI = "https://w3id.org/kg-news/id/"


class KG(DefinedNamespace):
    """The fixed terms of the ontology; relations and attributes come from `kg.schema`."""

    _NS = Namespace("https://w3id.org/kg-news/ontology#")
    _fail = True

    Entity: URIRef
    Official: URIRef
    Statement: URIRef
    Evidence: URIRef
    Link: URIRef
    linkOf: URIRef  # noqa: N815  as in the ontology
    linkTarget: URIRef  # noqa: N815
    matchedOn: URIRef  # noqa: N815
    relation: URIRef
    attribute: URIRef
    localPrefix: URIRef  # noqa: N815  as in the ontology
    amount: URIRef
    currency: URIRef
    unit: URIRef
    bound: URIRef
    date: URIRef
    datePrecision: URIRef  # noqa: N815
    title: URIRef
    status: URIRef
    modality: URIRef
    negated: URIRef
    attributedTo: URIRef  # noqa: N815
    confidence: URIRef
    method: URIRef
    reprintOf: URIRef  # noqa: N815
    sources: URIRef
    supersededBy: URIRef  # noqa: N815
    divisionCode: URIRef  # noqa: N815
    paragraph: URIRef


class NIF(DefinedNamespace):
    """The terms of the NLP Interchange Format 2.1 that kg uses."""

    _NS = Namespace("http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#")
    _fail = True

    Context: URIRef
    Phrase: URIRef
    isString: URIRef  # noqa: N815
    anchorOf: URIRef  # noqa: N815
    beginIndex: URIRef  # noqa: N815
    endIndex: URIRef  # noqa: N815
    referenceContext: URIRef  # noqa: N815


class OA(DefinedNamespace):
    """The terms of Web Annotation that say where something stands in a file."""

    _NS = Namespace("http://www.w3.org/ns/oa#")
    _fail = True

    TextPositionSelector: URIRef
    hasSelector: URIRef  # noqa: N815
    start: URIRef
    end: URIRef


VOCABULARIES: Mapping[str, str] = {
    "dcterms": str(DCTERMS),
    "kg": str(KG._NS),
    "nif": str(NIF._NS),
    "oa": str(OA._NS),
    "owl": str(OWL),
    "prov": str(PROV),
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "schema": str(SDO),
    "skos": str(SKOS),
    "void": str(VOID),
    "xsd": str(XSD),
}

# Nodes that are not entities, in IRIs base/article/… and so on.
_RECORDS = ("article", "document", "evidence", "link", "piece", "run", "software", "statement")

# What both PN_CHARS of Turtle 1.1 (https://www.w3.org/TR/turtle/#grammar-production-PN_CHARS) and
# ucschar of RFC 3987 allow, and the dot, which may stand inside a local name. Characters beyond
# U+FFFF (𠮷, in rare names) are allowed too, but Oxigraph 0.5 does not read them in a query.
_ALLOWED = re.compile(
    "[-.0-9A-Z_a-z\u00b7\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u037d\u037f-\u1fff\u200c\u200d\u203f"
    "\u2040\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\uffef]"
)
_NOT_FIRST = re.compile("[-.\u00b7\u0300-\u036f\u203f\u2040]")


def local_name(name: str) -> str:
    """Return *name* with what a Turtle local name can't hold percent-encoded.

    >>> local_name("双酚A项目(一期)"), local_name("王伟·聊城市工信局")
    ('双酚A项目%28一期%29', '王伟·聊城市工信局')
    """
    return _finish(_encode(name))


def _finish(encoded: str) -> str:
    if _NOT_FIRST.match(encoded):
        encoded = _percent(encoded[0]) + encoded[1:]
    # A dot may not stand last; and of two, Oxigraph 0.5 reads neither in a query.
    return (
        encoded.replace(".", "%2E") if encoded.endswith(".") or encoded.count(".") > 1 else encoded
    )


def _percent(char: str) -> str:
    # quote() leaves the unreserved "-" and "." alone, which are the ones to hide here.
    return {"-": "%2D", ".": "%2E"}.get(char) or quote(char, safe="", errors="replace")


def kg_term(name: str) -> ox.NamedNode:
    """Return the IRI of a class, relation or attribute that the schema knows by *name*."""
    return ox.NamedNode(KG._NS + name)


class Iris:
    """The IRIs below one base, and the way back to ids."""

    def __init__(self, base_iri: str = DEFAULT_BASE_IRI, schema: Schema | None = None) -> None:
        parts = urlsplit(base_iri)
        if not (parts.scheme and parts.netloc and base_iri.endswith(("/", "#"))):
            raise SettingsError(
                f"base IRI {base_iri!r} is not an absolute IRI that ends in / or #, "
                f"such as {DEFAULT_BASE_IRI}"
            )
        try:
            ox.NamedNode(base_iri)
        except ValueError as error:
            raise SettingsError(f"base IRI {base_iri!r}: {error}") from error
        self.base_iri = base_iri
        classes = (schema or load_schema()).classes.values()
        self._entity_prefixes = tuple(sorted(definition.prefix for definition in classes))
        if clash := {*_RECORDS, *VOCABULARIES} & set(self._entity_prefixes):
            raise OntologyError(f"kg:localPrefix {', '.join(sorted(clash))} is taken by kg itself")

    def prefixes(self) -> dict[str, str]:
        """Return all prefixes of the graph, sorted by name."""
        own = {
            prefix: f"{self.base_iri}{prefix}/" for prefix in (*self._entity_prefixes, *_RECORDS)
        }
        return dict(sorted({**VOCABULARIES, **own}.items()))

    def entity(self, entity_id: EntityId) -> ox.NamedNode:
        """Return the IRI of ``company:鲁西集团``."""
        prefix, _, name = entity_id.partition(":")
        return self._node(prefix, name)

    def entity_id(self, iri: str) -> EntityId | None:
        """Return the id of an entity by its IRI, or nothing for other nodes.

        >>> iris = Iris()
        >>> iris.entity_id(iris.entity(EntityId("project:双酚A项目(一期)")).value)
        'project:双酚A项目(一期)'
        """
        prefix, _, name = iri.removeprefix(self.base_iri).partition("/")
        if iri.startswith(self.base_iri) and prefix in self._entity_prefixes and name:
            return EntityId(f"{prefix}:{unquote(name)}")
        return None

    def entity_from_text(self, text: str) -> ox.NamedNode:
        """Return the IRI for an id as people type it: ``company:鲁西集团``, encoded or not."""
        return self.entity(EntityId(unquote(text)))

    def shorten(self, iri: str) -> str:
        """Return ``prefix:name`` for people where a prefix fits, else *iri*."""
        for prefix, namespace in self.prefixes().items():
            if iri.startswith(namespace) and len(iri) > len(namespace):
                return f"{prefix}:{unquote(iri[len(namespace) :])}"
        return iri

    def statement(self, statement_id: StatementId) -> ox.NamedNode:
        return self._node("statement", statement_id)

    def document(self, document_id: DocumentId) -> ox.NamedNode:
        return self._node("document", document_id)

    def article(self, article_id: ArticleId) -> ox.NamedNode:
        """Return ``article:DOCUMENT·a1``: a slash would keep the name from being prefixed."""
        return self._node("article", *article_id.rsplit("/", 1))

    def local(self, iri: str) -> str:
        """Return the name behind the type in an IRI of ours, decoded."""
        return unquote(iri.removeprefix(self.base_iri).partition("/")[2])

    def document_id(self, article_iri: str) -> DocumentId:
        """Return the id of the document an article stands in."""
        local = article_iri.removeprefix(f"{self.base_iri}article/")
        return DocumentId(unquote(local.rpartition("·")[0]))

    def evidence(self, article_id: ArticleId, span: Span) -> ox.NamedNode:
        return self._node("evidence", *article_id.rsplit("/", 1), f"{span.begin}-{span.end}")

    def piece(self, article_id: ArticleId, index: int) -> ox.NamedNode:
        return self._node("piece", *article_id.rsplit("/", 1), str(index))

    def run(self, run_id: str) -> ox.NamedNode:
        return self._node("run", run_id)

    def link(self, digest: str) -> ox.NamedNode:
        return self._node("link", digest)

    def software(self, name: str) -> ox.NamedNode:
        """Return ``software:kg-0-1-0``."""
        return self._node("software", re.sub(r"[\s.]+", "-", name.strip()))

    def _node(self, kind: str, first: str, *more: str) -> ox.NamedNode:
        # · joins the parts and is hidden inside all but the first, so that the way back is unique:
        # parts are cut off at the right.
        local = "·".join((_encode(first), *(_encode(part).replace("·", "%C2%B7") for part in more)))
        return ox.NamedNode(f"{self.base_iri}{kind}/{_finish(local)}")


@lru_cache(maxsize=100_000)  # each article is named once for each sentence and each entity of it
def _encode(name: str) -> str:
    return "".join(
        char if _ALLOWED.match(char) and not char.isspace() else _percent(char) for char in name
    )
