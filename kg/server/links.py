"""Where a node of the graph is shown on this server."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, urlencode

from kg.graph.namespaces import local_name

__all__ = ["address", "page_of", "page_of_reference", "parts_of"]

_OWN_PAGES = frozenset({"article", "statement", "evidence"})
_RECORDS = frozenset({"document", "piece", "run", "software"})


def parts_of(iri: str) -> tuple[str, str]:
    """Return kind and name of a node, both as they stand in its IRI.

    What is in a name is percent-encoded, so its last slash is the one before it.
    """
    rest, _, name = iri.rpartition("/")
    return rest.rpartition("/")[2].rpartition("#")[2], name


def page_of(iri: str) -> str:
    """Return the path of the page that shows a node.

    >>> page_of("https://w3id.org/kg-news/id/project/双酚A项目%28一期%29")
    '/entity/project/%E5%8F%8C%E9%85%9AA%E9%A1%B9%E7%9B%AE%28%E4%B8%80%E6%9C%9F%29'
    >>> page_of("https://w3id.org/kg-news/id/evidence/daily·a1·10-50")
    '/article/daily%C2%B7a1#s10-50'
    """
    kind, name = parts_of(iri)
    # The name is encoded already as far as an IRI must be: % is not to be encoded once more.
    path = quote(name, safe="%")
    if kind == "evidence":
        article, _, span = name.rpartition("·")
        return f"/article/{quote(article, safe='%')}#s{quote(span)}"
    if kind in _OWN_PAGES:
        return f"/{kind}/{path}"
    return f"/resource/{kind}/{path}" if kind in _RECORDS else f"/entity/{kind}/{path}"


def page_of_reference(reference: str) -> str:
    """Return the path of the page of ``company:鲁西集团`` or ``statement:3f2a…``."""
    kind, _, name = reference.partition(":")
    return page_of(f"https://base/{kind}/{local_name(name)}")


def address(path: str, parameters: Iterable[tuple[str, object]]) -> str:
    """Return a path with those parameters that have a value."""
    given = [(name, str(value)) for name, value in parameters if value not in (None, "")]
    return f"{path}?{urlencode(given)}" if given else path
