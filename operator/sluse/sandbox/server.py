"""Run one aiohttp application on a loopback port."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from aiohttp import web

from sluse.sandbox.listening import cut, deafen, listener
from sluse.sandbox.own_loop import OwnLoop


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
        self._own_loop = OwnLoop(self._listening, name=name)

    @property
    def url(self) -> str:
        """`https://localhost:PORT`, or http where no TLS was asked for."""
        return f"{'https' if self._tls else 'http'}://localhost:{self.port}"

    def start(self) -> Self:
        """Start and wait until the port listens; what went wrong in the thread is raised here."""
        self._own_loop.start()
        return self

    def close(self) -> None:
        """Stop listening and end the thread; closing twice equals once."""
        self._own_loop.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator[None]:
        runner = web.AppRunner(self._build(), access_log=None, shutdown_timeout=0.0)
        with listener(self.port) as listening:
            self.port = listening.getsockname()[1]
            try:
                await runner.setup()
                await web.SockSite(runner, listening, ssl_context=self._tls).start()
                yield
            finally:
                await deafen(listening)
                connected = [each.transport for each in runner.server.connections] if runner.server else []
                await runner.cleanup()
                await cut(connected)
