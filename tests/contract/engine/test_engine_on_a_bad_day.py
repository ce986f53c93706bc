"""Hand edits and failures in the middle: declaring again ends where an undisturbed declaration ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from sluse.delivery.engine import Declared, Engine
from sluse.desired.stack import object_key
from sluse.errors import ClusterError
from sluse.sandbox.kube.faults import Fault
from worlds.cluster import ClusterWorld
from worlds.stacks import client, stack, summary

READS = {"embedded": ("get", "list"), "pulumi": ("list",)}
"""With what an engine looks at a stack that is as declared."""

FIVE = ("a", "b", "c", "d", "e")
_CHANGED = {"spec": {"use": "Withheld"}}
_REPLACED = {"spec": {"registration": {"scopes": ["nhn:other/api"]}}}
_ADDED = {"spec": {"registration": {"redirectUris": ["https://evil.example/signin"]}}}
_UNLABELLED = {"metadata": {"labels": {"sluse.nhn.no/organisation": None}}}
_RELABELLED = {"metadata": {"labels": {"sluse.nhn.no/integration": "other"}}}


async def shown(world: ClusterWorld) -> dict[str, Any]:
    """What of an organisation's objects is ours: no versions, no managers, no uids."""
    return {
        name: (item["spec"], item["metadata"]["labels"], item["metadata"].get("annotations"))
        for name, item in (await world.objects("fjord")).items()
    }


def names(*letters: str) -> set[str]:
    return {f"HelseIDClient/fjord.journal.{letter}" for letter in letters} | {"Integration/fjord.journal"}


@pytest.mark.parametrize(
    "patch",
    [_CHANGED, _REPLACED, _ADDED, _UNLABELLED, _RELABELLED, {"metadata": {"labels": None}}],
    ids=["changed", "replaced", "added", "label-removed", "label-changed", "all-labels-removed"],
)
async def test_a_hand_edit_is_restored(engine: Engine, world: ClusterWorld, patch: dict[str, Any]) -> None:
    await engine.declare(stack(clients=FIVE))
    before = await shown(world)
    await world.edit(client("a"), patch)
    assert await engine.declare(stack(clients=FIVE)) == Declared((client("a"),), ())
    assert await shown(world) == before
    assert await engine.declare(stack(clients=FIVE)) == Declared((), ())


@pytest.mark.parametrize("before", [False, True], ids=["applied-over-ours", "there-before-ours"])
async def test_what_another_field_manager_owns_is_taken_back(
    engine: Engine, world: ClusterWorld, *, before: bool
) -> None:
    (wanted,) = [each for each in stack().resources if object_key(each) == client()]
    theirs = {**wanted, "spec": {**wanted["spec"], "use": "Withheld"}}
    if not before:
        await engine.declare(stack())
    await world.admin.apply(theirs, manager="kubectl")
    assert client() in (await engine.declare(stack())).applied
    found = await world.get(client())
    assert found is not None
    assert found["spec"] == wanted["spec"]
    assert await engine.declare(stack()) == Declared((), ())
    await engine.declare(stack(clients=()))
    assert await world.get(client()) is None


async def test_a_hand_edit_of_a_summary_is_restored(engine: Engine, world: ClusterWorld) -> None:
    await engine.declare(stack())
    before = await shown(world)
    await world.edit(summary(), {"spec": {"title": "Something else"}})
    await engine.declare(stack())
    assert await shown(world) == before


@pytest.mark.parametrize("key", [client(), summary()], ids=lambda key: key.kind)
async def test_a_deleted_object_is_made_again(engine: Engine, world: ClusterWorld, key: Any) -> None:
    await engine.declare(stack())
    before = await shown(world)
    await world.delete(key)
    assert (await engine.declare(stack())).applied == (key,)
    assert await shown(world) == before


async def test_what_others_put_beside_ours_is_left_alone(engine: Engine, world: ClusterWorld) -> None:
    await engine.declare(stack())
    await world.edit(client(), {"metadata": {"labels": {"team": "blue"}, "annotations": {"note": "hello"}}})
    assert await engine.declare(stack()) == Declared((), ())
    found = await world.get(client())
    assert found is not None
    assert (found["metadata"]["labels"]["team"], found["metadata"]["annotations"]["note"]) == ("blue", "hello")


@pytest.mark.parametrize("which", FIVE)
async def test_a_write_that_fails_is_raised_after_all_others_and_declaring_again_converges(
    engine: Engine, world: ClusterWorld, which: str
) -> None:
    world.api.faults.add(Fault(code=403, verb="patch", name=client(which).name))
    with pytest.raises(ClusterError):
        await engine.declare(stack(clients=FIVE))
    assert (await world.objects("fjord")).keys() == names(*set(FIVE) - {which})
    await engine.declare(stack(clients=FIVE))
    assert (await world.objects("fjord")).keys() == names(*FIVE)


@pytest.mark.parametrize("how", ["before", "after"])
async def test_a_lost_answer_is_no_second_object(engine: Engine, world: ClusterWorld, how: str) -> None:
    world.api.faults.add(Fault(hang_up=how, verb="patch", resource="helseidclients", times=2))
    await engine.declare(stack(clients=FIVE))
    assert (await world.objects("fjord")).keys() == names(*FIVE)


async def test_nothing_is_pruned_before_everything_is_applied(engine: Engine, world: ClusterWorld) -> None:
    await engine.declare(stack(clients=("a", "b")))
    world.api.faults.add(Fault(code=403, verb="patch", name=client("c").name))
    with pytest.raises(ClusterError):
        await engine.declare(stack(clients=("b", "c")))
    assert (await world.objects("fjord")).keys() == names("a", "b")
    await engine.declare(stack(clients=("b", "c")))
    assert (await world.objects("fjord")).keys() == names("b", "c")


@pytest.mark.parametrize("which", ["a", "b"])
async def test_a_prune_that_fails_is_made_good_by_declaring_again(
    engine: Engine, world: ClusterWorld, which: str
) -> None:
    await engine.declare(stack(clients=("a", "b", "c")))
    world.api.faults.add(Fault(code=403, verb="delete", name=client(which).name))
    with pytest.raises(ClusterError):
        await engine.declare(stack(clients=("c",)))
    assert (await world.objects("fjord")).keys() == names(which, "c")
    await engine.declare(stack(clients=("c",)))
    assert (await world.objects("fjord")).keys() == names("c")


async def test_an_api_that_cannot_be_read_is_never_an_empty_cluster(
    start: Callable[[], Engine], world: ClusterWorld, name: str
) -> None:
    await start().declare(stack(clients=FIVE))
    before = world.writes()
    for verb in READS[name]:
        world.api.faults.add(Fault(code=403, verb=verb))
        with pytest.raises(ClusterError):
            await start().declare(stack(clients=FIVE))
    assert world.writes() == before


async def test_a_failure_of_one_stack_leaves_another_alone(engine: Engine, world: ClusterWorld) -> None:
    world.api.faults.add(Fault(code=403, verb="patch", name=client("a").name))
    failed, done = await asyncio.gather(
        engine.declare(stack(clients=FIVE)), engine.declare(stack("nord", FIVE)), return_exceptions=True
    )
    assert isinstance(failed, ClusterError)
    assert isinstance(done, Declared)
    assert len(done.applied) == 6
    assert len(await world.objects("nord")) == 6
