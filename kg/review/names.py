"""Show what a name stands for: the entity behind it, and sentences in which it stands.

Whoever decides whether two names are one thing wants to read how the articles use each of them. The
graph has the sentences of claims only, but it has every article's text, so the sentence around a name
is cut from there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

import pyoxigraph as ox
from rdflib.namespace import SDO

from kg.graph.namespaces import NIF
from kg.graph.reader import GraphReader, Node
from kg.model import EntityId
from kg.resolution.names import normalize_name
from kg.review.questions import Passage, Side
from kg.schema import load_schema

__all__ = ["Names"]

_MENTIONS = ox.NamedNode(SDO.mentions)
_TEXT = ox.NamedNode(NIF.isString)
_MOST_ARTICLES = 50  # are looked through for a name; 聊城市 stands in thousands
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?”?")


class Names:
    """Entities of a built graph by the names that judgements and decisions use."""

    def __init__(self, store: ox.Store, reader: GraphReader) -> None:
        self._store = store
        self._reader = reader
        self._classes = {each.prefix: each for each in load_schema().classes.values()}
        self.prefixes = frozenset(self._classes)
        self._found: dict[EntityId, Node | None] = {}

    def prefix(self, type_: str) -> str:
        """Return what the ids of a class begin with."""
        return load_schema().classes[type_].prefix

    def find(self, reference: EntityId) -> Node | None:
        """Return the one entity with this id, or of this type with this name."""
        if reference not in self._found:
            self._found[reference] = self._look_up(reference)
        return self._found[reference]

    def _look_up(self, reference: EntityId) -> Node | None:
        prefix, _, name = reference.partition(":")
        by_id = self._reader.find_entities(reference)
        if len(by_id) == 1:
            return by_id[0]
        plain = re.sub(
            r"·[^·]*$", "", name
        )  # 王伟·聊城市工信局 is 王伟 where nobody shares the name
        for each in dict.fromkeys((name, plain)):
            found = self._reader.find_entities(each)
            fitting = [node for node in found if node.id.partition(":")[0] == prefix]
            if len(fitting) == 1:
                return fitting[0]
        return None

    def side(self, reference: EntityId, limit: int) -> Side:
        """Return a name with what its entity is and the sentences it stands in."""
        prefix, _, name = reference.partition(":")
        node = self.find(reference)
        if node is None:
            return Side(name, reference, "", ())
        # Joined names are one entity: each side shows the sentences of its own.
        own = [n for n in (node.label, *node.aliases) if normalize_name(n) == normalize_name(name)]
        others = [n for n in (node.label, *node.aliases) if n not in own]
        claims = len(self._reader.claims_about(node.iri)) if self._is_small(node) else None
        details = [f"也称 {'、'.join(others)}"] if others else []
        details += [f"{claims} claims"] if claims is not None else ["many claims"]
        words = own or [re.sub(r"·[^·]*$", "", name)]
        passages = list(islice(self._passages(node, words), limit)) or list(
            islice(self._passages(node, others), limit)
        )
        type_label = self._classes[prefix].label_zh if prefix in self._classes else prefix
        return Side(f"{type_label} {words[0]}", reference, "，".join(details), tuple(passages))

    def _is_small(self, node: Node) -> bool:
        quads = self._store.quads_for_pattern(None, None, ox.NamedNode(node.iri), None)
        return sum(1 for _ in islice(quads, _MOST_ARTICLES)) < _MOST_ARTICLES

    def _passages(self, node: Node, words: list[str]) -> Iterator[Passage]:
        quads = self._store.quads_for_pattern(None, _MENTIONS, ox.NamedNode(node.iri), None)
        articles = sorted({quad.subject for quad in islice(quads, _MOST_ARTICLES)}, key=str)
        for article in articles:
            if not isinstance(article, ox.NamedNode):
                continue
            if sentence := self._sentence(article, words):
                yield Passage.of(sentence, self._reader.article(article.value))

    def _sentence(self, article: ox.NamedNode, words: list[str]) -> str:
        """Return the first sentence of an article with one of the words."""
        for quad in self._store.quads_for_pattern(article, _TEXT, None, None):
            text = quad.object.value if isinstance(quad.object, ox.Literal) else ""
            for match in _SENTENCE.finditer(text):
                if any(word in match[0] for word in words):
                    return match[0].strip()
        return ""
