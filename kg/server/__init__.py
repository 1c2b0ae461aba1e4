"""Open the graph to readers and programs: web explorer and SPARQL endpoint.

In: the folder that `kg build` wrote. Out: a server, on this machine only unless told otherwise.
Queries and pages read the store in worker processes (`kg.server.pool`); the process that talks to the
network never opens it.

Starlette and uvicorn are imported when a server is made, and not by the workers, which import this
package too.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from kg.server.limits import Limits

if TYPE_CHECKING:
    from kg.server.app import ServerSettings

__all__ = ["Limits", "serve"]

_FAREWELL_SECONDS = 3  # for answers on their way when the server is told to stop


def serve(settings: ServerSettings, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until interrupted.

    Args:
        settings: what is served.
        host: address to listen at.
        port: 0 for any that is free.
        ready: told the address of the first page when it can be opened.

    Raises:
        KgError: there is no graph to serve, or no worker can open it.
        OSError: the port is taken, or the address is not this machine's.
    """
    import uvicorn

    from kg.server.app import create_app
    from kg.server.pool import check_worker

    check_worker(settings.folder, settings.limits)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listening:
        # asyncio does so for sockets that it makes itself. Without, an answer whose head and body are
        # two writes waits 40 ms for the client to acknowledge the head.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        name = f"[{host}]" if ":" in host else host
        ready(f"http://{name}:{listening.getsockname()[1]}/")
        config = uvicorn.Config(
            create_app(settings),
            log_level="warning",
            server_header=False,
            # What a header says of the client's address is anyone's to write.
            proxy_headers=False,
            timeout_graceful_shutdown=_FAREWELL_SECONDS,
        )
        with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is how a server ends
            uvicorn.Server(config).run(sockets=[listening])
