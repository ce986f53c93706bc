"""Git is the only way in: what hands change in the cluster or at the authority is found and put right."""

from __future__ import annotations

from typing import Any

import pytest

from sluse.cluster.kinds import HELSEID_CLIENT, SECRET
from sluse.demo.expect import eventually
from worlds.documents import READ, Supplier
from worlds.operated import NAMESPACE, SOON, Operated

FOREIGN = "nhn:msh/api"


@pytest.fixture
async def body(shared: Operated, mine: Supplier) -> dict[str, Any]:
    """The resource of a client that is registered."""
    await shared.merge(mine.everything())
    return (await shared.ready(mine.sync))[0]


@pytest.mark.parametrize(
    "edit",
    [
        {"registration": {"scopes": [FOREIGN]}},
        {"registration": {"redirectUris": ["https://evil.example/cb"]}},
        {"use": "Retired", "registration": None},
    ],
    ids=["changed", "added", "retired"],
)
async def test_a_hand_edit_of_the_resource_is_not_acted_on_and_is_restored(
    shared: Operated, mine: Supplier, body: dict[str, Any], edit: dict[str, Any]
) -> None:
    before = shared.registrations(mine.slug)
    await shared.admin.merge(HELSEID_CLIENT, NAMESPACE, mine.sync, {"spec": edit})

    async def restored() -> bool:
        found = await shared.client(mine.sync)
        return bool(found["spec"] == body["spec"] and found["metadata"]["generation"] > body["metadata"]["generation"])

    await eventually(restored, "the resource is as declared again")
    await shared.ready(mine.sync)
    assert shared.registrations(mine.slug) == before, "the authority never saw it"


async def test_a_resource_deleted_by_hand_is_declared_again_and_the_authority_untouched(
    shared: Operated, mine: Supplier, body: dict[str, Any]
) -> None:
    before = shared.registrations(mine.slug)
    await shared.admin.delete(HELSEID_CLIENT, NAMESPACE, mine.sync)

    async def another() -> bool:
        found = await shared.client(mine.sync)
        return bool(found) and found["metadata"]["uid"] != body["metadata"]["uid"]

    await eventually(another, "the resource is there again")
    (after,) = await shared.ready(mine.sync)
    assert after["status"]["clientId"] == body["status"]["clientId"]
    assert shared.registrations(mine.slug) == before


async def test_a_resource_that_nobody_declared_registers_nothing(
    shared: Operated, mine: Supplier, body: dict[str, Any]
) -> None:
    stranger = {
        "apiVersion": body["apiVersion"],
        "kind": body["kind"],
        "metadata": {"name": mine.resource("journal", "other"), "namespace": NAMESPACE},
        "spec": {**body["spec"], "client": "other"},
    }
    await shared.admin.create(stranger)

    async def handled() -> bool:
        return "handled" in (await shared.client(mine.resource("journal", "other"))).get("status", {})

    await eventually(handled, "the operator has seen it")
    assert len(shared.registrations(mine.slug)) == 1


async def test_a_hand_edit_at_the_authority_is_put_right_when_somebody_asks_for_a_look(
    shared: Operated, mine: Supplier, body: dict[str, Any]
) -> None:
    shared.authority.admin.edit(body["status"]["clientId"], scope=FOREIGN)
    await shared.ask_for_look(mine.sync)
    await eventually(lambda: scopes(shared, mine) == (READ,), "it is put right")


async def test_a_registration_that_bears_anothers_mark_is_left_alone(
    shared: Operated, mine: Supplier, body: dict[str, Any]
) -> None:
    (held,) = shared.registrations(mine.slug)
    theirs = held.metadata.client_name.replace(mine.sync, "somebody.else.entirely")
    shared.authority.admin.edit(held.client_id, client_name=theirs, scope=FOREIGN)
    await shared.ask_for_look(mine.sync)
    conflict = await shared.condition(mine.sync, "Stalled", "True", "OwnedByAnother")
    assert "somebody.else.entirely" in str(conflict["status"]["conditions"])
    (kept,) = [each for each in shared.registrations() if each.client_id == body["status"]["clientId"]]
    assert (kept.metadata.client_name, kept.metadata.scopes) == (theirs, (FOREIGN,))


async def test_drift_is_found_on_the_schedule_and_a_damaged_credential_stops_nobody_else(
    world: Operated, mine: Supplier, neighbour: Supplier
) -> None:
    with world.operator():
        await world.ready(mine.sync, neighbour.sync)
    await world.admin.merge(SECRET, NAMESPACE, f"sluse-anchor-{mine.sync}", {"data": {"credential": None}})
    world.timing = SOON
    with world.operator():
        said = await world.condition(mine.sync, "Ready", "False", "LedgerUnusable")
        (theirs,) = world.registrations(neighbour.slug)
        world.authority.admin.edit(theirs.client_id, scope=FOREIGN)
        await eventually(lambda: scopes(world, neighbour) == (READ,), "the neighbour's drift is found")
    assert f"sluse-anchor-{mine.sync}" in said["status"]["conditions"][0]["message"]
    assert len(world.registrations()) == 2


def scopes(world: Operated, supplier: Supplier) -> tuple[str, ...]:
    (held,) = world.registrations(supplier.slug)
    return held.metadata.scopes
