"""Write the graph for other programs, byte-identical for equal graphs.

Turtle and the other RDF forms hold everything. The forms of graph programs (GraphML, GEXF, CSV
tables, SQLite, Parquet, FollowTheMoney) hold entities as nodes and claims as edges with their amount, date and first sentence;
a fact is a property of its entity there. Every file replaces its predecessor as a whole.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET  # builds XML only, parses none

import pyoxigraph as ox

from kg.database import write_database
from kg.errors import InputError
from kg.graph.builder import Graph
from kg.graph.files import replace_file, safe_cell, xml_text
from kg.graph.namespaces import Iris
from kg.graph.reader import Claim, GraphReader, Node
from kg.graph.source import TripleSource
from kg.graph.store import read_graph

__all__ = ["FORMATS", "export", "serialize_turtle", "write_statements", "write_turtle"]


def export(store: TripleSource, format: str, target: Path) -> list[Path]:  # noqa: A002  the word of the command
    """Write the graph in *format* and return the files written.

    Args:
        store: the graph.
        format: one of `FORMATS`.
        target: the file; for csv and parquet a folder, which gets nodes.csv and edges.csv.

    Raises:
        InputError: the format is unknown, or its optional package is not installed.
    """
    try:
        writer = FORMATS[format]
    except KeyError:
        raise InputError(
            f"there is no format {format!r}", remedy=f"use one of {', '.join(FORMATS)}"
        ) from None
    return writer(store, target)


# ---------------------------------------------------------------------------------------- RDF


def serialize_turtle(graph: Graph) -> bytes:
    """Return Turtle: prefixes by name, then subject by subject."""
    return _with_sorted_prefixes(graph, ox.RdfFormat.TURTLE)


def write_turtle(graph: Graph, path: Path) -> Path:
    """Write ``graph.ttl``."""
    return _write(path, serialize_turtle(graph))


def _with_sorted_prefixes(graph: Graph, format_: ox.RdfFormat) -> bytes:
    prefixes = Iris(graph.base_iri).prefixes()
    serialized = _serialize(graph, format_, prefixes)
    lines = [f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in prefixes.items()]
    # Oxigraph writes the prefixes in the order of a hash map; strings in the body have no line
    # breaks (they are escaped), so the first other line begins the body.
    body = serialized
    while body.startswith(b"@prefix "):
        body = body.partition(b"\n")[2]
    return "".join(lines).encode() + b"\n" + body


def _serialize(graph: Graph, format_: ox.RdfFormat, prefixes: Mapping[str, str]) -> bytes:
    return ox.serialize(graph.triples, format=format_, prefixes=dict(prefixes)) or b""


def _turtle(store: TripleSource, target: Path) -> list[Path]:
    return [write_turtle(read_graph(store), target)]


def _n_triples(store: TripleSource, target: Path) -> list[Path]:
    return [_write(target, _serialize(read_graph(store), ox.RdfFormat.N_TRIPLES, {}))]


def _trig(store: TripleSource, target: Path) -> list[Path]:
    """Write TriG with the data in the graph named by the base IRI, to be loaded beside others."""
    graph = read_graph(store)
    name = ox.NamedNode(graph.base_iri)
    quads = (ox.Quad(t.subject, t.predicate, t.object, name) for t in graph.triples)
    prefixes = Iris(graph.base_iri).prefixes()
    serialized = ox.serialize(quads, format=ox.RdfFormat.TRIG, prefixes=prefixes)
    return [_write(target, serialized or b"")]


def _rdf_xml(store: TripleSource, target: Path) -> list[Path]:
    """Write RDF/XML; characters that XML can't hold (a form feed in a text) are replaced."""
    graph = read_graph(store)
    safe = Graph(tuple(_xml_safe(triple) for triple in graph.triples), graph.base_iri)
    prefixes = Iris(graph.base_iri).prefixes()
    # The writer sorts nothing itself; an own prefix may not be called rdf.
    prefixes.pop("rdf")
    return [_write(target, _serialize(safe, ox.RdfFormat.RDF_XML, prefixes))]


def _xml_safe(triple: ox.Triple) -> ox.Triple:
    literal = triple.object
    if not isinstance(literal, ox.Literal) or xml_text(literal.value) == literal.value:
        return triple
    text = xml_text(literal.value)
    language = literal.language
    safe = ox.Literal(text, language=language) if language else ox.Literal(text)
    return ox.Triple(triple.subject, triple.predicate, safe)


def _json_ld(store: TripleSource, target: Path) -> list[Path]:
    """Write JSON-LD: one object a node, terms shortened by a context of prefixes."""
    graph = read_graph(store)
    iris = Iris(graph.base_iri)
    nodes: dict[str, dict[str, object]] = {}
    for triple in graph.triples:
        node = nodes.setdefault(str(triple.subject), {"@id": _node_id(triple.subject)})
        _add_json_ld(node, triple, iris)
    document = {"@context": _context(iris), "@graph": list(nodes.values())}
    return [_write(target, _json(document))]


def _context(iris: Iris) -> dict[str, str]:
    used = ("dcterms", "kg", "nif", "oa", "owl", "prov", "rdf", "rdfs", "schema", "skos", "void")
    prefixes = iris.prefixes()
    return {prefix: prefixes[prefix] for prefix in (*used, "xsd")}


def _add_json_ld(node: dict[str, object], triple: ox.Triple, iris: Iris) -> None:
    predicate = iris.shorten(triple.predicate.value)
    is_type = predicate == "rdf:type"
    key = "@type" if is_type else predicate
    value = (
        iris.shorten(_node_id(triple.object)) if is_type else _json_ld_value(triple.object, iris)
    )
    values = node.setdefault(key, [])
    if isinstance(values, list):
        values.append(value)


def _json_ld_value(term: object, iris: Iris) -> object:
    if not isinstance(term, ox.Literal):
        return {"@id": _node_id(term)}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    if term.datatype.value.endswith("#string"):
        return term.value
    return {"@value": term.value, "@type": iris.shorten(term.datatype.value)}


def _node_id(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


# ------------------------------------------------------------------------------- nodes, edges


class _Tables:
    """Entities with their facts, and the claims between them, as flat rows."""

    NODE_COLUMNS = ("id", "iri", "label", "type", "type_zh", "aliases", "facts")
    EDGE_COLUMNS = (
        "id", "source", "target", "relation", "relation_zh", "amount", "currency", "date",
        "title", "status", "negated", "modality", "confidence", "sentence", "headline", "published",
    )  # fmt: skip

    def __init__(self, store: TripleSource) -> None:
        reader = GraphReader(store)
        claims = list(reader.claims())
        facts: dict[str, list[str]] = defaultdict(list)
        for claim in claims:
            if claim.object is None:
                facts[claim.subject.id].append(_fact(claim))
        self.nodes = [_node_row(node, facts[node.id]) for node in reader.entities()]
        self.edges = [_edge_row(claim) for claim in claims if claim.object]


def _fact(claim: Claim) -> str:
    parts = (claim.qualifier("bound"), claim.value, claim.qualifier("unit"))
    return f"{claim.predicate_zh} {' '.join(part for part in parts if part)}"


def _node_row(node: Node, facts: Sequence[str]) -> tuple[str, ...]:
    aliases = "；".join(node.aliases)
    return (node.id, node.iri, node.label, node.type, node.type_label, aliases, "；".join(facts))


def _edge_row(claim: Claim) -> tuple[str, ...]:
    quote = claim.quotes[0] if claim.quotes else None
    qualifiers = ("amount", "currency", "date", "title", "status", "negated", "modality")
    return (
        claim.id,
        claim.subject.id,
        claim.object.id if claim.object else "",
        claim.predicate,
        claim.predicate_zh,
        *(claim.qualifier(name) for name in qualifiers),
        str(claim.confidence),
        quote.text if quote else "",
        quote.article.headline if quote else "",
        quote.article.published if quote else "",
    )


def _csv(store: TripleSource, target: Path) -> list[Path]:
    tables = _Tables(store)
    return [
        _write_csv(target / "nodes.csv", tables.NODE_COLUMNS, tables.nodes),
        _write_csv(target / "edges.csv", tables.EDGE_COLUMNS, tables.edges),
    ]


def _graphml(store: TripleSource, target: Path) -> list[Path]:
    """Write GraphML, http://graphml.graphdrawing.org/primer/graphml-primer.html."""
    tables = _Tables(store)
    root = ET.Element("graphml", xmlns="http://graphml.graphdrawing.org/xmlns")
    keys: list[tuple[str, str, str]] = []  # id, owner, column
    for owner, columns in (("node", tables.NODE_COLUMNS[1:]), ("edge", tables.EDGE_COLUMNS[3:])):
        for column in columns:
            keys.append((f"{owner}_{column}", owner, column))
    for id_, owner, column in keys:
        kind = "double" if column in {"amount", "confidence"} else "string"
        ET.SubElement(
            root, "key", {"id": id_, "for": owner, "attr.name": column, "attr.type": kind}
        )
    graph = ET.SubElement(root, "graph", id="kg", edgedefault="directed")
    for row in tables.nodes:
        node = ET.SubElement(graph, "node", id=xml_text(row[0]))
        _graphml_data(node, "node", tables.NODE_COLUMNS[1:], row[1:])
    for row in tables.edges:
        ends = {"id": row[0], "source": xml_text(row[1]), "target": xml_text(row[2])}
        edge = ET.SubElement(graph, "edge", ends)
        _graphml_data(edge, "edge", tables.EDGE_COLUMNS[3:], row[3:])
    return [_write_xml(target, root)]


def _graphml_data(
    element: ET.Element, owner: str, columns: Iterable[str], row: Iterable[str]
) -> None:
    for column, value in zip(columns, row, strict=True):
        if value:
            ET.SubElement(element, "data", key=f"{owner}_{column}").text = xml_text(value)


def _gexf(store: TripleSource, target: Path) -> list[Path]:
    """Write GEXF 1.2, which Gephi opens with relation names on its edges."""
    tables = _Tables(store)
    root = ET.Element("gexf", xmlns="http://www.gexf.net/1.2draft", version="1.2")
    # Gephi merges parallel edges unless each has a kind: its relation.
    graph = ET.SubElement(root, "graph", defaultedgetype="directed", mode="static")
    node_columns, edge_columns = tables.NODE_COLUMNS[3:], tables.EDGE_COLUMNS[3:]
    for owner, columns in (("node", node_columns), ("edge", edge_columns)):
        attributes = ET.SubElement(graph, "attributes", {"class": owner, "mode": "static"})
        for index, column in enumerate(columns):
            entry = {"id": str(index), "title": column, "type": "string"}
            ET.SubElement(attributes, "attribute", entry)
    nodes = ET.SubElement(graph, "nodes")
    for row in tables.nodes:
        node = ET.SubElement(nodes, "node", id=xml_text(row[0]), label=xml_text(row[2]))
        _gexf_values(node, row[3:])
    edges = ET.SubElement(graph, "edges")
    for row in tables.edges:
        entry = {"id": row[0], "source": xml_text(row[1]), "target": xml_text(row[2])}
        edge = ET.SubElement(edges, "edge", {**entry, "label": row[4], "kind": row[3]})
        _gexf_values(edge, row[3:])
    return [_write_xml(target, root)]


def _gexf_values(element: ET.Element, row: Iterable[str]) -> None:
    values = ET.SubElement(element, "attvalues")
    for index, value in enumerate(row):
        if value:
            ET.SubElement(values, "attvalue", {"for": str(index), "value": xml_text(value)})


def _cypher(store: TripleSource, target: Path) -> list[Path]:
    """Write openCypher that creates or updates the graph; strings are escaped."""
    tables = _Tables(store)
    lines = []
    for row in tables.nodes:
        properties = dict(zip(tables.NODE_COLUMNS, row, strict=True))
        label = _cypher_name(properties["type"] or "Entity")
        lines.append(
            f"MERGE (n:Entity {{id: {_cypher_string(row[0])}}}) "
            f"SET n:{label} SET n += {_cypher_map(properties)};"
        )
    for row in tables.edges:
        properties = dict(zip(tables.EDGE_COLUMNS, row, strict=True))
        source, target_id = properties.pop("source"), properties.pop("target")
        relation = _cypher_name(properties["relation"])
        lines.append(
            f"MATCH (s:Entity {{id: {_cypher_string(source)}}}), "
            f"(o:Entity {{id: {_cypher_string(target_id)}}}) "
            f"MERGE (s)-[r:{relation} {{id: {_cypher_string(row[0])}}}]->(o) "
            f"SET r += {_cypher_map(properties)};"
        )
    return [_write(target, "".join(f"{line}\n" for line in lines).encode())]


def _cypher_name(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _cypher_string(text: str) -> str:
    # JSON's escapes are openCypher's (\\uXXXX, \\n, \\", \\\\); all in ASCII no quote can be smuggled in.
    return json.dumps(text)


def _cypher_map(properties: Mapping[str, str]) -> str:
    numbers = {"amount", "confidence"}
    entries = (
        f"{_cypher_name(name)}: {value if name in numbers else _cypher_string(value)}"
        for name, value in properties.items()
        if value
    )
    return "{" + ", ".join(entries) + "}"


_NUMERIC = {"amount", "confidence"}


def _parquet(store: TripleSource, target: Path) -> list[Path]:
    """Write nodes.parquet and edges.parquet, for pandas, DuckDB, Spark."""
    try:
        import pyarrow as pa  # type: ignore[import-untyped,import-not-found,unused-ignore]
        import pyarrow.parquet as pq  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError as error:
        raise InputError(
            "parquet needs pyarrow, which is not installed", remedy="pip install 'kg-news[parquet]'"
        ) from error
    tables = _Tables(store)
    paths = []
    for name, columns, rows in (
        ("nodes", tables.NODE_COLUMNS, tables.nodes),
        ("edges", tables.EDGE_COLUMNS, tables.edges),
    ):
        cells = list(zip(*rows, strict=True)) or [()] * len(columns)
        arrays = [
            pa.array([float(v) if v else None for v in values], pa.float64())
            if column in _NUMERIC
            else pa.array([v or None for v in values], pa.string())
            for column, values in zip(columns, cells, strict=True)
        ]
        buffer = io.BytesIO()
        pq.write_table(pa.table(arrays, names=list(columns)), buffer)
        paths.append(_write(target / f"{name}.parquet", buffer.getvalue()))
    return paths


# Schemata of FollowTheMoney, https://followthemoney.tech/explorer/; what it has no word for is a Note.
_FTM_SCHEMATA = {
    "Agency": "PublicBody",
    "Company": "Company",
    "Event": "Event",
    "Organization": "Organization",
    "Person": "Person",
    "Place": "Address",
    "Platform": "Asset",
    "Product": "Asset",
    "Project": "Project",
    "Zone": "Address",
}
_FTM_BODIES = frozenset({"Agency", "Company", "Organization"})
_FTM_LEGAL_ENTITIES = _FTM_BODIES | {"Person"}


def _ftm(store: TripleSource, target: Path) -> list[Path]:
    """Write FollowTheMoney entities, one in JSON a line, for Aleph and its kin.

    What the text denies, plans or reports as hearsay is left out: the format cannot say so.
    """
    reader = GraphReader(store)
    claims = [claim for claim in reader.claims() if claim.asserted]
    facts: dict[str, list[str]] = defaultdict(list)
    for claim in claims:
        if claim.object is None:
            facts[claim.subject.id].append(_fact(claim))
    entities = [_ftm_node(node, facts[node.id]) for node in reader.entities()]
    entities += [_ftm_edge(claim, claim.object) for claim in claims if claim.object]
    lines = (json.dumps(entity, ensure_ascii=False) + "\n" for entity in entities)
    return [_write(target, "".join(lines).encode("utf-8", "replace"))]


def _ftm_entity(
    id_: str, schema: str, properties: Mapping[str, Sequence[str]]
) -> dict[str, object]:
    filled = {name: [v for v in values if v] for name, values in properties.items()}
    return {"id": id_, "schema": schema, "properties": {n: v for n, v in filled.items() if v}}


def _ftm_node(node: Node, facts: Sequence[str]) -> dict[str, object]:
    schema = _FTM_SCHEMATA.get(node.type, "Note")
    properties = {"name": [node.label], "alias": list(node.aliases), "notes": list(facts)}
    if schema == "Address":
        properties["full"] = [node.label]
    return _ftm_entity(node.id, schema, properties)


def _ftm_edge(claim: Claim, target: Node) -> dict[str, object]:
    schema, source, object_ = _ftm_schema(claim, target)
    quote = claim.quotes[0] if claim.quotes else None
    properties = {
        source: [claim.subject.id],
        object_: [target.id],
        "role": [claim.qualifier("title") or claim.predicate_zh],
        "date": [claim.qualifier("date")],
        "summary": [quote.text if quote else ""],
        "publisher": [quote.article.publisher if quote else ""],
        "sourceUrl": [quote.article.url if quote else ""],
    }
    return _ftm_entity(f"statement:{claim.id}", schema, properties)


def _ftm_schema(claim: Claim, target: Node) -> tuple[str, str, str]:
    """Return the schema of a link and the names of its two ends."""
    subject, object_ = claim.subject.type, target.type
    if claim.predicate == "holdsPosition" and subject == "Person" and object_ in _FTM_BODIES:
        return "Employment", "employee", "employer"
    if claim.predicate == "ownsStakeIn" and subject in _FTM_LEGAL_ENTITIES and object_ == "Company":
        return "Ownership", "owner", "asset"
    if claim.predicate == "partOf" and subject in _FTM_BODIES and object_ in _FTM_BODIES:
        return "Membership", "member", "organization"
    if object_ == "Project" and subject in _FTM_LEGAL_ENTITIES:
        return "ProjectParticipant", "participant", "project"
    return "UnknownLink", "subject", "object"


FORMATS: Mapping[str, Callable[[TripleSource, Path], list[Path]]] = {
    "ttl": _turtle,
    "nt": _n_triples,
    "trig": _trig,
    "jsonld": _json_ld,
    "rdfxml": _rdf_xml,
    "graphml": _graphml,
    "gexf": _gexf,
    "csv": _csv,
    "cypher": _cypher,
    "sqlite": write_database,
    "parquet": _parquet,
    "ftm": _ftm,
}


# ------------------------------------------------------------------------------ statements.csv

_STATEMENT_COLUMNS = (
    "主体", "主体类型", "关系", "relation", "客体", "客体类型", "金额", "单位", "日期", "职务",
    "状态", "语态", "可信度", "原句", "标题", "媒体", "发布日期", "文件", "statement",
)  # fmt: skip


def write_statements(store: TripleSource, path: Path) -> int:
    """Write ``statements.csv`` for readers with a spreadsheet; return the number of rows.

    UTF-8 with a byte order mark, or Excel takes Chinese for Latin letters. One row a claim, with
    its first sentence.
    """
    rows = [_statement_row(claim) for claim in GraphReader(store).claims()]
    rows.sort(key=lambda row: (row[16], row[14], row[0], row[3], row[4], row[18]))
    _write_csv(path, _STATEMENT_COLUMNS, rows)
    return len(rows)


def _statement_row(claim: Claim) -> tuple[str, ...]:
    quote = claim.quotes[0] if claim.quotes else None
    is_number = claim.datatype == "decimal"
    article = quote.article if quote else None
    object_ = claim.object.label if claim.object else claim.value
    return (
        claim.subject.label,
        claim.subject.type_label,
        claim.predicate_zh,
        claim.predicate_en,
        object_,
        claim.object.type_label if claim.object else _VALUE_TYPES.get(claim.datatype, "文字"),
        claim.value if is_number else claim.qualifier("amount"),
        claim.qualifier("unit") or claim.qualifier("currency"),
        claim.qualifier("date"),
        claim.qualifier("title"),
        claim.qualifier("status"),
        _modality(claim),
        f"{claim.confidence:g}",
        quote.text if quote else "",
        article.headline if article else "",
        article.publisher if article else "",
        article.published if article else "",
        article.document_path if article else "",
        claim.id,
    )


_VALUE_TYPES = {"decimal": "数值", "date": "日期", "gYearMonth": "日期", "gYear": "日期"}
_MODALITIES = {"planned": "计划", "hearsay": "据传"}


def _modality(claim: Claim) -> str:
    modality = claim.qualifier("modality")
    words = [_MODALITIES.get(modality, modality)] if modality else []
    if claim.qualifier("negated") == "true":
        words.append("否定")
    return "、".join(words)


# ------------------------------------------------------------------------------------- writing


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return _write(path, b"\xef\xbb\xbf" + buffer.getvalue().encode())


def _write_xml(path: Path, root: ET.Element) -> Path:
    ET.indent(root, space=" ")
    return _write(path, ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _json(document: object) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _write(path: Path, content: bytes) -> Path:
    with replace_file(path) as file:
        file.write(content)
    return path
