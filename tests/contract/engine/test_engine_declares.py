"""An engine brings the cluster to a stack, prunes what left it, keeps what it is told to, and repeats nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sluse.delivery.engine import Declared, Engine
from sluse.desired.stack import Manifest, Stack, object_key
from worlds.cluster import ClusterWorld
from worlds.stacks import client, stack, summary

NOTHING = Declared((), ())
THREE = ("batch", "portal", "sync")
WRITES_OF_A_CHANGE = {"embedded": 1, "pulumi": 2}
"""Pulumi's provider first patches the managers of the fields, also where it has nothing to say."""


async def specs(world: ClusterWorld, slug: str = "fjord") -> dict[str, object]:
    return {name: item["spec"] for name, item in (await world.objects(slug)).items()}


def wanted(stack: Stack) -> dict[str, object]:
    return {_name(manifest): manifest["spec"] for manifest in stack.resources}


def _name(manifest: Manifest) -> str:
    key = object_key(manifest)
    return f"{key.kind}/{key.name}"


async def test_its_name_is_the_settings_own(engine: Engine, name: str) -> None:
    assert engine.name == name


async def test_what_is_declared_is_in_the_cluster_with_its_labels(engine: Engine, world: ClusterWorld) -> None:
    fjord = stack(clients=THREE)
    done = await engine.declare(fjord)
    assert done == Declared(tuple(sorted(object_key(manifest) for manifest in fjord.resources)), ())
    assert await specs(world) == wanted(fjord)
    assert {item["metadata"]["labels"]["sluse.nhn.no/integration"] for item in (await world.objects("fjord")).values()}


async def test_declaring_again_writes_nothing(engine: Engine, world: ClusterWorld) -> None:
    await engine.declare(stack(clients=THREE))
    before = world.writes()
    assert await engine.declare(stack(clients=THREE)) == NOTHING
    assert world.writes() == before


async def test_declaring_again_after_a_restart_writes_nothing(start: Callable[[], Engine], world: ClusterWorld) -> None:
    await start().declare(stack(clients=THREE))
    before = world.writes()
    assert await start().declare(stack(clients=THREE)) == NOTHING
    assert world.writes() == before


async def test_a_change_writes_what_changed_and_nothing_else(engine: Engine, world: ClusterWorld, name: str) -> None:
    await engine.declare(stack(clients=("sync",)))
    before = world.writes("helseidclients"), world.writes("integrations")
    changed = stack(clients=("sync",), scopes=("nhn:msh/api",))
    assert await engine.declare(changed) == Declared((client(),), ())
    assert (world.writes("helseidclients"), world.writes("integrations")) == (
        before[0] + WRITES_OF_A_CHANGE[name],
        before[1],
    )
    assert await specs(world) == wanted(changed)


async def test_what_left_the_stack_is_pruned(engine: Engine, world: ClusterWorld) -> None:
    await engine.declare(stack(clients=THREE))
    done = await engine.declare(stack(clients=("sync",)))
    assert done.pruned == (client("batch"), client("portal"))
    assert await specs(world) == wanted(stack(clients=("sync",)))


async def test_a_stack_that_holds_nothing_more_is_pruned_whole(engine: Engine, world: ClusterWorld) -> None:
    await engine.declare(stack())
    assert (await engine.declare(stack(clients=()))).pruned == (client(), summary())
    assert await specs(world) == {}
    assert await engine.declare(stack(clients=())) == NOTHING


async def test_a_restart_prunes_what_an_earlier_process_declared(
    start: Callable[[], Engine], world: ClusterWorld
) -> None:
    await start().declare(stack(clients=THREE))
    await start().declare(stack(clients=("sync",)))
    assert await specs(world) == wanted(stack(clients=("sync",)))


async def test_what_is_kept_is_neither_changed_nor_pruned(engine: Engine, world: ClusterWorld) -> None:
    await engine.declare(stack(clients=THREE))
    before = await world.objects("fjord")
    done = await engine.declare(stack(clients=("sync",), keep=(client("batch"), client("nobody"))))
    assert done.pruned == (client("portal"),)
    after = await world.objects("fjord")
    assert after["HelseIDClient/fjord.journal.batch"] == before["HelseIDClient/fjord.journal.batch"]


async def test_what_was_kept_is_pruned_when_it_no_longer_is(engine: Engine, world: ClusterWorld) -> None:
    await engine.declare(stack(clients=THREE))
    await engine.declare(stack(clients=("sync",), keep=(client("batch"),)))
    assert (await engine.declare(stack(clients=("sync",)))).pruned == (client("batch"),)
    assert await specs(world) == wanted(stack(clients=("sync",)))


async def test_two_stacks_never_touch_each_others_objects(engine: Engine, world: ClusterWorld) -> None:
    await engine.declare(stack("fjord", THREE))
    await engine.declare(stack("nord", THREE))
    before = await world.objects("nord")
    await engine.declare(stack("fjord", ("sync",), scopes=("nhn:msh/api",)))
    await engine.declare(stack("fjord", ()))
    assert await world.objects("nord") == before
    assert await engine.declare(stack("nord", THREE)) == NOTHING


@pytest.mark.parametrize(("one", "other"), [("fjord", "fjord-x"), ("a", "a-a"), ("x-fjord", "fjord")])
async def test_organisations_of_like_names_are_told_apart(
    engine: Engine, world: ClusterWorld, one: str, other: str
) -> None:
    await engine.declare(stack(one))
    await engine.declare(stack(other))
    await engine.declare(stack(one, ()))
    assert await specs(world, one) == {}
    assert await specs(world, other) == wanted(stack(other))


async def test_a_status_stands_through_a_change_of_the_spec(engine: Engine, world: ClusterWorld) -> None:
    await engine.declare(stack())
    status = {"status": {"clientId": "c-1", "issuer": "https://authority.example"}}
    await world.edit(client(), status, subresource="status")
    await engine.declare(stack(scopes=("nhn:msh/api",)))
    found = await world.get(client())
    assert found is not None
    assert found["status"]["clientId"] == "c-1"
