"""The fence inside aiohttp: asked when a connection is had and the request is about to be written to it.

Asking before that would not do: a request may wait long for a free connection, for a name, for TLS. aiohttp
writes headers and body together, those without a body in `send`, those with one in `write_bytes`, which runs as a task
of its own; so it is asked in both.
"""

from __future__ import annotations

from typing import Any

import aiohttp
from aiohttp.helpers import set_exception

from sluse.errors import NotLeading
from sluse.leadership.fence import Fence

_READS = frozenset({"GET", "HEAD", "OPTIONS"})


def fenced(fence: Fence, *, reads: bool = False) -> type[aiohttp.ClientRequest]:
    """Return the class of requests of a session whose writes pass `fence`, and whose reads too if `reads`.

    A request that may not be sent raises NotLeading to who made it.
    """

    class Fenced(aiohttp.ClientRequest):
        async def send(self, conn: Any) -> aiohttp.ClientResponse:
            try:
                self._ask()
            except NotLeading:
                conn.protocol.abort()  # no farewell of TLS either, which a session that closes would not wait for
                raise
            return await super().send(conn)

        async def write_bytes(self, writer: Any, conn: Any, content_length: int | None = None) -> None:
            try:
                self._ask()
            except NotLeading as error:
                set_exception(conn.protocol, error)  # who waits for the answer gets this instead
                conn.protocol.abort()
                conn.close()
                return
            await super().write_bytes(writer, conn, content_length)

        def _ask(self) -> None:
            if reads or self.method not in _READS:
                fence()

    return Fenced
