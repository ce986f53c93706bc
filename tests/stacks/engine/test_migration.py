"""From one engine to the other on a live environment: nothing is made anew, and the new one prunes what leaves later."""

from __future__ import annotations

from typing import Any

import pytest

from sluse.delivery.embedded import PART_OF, EmbeddedEngine, applyset_id
from sluse.delivery.engine import Declared
from sluse.desired.stack import Stack
from sluse_stacks.objects import ADDED
from worlds.cluster import ClusterWorld
from worlds.engines import marks, pulumi_engine
from worlds.stacks import client, stack, summary

pytestmark = [*marks("pulumi")]

THREE = ("a", "b", "c")


async def identities(world: ClusterWorld) -> dict[str, Any]:
    """Who the objects are, and how often their spec changed."""
    objects = (await world.objects("fjord")).items()
    return {key: (item["metadata"]["uid"], item["metadata"]["generation"]) for key, item in objects}


async def test_pulumi_adopts_what_the_embedded_engine_declared(world: ClusterWorld, tmp_path: Any) -> None:
    wanted = stack(clients=THREE)
    await EmbeddedEngine(world.operator).declare(wanted)
    before = await identities(world)
    pulumi = pulumi_engine(world, tmp_path)
    assert await pulumi.declare(wanted) == Declared((), ())
    assert await identities(world) == before
    assert (await pulumi.declare(stack(clients=("a",)))).pruned == (client("b"), client("c"))


async def test_the_embedded_engine_takes_over_from_pulumi(world: ClusterWorld, tmp_path: Any) -> None:
    wanted = stack(clients=THREE)
    await pulumi_engine(world, tmp_path).declare(wanted)
    before = await identities(world)
    embedded = EmbeddedEngine(world.operator)
    await embedded.declare(wanted)
    assert await identities(world) == before
    for item in (await world.objects("fjord")).values():
        assert item["metadata"]["labels"][PART_OF] == applyset_id(wanted)
        assert not ADDED.keys() & item["metadata"].get("annotations", {}).keys()
        assert {entry["manager"] for entry in item["metadata"]["managedFields"]} == {"sluse"}
    assert (await embedded.declare(stack(clients=()))).pruned == (client("a"), client("b"), client("c"), summary())


@pytest.mark.parametrize(
    "wanted",
    [
        stack(clients=THREE),
        stack(clients=("c", "new")),
        stack(clients=THREE, scopes=("nhn:msh/api",)),
        stack(clients=(), keep=(client("b"),)),
    ],
    ids=["as-declared", "added-and-gone", "changed", "gone-and-kept"],
)
async def test_both_engines_say_the_same_of_one_cluster(world: ClusterWorld, tmp_path: Any, wanted: Stack) -> None:
    embedded, pulumi = EmbeddedEngine(world.operator), pulumi_engine(world, tmp_path)
    await embedded.declare(stack(clients=THREE))
    await world.edit(client("c"), {"spec": {"use": "Withheld"}, "metadata": {"labels": {"sluse.nhn.no/client": "x"}}})
    await world.edit(summary(), {"spec": {"title": "Another"}})
    before = await world.objects("fjord")
    told = await embedded.preview(wanted)
    assert await pulumi.preview(wanted) == told
    assert await world.objects("fjord") == before
    assert told
