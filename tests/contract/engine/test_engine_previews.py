"""A preview says what declaring would do, field by field, and writes nothing; what it says is what declaring does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sluse.delivery.engine import Engine
from sluse.delivery.stack_preview import HIDDEN, Action, FieldChange, ObjectPreview
from sluse.desired.stack import Stack, object_key
from sluse.errors import ClusterError
from sluse.sandbox.kube.faults import Fault
from worlds.cluster import ClusterWorld
from worlds.stacks import client, stack, summary

THREE = ("batch", "portal", "sync")
OTHER = ("nhn:msh/api",)


def actions(previewed: tuple[ObjectPreview, ...]) -> dict[str, Action]:
    return {f"{each.key.kind}/{each.key.name}": each.action for each in previewed}


async def test_of_a_new_stack_everything_is_created_and_nothing_written(engine: Engine, world: ClusterWorld) -> None:
    previewed = await engine.preview(stack(clients=THREE))
    assert [each.key for each in previewed] == [*map(client, THREE), summary()]
    assert {each.action for each in previewed} == {Action.CREATE}
    assert FieldChange(("spec", "title"), None, "Journal") in previewed[-1].fields
    assert all(change.before is None for each in previewed for change in each.fields)
    assert await world.objects("fjord") == {}


async def test_of_what_is_declared_there_is_nothing_to_say(engine: Engine, world: ClusterWorld) -> None:
    await engine.declare(stack(clients=THREE))
    before = world.writes()
    assert await engine.preview(stack(clients=THREE)) == ()
    assert world.writes() == before


async def test_a_change_is_told_by_its_fields(engine: Engine) -> None:
    await engine.declare(stack())
    (told,) = await engine.preview(stack(scopes=OTHER))
    field = FieldChange(("spec", "registration", "scopes"), ["nhn:pit/api.read"], ["nhn:msh/api"])
    assert told == ObjectPreview(client(), Action.CHANGE, (field,))


async def test_what_left_is_deleted_and_what_is_kept_is_kept(engine: Engine) -> None:
    await engine.declare(stack(clients=THREE))
    wanted = stack(clients=("sync",), keep=(client("batch"), client("nobody")))
    told = actions(await engine.preview(wanted))
    assert told.pop("Integration/fjord.journal") is Action.CHANGE
    assert told == {
        "HelseIDClient/fjord.journal.batch": Action.KEEP,
        "HelseIDClient/fjord.journal.portal": Action.DELETE,
    }


async def test_a_hand_edit_is_told(engine: Engine, world: ClusterWorld) -> None:
    await engine.declare(stack())
    await world.edit(client(), {"spec": {"use": "Withheld"}, "metadata": {"labels": {"sluse.nhn.no/integration": "x"}}})
    (told,) = await engine.preview(stack())
    assert told.fields == (
        FieldChange(("spec", "use"), "Withheld", "Open"),
        FieldChange(("metadata", "labels", "sluse.nhn.no/integration"), "x", "journal"),
    )


async def test_a_field_that_somebody_added_is_told(engine: Engine, world: ClusterWorld) -> None:
    await engine.declare(stack())
    await world.edit(client(), {"spec": {"registration": {"redirectUris": ["https://evil.example/signin"]}}})
    (told,) = await engine.preview(stack())
    path = ("spec", "registration", "redirectUris")
    assert told == ObjectPreview(client(), Action.CHANGE, (FieldChange(path, ["https://evil.example/signin"], None),))


async def test_a_secret_that_somebody_wrote_into_a_resource_is_not_repeated(
    engine: Engine, world: ClusterWorld
) -> None:
    await engine.declare(stack())
    await world.edit(summary(), {"spec": {"title": "-----BEGIN PRIVATE KEY-----"}})
    (told,) = await engine.preview(stack())
    assert told.fields == (FieldChange(("spec", "title"), HIDDEN, "Journal"),)


async def test_an_object_of_that_name_is_changed_and_not_created(engine: Engine, world: ClusterWorld) -> None:
    await engine.declare(stack())
    await world.edit(client(), {"metadata": {"labels": None}, "spec": {"use": "Withheld"}})
    (told,) = await engine.preview(stack())
    assert (told.key, told.action) == (client(), Action.CHANGE)


@pytest.mark.parametrize(
    "wanted",
    [
        stack(clients=THREE),
        stack(clients=("sync", "new")),
        stack(scopes=OTHER),
        stack(clients=()),
        stack(keep=(client("batch"),)),
    ],
    ids=["nothing", "added-and-gone", "changed", "all-gone", "kept"],
)
async def test_declaring_does_what_was_previewed(start: Callable[[], Engine], wanted: Stack) -> None:
    await start().declare(stack(clients=THREE))
    previewed = await start().preview(wanted)
    done = await start().declare(wanted)
    assert done.applied == _keys(previewed, Action.CREATE, Action.CHANGE)
    assert done.pruned == _keys(previewed, Action.DELETE)
    assert await start().preview(wanted) == tuple(each for each in previewed if each.action is Action.KEEP)


async def test_what_the_cluster_would_refuse_is_raised(engine: Engine, world: ClusterWorld) -> None:
    world.api.faults.add(Fault(code=403, verb="patch", name=client("b").name))
    with pytest.raises(ClusterError):
        await engine.preview(stack(clients=("a", "b")))


async def test_a_preview_says_the_same_twice(start: Callable[[], Engine]) -> None:
    await start().declare(stack(clients=THREE))
    wanted: Any = stack(clients=("sync", "new"), scopes=OTHER)
    assert await start().preview(wanted) == await start().preview(wanted)


def _keys(previewed: tuple[ObjectPreview, ...], *which: Action) -> tuple[Any, ...]:
    return tuple(each.key for each in previewed if each.action in which)


def test_the_stacks_of_these_tests_are_what_they_seem() -> None:
    assert object_key(stack().resources[0]) == client()
