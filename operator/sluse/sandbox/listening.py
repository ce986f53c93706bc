"""A loopback port, and its end: what asyncio leaves open where a loop ends soon after its server.

Each function belongs to the loop that serves.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable


def listener(port: int) -> socket.socket:
    """Return a socket that listens on 127.0.0.1; `port` 0 asks for a free one. OSError where the port is taken."""
    return socket.create_server(("127.0.0.1", port))


async def deafen(listener: socket.socket) -> None:
    """Accept nobody more, and let begin who was accepted: closing a server in between loses the connection, open."""
    asyncio.get_running_loop().remove_reader(listener)
    await asyncio.sleep(0)


async def cut(transports: Iterable[asyncio.BaseTransport | None]) -> None:
    """Abort what is still connected: a peer that does not answer TLS's farewell would outlive the loop."""
    for transport in transports:
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()
    await asyncio.sleep(0)  # the loop closes them in its next round
