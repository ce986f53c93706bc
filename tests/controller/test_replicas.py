"""Several replicas, real processes: whatever happens to the one that leads, one writes, and nothing is done twice.

Who wrote is counted where it arrives: at the API server by each process's own User-Agent; what a process asked the
authority for, its own log says.
"""

from __future__ import annotations

import asyncio
import signal
from datetime import timedelta

import pytest

from sluse.cluster.kinds import LEASE
from sluse.demo.expect import eventually
from sluse.sandbox.kube.faults import Fault
from sluse.sandbox.mail import Caught
from sluse.wiring.parts import LEASE as LEASE_NAME
from sluse.wiring.settings import load
from worlds.documents import OTHER, Supplier
from worlds.operated import NAMESPACE, TEST, Operated
from worlds.replicas import LOST, NEW, PATIENCE, SLOW, all_is_well, in_a_batch, replicas


async def test_one_leads_and_the_others_are_ready_and_write_nothing(
    world: Operated, mine: Supplier, neighbour: Supplier
) -> None:
    with replicas(world) as house:
        leader, other = await house.both()
        third = house.start("three")
        await house.stands_by(third)
        await world.ready(mine.sync, neighbour.sync)
        await world.stage(mine.slug, "TestReady")
        assert house.writes(leader)["secrets"] == 2
        assert [house.writes(other), house.writes(third)] == [{}, {}]
        assert other.asked_the_authority() == third.asked_the_authority() == []
        assert leader.probe("/readyz") == (200, f"{leader.identity} leads\n")
        assert other.probe("/readyz") == (200, f"{other.identity} stands by; {leader.identity} leads\n")
        assert {replica.probe("/healthz")[0] for replica in (leader, other, third)} == {200}
        lease = await world.admin.get(LEASE, NAMESPACE, LEASE_NAME)
        assert lease["spec"]["holderIdentity"] == leader.identity


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_leader_killed_in_a_batch_is_followed_by_another_that_finishes_it(
    world: Operated, mine: Supplier, neighbour: Supplier, hours: int
) -> None:
    """Although their wall clocks differ by an hour, this way and that."""
    with replicas(world) as house:
        leader, other = await house.both(two=timedelta(hours=hours))
        third = house.start("three")
        await house.stands_by(third)
        gate = await in_a_batch(world)
        assert leader.asked_the_authority()
        assert other.asked_the_authority() == third.asked_the_authority() == []
        leader.send(signal.SIGKILL)
        await leader.ended()
        gate.open()
        second = await house.leader(leader)
        await all_is_well(world, mine, neighbour)
        before = house.writes(leader)  # only now: what it had sent before it was killed may have been counted after
        second.send(signal.SIGKILL)
        await second.ended()
        last = await house.leader(leader, second)
        await world.merge(mine.integration(scopes=(OTHER,)))
        await world.declared(mine.sync, OTHER)
        assert house.writes(leader) == before
        assert house.writes(last)["helseidclients"]


async def test_a_leader_that_stood_still_and_wakes_late_writes_nothing_any_more(
    world: Operated, mine: Supplier, neighbour: Supplier
) -> None:
    with replicas(world) as house:
        leader, other = await house.both()
        gate = await in_a_batch(world)
        leader.send(signal.SIGSTOP)
        asked = len(leader.asked_the_authority())
        gate.open()  # its answers wait for it, each of which it would now make durable and go on from
        assert await house.leader(leader) is other
        await all_is_well(world, mine, neighbour)
        # Only now: what it had sent before it stood still may have been counted after.
        before, count = house.writes(leader), world.authority.requests.snapshot()
        leader.send(signal.SIGCONT)
        assert await leader.ended() == LOST
        assert house.writes(leader) == before
        assert world.authority.requests.snapshot() == count
        answers = leader.asked_the_authority()[asked:]
        assert all(line.rsplit(" ", 2)[1] in {"201", "answer"} for line in answers), "what it hears is old"
        assert any("leads no more" in line for line in leader.said())
        await all_is_well(world, mine, neighbour)


async def test_news_that_a_killed_leader_did_not_tell_is_told_once_by_the_next(
    world: Operated, mine: Supplier, neighbour: Supplier
) -> None:
    """At least once: what is told twice, for a crash between mail and ledger, bears the same Message-ID."""
    settings = load(world.sandbox.settings(TEST)).model_copy(update={"timing": world.timing})
    with replicas(world) as house:
        leader = house.start("one", settings=settings)
        assert await house.leader() is leader
        other = house.start("two", settings=settings)
        await house.stands_by(other)
        await world.ready(mine.sync, neighbour.sync)
        gate = await in_a_batch(world)
        leader.send(signal.SIGKILL)
        await leader.ended()
        gate.open()
        assert await house.leader(leader) is other
        await all_is_well(world, mine, neighbour)
        mailboxes = [f"drift@{each.slug}.example" for each in (mine, neighbour, NEW)]
        for mailbox in mailboxes:
            await eventually(lambda: mails(world, mailbox), f"{mailbox} is told", patience=PATIENCE)  # noqa: B023
        assert not any("notifications wait" in line for line in other.said())
    for mailbox in mailboxes:
        told = mails(world, mailbox)
        subjects = {each.message["Subject"]: each.message["Message-ID"] for each in told}
        assert {(each.message["Subject"], each.message["Message-ID"]) for each in told} == set(subjects.items())


def mails(world: Operated, mailbox: str) -> list[Caught]:
    return [each for each in world.sandbox.mail.caught if each.mailboxes == (mailbox,)]


async def test_asked_to_end_it_hands_over_at_once_although_nobody_may_take_it(
    world: Operated, mine: Supplier, neighbour: Supplier
) -> None:
    with replicas(world, SLOW) as house:
        leader, other = await house.both()
        await world.ready(mine.sync, neighbour.sync)
        leader.send(signal.SIGTERM)
        assert await leader.ended() == 0
        assert await house.leader(leader) is other
        await world.merge(mine.integration(scopes=(OTHER,)))
        await world.declared(mine.sync, OTHER)
        assert len(world.registrations()) == 2


async def test_asked_to_end_it_hands_nothing_over_while_something_of_its_own_may_still_arrive(
    world: Operated, mine: Supplier, neighbour: Supplier
) -> None:
    """A request at the authority outlasts the drain: whoever led at once would look before it arrives."""
    with replicas(world, SLOW) as house:
        leader, _ = await house.both()
        gate = await in_a_batch(world)
        leader.send(signal.SIGTERM)
        assert await leader.ended() == 0
        lease = await world.admin.get(LEASE, NAMESPACE, LEASE_NAME)
        assert lease["spec"]["holderIdentity"] == leader.identity
        assert any("may still arrive, so the leadership is not given back" in line for line in leader.said())
        gate.open()
        again = house.start("one")
        assert await house.leader() is again
        await all_is_well(world, mine, neighbour)


async def test_killed_and_started_again_in_its_place_it_goes_on_at_once(
    world: Operated, mine: Supplier, neighbour: Supplier
) -> None:
    with replicas(world, SLOW) as house:
        leader, other = await house.both()
        gate = await in_a_batch(world)
        leader.send(signal.SIGKILL)
        await leader.ended()
        gate.open()
        again = house.start("one")
        assert await house.leader() is again
        assert again.identity == leader.identity
        await all_is_well(world, mine, neighbour)
        assert house.writes(other) == {}


async def test_a_short_absence_of_the_api_server_changes_nothing_and_a_long_one_the_leader(
    world: Operated, mine: Supplier, neighbour: Supplier
) -> None:
    with replicas(world) as house:
        leader, other = await house.both()
        await world.ready(mine.sync, neighbour.sync)
        await asyncio.to_thread(restart, world)
        world.sandbox.kubernetes.faults.forget_history()  # and what they watched from is gone (410)
        await world.merge(mine.integration(scopes=(OTHER,)))
        await world.declared(mine.sync, OTHER)
        assert leader.running.poll() is None
        await asyncio.to_thread(world.sandbox.api.close)
        assert await leader.ended() == LOST
        await asyncio.to_thread(world.sandbox.api.start)
        assert await house.leader(leader) is other
        await world.merge(mine.integration())
        await world.ready(mine.sync)
        assert len(world.registrations()) == 2


async def test_watches_that_are_cut_change_nothing(world: Operated, mine: Supplier) -> None:
    with replicas(world, SLOW) as house:
        leader, other = await house.both()
        await world.ready(mine.sync)
        faults = world.sandbox.kubernetes.faults
        faults.forget_history()
        faults.drop_watches()
        await world.merge(mine.integration(scopes=(OTHER,)))
        await world.declared(mine.sync, OTHER)
        assert house.writes(other) == {}
        assert leader.running.poll() is None


async def test_a_server_too_slow_for_a_lease_has_no_leader_and_then_one_again(
    world: Operated, mine: Supplier, neighbour: Supplier
) -> None:
    with replicas(world) as house:
        leader, other = await house.both()
        await world.ready(mine.sync, neighbour.sync)
        faults = world.sandbox.kubernetes.faults
        faults.add(Fault(resource="leases", latency=3600, times=None))
        assert await leader.ended() == LOST
        await eventually(lambda: any("cannot be asked" in line for line in other.said()), "it tries", patience=PATIENCE)
        assert house.writes(other) == {}
        faults.clear()
        assert await house.leader(leader) is other
        await world.merge(mine.integration(scopes=(OTHER,)))
        await world.declared(mine.sync, OTHER)
        assert len(world.registrations()) == 2


def restart(world: Operated) -> None:
    world.sandbox.api.close()
    world.sandbox.api.start()
