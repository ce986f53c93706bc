"""Several replicas on a real API server, which is killed, paused and loses its etcd beside them."""

from __future__ import annotations

import asyncio
import signal

import pytest

from e2e.controlplane.control_plane import ControlPlane
from sluse.cluster.kinds import CONFIG_MAP, HELSEID_CLIENT, INTEGRATION, INTEGRATION_REPOSITORY, SECRET
from worlds.documents import OTHER, Supplier
from worlds.operated import NAMESPACE, Operated
from worlds.replicas import LOST, NEW, SLOW, all_is_well, in_a_batch, replicas

WRITTEN = (CONFIG_MAP, SECRET, HELSEID_CLIENT, INTEGRATION, INTEGRATION_REPOSITORY)


async def test_a_leader_killed_in_a_batch_is_followed_by_another(world: Operated, mine: Supplier) -> None:
    with replicas(world) as house:
        leader, other = await house.both()
        gate = await in_a_batch(world)
        leader.send(signal.SIGKILL)
        await leader.ended()
        gate.open()
        assert await house.leader(leader) is other
        await all_is_well(world, mine)


async def test_a_leader_that_stood_still_and_wakes_late_writes_nothing(world: Operated, mine: Supplier) -> None:
    with replicas(world) as house:
        leader, other = await house.both()
        gate = await in_a_batch(world)
        leader.send(signal.SIGSTOP)
        gate.open()
        assert await house.leader(leader) is other
        await all_is_well(world, mine)
        for slug in (NEW.slug, mine.slug):
            await world.stage(slug, "TestReady")  # the last that the other has to say
        before = await versions(world)
        count = world.authority.requests.snapshot()
        leader.send(signal.SIGCONT)
        assert await leader.ended() == LOST
        assert await versions(world) == before
        assert world.authority.requests.snapshot() == count


@pytest.mark.parametrize("what", ["restart_apiserver", "restart_etcd"])
async def test_a_server_killed_and_started_anew_leaves_one_that_leads(
    world: Operated, plane: ControlPlane, mine: Supplier, what: str
) -> None:
    with replicas(world) as house:
        leader, other = await house.both()
        await world.ready(mine.sync)
        await asyncio.to_thread(getattr(plane, what))
        await house.leader()
        await world.merge(mine.integration(scopes=(OTHER,)))
        await world.declared(mine.sync, OTHER)
        if await house.leader() is leader:  # the server was back in time
            await house.stands_by(other)
        else:
            assert await leader.ended() == LOST
        assert len(world.registrations()) == 1


async def test_a_paused_server_ends_the_leader_and_lets_somebody_lead_when_it_goes_on(
    world: Operated, plane: ControlPlane, mine: Supplier
) -> None:
    with replicas(world) as house:
        leader, other = await house.both()
        await world.ready(mine.sync)
        plane.pause()
        try:
            assert await leader.ended() == LOST
        finally:
            plane.resume()
        assert await house.leader(leader) is other
        await world.merge(mine.integration(scopes=(OTHER,)))
        await world.declared(mine.sync, OTHER)
        assert len(world.registrations()) == 1


async def test_asked_to_end_it_hands_over_at_once(world: Operated, mine: Supplier) -> None:
    with replicas(world, SLOW) as house:
        leader, other = await house.both()
        await world.ready(mine.sync)
        leader.send(signal.SIGTERM)
        assert await leader.ended() == 0
        assert await house.leader(leader) is other


async def versions(world: Operated) -> dict[str, str]:
    """Return the version of everything that an operator writes, the Lease left out."""
    found: dict[str, str] = {}
    for kind in WRITTEN:
        items, _ = await world.admin.list(kind, NAMESPACE)
        found |= {f"{kind.kind}/{item['metadata']['name']}": item["metadata"]["resourceVersion"] for item in items}
    return found
