"""The election in a thread and an event loop of its own, so that a renewal waits for no work of ours.

On the loop of the work a renewal would begin only when nothing else runs: who renders the pages of two thousand organisations,
or reads as many ledgers, would be late with it, and end for that alone. The same goes for the name of the server, which a new
connection has to look up in a thread: those of the work's loop may all be busy with git.

A process that leads while its work hangs would be in everybody's way. So the work gives signs of life, and who has
seen none for `STANDS_STILL` seconds renews no more.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Self, TypeVar

from sluse.leadership.leading import Leading

STANDS_STILL = 20.0
"""Seconds without a sign of life; about then the kubelet ends a process whose liveness probe is not answered."""
_BEAT = 1.0  # seconds between two signs of life

_Result = TypeVar("_Result")


class Apart:
    """A loop in a thread. Use as an async context manager, and leave it when nothing runs there any more."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stop = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._loop = loop = asyncio.new_event_loop()  # here, so that one that cannot be made is an error of who enters
        self._thread = threading.Thread(target=lambda: self._turn(loop), name=self._name, daemon=True)
        self._thread.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._loop is not None
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        await asyncio.to_thread(self._thread.join)

    async def run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Run `work` there and return what it returns; cancelled here, it is cancelled there."""
        assert self._loop is not None
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    @asynccontextmanager
    async def entered(self, what: AbstractAsyncContextManager[_Result]) -> AsyncIterator[_Result]:
        """Hold `what` entered there."""
        value = await self.run(_awaited(what.__aenter__))
        try:
            yield value
        finally:
            await self.run(_awaited(lambda: what.__aexit__(None, None, None)))

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(self._stop.wait())


async def _awaited(begin: Callable[[], Any]) -> Any:
    return await begin()


class LeadingApart:
    """One process's part in the election, carried out apart from the work, on whose loop this is called."""

    def __init__(self, leading: Leading, apart: Apart) -> None:
        self._leading = leading
        self._apart = apart
        self._beaten = leading.clock()

    @property
    def me(self) -> str:
        """Who this process is among the replicas."""
        return self._leading.me

    @property
    def holder(self) -> str | None:
        """Who held the Lease when last seen; None before it was seen, and where nobody did."""
        return self._leading.holder

    @property
    def could_take_over(self) -> bool:
        """Whether the Lease has been seen, which nobody takes over before."""
        return self._leading.could_take_over

    async def acquire(self) -> None:
        """Return when this process leads."""
        await self._apart.run(self._leading.acquire())

    async def keep(self, lost: Callable[[str], None] | None = None) -> str:
        """Renew, while the loop that this is called on turns; return why the leadership is lost. The fence is closed by then.

        `lost` is told as well, at once and in the thread of the election: the loop of the work may be the one that hangs.
        """
        self._beaten = self._leading.clock()  # the first look may come before the first beat
        beating = asyncio.create_task(self._beat(), name="beat")
        try:
            return await self._apart.run(self._kept(lost))
        finally:
            beating.cancel()

    async def release(self) -> None:
        """Close the fence, and let another replica take over at once; where that cannot be said, it waits a while."""
        await self._apart.run(self._leading.release())

    async def _kept(self, lost: Callable[[str], None] | None) -> str:
        why = await self._leading.keep(self._works)
        if lost is not None:
            lost(why)
        return why

    async def _beat(self) -> None:
        while True:
            self._beaten = self._leading.clock()
            await asyncio.sleep(_BEAT)

    def _works(self) -> bool:
        return self._leading.clock() - self._beaten < STANDS_STILL
