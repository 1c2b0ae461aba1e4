"""Links to other data: what is certain, what is not, and what they leave in the graph."""

from __future__ import annotations

import bz2
import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest

from kg.errors import InputError
from kg.graph.namespaces import Iris
from kg.linking import (
    Link,
    Subject,
    add_links,
    link_divisions,
    link_dump,
    link_endpoint,
    link_listed,
    link_triples,
    read_links,
)
from kg.linking.table import EXACT_MATCH, SAME_AS
from kg.model import EntityId, Verdict

TODAY = "2023-05-04"
SHENXIAN, SHANDONG, HEBEI = "371522", "370000", "130000"


def subject(id_: str, type_: str = "Company", *aliases: str, **fields: object) -> Subject:
    label = id_.partition(":")[2]
    return Subject(EntityId(id_), type_, label, frozenset((label, *aliases)), **fields)  # type: ignore[arg-type]


def verdicts(links: Iterator[Link]) -> dict[tuple[str, str], str]:
    return {(it.entity, it.target.rpartition("/")[2]): it.verdict.value for it in links}


# ------------------------------------------------------------------------------------ codes


def test_places_with_a_code_are_linked_to_it() -> None:
    places = [
        subject("place:山东省", "Place", code=SHANDONG),
        subject("place:莘县", "Place", code=SHENXIAN),
        subject("place:聊城市", "Place", code="371500"),
        subject("place:江山市", "Place", code="330881", place_codes=frozenset({"330800"})),
        subject("place:水城区", "Place", code="520204"),  # 水城 of 聊城, taken for a county
        subject("place:东湖", "Place"),
    ]
    links = list(link_divisions(places, on=TODAY))
    assert {link.code: link.verdict.value for link in links} == {
        SHANDONG: "same",
        SHENXIAN: "same",  # 聊城市 is there too
        "371500": "same",
        "330881": "same",  # a text says where it lies
        "520204": "unsure",
    }
    assert links[1].target.endswith("/gbt2260/371522")
    assert {link.relation for link in links} == {EXACT_MATCH}


LUXI = "鲁西化工集团股份有限公司"
LISTED = f"证券代码,证券简称,公司全称,交易所\n000830,鲁西化工,{LUXI},深圳证券交易所\n600001,东港,东港股份有限公司,上交所\n600002,东港,东港化工有限公司,上交所\n"


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "listed.csv"
    path.write_text(LISTED, "utf-8-sig")
    return path


@pytest.mark.parametrize(
    ("firms", "expected"),
    [
        ([subject(f"company:{LUXI}", "Company", "鲁西化工")], {"000830.SZ": "same"}),
        ([subject("company:鲁西化工")], {"000830.SZ": "same"}),
        ([subject("company:鲁西化工", "Company", "鲁西化工有限公司")], {"000830.SZ": "unsure"}),
        ([subject("company:东港")], {"600001.SH": "unsure", "600002.SH": "unsure"}),
        ([subject("company:鲁西化工集团")], {}),
        ([subject("organization:鲁西化工", "Organization")], {}),
    ],
    ids=["registered", "short", "short of another", "two rows", "longer", "no firm"],
)
def test_firms_are_linked_by_exact_names(
    firms: list[Subject], expected: dict[str, str], listed: Path
) -> None:
    found = verdicts(link_listed(firms, listed, on=TODAY))
    assert {code: verdict for (_, code), verdict in found.items()} == expected


def test_a_short_name_of_two_firms_is_unsure(listed: Path) -> None:
    two = [subject("company:甲化工", "Company", "鲁西化工"), subject("company:鲁西化工")]
    assert set(verdicts(link_listed(two, listed, on=TODAY)).values()) == {"unsure"}


def test_evidence_names_the_row(listed: Path) -> None:
    (link,) = link_listed([subject(f"company:{LUXI}")], listed, on=TODAY)
    assert (link.matched, link.source, link.date) == (
        f"registered name {LUXI}",
        "listed.csv:2",
        TODAY,
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("name,iri\n甲,x\n", "columns code and name"),
        ("code,name\n,甲\n", r"listed\.csv:2: a listed company without a code"),
        ("code,name,exchange\n1,甲,Mars\n", "unknown exchange 'mars'"),
    ],
)
def test_a_table_that_will_not_do_is_refused(listed: Path, text: str, complaint: str) -> None:
    listed.write_text(text, "utf-8")
    with pytest.raises(InputError, match=complaint):
        list(link_listed([], listed, on=TODAY))


# --------------------------------------------------------------------------------- wikidata


def item(id_: str, *names: str, **claims: list[str]) -> dict[str, object]:
    """Build an item as a dump has it: 莘县 with P442, its code."""

    def snak(value: str) -> dict[str, object]:
        is_item = value.startswith("Q")
        return {"mainsnak": {"datavalue": {"value": {"id": value} if is_item else value}}}

    label, *aliases = names
    return {
        "id": id_,
        "labels": {"zh": {"language": "zh", "value": label}},
        "aliases": {"zh-cn": [{"language": "zh-cn", "value": alias} for alias in aliases]},
        "claims": {name: [snak(value) for value in values] for name, values in claims.items()},
    }


ITEMS = [
    item("Q1", "莘县", P442=["37 15 22"]),
    item("Q2", "山东省", P442=["37"]),
    item("Q3", "河北省", P442=["130000"]),
    item("Q10", "东方化工集团", P31=["Q783794"], P159=["Q2"]),
    item("Q11", "泰山银行", "泰银", P31=["Q22687"]),
    item("Q12", "新港集团", P31=["Q6881511"]),
    item("Q13", "新港集团", P31=["Q891723"]),
    item("Q14", "莘县", P31=["Q532"]),
    item("Q15", "王伟", P31=["Q5"]),
    item("Q16", "东湖", P442=["420100"]),
    item("Q17", "莘县化肥厂", P31=["Q999"], P131=["Q1"]),
    item("Q18", "黄河集团", P414=["Q517750"]),
    item("Q19", "不相干"),
]
SUBJECTS = [
    subject("place:莘县", "Place", code=SHENXIAN),
    subject("place:东湖", "Place", code=SHENXIAN),
    subject("company:东方化工集团", place_codes=frozenset({"371500"})),
    subject("agency:东方化工集团", "Agency", place_codes=frozenset({HEBEI})),
    subject("company:泰山银行"),
    subject("company:海岱银行", "Company", "泰银"),
    subject("company:新港集团"),
    subject("company:莘县"),
    subject("company:莘县化肥厂", place_codes=frozenset({SHENXIAN})),
    subject("company:黄河集团"),
    subject("person:王伟", "Person"),
    subject("product:不相干", "Product"),
]
EXPECTED = {
    ("place:莘县", "Q1"): "same",  # the code agrees; Q14 is a village without one
    ("place:莘县", "Q14"): "unsure",
    ("company:东方化工集团", "Q10"): "same",  # a place around the other
    ("company:泰山银行", "Q11"): "same",  # the class agrees
    ("company:海岱银行", "Q11"): "unsure",  # a mere alias
    ("company:新港集团", "Q12"): "unsure",  # two that agree
    ("company:新港集团", "Q13"): "unsure",
    ("company:莘县", "Q14"): "unsure",  # nothing agrees; Q1 is a division and no firm
    ("company:莘县化肥厂", "Q17"): "same",  # the place agrees, the class is not known
    ("company:黄河集团", "Q18"): "same",
    ("person:王伟", "Q15"): "unsure",
}


@pytest.fixture(params=["json", "json.gz", "json.bz2", "jsonl"])
def dump(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    lines = [json.dumps(each) for each in ITEMS]
    whole = "[\n" + ",\n".join(lines) + "\n]\n"
    path = tmp_path / f"dump.{request.param}"
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(whole.encode()))
    elif path.suffix == ".bz2":
        path.write_bytes(bz2.compress(whole.encode()))
    else:
        path.write_text(whole if path.suffix == ".json" else "\n".join(lines), "utf-8")
    return path


def test_a_name_and_something_besides_make_a_link(dump: Path) -> None:
    assert verdicts(link_dump(SUBJECTS, dump, on=TODAY)) == EXPECTED


def test_a_dump_that_is_none_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "dump.json"
    path.write_text('[\n{"id": "Q1", "labels": {}},\n{"zh": broken},\n', "utf-8")
    with pytest.raises(InputError, match=r"dump\.json:3: not an item"):
        list(link_dump(SUBJECTS, path, on=TODAY))
    broken = tmp_path / "dump.json.gz"
    broken.write_bytes(b"no gzip")
    with pytest.raises(InputError, match="not readable"):
        list(link_dump(SUBJECTS, broken, on=TODAY))


ENDPOINT_PROPERTIES = {"P31", "P442", "P131", "P159", "P414"}


@pytest.fixture
def endpoint() -> Iterator[str]:
    """Serve the items as SPARQL, after one answer that asks to wait."""
    store = ox.Store()
    wd, wdt = "http://www.wikidata.org/entity/", "http://www.wikidata.org/prop/direct/"
    for each in ITEMS:
        node = ox.NamedNode(f"{wd}{each['id']}")
        names = [each["labels"]["zh"], *each["aliases"]["zh-cn"]]  # type: ignore[index]
        for name, property_ in zip(names, ("label", *["altLabel"] * 9), strict=False):
            vocabulary = {
                "label": "http://www.w3.org/2000/01/rdf-schema#",
                "altLabel": "http://www.w3.org/2004/02/skos/core#",
            }[property_]
            literal = ox.Literal(name["value"], language=name["language"])
            store.add(ox.Quad(node, ox.NamedNode(vocabulary + property_), literal))
        for property_, statements in each["claims"].items():  # type: ignore[attr-defined]
            for statement in statements:
                value = statement["mainsnak"]["datavalue"]["value"]
                term = (
                    ox.NamedNode(wd + value["id"]) if isinstance(value, dict) else ox.Literal(value)
                )
                store.add(ox.Quad(node, ox.NamedNode(wdt + property_), term))
    busy = [True]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if busy.pop() if busy else False:
                self.send_response(429)
                self.send_header("Retry-After", "0")
                self.end_headers()
                return
            found = store.query(parse_qs(body)["query"][0])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(found.serialize(format=ox.QueryResultsFormat.JSON))

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/sparql"
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_endpoint_gives_the_same_links_as_a_dump(endpoint: str) -> None:
    assert verdicts(link_endpoint(SUBJECTS, endpoint, on=TODAY)) == EXPECTED


def test_names_from_documents_cannot_leave_the_query(endpoint: str) -> None:
    hostile = subject('company:"} DROP ALL #\n', "Company")
    assert list(link_endpoint([hostile], endpoint, on=TODAY)) == []


def test_an_endpoint_that_is_none_is_told() -> None:
    with pytest.raises(InputError, match="does not answer"):
        list(link_endpoint(SUBJECTS, "http://127.0.0.1:9/sparql", on=TODAY))
    with pytest.raises(InputError, match="no address"):
        list(link_endpoint(SUBJECTS, "file:///etc/passwd", on=TODAY))


# --------------------------------------------------------------------------------- the file

LINK = Link(EntityId(f"company:{LUXI}"), SAME_AS, "http://www.wikidata.org/entity/Q1", "name", "dump", TODAY)  # fmt: skip


def test_what_a_person_said_of_a_link_stays(tmp_path: Path) -> None:
    file = tmp_path / "links.csv"
    assert add_links(file, [LINK]) == (LINK,)
    file.write_text(file.read_text("utf-8").replace(",same,", ",different,"), "utf-8")
    assert add_links(file, [LINK]) == ()
    assert [link.verdict for link in read_links(file)] == [Verdict.DIFFERENT]


@pytest.mark.parametrize(
    ("cell", "other", "complaint"),
    [
        ("company:", "firm:", "no TYPE:NAME"),
        ("owl:sameAs", "owl:equal", "neither owl:sameAs"),
        ("http://www.wikidata.org/entity/Q1", "Q1 <x>", "no IRI"),
        (",same,", ",sane,", "'sane' is none of"),
        (TODAY, "yesterday", "isoformat"),
        (",dump,", ",", "8 columns instead of 9"),
        ("entity,relation", "entity,property", "expected the columns"),
    ],
)
def test_a_line_that_is_no_link_is_named(
    tmp_path: Path, cell: str, other: str, complaint: str
) -> None:
    file = tmp_path / "links.csv"
    add_links(file, [LINK])
    file.write_text(file.read_text("utf-8").replace(cell, other), "utf-8")
    with pytest.raises(InputError, match=r"links\.csv:[12]: ") as raised:
        read_links(file)
    assert complaint in str(raised.value)


def test_links_enter_the_graph_with_what_they_rest_on() -> None:
    links = [
        LINK,
        Link(EntityId("place:莘县"), EXACT_MATCH, "https://example.org/code/1", "name", "csv", TODAY, code="1"),
        Link(EntityId("place:东湖"), EXACT_MATCH, "https://example.org/code/2", "", "", TODAY, Verdict.UNSURE),
        Link(EntityId("place:没有"), EXACT_MATCH, "https://example.org/code/3", "", "", TODAY),
    ]  # fmt: skip
    applied = link_triples(links, lambda id_: None if "没有" in id_ else id_, Iris())
    assert (applied.applied, applied.unknown) == (2, (links[3],))
    store = ox.Store()
    store.extend(ox.Quad(*triple) for triple in applied.triples)
    question = """
        PREFIX kg: <https://w3id.org/kg-news/ontology#>
        PREFIX owl: <http://www.w3.org/2002/07/owl#>
        PREFIX dcterms: <http://purl.org/dc/terms/>
        SELECT ?matched ?source ?date WHERE {
          ?entity owl:sameAs ?target . ?link kg:linkOf ?entity ; kg:linkTarget ?target ;
          kg:matchedOn ?matched ; dcterms:source ?source ; dcterms:date ?date }"""
    rows = list(store.query(question))
    assert [[term.value for term in row] for row in rows] == [["name", "dump", TODAY]]
