"""IRIs that people can type and no two things share."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import SettingsError
from kg.graph.namespaces import KG, Iris
from kg.model import ArticleId, DocumentId, EntityId, Span

IRIS = Iris()
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(names)
def test_every_name_is_an_iri_and_comes_back(name: str) -> None:
    entity_id = EntityId(f"company:{name}")
    assert IRIS.entity_id(IRIS.entity(entity_id).value) == entity_id


@given(names)
def test_every_name_is_printed_with_its_prefix(name: str) -> None:
    node = IRIS.entity(EntityId(f"company:{name}"))
    triple = ox.Triple(node, node, node)
    turtle = ox.serialize([triple], format=ox.RdfFormat.TURTLE, prefixes=IRIS.prefixes())
    assert turtle is not None
    assert "\ncompany:" in turtle.decode()
    assert [quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)] == [triple]
    printed = next(line for line in turtle.decode().splitlines() if line.startswith("company:"))
    store = ox.Store()
    store.add(ox.Quad(node, node, node))
    assert store.query(f"ASK {{ {printed.split()[0]} ?p ?o }}", prefixes=IRIS.prefixes())


@pytest.mark.parametrize(
    ("entity_id", "tail"),
    [
        ("company:鲁西集团", "company/鲁西集团"),
        ("person:王伟·聊城市工信局", "person/王伟·聊城市工信局"),
        ("project:双酚A项目(一期)", "project/双酚A项目%28一期%29"),
        ("company:·", "company/%C2%B7"),
        ("company:A/B", "company/A%2FB"),
        ("product:3.5代线", "product/3.5代线"),
        ("product:1.2.3代线", "product/1%2E2%2E3代线"),
    ],
)
def test_a_local_name_is_the_name(entity_id: str, tail: str) -> None:
    assert IRIS.entity(EntityId(entity_id)).value == IRIS.base_iri + tail


@given(names, names, names, names)
def test_two_articles_never_share_an_iri(a: str, b: str, c: str, d: str) -> None:
    one, other = ArticleId(f"{a}/{b.replace('/', '')}"), ArticleId(f"{c}/{d.replace('/', '')}")
    assert (IRIS.article(one) == IRIS.article(other)) == (one == other)


def test_evidence_is_named_by_article_and_offsets() -> None:
    node = IRIS.evidence(ArticleId("daily/a1"), Span(8, 42))
    assert IRIS.shorten(node.value) == "evidence:daily·a1·8-42"


def test_a_misspelled_term_fails() -> None:
    with pytest.raises(AttributeError):
        _ = KG.statment


@pytest.mark.parametrize("base", ["kg/", "https://example.org/id", "https://exa mple.org/", ""])
def test_a_base_iri_is_absolute_and_open(base: str) -> None:
    with pytest.raises(SettingsError, match="base IRI"):
        Iris(base)


def test_another_base_moves_every_node() -> None:
    iris = Iris("https://example.org/kg#")
    assert iris.document(DocumentId("x")).value == "https://example.org/kg#document/x"
