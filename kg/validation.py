"""Check that a graph is what it promises to be, and say in words where it is not.

The constraints stand once, in `ontology/shapes.ttl` (SHACL). pyshacl runs them as they are, at 17
seconds per 100,000 triples; here they are compiled to SPARQL for Oxigraph, which takes a hundredth of
that and so can check every build. The compiler knows the part of SHACL that the file's head names and
refuses the rest rather than pass it over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox
import rdflib
from rdflib.namespace import PROV, RDF, SH, SKOS, XSD

from kg.errors import OntologyError
from kg.graph.namespaces import VOCABULARIES, Iris
from kg.graph.reader import Claim, GraphReader
from kg.graph.store import base_iri_of, load_turtle
from kg.printable import blanked
from kg.schema import ontology_path

__all__ = ["Constraint", "Report", "Violation", "to_text", "validate", "validate_shacl"]


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One place where the graph falls short."""

    message: str  # in Chinese, from the shape
    focus: str  # IRI of the node
    path: str  # property, "" for a SPARQL constraint without one
    value: str  # the offending value, "" where something is missing
    claim: str = ""  # the claim concerned, in words
    sentence: str = ""  # the sentence behind it
    headline: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All violations, sorted; a graph without any conforms."""

    violations: tuple[Violation, ...]
    constraints: int  # how many were checked

    @property
    def conforms(self) -> bool:
        return not self.violations


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint as a query that selects ?this, and where they make sense ?path and ?value."""

    message: str
    path: str
    query: str


def validate(source: ox.Store | Path, *, shapes: Path | None = None) -> Report:
    """Check a store, or a Turtle file, with the constraints compiled to SPARQL.

    Args:
        source: the graph; the ontology is there in a store of kg and is added to a file.
        shapes: another file than `ontology/shapes.ttl`.

    Raises:
        InputError: the file is not Turtle.
        OntologyError: the shapes use SHACL that is not compiled; `validate_shacl` knows it.
    """
    store = load_turtle(source) if isinstance(source, Path) else source
    constraints = compile_shapes(shapes or ontology_path() / "shapes.ttl")
    found = {violation for constraint in constraints for violation in _check(store, constraint)}
    return Report(tuple(sorted(_in_context(store, found))), len(constraints))


def _check(store: ox.Store, constraint: Constraint) -> Iterator[Violation]:
    solutions = store.query(constraint.query, prefixes=dict(VOCABULARIES))
    if not isinstance(solutions, ox.QuerySolutions):
        raise OntologyError(f"shapes: not a SELECT: {constraint.query}")
    names = {variable.value for variable in solutions.variables}
    for solution in solutions:
        path = solution["path"] if "path" in names else None
        value = solution["value"] if "value" in names else None
        yield Violation(
            constraint.message,
            _text(solution["this"]),
            _text(path) if path else constraint.path,
            _text(value) if value else "",
        )


def _text(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


# ------------------------------------------------------------------------------------ compiling


@lru_cache(maxsize=4)
def compile_shapes(path: Path) -> tuple[Constraint, ...]:
    """Return the constraints of a shapes file as queries."""
    store = ox.Store()
    try:
        store.load(path=str(path), format=ox.RdfFormat.TURTLE)
    except (SyntaxError, OSError) as error:
        raise OntologyError(f"{path}: {error}") from error
    shapes = _Shapes(store)
    return tuple(shapes.constraints())


# What says something about a shape without constraining anything.
_ANNOTATIONS = frozenset(map(str, (RDF.type, SH.message, SH.path, SH.name, SH.description)))


class _Shapes:
    """The shapes of one file."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store

    def constraints(self) -> Iterator[Constraint]:
        node_shapes = self._store.quads_for_pattern(
            None, ox.NamedNode(RDF.type), ox.NamedNode(SH.NodeShape)
        )
        for shape in sorted({quad.subject for quad in node_shapes}, key=str):
            properties = self._properties(shape)
            target = f"$this rdf:type/rdfs:subClassOf* {_one(properties, SH.targetClass)} ."
            known = {*_ANNOTATIONS, *map(str, (SH.targetClass, SH.property, SH.sparql))}
            _refuse_unknown(shape, properties.keys() - known)
            for node in properties.get(str(SH.property), ()):
                yield from self._property_shape(target, node)
            for node in properties.get(str(SH.sparql), ()):
                yield self._sparql(target, node)

    def _property_shape(self, target: str, node: object) -> Iterator[Constraint]:
        properties = self._properties(node)
        path = _one(properties, SH.path)
        message = self._message(properties)
        local_path = path.strip("<>")
        for predicate, terms in sorted(properties.items()):
            if predicate in _ANNOTATIONS:
                continue
            for body in self._bodies(predicate, terms, path):
                query = f"SELECT DISTINCT ?this ?value WHERE {{ {_targets(target)} {body} }}"
                yield Constraint(message, local_path, query)

    def _bodies(self, predicate: str, terms: list[object], path: str) -> Iterator[str]:
        """Yield the pattern of what violates one constraint component (SHACL, section 4)."""
        given = terms[0]
        value = f"$this {path} ?value ."
        if predicate == str(SH.minCount) and _text(given) == "1":
            yield f"FILTER NOT EXISTS {{ $this {path} ?any }}"
        elif predicate == str(SH.maxCount) and _text(given) == "1":
            # Two values; the shape is violated once, whichever is named.
            yield f"FILTER EXISTS {{ $this {path} ?one, ?two . FILTER(!sameTerm(?one, ?two)) }}"
        elif predicate == str(SH["class"]):
            member = f"?value rdf:type/rdfs:subClassOf* {given} ."
            yield f"{value} FILTER NOT EXISTS {{ {member} }}"
        elif predicate == str(SH["in"]):
            listed = ", ".join(str(term) for term in self._list(given))
            yield f"{value} FILTER(?value NOT IN ({listed}))"
        elif predicate in _TESTS:
            yield f"{value} FILTER({_TESTS[predicate](given)})"
        else:
            _refuse_unknown(path, [predicate])

    def _sparql(self, target: str, node: object) -> Constraint:
        properties = self._properties(node)
        select = _text(properties[str(SH.select)][0])
        # SHACL runs the query for each focus node; with the target inside it runs once for all.
        body = _with_minus(select)
        query = re.sub(r"WHERE\s*\{", lambda m: f"{m.group()} {_targets(target)}", body, count=1)
        return Constraint(self._message(properties), "", query)

    def _properties(self, node: object) -> dict[str, list[object]]:
        values: dict[str, list[object]] = {}
        if isinstance(node, ox.NamedNode | ox.BlankNode):
            for quad in self._store.quads_for_pattern(node, None, None):
                values.setdefault(quad.predicate.value, []).append(quad.object)
        return {key: sorted(terms, key=str) for key, terms in values.items()}

    def _message(self, properties: dict[str, list[object]]) -> str:
        return next((_text(term) for term in properties.get(str(SH.message), ())), "")

    def _list(self, node: object) -> Iterator[object]:
        while isinstance(node, ox.BlankNode):
            properties = self._properties(node)
            yield properties[str(RDF.first)][0]
            node = properties[str(RDF.rest)][0]


def _with_minus(select: str) -> str:
    """Return a query with MINUS for NOT EXISTS, which Oxigraph answers a hundred times faster.

    The two mean the same where the block holds patterns that share a variable with the rest, and
    nothing that looks at outside values (research/rdf_viz_scale.md, 1.3).
    """
    for block in re.split(r"FILTER\s+NOT\s+EXISTS\s*", select)[1:]:
        inside = block[: block.find("}")]
        if re.search(r"\b(FILTER|BIND|OPTIONAL|UNION|VALUES|SELECT)\b", inside, re.IGNORECASE):
            raise OntologyError(f"shapes: only patterns may stand inside NOT EXISTS: {inside}")
    return re.sub(r"FILTER\s+NOT\s+EXISTS", "MINUS", select)


def _targets(target: str) -> str:
    return f"{{ SELECT DISTINCT $this WHERE {{ {target} }} }}"


def _one(properties: dict[str, list[object]], predicate: str) -> str:
    terms = properties.get(str(predicate), [])
    if len(terms) != 1 or not isinstance(terms[0], ox.NamedNode):
        raise OntologyError(f"shapes: a shape needs one {predicate} that is an IRI")
    return str(terms[0])


def _refuse_unknown(shape: object, predicates: Iterable[str]) -> None:
    if unknown := sorted(predicates):
        raise OntologyError(
            f"shapes: {shape}: {', '.join(unknown)} is not compiled to SPARQL; "
            "see the head of ontology/shapes.ttl, or run kg validate --shacl"
        )


def _datatype_test(datatype: object) -> str:
    """Return what is not a well-formed literal of a type."""
    wrong = f"!isLiteral(?value) || DATATYPE(?value) != {datatype}"
    if _text(datatype) in _CASTABLE:
        return f"{wrong} || !COALESCE(isLiteral({datatype}(STR(?value))), false)"
    return wrong


_CASTABLE = frozenset(map(str, (XSD.decimal, XSD.integer, XSD.boolean, XSD.date)))

_TESTS: Mapping[str, Callable[[object], str]] = {
    str(SH.nodeKind): lambda kind: "!isIRI(?value)" if _text(kind) == str(SH.IRI) else "true",
    str(SH.datatype): _datatype_test,
    str(SH.pattern): lambda pattern: f"!REGEX(STR(?value), {pattern})",
    str(SH.minLength): lambda length: f"STRLEN(STR(?value)) < {length}",
    # A value that can't be compared is a violation too.
    str(SH.minInclusive): lambda bound: f"!COALESCE(?value >= {bound}, false)",
    str(SH.maxInclusive): lambda bound: f"!COALESCE(?value <= {bound}, false)",
}


# --------------------------------------------------------------------------------------- words


def _in_context(store: ox.Store, violations: Iterable[Violation]) -> Iterator[Violation]:
    """Yield violations with the claim they concern and its sentence."""
    reader = GraphReader(store)
    for violation in violations:
        claim = _claim_of(store, reader, violation)
        sentence, headline = _sentence_of(store, reader, violation, claim)
        words = _claim_in_words(claim) if claim else _label(store, violation.focus)
        yield Violation(
            violation.message,
            violation.focus,
            violation.path,
            violation.value,
            words,
            sentence,
            headline,
        )


def _claim_of(store: ox.Store, reader: GraphReader, violation: Violation) -> Claim | None:
    if claim := reader.find_claim(violation.focus):
        return claim
    try:
        focus = ox.NamedNode(violation.focus)
    except ValueError:
        return None
    for predicate in (PROV.wasDerivedFrom, RDF.subject):
        nodes = store.quads_for_pattern(None, ox.NamedNode(predicate), focus)
        for node in sorted({quad.subject for quad in nodes}, key=str):
            if isinstance(node, ox.NamedNode):
                claim = reader.claim(node)
                if predicate == PROV.wasDerivedFrom or claim.predicate in violation.path:
                    return claim
    return None


def _sentence_of(
    store: ox.Store, reader: GraphReader, violation: Violation, claim: Claim | None
) -> tuple[str, str]:
    if violation.focus.startswith(f"{reader.iris.base_iri}evidence/"):
        quote = reader.quote(violation.focus)
        return quote.text, quote.article.headline
    if claim and claim.quotes:
        return claim.quotes[0].text, claim.quotes[0].article.headline
    return "", ""


def _claim_in_words(claim: Claim) -> str:
    object_ = claim.object.label if claim.object else claim.value
    return f"{claim.subject.label} {claim.predicate_zh} {object_}".strip()


def _label(store: ox.Store, iri: str) -> str:
    try:
        node = ox.NamedNode(iri)
    except ValueError:
        return ""
    for quad in store.quads_for_pattern(node, ox.NamedNode(SKOS.prefLabel), None):
        return _text(quad.object)
    return ""


def to_text(report: Report, store: ox.Store | None = None) -> str:
    """Return the report in words, one paragraph a violation."""
    if report.conforms:
        return f"符合全部 {report.constraints} 项约束。\n"
    iris = Iris(base_iri_of(store)) if store else Iris()
    paragraphs = [f"{len(report.violations)} 处不符合约束："]
    for violation in report.violations:
        lines = [f"• {violation.message}：{violation.claim or iris.shorten(violation.focus)}"]
        details = [iris.shorten(text) for text in (violation.path, violation.value) if text]
        lines.append(f"    {iris.shorten(violation.focus)}  {' '.join(details)}".rstrip())
        if violation.sentence:
            lines.append(f"    “{violation.sentence}” —— {violation.headline}")
        paragraphs.append("\n".join(lines))
    return blanked("\n".join(paragraphs), keep="\n") + "\n"


# -------------------------------------------------------------------------------------- pyshacl


def validate_shacl(source: ox.Store | Path, *, shapes: Path | None = None) -> Report:
    """Check with pyshacl, the reference: slow, and for any SHACL.

    Raises:
        InputError: the file is not Turtle.
    """
    from pyshacl import validate as run_pyshacl  # a second to import, for a rare command

    store = load_turtle(source) if isinstance(source, Path) else source
    data = rdflib.Graph(bind_namespaces="none")
    serialized = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
    data.parse(data=serialized or b"", format="nt")
    path = shapes or ontology_path() / "shapes.ttl"
    shape_graph = rdflib.Graph().parse(path, format="turtle")
    _, results, _ = run_pyshacl(data, shacl_graph=shape_graph, advanced=True)
    if not isinstance(results, rdflib.Graph):
        raise OntologyError(f"{path}: pyshacl: {results}")
    found = {
        Violation(
            message=_result(results, node, SH.resultMessage),
            focus=_result(results, node, SH.focusNode),
            path=_result(results, node, SH.resultPath),
            value=_result(results, node, SH.value),
        )
        for node in results.subjects(RDF.type, SH.ValidationResult)
    }
    return Report(tuple(sorted(_in_context(store, found))), len(compile_shapes(path)))


def _result(results: rdflib.Graph, node: rdflib.term.Node, predicate: rdflib.URIRef) -> str:
    value = results.value(node, predicate)
    return "" if value is None else str(value)
