"""What stands between an operator and its API server, and may be cut: connections end in the middle of whatever they carry."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from sluse.sandbox.own_loop import OwnLoop

_LOOPBACK = "127.0.0.1"


class Relay:
    """Passes bytes on to a port of loopback, TLS and all. Use as a context manager; `port` is where it listens."""

    def __init__(self, to: int) -> None:
        self._to = to
        self.port = 0
        self._open: set[asyncio.StreamWriter] = set()
        self._passing: set[asyncio.Task[None]] = set()
        self._loop = OwnLoop(self._listening, name="relay")

    def __enter__(self) -> Self:
        self._loop.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.close()

    def cut(self) -> None:
        """End every connection, and take no new one."""
        self._loop.close()

    def mend(self) -> None:
        """Take connections again."""
        self._loop.start()

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._accept, _LOOPBACK, self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            for writer in self._open:
                writer.transport.abort()
            await asyncio.gather(*self._passing)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._pass_on(reader, writer))
        self._passing.add(task)
        task.add_done_callback(self._passing.discard)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            there, back = await asyncio.open_connection(_LOOPBACK, self._to)
        except OSError:
            writer.transport.abort()
            self._open.discard(writer)
            return
        self._open.add(back)
        try:
            await asyncio.gather(_pump(reader, back), _pump(there, writer))
        finally:
            for each in (writer, back):
                each.transport.abort()
                self._open.discard(each)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass  # the other side is gone, as it may at any moment
    writer.close()
