"""What a stranger may use up, and what is answered when it is used up.

A query is a program from someone else. Without limits one of them takes all memory, or every
processor until the machine is restarted (research/rdf_viz_scale.md, 4). What hits a limit is told so
with a status of its own: half an answer under "200 OK" would be read as a whole one.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["OUT_OF_MEMORY", "CutOff", "Limits"]

OUT_OF_MEMORY = "the worker has no memory left for this; ask for less: add LIMIT or a filter"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take."""

    seconds: float = 30.0  # of work on one query or page
    queue_seconds: float = 10.0  # of waiting until a worker is free
    result_bytes: int = 64 << 20  # of one serialized answer
    request_bytes: int = 1 << 20  # of one request body: 20 pages of SPARQL
    # Of one worker, as addresses: 0.4 GB are taken before the first query, and Oxigraph ends the
    # process when it gets no more.
    memory_bytes: int = 3 << 30
    workers: int = 2  # processes for queries, and as many again for pages


class CutOff(Exception):  # noqa: N818  it is an answer rather than an error
    """Work that was ended before it was done."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason
