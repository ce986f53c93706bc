"""The election apart from the work: renewed while the work's loop is busy, and no more when that stands still for long."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import pytest

from sluse.leadership.apart import STANDS_STILL, Apart, LeadingApart
from sluse.leadership.election import Record
from sluse.leadership.fence import Deadline
from sluse.leadership.leading import Leading
from worlds.electing import TERMS

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
PATIENCE = 30.0


@dataclass
class Lease:
    """A Lease that tells in which thread it is asked, and when it was written for the third time."""

    record: Record | None = None
    threads: set[str] = field(default_factory=set)
    writes: int = 0
    thrice: threading.Event = field(default_factory=threading.Event)

    async def read(self) -> Record | None:
        self.threads.add(threading.current_thread().name)
        return self.record

    async def write(self, record: Record) -> Record:
        self.threads.add(threading.current_thread().name)
        self.writes += 1
        if self.writes == 3:
            self.thrice.set()
        self.record = replace(record, version=str(self.writes))
        return self.record


@dataclass
class Clock:
    """Goes on by itself, and may be put forward."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


def leading(lease: Lease, clock: Clock) -> Leading:
    return Leading(
        me="one",
        terms=replace(TERMS, retry=0.01, renew=PATIENCE, duration=2 * PATIENCE),
        leases=lease,
        fence=Deadline(clock),
        clock=clock,
        now=lambda: NOON,
    )


async def test_it_is_renewed_while_the_work_keeps_its_loop_busy() -> None:
    lease = Lease()
    async with Apart("election") as apart:
        one = LeadingApart(leading(lease, Clock()), apart)
        await one.acquire()
        assert (one.me, one.holder, one.could_take_over) == ("one", "one", True)
        keeping = asyncio.create_task(one.keep())
        await asyncio.sleep(0)
        assert lease.thrice.wait(PATIENCE)  # this loop turns no more until then
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await one.release()
    assert lease.record is not None
    assert lease.record.holder == ""
    assert lease.threads == {"election"}


async def test_who_leads_work_that_stands_still_leads_no_more() -> None:
    clock = Clock()
    led = leading(Lease(), clock)
    led.terms = replace(led.terms, renew=10 * STANDS_STILL)
    async with Apart("election") as apart:
        one = LeadingApart(led, apart)
        await one.acquire()
        told = threading.Event()
        keeping = asyncio.create_task(one.keep(lambda _: told.set()))
        await asyncio.sleep(0)
        clock.ahead += STANDS_STILL  # in one step of this loop, as if that took so long
        assert told.wait(PATIENCE)  # although this loop turns no more
        assert not led.fence.open
        assert await keeping == "what it leads has stood still too long"


async def test_what_is_entered_there_is_left_there() -> None:
    threads: list[str] = []

    class Entered:
        async def __aenter__(self) -> Self:
            threads.append(threading.current_thread().name)
            return self

        async def __aexit__(
            self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
        ) -> None:
            threads.append(threading.current_thread().name)

    async with Apart("election") as apart:
        with pytest.raises(RuntimeError, match="within"):
            async with apart.entered(Entered()):
                raise RuntimeError("within")
        assert threads == ["election", "election"]
        with pytest.raises(ZeroDivisionError):
            await apart.run(_divided())


async def _divided() -> float:
    return 1 / 0


NO_ROOM = """
import asyncio, os, resource
from sluse.leadership.apart import Apart

async def main():
    files = len(os.listdir("/dev/fd")) - 1
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    async with Apart("election"):
        pass

try:
    asyncio.run(main())
except OSError as error:
    print(error.strerror)
"""


def test_a_loop_that_cannot_be_made_is_an_error_and_no_wait_for_ever() -> None:
    ran = subprocess.run([sys.executable, "-c", NO_ROOM], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert ran.stdout.strip() == "Too many open files"
