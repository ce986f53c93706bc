"""What only the embedded engine does: an ApplySet that other tools can read, and fields of others taken out."""

from __future__ import annotations

import base64
import hashlib

import pytest

from sluse.delivery.embedded import PART_OF, EmbeddedEngine, applyset_id
from sluse.delivery.engine import Declared
from sluse.delivery.observing import KINDS
from sluse.desired.stack import ObjectKey
from sluse.errors import ClusterError, ClusterUnavailable
from sluse.sandbox.kube.faults import Fault
from worlds.cluster import ClusterWorld
from worlds.stacks import client, stack, summary

PARENT = ObjectKey("ConfigMap", "sluse-stack-fjord")
ADDED = {"spec": {"registration": {"redirectUris": ["https://evil.example/signin"]}}}


@pytest.fixture
def engine(world: ClusterWorld) -> EmbeddedEngine:
    return EmbeddedEngine(world.operator)


async def test_the_parent_says_what_the_set_holds_and_every_member_whose_it_is(
    engine: EmbeddedEngine, world: ClusterWorld
) -> None:
    await engine.declare(stack())
    parent = await world.get(PARENT)
    assert parent is not None
    identity = hashlib.sha256(b"sluse-stack-fjord.sluse-test.ConfigMap.").digest()
    expected = f"applyset-{base64.urlsafe_b64encode(identity).decode().rstrip('=')}-v1"
    assert parent["metadata"]["labels"] == {"applyset.kubernetes.io/id": expected}
    assert parent["metadata"]["annotations"] == {
        "applyset.kubernetes.io/tooling": "sluse/v1",
        "applyset.kubernetes.io/contains-group-kinds": ",".join(f"{kind}.sluse.nhn.no" for kind in sorted(KINDS)),
    }
    members = await world.objects("fjord")
    assert {item["metadata"]["labels"][PART_OF] for item in members.values()} == {expected}
    assert applyset_id(stack()) == expected


async def test_a_deleted_parent_is_made_again(engine: EmbeddedEngine, world: ClusterWorld) -> None:
    await engine.declare(stack())
    before = await world.get(PARENT)
    await world.delete(PARENT)
    assert await engine.declare(stack()) == Declared((), ())
    after = await world.get(PARENT)
    assert before is not None
    assert after is not None
    assert after["metadata"]["labels"] == before["metadata"]["labels"]


async def test_declaring_again_costs_a_get_and_a_list_of_each_kind(engine: EmbeddedEngine, world: ClusterWorld) -> None:
    await engine.declare(stack())
    before = world.asked()
    await engine.declare(stack())
    assert world.asked() == before + 1 + len(KINDS)


async def test_a_first_declaration_creates_the_parent_and_lists_nothing(
    engine: EmbeddedEngine, world: ClusterWorld
) -> None:
    done = await engine.declare(stack(), first=True)
    assert done.applied == (client(), summary())
    assert world.asked(verb="create", resource="configmaps") == 1
    assert world.asked(verb="list") == 0
    assert world.asked() == 1 + len(stack().resources)
    assert await engine.declare(stack()) == Declared((), ()), "the parent it made is the one it looks for"


async def test_a_first_declaration_after_one_that_was_cut_off_lists_and_prunes(
    engine: EmbeddedEngine, world: ClusterWorld
) -> None:
    world.api.faults.add(Fault(code=403, verb="patch", resource="integrations"))
    with pytest.raises(ClusterError):
        await engine.declare(stack(clients=("old", "sync")), first=True)
    done = await engine.declare(stack(), first=True)
    assert done == Declared((summary(),), (client("old"),))
    assert world.asked(verb="list") == len(KINDS)


async def test_members_whose_parent_somebody_deleted_are_pruned_when_compared(
    engine: EmbeddedEngine, world: ClusterWorld
) -> None:
    await engine.declare(stack(clients=("old", "sync")))
    await world.delete(PARENT)
    await engine.declare(stack(), first=True)
    assert await world.get(client("old")) is not None, "its parent was the only sign of it"
    assert (await engine.declare(stack())).pruned == (client("old"),)


async def test_a_parent_that_cannot_be_created_lets_nothing_become_a_member(
    engine: EmbeddedEngine, world: ClusterWorld
) -> None:
    world.api.faults.add(Fault(code=500, verb="create", resource="configmaps"))
    with pytest.raises(ClusterUnavailable):
        await engine.declare(stack(), first=True)
    assert await world.objects("fjord") == {}


async def test_somebody_who_writes_in_between_is_no_obstacle(engine: EmbeddedEngine, world: ClusterWorld) -> None:
    await engine.declare(stack())
    await world.edit(client(), ADDED)
    world.api.faults.add(Fault(code=409, verb="update", resource="helseidclients", times=2))
    assert await engine.declare(stack()) == Declared((client(),), ())
    found = await world.get(client())
    assert found is not None
    assert "redirectUris" not in found["spec"]["registration"]


async def test_somebody_who_never_stops_writing_is_a_failure_and_not_an_endless_loop(
    engine: EmbeddedEngine, world: ClusterWorld
) -> None:
    await engine.declare(stack())
    await world.edit(client(), ADDED)
    world.api.faults.add(Fault(code=409, verb="update", resource="helseidclients", times=5))
    with pytest.raises(ClusterUnavailable, match="changes faster"):
        await engine.declare(stack())


async def test_what_somebody_has_pruned_already_is_pruned(engine: EmbeddedEngine, world: ClusterWorld) -> None:
    await engine.declare(stack())
    world.api.faults.add(Fault(code=404, verb="delete", resource="helseidclients"))
    assert (await engine.declare(stack(clients=()))).pruned == (client(), summary())
