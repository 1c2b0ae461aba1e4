"""A built graph as an object: ask it, look at it, hand it on."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Literal, overload

from kg.errors import InputError
from kg.library.frames import FrameKind, Row, columns_of, rows_of, to_frame

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd
    import polars as pl
    import pyoxigraph as ox
    import rdflib

    from kg.graph.reader import Claim, GraphReader, Node
    from kg.library.drawing import Drawing
    from kg.query import CookbookQuery

__all__ = ["KnowledgeGraph"]

_DRAWN_NODES = 150  # that an output cell shows before it gets crowded


class KnowledgeGraph:
    """The entities and claims of a build; every claim has its sentences.

    A notebook shows it as a picture.
    """

    def __init__(self, store: ox.Store, *, name: str = "graph") -> None:
        self.store = store
        self.name = name

    def __repr__(self) -> str:
        held = ", ".join(f"{count} {what}" for what, count in self.counts.items())
        return f"<KnowledgeGraph {self.name}: {held}>"

    def _repr_html_(self) -> str:
        return self.draw()._repr_html_()

    @cached_property
    def _reader(self) -> GraphReader:
        from kg.graph.reader import GraphReader

        return GraphReader(self.store)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many entities, claims and articles there are."""
        query = (
            "SELECT (COUNT(DISTINCT ?e) AS ?entities) (COUNT(DISTINCT ?c) AS ?claims) "
            "(COUNT(DISTINCT ?a) AS ?articles) WHERE { { ?e a [ kg:localPrefix [] ] } "
            "UNION { ?c a kg:Statement } UNION { ?a a schema:NewsArticle } }"
        )
        (row,) = self.query(query, frame="rows")
        return {name: int(str(count)) for name, count in row.items()}

    # ----------------------------------------------------------------------------- questions

    @property
    def cookbook(self) -> tuple[CookbookQuery, ...]:
        """The ready questions, with their parameters."""
        from kg.query import cookbook

        return cookbook()

    @overload
    def query(
        self,
        question: str,
        *,
        frame: Literal["rows"],
        max_rows: int | None = None,
        **parameters: object,
    ) -> list[Row]: ...

    @overload
    def query(
        self,
        question: str,
        *,
        frame: Literal["pandas"],
        max_rows: int | None = None,
        **parameters: object,
    ) -> pd.DataFrame: ...

    @overload
    def query(
        self,
        question: str,
        *,
        frame: Literal["polars"],
        max_rows: int | None = None,
        **parameters: object,
    ) -> pl.DataFrame: ...

    @overload
    def query(
        self,
        question: str,
        *,
        frame: Literal["auto"] = ...,
        max_rows: int | None = None,
        **parameters: object,
    ) -> Any: ...

    def query(
        self,
        question: str,
        *,
        frame: FrameKind = "auto",
        max_rows: int | None = None,
        **parameters: object,
    ) -> Any:
        """Answer SPARQL, or the ready question of this name or Chinese title.

        ::

            graph.query("largest-investments", place="莘县")
            graph.query("SELECT ?company WHERE { ?company a kg:Company } LIMIT 5", frame="polars")

        Args:
            question: SPARQL, with the prefixes of the graph understood, or a name from `cookbook`.
            frame: ``pandas``, ``polars``, or ``rows`` for a list of dicts; ``auto`` takes the first of
                these that is installed.
            max_rows: stop after so many.
            **parameters: of a ready question.

        Raises:
            InputError: not SPARQL, an update, or one that calls other machines.
            SettingsError: a parameter that the question does not have.
        """
        from kg.query import find_query, run_cookbook, run_query

        named = find_query(question)
        if named is not None:
            settings = {name: str(value) for name, value in parameters.items()}
            result = run_cookbook(self.store, named, settings, max_rows=max_rows)
        elif parameters:
            raise InputError(
                f"parameters belong to ready questions, and {question[:60]!r} is none",
                remedy="graph.cookbook lists them",
            )
        else:
            result = run_query(self.store, question, max_rows=max_rows)
        shorten = lru_cache(maxsize=None)(self._reader.iris.shorten)
        return to_frame(columns_of(result), rows_of(result, shorten), frame)

    # ------------------------------------------------------------------------ entities, claims

    def entities(self, name: str | None = None, *, type: str | None = None) -> tuple[Node, ...]:  # noqa: A002  the word of the ontology
        """Return the entities of this name, alias or id; all where none is given.

        Where nothing has exactly this name, those whose names contain it or are contained in it,
        closest first.

        Args:
            name: 鲁西集团, or company:鲁西集团.
            type: only those of this class, such as Company.
        """
        from kg.explain import candidates

        if name is None:
            nodes = list(self._reader.entities())
        else:
            nodes = self._reader.find_entities(name) or candidates(self._reader, name)
        return tuple(node for node in nodes if type in (None, node.type))

    def claims(self, entity: Node | str | None = None) -> tuple[Claim, ...]:
        """Return the claims about an entity, as subject first; all where none is given.

        Raises:
            InputError: no entity has this name, or several have.
        """
        if entity is None:
            return tuple(self._reader.claims())
        iri = self._entity_iri(entity) if isinstance(entity, str) else entity.iri
        return tuple(self._reader.claims_about(iri))

    def _entity_iri(self, name: str) -> str:
        found = self._reader.find_entities(name)
        if len(found) == 1:
            return found[0].iri
        close = "、".join(node.id for node in self.entities(name)[:5])
        raise InputError(
            f"{name!r} is the name of {len(found) or 'no'} entities",
            remedy=f"there are {close}" if close else "graph.entities() lists all",
        )

    # ------------------------------------------------------------------------ other libraries

    def to_networkx(self, *, tentative: bool = False) -> nx.MultiDiGraph[str]:
        """Return entities and the claims between them as a `networkx.MultiDiGraph`.

        Nodes are ids with ``label``, ``type`` and ``facts``; edges have ``label``, ``relation``,
        ``amount`` (a number, where the claim has one), ``date``, ``sentence`` and more.

        Args:
            tentative: take in what a text denies, plans or only reports by hearsay; ``asserted`` is
                false on such an edge.
        """
        from kg.library.networks import to_networkx

        return to_networkx(self._reader.entities(), self._reader.claims(), tentative=tentative)

    def to_rdflib(self) -> rdflib.Graph:
        """Return all triples, without the ontology, as an `rdflib.Graph` that knows the prefixes."""
        from kg.graph import read_graph, to_rdflib

        graph = to_rdflib(read_graph(self.store))
        for prefix, namespace in self._reader.iris.prefixes().items():
            graph.bind(prefix, namespace, replace=True)
        return graph

    def draw(
        self, *entities: str, hops: int = 1, limit: int = _DRAWN_NODES, height: int = 600
    ) -> Drawing:
        """Return a picture that a notebook shows: of the whole graph, or around some entities.

        Args:
            *entities: names, aliases or IRIs.
            hops: how many relations away from them the picture reaches.
            limit: how many nodes to draw: the nearest, then the best connected.
            height: of the output cell, in pixels.

        Raises:
            InputError: no entity has such a name.
        """
        from kg.library.drawing import Drawing
        from kg.visualization import picture_from_store

        picture = picture_from_store(self.store, entities=entities, hops=hops, limit=limit)
        return Drawing(picture, "、".join(entities) or self.name, height)
