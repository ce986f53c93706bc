"""The addresses of a host, as the system's resolver says, without ever waiting for it longer than somebody asks.

A thread that asks the resolver cannot be stopped, and a resolver that never answers keeps it for half a minute and more. asyncio's own
threads are waited for when the loop ends, and when the process does; so each question has a thread of its own that nobody waits for.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any

Found = list[tuple[Any, Any, int, str, Any]]
"""What `socket.getaddrinfo` returns."""
Ask = Callable[[str, int, int], Found]


def system(host: str, port: int, family: int) -> Found:
    """Ask the system's resolver. Raises OSError, and UnicodeError of what has no form in DNS."""
    return socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)


async def addresses(host: str, port: int, family: int, ask: Ask = system) -> Found:
    """Return what `ask` returns, or raise what it raises. Whoever is cancelled meanwhile leaves the thread behind."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Found] = loop.create_future()

    def tell(found: Found | None, error: Exception | None) -> None:
        if answer.done():  # nobody waits any more
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(found or [])

    def look() -> None:
        found: Found | None = None
        raised: Exception | None = None
        try:
            found = ask(host, port, family)
        except (OSError, UnicodeError) as error:
            raised = error
        with contextlib.suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(tell, found, raised)

    threading.Thread(target=look, name="lookup", daemon=True).start()
    return await answer
