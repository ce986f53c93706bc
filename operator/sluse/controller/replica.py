"""One replica: it stands by until it leads, runs the operator while it leads, and ends when it leads no more.

Until it leads it reads: the Lease, and the remote, so that what is at HEAD is in memory when it takes over. Kopf is not
started before, because Kopf writes (finalizers, its notes on objects); nor is the ledger read, which only who leads
may trust. A replica that lost the leadership never stands by again: what it has in memory may be overtaken, so it ends,
and is started anew.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from sluse.catalog.trees import GitTree
from sluse.controller.probes import probes
from sluse.controller.process import Process
from sluse.errors import CatalogError, NotLeading
from sluse.wiring.parts import Parts

log = logging.getLogger(__name__)

READ_AHEAD = 30.0  # seconds between two looks at the remote while standing by
_LAST_WRITE = 5.0  # seconds that a push or a write of the ledger under way is waited for at the end


@dataclass
class Replica:
    """`lost` is told, in whichever thread, why this process leads no more; it must see to it that the process ends."""

    parts: Parts
    lost: Callable[[NotLeading], None] | None = None
    process: Process = field(init=False)
    _reading: tuple[asyncio.Task[None], ...] = ()

    def __post_init__(self) -> None:
        self.process = Process(self.parts)

    @property
    def stop(self) -> asyncio.Event:
        """Set it to end in good order."""
        return self.process.stop

    def ready(self) -> str | None:
        """Say what this replica does; None while it could neither lead nor take over."""
        leading = self.parts.leading
        if self.parts.fence.open:
            return f"{leading.me} leads" if self.process.ready.is_set() else None
        return f"{leading.me} stands by; {leading.holder or 'nobody'} leads" if leading.could_take_over else None

    async def run(self, *, liveness: str | None = None) -> None:
        """Run until `stop` is set. What ended a loop is raised here: half an operator is worse than none."""
        async with probes(liveness, self.ready):
            try:
                if await self._elected():
                    await self._lead()
            finally:
                await self._give_back()
                # A thread cannot be cancelled, and what it reads from is closed next.
                await asyncio.gather(*self._reading, return_exceptions=True)

    async def _elected(self) -> bool:
        """Return whether this process leads now; else it was asked to end."""
        acquiring = asyncio.create_task(self.parts.leading.acquire(), name="acquire")
        stopping = asyncio.create_task(self.stop.wait(), name="stop")
        # At once, also by who leads at once: a thread of its own reads while the cluster is asked for Lease and ledger.
        tasks = [acquiring, stopping, asyncio.create_task(self._read_ahead(), name="read-ahead")]
        try:
            await asyncio.wait((acquiring, stopping), return_when="FIRST_COMPLETED")
            if acquiring.done():
                acquiring.result()  # raises what is a bug
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return self.parts.fence.open and not self.stop.is_set()

    async def _lead(self) -> None:
        # Before Kopf, which ends what it finds new.
        keeping = asyncio.create_task(self.parts.leading.keep(self._told if self.lost else None), name="keep")
        keeping.add_done_callback(self._kept)
        try:
            await self.process.run()
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    def _kept(self, keeping: asyncio.Task[str]) -> None:
        if keeping.cancelled():
            return
        self.parts.fence.close()
        bug = keeping.exception()
        why = f"renewing failed: {bug!r}" if bug is not None else keeping.result()
        (self.lost or self.process.fail)(self._no_more(why))

    def _told(self, why: str) -> None:
        if self.lost is not None:
            self.lost(self._no_more(why))

    def _no_more(self, why: str) -> NotLeading:
        return NotLeading(f"{self.parts.leading.me} leads no more: {why}")

    async def _give_back(self) -> None:
        """Let another take over at once, unless something of ours may still arrive."""
        led = self.parts.fence.open
        self.parts.fence.close()
        idle = await asyncio.gather(self.parts.branch.idle(_LAST_WRITE), self.parts.journal.idle(_LAST_WRITE))
        if all(idle) and not self.process.begun.cut:
            await self.parts.leading.release()
        elif led:
            log.warning("something that was begun may still arrive, so the leadership is not given back; it runs out")

    async def _read_ahead(self) -> None:
        """Read what is merged, again and again, so that little is left to read when this process takes over."""
        while True:
            reading = asyncio.create_task(asyncio.to_thread(self._read_head), name="read-head")
            self._reading = (reading,)
            try:
                await asyncio.shield(reading)
            except CatalogError as error:
                log.info("the remote is not read ahead: %s", error.message)
            await asyncio.sleep(READ_AHEAD)

    def _read_head(self) -> None:
        path = self.parts.settings.remote.path
        commit = self.parts.source.fetch().id
        self.parts.reader.tree(GitTree(self.parts.source, commit, path), under=path)
