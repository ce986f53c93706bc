"""A remote that is gone, empty or rewritten changes nothing that is held; what comes back is followed."""

from __future__ import annotations

import pytest

from sluse.cluster.kinds import HELSEID_CLIENT
from sluse.demo.expect import eventually
from sluse.sandbox.remote.faults import Fault
from worlds.documents import OTHER, READ, Supplier
from worlds.operated import NAMESPACE, Operated, difference


@pytest.mark.parametrize("fault", [Fault.UNAVAILABLE, Fault.DROPPED], ids=["unavailable", "dropped"])
async def test_a_remote_that_is_gone_changes_nothing_and_hand_edits_are_still_repaired(
    shared: Operated, mine: Supplier, fault: Fault
) -> None:
    await shared.merge(mine.everything())
    (body,) = await shared.ready(mine.sync)
    shared.sandbox.remote.faults.gone(fault)
    shared.main.commit(mine.integration(scopes=(OTHER,)))
    await shared.ask_for_sync()
    said = await shared.repository("RemoteUnavailable")
    assert shared.sandbox.git.url in said["status"]["conditions"][0]["message"]
    await shared.admin.merge(HELSEID_CLIENT, NAMESPACE, mine.sync, {"spec": {"use": "Withheld"}})

    async def repaired() -> bool:
        found = await shared.client(mine.sync)
        return bool(found["metadata"]["generation"] > 2 and found["spec"] == body["spec"])

    await eventually(repaired, "the resource is declared as it was compiled last")
    assert [held.metadata.scopes for held in shared.registrations(mine.slug)] == [(READ,)]
    shared.sandbox.remote.faults.back()
    await shared.ask_for_sync()
    await shared.declared(mine.sync, OTHER)


async def test_an_emptied_remote_retires_nothing_and_a_rewritten_one_is_followed(
    world: Operated, mine: Supplier, neighbour: Supplier
) -> None:
    with world.operator():
        await world.ready(mine.sync, neighbour.sync)
        await world.stage(mine.slug, "TestReady")
        await world.stage(neighbour.slug, "TestReady")
        before = world.writes()
        world.main.remove()
        await world.ask_for_sync()
        await world.repository("RemoteUnavailable")
        written = difference(before, world.writes())
        assert (written.authority, written.pushes) == ({}, 0)
        files = {**neighbour.everything(), **mine.everything(), **mine.integration(scopes=(OTHER,))}
        world.main.commit(files, onto=None)
        await world.ask_for_sync()
        await world.declared(mine.sync, OTHER)
        forced = world.main.commit({**files, **mine.integration(scopes=(READ,))}, onto=None)
        await world.ask_for_sync()
        await world.declared(mine.sync, READ)
        await world.synced(forced)
    assert len(world.registrations()) == 2
