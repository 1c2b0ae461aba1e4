"""SPARQL servers: the graph sent there (`publish`), and asked there (`open_endpoint`).

In: a folder that kg build wrote and the address of a server. Out: the graph on the server, compared
with the build; or a `kg.graph.source.TripleSource`, which queries, explanations, pictures and exports
read as they read the store.
"""

from kg.remote.connection import Credentials
from kg.remote.endpoint import RemoteGraph, open_endpoint
from kg.remote.publishing import Publication, PublishOptions, publish

__all__ = [
    "Credentials",
    "Publication",
    "PublishOptions",
    "RemoteGraph",
    "open_endpoint",
    "publish",
]
