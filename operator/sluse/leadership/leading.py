"""Carry out what the election says, over a port to the Lease: become the leader, stay it, give it back.

Each request has a time limit of its own and is sent by a client of its own, so that a renewal waits neither for a
server that does not answer nor behind the operator's other requests.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sluse.errors import ClusterError, ClusterUnavailable, Conflict, NotFound
from sluse.leadership.election import Candidate, Lost, Pause, Read, Record, Terms, Write, claim, release
from sluse.leadership.fence import Deadline

log = logging.getLogger(__name__)


class Leases(Protocol):
    """The one Lease. Raises ClusterError."""

    async def read(self) -> Record | None:
        """Return what it says; None where it does not exist."""

    async def write(self, record: Record) -> Record:
        """Create it (no version), or replace that version; return it with its new one. Conflict where it moved."""


@dataclass
class Leading:
    """One process's part in the election. `clock` is the fence's; `now` is written down for people and never compared.

    What is asked with `await` belongs to one loop; the rest may be asked from any thread.
    """

    me: str
    terms: Terms
    leases: Leases
    fence: Deadline
    clock: Callable[[], float]
    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _self: Candidate = field(init=False)
    _told: str | None = None

    def __post_init__(self) -> None:
        self._self = Candidate(self.me, self.terms)

    @property
    def holder(self) -> str | None:
        """Who held the Lease when last seen; None before it was seen, and where nobody did."""
        seen = self._self.seen
        return (seen.holder or None) if seen is not None else None

    @property
    def could_take_over(self) -> bool:
        """Whether the Lease has been seen, which nobody takes over before."""
        return self._self.sure

    async def acquire(self) -> None:
        """Return when this process leads."""
        while not self.fence.open:
            await self._take(self._self.step(self.clock()))
            self._tell()

    async def keep(self, works: Callable[[], bool] = lambda: True) -> str:
        """Renew while the work that is led `works`; return why the leadership is lost. The fence is closed by then."""
        while True:
            if not works():
                self.fence.close()
                return "what it leads has stood still too long"
            step = self._self.step(self.clock())
            if isinstance(step, Lost):
                self.fence.close()
                return step.why
            await self._take(step)

    async def release(self) -> None:
        """Close the fence, and let another replica take over at once; where that cannot be said, it waits a while."""
        led, self._self = self._self, Candidate(self.me, self.terms)
        self.fence.close()
        if not led.led or led.seen is None or led.seen.holder != self.me:
            return
        try:
            async with asyncio.timeout(self.terms.patience):
                await self.leases.write(release(led.seen))
        except (ClusterError, TimeoutError) as error:
            log.warning("the leadership is not given back, it runs out: %s", str(error) or "no answer")
        else:
            log.info("%s leads no more: it was asked to end", self.me)

    async def _take(self, step: Read | Write | Pause | Lost) -> None:
        match step:
            case Pause(seconds=seconds):
                await self.sleep(seconds)
            case Read():
                await self._ask(self._read())
            case Write(over=over):
                await self._ask(self._write(over))
            case Lost(why=why):
                raise AssertionError(f"who does not lead loses nothing: {why}")

    async def _read(self) -> None:
        found = await self.leases.read()
        self._self = self._self.read(found, now=self.clock())

    async def _write(self, over: Record | None) -> None:
        asked = self.clock()
        record = await self.leases.write(claim(self.me, self.terms, over, self.now()))
        self._self = self._self.written(record, asked=asked)
        self.fence.move(self._self.leads_until)

    async def _ask(self, request: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(self._patience()):
                await request
        except (Conflict, NotFound):
            self._self = self._self.refused(now=self.clock())
        except (ClusterError, TimeoutError) as error:
            self._self = self._self.unanswered(now=self.clock())
            level = logging.INFO if isinstance(error, ClusterUnavailable | TimeoutError) else logging.WARNING
            log.log(level, "the Lease cannot be asked: %s", str(error) or "no answer in time")

    def _patience(self) -> float:
        """Return the seconds that a request may take: a holder waits no longer than it leads."""
        if not self._self.led:
            return self.terms.patience
        return min(self.terms.patience, max(self._self.leads_until - self.clock(), 0.0))

    def _tell(self) -> None:
        """Log a change of who leads, once."""
        if self.fence.open:
            log.info("%s leads", self.me)
        elif self.holder != self._told and self.holder is not None:
            log.info("%s stands by; %s leads", self.me, self.holder)
        self._told = self.holder
