"""What the election says is carried out: over a Lease in memory, by a clock that only waiting and requests move."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from sluse.errors import ClusterUnavailable, Conflict, Forbidden, NotLeading, SluseError
from sluse.leadership.election import Record
from sluse.leadership.fence import Deadline
from sluse.leadership.leading import Leading
from worlds.electing import TERMS

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@dataclass
class Lease:
    """One Lease, as strict as the server's. `failures` are met by the next requests; `after`: carried out all the same."""

    record: Record | None = None
    failures: list[SluseError] = field(default_factory=list)
    after: bool = False
    requests: list[str] = field(default_factory=list)
    silent: bool = False
    _version: int = 0

    async def read(self) -> Record | None:
        await self._asked("read")
        return self.record

    async def write(self, record: Record) -> Record:
        await self._asked("write", record)
        return self._put(record)

    async def _asked(self, what: str, record: Record | None = None) -> None:
        self.requests.append(what)
        if self.silent:
            await asyncio.Event().wait()
        if self.failures:
            if self.after and record is not None:
                self._put(record)
            raise self.failures.pop(0)

    def _put(self, record: Record) -> Record:
        if record.version != (self.record.version if self.record else ""):
            raise Conflict("the object has been modified")
        if self.record is None or record != self.record:
            self._version += 1
        self.record = replace(record, version=str(self._version))
        return self.record


@dataclass
class World:
    lease: Lease = field(default_factory=Lease)
    clock: float = 1000.0
    naps: Callable[[], None] = lambda: None

    def leading(self, me: str, *, wall: timedelta = timedelta()) -> Leading:
        async def sleep(seconds: float) -> None:
            self.clock += seconds
            self.naps()

        return Leading(
            me=me,
            terms=TERMS,
            leases=self.lease,
            fence=Deadline(lambda: self.clock),
            clock=lambda: self.clock,
            now=lambda: NOON + wall,
            sleep=sleep,
        )


async def test_where_there_is_none_it_is_created_and_leads_after_two_requests() -> None:
    world = World()
    one = world.leading("one")
    await one.acquire()
    assert one.fence.open
    assert world.lease.requests == ["read", "write"]
    assert world.lease.record == Record("one", 8, NOON, NOON, 0, "1")


async def test_it_waits_the_whole_duration_by_its_own_clock_and_takes_over() -> None:
    world = World(Lease(Record("dead", 8, NOON + timedelta(hours=1), NOON, 3, "")))
    began = world.clock
    one = world.leading("one", wall=-timedelta(hours=1))
    await one.acquire()
    assert world.clock - began == pytest.approx(8)
    assert world.lease.record is not None
    assert (world.lease.record.holder, world.lease.record.transitions) == ("one", 4)


async def test_a_clock_that_stands_still_still_gives_signs_of_life() -> None:
    world = World()
    one = world.leading("one")
    await one.acquire()
    versions = set()

    def look() -> None:
        assert world.lease.record is not None
        versions.add(world.lease.record.version)
        if len(versions) == 5:
            world.lease.record = replace(world.lease.record, holder="two", version="99")

    world.naps = look
    assert await one.keep() == "two holds it now"
    assert len(versions) >= 5


async def test_a_renewal_whose_answer_is_lost_is_found_and_the_leadership_kept() -> None:
    world = World()
    one = world.leading("one")
    await one.acquire()
    world.lease.failures, world.lease.after = [ClusterUnavailable("the connection broke")], True
    rounds = 0

    def nap() -> None:
        nonlocal rounds
        rounds += 1
        assert one.fence.open or rounds > 6
        if rounds == 6:
            world.lease.failures, world.lease.after = [ClusterUnavailable("503")] * 100, False

    world.naps = nap
    assert "not renewed" in await one.keep()


async def test_without_an_answer_it_leads_no_longer_than_the_last_renewal_allows(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()
    one = world.leading("one")
    await one.acquire()
    led_from = world.clock
    world.lease.failures = [Forbidden("403 no")] * 100
    with caplog.at_level(logging.WARNING):
        assert await one.keep() == "it was not renewed for 5 s"
    assert world.clock - led_from == pytest.approx(TERMS.renew)
    assert not one.fence.open
    with pytest.raises(NotLeading):
        one.fence()
    assert "403 no" in caplog.text


async def test_a_server_that_is_silent_is_given_up_on_in_time() -> None:
    lease = Lease()
    one = Leading(
        me="one",
        terms=replace(TERMS, renew=0.05, retry=0.01),
        leases=lease,
        fence=Deadline(asyncio.get_running_loop().time),
        clock=asyncio.get_running_loop().time,
        now=lambda: NOON,
    )
    await one.acquire()
    lease.silent = True
    assert "not renewed" in await one.keep()


async def test_given_back_another_takes_over_at_its_next_look() -> None:
    world = World()
    one, two = world.leading("one"), world.leading("two")
    await one.acquire()
    looks = 0

    def nap() -> None:
        nonlocal looks
        looks += 1
        assert world.lease.record is not None
        if looks == 3:
            world.lease.record = replace(world.lease.record, version="7")  # a renewal

    world.naps = nap
    acquiring = asyncio.create_task(two.acquire())
    await asyncio.sleep(0)
    await one.release()
    assert not one.fence.open
    began = world.clock
    await acquiring
    assert world.clock - began <= TERMS.retry
    assert world.lease.record is not None
    assert world.lease.record.holder == "two"


async def test_who_never_led_gives_nothing_back() -> None:
    world = World()
    await world.leading("one").acquire()
    two = world.leading("two")
    before = world.lease.record
    await two.release()
    assert world.lease.record == before


async def test_what_cannot_be_given_back_runs_out(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    one = world.leading("one")
    await one.acquire()
    world.lease.failures = [ClusterUnavailable("gone")]
    with caplog.at_level(logging.WARNING):
        await one.release()
    assert "it runs out" in caplog.text
    assert not one.fence.open


async def test_one_that_bears_the_name_of_the_holder_goes_on_at_once() -> None:
    """Only the process that holds the lock of its cache folder can have a name, so the one before it is dead."""
    world = World()
    await world.leading("one").acquire()
    began = world.clock
    again = world.leading("one")
    await again.acquire()
    assert world.clock == began
    assert world.lease.record is not None
    assert world.lease.record.transitions == 0
