"""Run one aiohttp application on a loopback port, in a thread and an event loop of its own.

Its own loop, because Kopf treats every task born during its run as its own and cancels it after a wait of five
seconds on exit; a server that shared the loop would be taken down with it.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web


class Served:
    """Serve the application that `build` makes (called inside the server's own loop) until closed.

    `port` 0 asks for a free one; after `start` it is the real one. Only 127.0.0.1 is ever bound.
    """

    def __init__(
        self, build: Callable[[], web.Application], *, tls: ssl.SSLContext | None, port: int = 0, name: str = "sandbox"
    ) -> None:
        self._build = build
        self._tls = tls
        self.port = port
        self._name = name
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """`https://localhost:PORT`, or http where no TLS was asked for."""
        return f"{'https' if self._tls else 'http'}://localhost:{self.port}"

    def start(self) -> Self:
        """Start and wait until the port listens; what went wrong in the thread is raised here."""
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name=self._name, daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure
        return self

    def close(self) -> None:
        """Stop listening and end the thread; closing twice equals once."""
        if self._loop is not None and self._stop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        runner = web.AppRunner(self._build(), access_log=None, shutdown_timeout=0.0)
        try:
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", self.port, ssl_context=self._tls)
            await site.start()
            self.port = runner.addresses[0][1]
        except BaseException as error:  # noqa: BLE001 - handed to start(), which raises it
            self._failure = error
            self._ready.set()
            await runner.cleanup()
            return
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()
