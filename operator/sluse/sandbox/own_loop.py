"""A server on loopback in a thread and an event loop of its own.

Its own loop, because Kopf treats every task born during its run as its own and cancels it after a wait of five
seconds on exit; a server that shared the loop would be taken down with it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager


class OwnLoop:
    """Holds what `listening` makes entered, in a thread: entered, the port listens; left, it does not.

    It may be started anew after `close`.
    """

    def __init__(self, listening: Callable[[], AbstractAsyncContextManager[None]], *, name: str) -> None:
        self._listening = listening
        self._name = name
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start and wait until the port listens; what went wrong before that is raised here."""
        self._ready.clear()
        self._failure = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name=self._name, daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """Stop listening and end the thread; closing twice equals once."""
        if self._loop is not None and self._stop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread is not None:
            self._thread.join()

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        try:
            async with self._listening():
                self._ready.set()
                await self._stop.wait()
        except BaseException as error:
            if self._ready.is_set():
                raise
            self._failure = error  # handed to start(), which raises it
            self._ready.set()
