"""Send a built graph to a SPARQL server, whole or not at all.

The triples go, batch by batch, into a staging graph beside the published one. When all have arrived
and have been compared with the build, the server moves the staging graph into the place of the old
one. Readers never see half a graph, and what went wrong leaves the old one as it was. A server that
cannot move gets the other way: the old graph is cleared and loaded anew before everybody's eyes.

A run that ends in the middle (a crash, a server that stays away) goes on with the next one, if the
build is the same and the server still has what was sent; otherwise it starts anew.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

import pyoxigraph as ox

from kg.errors import EndpointError
from kg.remote.connection import Connection, Credentials
from kg.remote.journal import Entry, Journal
from kg.remote.payload import Payload, read_payload
from kg.remote.server import (
    GraphName,
    PublishedGraph,
    Server,
    clause_of,
    find_server,
    find_writing_doors,
    graph_name,
)
from kg.remote.verification import Comparison, compare

__all__ = ["Publication", "PublishOptions", "publish"]

_log = logging.getLogger(__name__)

Protocol: TypeAlias = Literal["graph-store", "update"]
Progress: TypeAlias = Callable[[int, int, str], None]

_BATCH_TRIPLES = {"graph-store": 20_000, "update": 2_000}
"""Virtuoso compiles an INSERT DATA as one statement and has no memory for 5,000 triples; the Graph
Store Protocol has no such limit. Measured in docs/publish.md."""


@dataclass(frozen=True, slots=True)
class PublishOptions:
    """How to send; what is left out is found out."""

    graph: str = ""  # an IRI or "default"; left out, the base IRI of the build
    protocol: Protocol | None = None
    batch: int | None = None  # triples in one request
    in_place: bool = False  # no staging graph: half the space, but readers see it grow
    replace: bool = False  # also a graph that kg has not sent
    sample: int = 200  # triples to look for afterwards
    seed: int = 0
    seconds: float | None = None  # for one answer; left out, KG_ENDPOINT_TIMEOUT
    update_url: str = ""
    store_url: str = ""


@dataclass(frozen=True, slots=True)
class Publication:
    """What a publish did."""

    endpoint: str
    graph: str  # <…> or DEFAULT
    protocol: Protocol
    staged: bool  # loaded beside and moved, not in place
    sent: int  # triples sent by this run
    resumed_at: int  # triples that an earlier run had sent
    requests: int
    comparison: Comparison
    seconds: Mapping[str, float]  # by step: load, compare, move

    @property
    def is_complete(self) -> bool:
        """Whether the server has what the build has."""
        return self.comparison.agrees


_SLOWEST_MOVE = 500
"""Triples a second, with a margin: Oxigraph moved 2,700 on a busy machine (docs/publish.md)."""

_STAGING = "urn:kg:staging:"
_STAGING_CLAUSE = f"GRAPH <{_STAGING}"


def publish(
    folder: Path,
    url: str,
    options: PublishOptions = PublishOptions(),
    *,
    credentials: Credentials | None = None,
    progress: Progress | None = None,
) -> Publication:
    """Send what `kg build -o FOLDER` wrote to the server at *url*, and compare.

    Raises:
        InputError: there is no graph.
        EndpointError: the server is away, refuses, or holds something else in this graph.
    """
    payload = read_payload(folder, sample=options.sample, seed=options.seed)
    target = graph_name(options.graph or payload.base_iri)
    connection = Connection(
        Credentials.from_environment() if credentials is None else credentials,
        seconds=options.seconds,
    )
    try:
        server, published = find_server(
            connection, url, update_url=options.update_url, store_url=options.store_url
        )
        server = find_writing_doors(server)
        journal = Journal(folder, server.addresses.query, clause_of(target))
        task = _Task(server, payload, target, journal, options, progress)
        return task.run(published)
    finally:
        connection.close()


class _Task:
    """One run of publish; each step begins by looking at what is there already."""

    def __init__(
        self,
        server: Server,
        payload: Payload,
        target: GraphName,
        journal: Journal,
        options: PublishOptions,
        progress: Progress | None,
    ) -> None:
        self._server = server
        self._payload = payload
        self._target = target
        self._journal = journal
        self._options = options
        self._progress = progress
        self._protocol = _chosen_protocol(server, options.protocol)
        self._batch = options.batch or _BATCH_TRIPLES[self._protocol]
        self._seconds: dict[str, float] = {}
        server.whole_graph_seconds = server.connection.seconds + payload.total / _SLOWEST_MOVE

    def run(self, published: list[PublishedGraph]) -> Publication:
        if isinstance(self._target, ox.DefaultGraph) and self._server.shows_all_as_default():
            raise EndpointError(
                "the default graph of this server is all its graphs together",
                url=self._server.addresses.query,
                remedy="choose one with --graph IRI",
            )
        entry = self._journal.read()
        if entry and not self._options.replace and self._is_finished(entry):
            return self._report(entry, self._compare(self._target))
        if not entry or not self._goes_on(entry):
            self._check_owned(published, entry)
            entry = self._begin(entry)
        started = entry.sent
        with self._timed("load"):
            entry = self._load(entry)
        is_staged = entry.loaded_into != clause_of(self._target)
        comparison = self._compare(self._loaded_into(entry))
        if is_staged and comparison.agrees:
            with self._timed("move"):
                self._move(entry)
            comparison = replace(comparison, counted=self._server.count(self._target))
        # What differs is not gone on with: the next run clears it and sends all.
        self._journal.write(replace(entry, phase="done" if comparison.agrees else "differs"))
        return self._report(entry, comparison, resumed_at=started)

    # ------------------------------------------------------------------- where an earlier run was

    def _is_finished(self, entry: Entry) -> bool:
        """Say whether an earlier run has put this build where it belongs."""
        if entry.build != self._payload.fingerprint or entry.phase not in ("moving", "done"):
            return False
        if self._server.count(self._target) != self._payload.total:
            return False
        if entry.phase == "moving":  # the answer to MOVE was lost, MOVE was not
            if self._server.count(self._staging) != 0:
                return False
            self._journal.write(replace(entry, phase="done"))
        return True

    def _goes_on(self, entry: Entry) -> bool:
        """Say whether what an earlier run has sent is of this build, and still there."""
        if entry.build != self._payload.fingerprint or entry.phase not in ("loading", "moving"):
            return False
        if self._options.replace and entry.phase == "moving":
            return False
        if self._options.in_place and entry.loaded_into != clause_of(self._target):
            return False
        there = self._server.count(self._loaded_into(entry))
        # The last batch may have arrived without being written down.
        if not entry.sent <= there <= min(entry.sent + self._batch, self._payload.total):
            _log.warning(
                "the server has %d of %d triples sent; all is sent anew", there, entry.sent
            )
            return False
        return True

    def _loaded_into(self, entry: Entry) -> GraphName:
        return self._target if entry.loaded_into == clause_of(self._target) else self._staging

    @property
    def _staging(self) -> ox.NamedNode:
        return _staging_graph(self._target, self._payload.fingerprint)

    def _check_owned(self, published: list[PublishedGraph], entry: Entry | None) -> None:
        """Refuse to replace what somebody else has put into the graph.

        Raises:
            EndpointError: there is something, and no sign of kg in it.
        """
        ours = any(graph.name == self._target for graph in published)
        begun = entry is not None and entry.loaded_into == clause_of(self._target)
        if ours or begun or self._options.replace:
            return
        if there := self._server.count(self._target):
            raise EndpointError(
                f"{clause_of(self._target)} holds {there} triples that kg has not sent",
                url=self._server.addresses.query,
                remedy="choose another with --graph, or say --replace",
            )

    # ---------------------------------------------------------------------------------- the steps

    def _begin(self, old: Entry | None) -> Entry:
        """Make room: for a staging graph, or in the graph itself."""
        if old and old.loaded_into.startswith(_STAGING_CLAUSE) and old.phase != "done":
            self._clear(_graph_in(old.loaded_into))  # half of a build that is no longer wanted
        is_staged = not self._options.in_place and self._server.can_move(self._staging)
        if not is_staged and not self._options.in_place:
            _log.warning(
                "the server cannot move a graph: the old one is cleared and loaded before all eyes"
            )
        place = self._staging if is_staged else self._target
        entry = Entry(
            endpoint=self._server.addresses.query,
            graph=clause_of(self._target),
            build=self._payload.fingerprint,
            loaded_into=clause_of(place),
            phase="loading",
        )
        # First written down, then cleared: whoever stops between the two finds a graph of ours.
        self._journal.write(entry)
        self._clear(place)
        return entry

    def _clear(self, graph: GraphName) -> None:
        self._server.clear(graph, by_update=bool(self._server.addresses.update))

    def _load(self, entry: Entry) -> Entry:
        place = self._loaded_into(entry)
        for batch in self._payload.batches(self._batch, start=entry.sent):
            self._insert(place, batch)
            entry = replace(entry, sent=entry.sent + len(batch))
            self._journal.write(entry)
            self._tell(entry.sent)
        return entry

    def _insert(self, place: GraphName, batch: list[ox.Triple]) -> None:
        """Send a batch; one that is too much for the server goes in halves."""
        data = ox.serialize(batch, format=ox.RdfFormat.N_TRIPLES) or b""
        try:
            self._server.insert(place, data, by_update=self._protocol == "update")
        except EndpointError as error:
            # Virtuoso says 400 for a statement of more than some thousand triples.
            if error.status not in (400, 413) or len(batch) == 1:
                raise
            middle = len(batch) // 2
            self._insert(place, batch[:middle])
            self._insert(place, batch[middle:])

    def _tell(self, sent: int, step: str = "") -> None:
        if self._progress:
            self._progress(sent, self._payload.total, step)

    def _compare(self, graph: GraphName) -> Comparison:
        self._tell(self._payload.total, "comparing")
        with self._timed("compare"):
            return compare(self._server, graph, self._payload)

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        begin = time.monotonic()
        yield
        self._seconds[step] = round(time.monotonic() - begin, 3)

    def _move(self, entry: Entry) -> None:
        self._tell(self._payload.total, "moving")
        self._journal.write(replace(entry, phase="moving"))
        try:
            self._server.move(self._staging, self._target)
        except EndpointError as error:
            # Whether it was done is not known from an answer that did not come.
            if error.status is not None or self._server.count(self._staging) != 0:
                raise
            _log.info("the answer to MOVE was lost (%s)", error)

    def _report(
        self, entry: Entry, comparison: Comparison, *, resumed_at: int | None = None
    ) -> Publication:
        before = entry.sent if resumed_at is None else resumed_at
        return Publication(
            endpoint=entry.endpoint,
            graph=entry.graph,
            protocol=self._protocol,
            staged=entry.loaded_into != entry.graph,
            sent=entry.sent - before,
            resumed_at=before,
            requests=self._server.connection.requests,
            comparison=comparison,
            seconds=self._seconds,
        )


def _chosen_protocol(server: Server, wanted: Protocol | None) -> Protocol:
    doors: dict[Protocol, str] = {
        "graph-store": server.addresses.store,
        "update": server.addresses.update,
    }
    if wanted and not doors[wanted]:
        raise EndpointError(
            f"no door for the protocol {wanted} was found",
            url=server.addresses.query,
            remedy="tell it with --store-url or --update-url",
        )
    return wanted or ("graph-store" if doors["graph-store"] else "update")


def _staging_graph(target: GraphName, fingerprint: str) -> ox.NamedNode:
    name = hashlib.sha256(f"{clause_of(target)} {fingerprint}".encode()).hexdigest()[:20]
    return ox.NamedNode(f"{_STAGING}{name}")


def _graph_in(clause: str) -> ox.NamedNode:
    return ox.NamedNode(clause.removeprefix("GRAPH <").removesuffix(">"))
