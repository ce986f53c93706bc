"""One operator and a real API server that dies, stands still, cuts its watches or forgets: it converges, and nothing is made twice.

Its leadership outlasts every fault here, so that it is one and the same process which gets over it;
`test_replicas.py` has those in which it may not.
"""

from __future__ import annotations

import asyncio
import json
import signal
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator

import pytest

from e2e.controlplane.control_plane import ControlPlane
from e2e.relay import Relay
from sluse.cluster.kinds import HELSEID_CLIENT, SECRET
from sluse.demo.expect import eventually
from sluse.sandbox.authority.faults import Gate
from sluse.sandbox.sandbox import Sandbox
from worlds.documents import OTHER, READ, Supplier
from worlds.operated import NAMESPACE, TEST, Operated
from worlds.replicas import BATCH, PATIENCE, SLOW, Replica, all_is_well, in_a_batch, replicas

ANCHOR = "sluse-anchor-"


@pytest.fixture
def relay(sandbox: Sandbox, plane: ControlPlane) -> Iterator[Relay]:
    """The way of the operator, and of nobody else, to the API server."""
    file = sandbox.kubeconfig(TEST)
    document = json.loads(file.read_bytes())
    with Relay(plane.port) as way:
        document["clusters"][0]["cluster"]["server"] = f"https://localhost:{way.port}"
        file.write_text(json.dumps(document))
        yield way


async def dies(plane: ControlPlane, gate: Gate, leader: Replica) -> None:
    plane.apiserver.kill()
    gate.open()
    await eventually(lambda: turned_away(leader), "an anchor could not be written", patience=PATIENCE)
    plane.apiserver.start()


async def loses_its_etcd(plane: ControlPlane, gate: Gate, _leader: Replica) -> None:
    plane.etcd.kill()
    gate.open()
    await eventually(lambda: not plane.is_ready(), "the API server misses it", patience=PATIENCE)
    plane.etcd.start()


async def stands_still(plane: ControlPlane, gate: Gate, _leader: Replica) -> None:
    plane.pause()
    gate.open()
    await eventually(lambda: not plane.is_ready(), "a question was waited for in vain", patience=PATIENCE)
    plane.resume()


@pytest.mark.parametrize("fault", [dies, loses_its_etcd, stands_still])
async def test_a_server_that_fails_between_registrations_and_their_anchors(
    world: Operated, plane: ControlPlane, mine: Supplier, fault: Callable[..., object]
) -> None:
    with replicas(world, SLOW) as house:
        leader = house.start("one")
        await house.leader()
        gate = await in_a_batch(world)
        await fault(plane, gate, leader)  # type: ignore[misc]
        await asyncio.to_thread(plane.wait_until_ready)
        await all_is_well(world, mine)
        assert leader.running.poll() is None, "it is the same process all the time"
        assert len(world.registrations()) == len(BATCH) + 1, "what could not be written was remembered, not made anew"
    await no_orphans(world)


async def test_an_operator_killed_in_a_batch_and_started_anew(world: Operated, mine: Supplier) -> None:
    with replicas(world) as house:
        killed = house.start("one")
        await house.leader()
        gate = await in_a_batch(world)
        killed.send(signal.SIGKILL)
        await killed.ended()
        gate.open()
        house.start("one")
        await all_is_well(world, mine)
    await no_orphans(world)


async def test_an_operator_that_starts_while_there_is_no_server_waits_for_one(
    world: Operated, plane: ControlPlane, mine: Supplier
) -> None:
    plane.apiserver.kill()
    with replicas(world) as house:
        replica = house.start("one")
        await eventually(lambda: replica.probe("/healthz")[0] == 200, "it is alive", patience=PATIENCE)
        plane.apiserver.start()
        await asyncio.to_thread(plane.wait_until_ready)
        await world.ready(mine.sync)
        assert replica.running.poll() is None
    await no_orphans(world)


async def test_watches_that_are_cut_miss_nothing(world: Operated, relay: Relay, mine: Supplier) -> None:
    with replicas(world, SLOW) as house:
        leader = house.start("one")
        await world.ready(mine.sync)
        for scopes in ((OTHER,), (READ,), (READ, OTHER)):
            relay.cut()
            await world.merge(mine.integration(scopes=scopes))
            relay.mend()
            await world.declared(mine.sync, *sorted(scopes))
        assert leader.running.poll() is None
    assert len(world.registrations()) == 1
    await no_orphans(world)


async def test_what_happened_in_a_forgotten_past_is_found(
    world: Operated, plane: ControlPlane, relay: Relay, mine: Supplier
) -> None:
    with replicas(world, SLOW) as house:
        leader = house.start("one")
        (body,) = await world.ready(mine.sync)
        relay.cut()
        seen = body["metadata"]["resourceVersion"]
        await world.admin.merge(HELSEID_CLIENT, NAMESPACE, mine.sync, {"spec": {"registration": {"scopes": [OTHER]}}})
        await asyncio.to_thread(plane.forget)
        path = HELSEID_CLIENT.path(NAMESPACE)
        await eventually(lambda: first_event(plane, path, seen) == 410, "it is forgotten", patience=PATIENCE)
        relay.mend()

        async def restored() -> bool:
            found = await world.client(mine.sync)
            return bool(found["spec"] == body["spec"])

        await eventually(restored, "the edit made meanwhile is put right", patience=PATIENCE)
        await world.ready(mine.sync)
        assert leader.running.poll() is None
    assert len(world.registrations()) == 1
    await no_orphans(world)


def first_event(plane: ControlPlane, path: str, version: str) -> int:
    """Return the code that a watch from there begins with: of the answer, or of an error in its stream."""
    url = f"{plane.url}{path}?watch=1&resourceVersion={version}"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {plane.admin.token}"})
    try:
        with urllib.request.urlopen(request, context=plane.certificates.client(), timeout=PATIENCE) as stream:
            event = json.loads(stream.readline())
            return int(event["object"]["code"]) if event["type"] == "ERROR" else int(stream.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def turned_away(replica: Replica) -> bool:
    """Whether the operator's log has an anchor that could not be written: the only Secrets that it writes."""
    return any(f"/{SECRET.plural}" in line and "Error" in line for line in replica.said())


async def no_orphans(world: Operated) -> None:
    """Every anchor belongs to a client that is there, and every client has one."""
    clients, _ = await world.admin.list(HELSEID_CLIENT, NAMESPACE)
    secrets, _ = await world.admin.list(SECRET, NAMESPACE)
    names = {item["metadata"]["name"] for item in secrets}
    anchors = {name.removeprefix(ANCHOR) for name in names if name.startswith(ANCHOR)}
    assert anchors == {item["metadata"]["name"] for item in clients}
