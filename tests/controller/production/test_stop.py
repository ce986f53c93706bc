"""The operator-wide stop writes nothing anywhere, and the fuse holds what nobody decided."""

from __future__ import annotations

import json
from typing import Any

from sluse.cluster.kinds import CONFIG_MAP, HELSEID_CLIENT, INTEGRATION_REPOSITORY
from sluse.controller.looking import RECONCILE_REQUESTED
from sluse.delivery.repository import RELEASE_FUSE
from sluse.demo.expect import eventually
from worlds.applicant import Applicant
from worlds.documents import OTHER, READ
from worlds.gated import PRODUCTION, Gated
from worlds.operated import REPOSITORY, SOON, difference
from worlds.running import Running, quiet

SERVICES = tuple(f"service-{number}" for number in range(8))
FORGOTTEN = "0" * 64


async def test_stopped_it_writes_nothing_anywhere_and_goes_on_when_that_is_lifted(
    world: Gated, mine: Applicant
) -> None:
    mine.ordered_and_accepted()
    with world.operator() as operator:
        await world.merge()
        await world.stage(mine.slug, "Configured")
        await quiet(operator)
        await world.suspend(stopped=True)
        await world.said(INTEGRATION_REPOSITORY, REPOSITORY, "Ready", "False", "Suspended")
        before, asked = world.writes(), world.authority.requests.snapshot()
        world.later(days=31)
        mine.changed_and_accepted()
        mine.rotate()
        await world.merge()
        await world.admin.merge(HELSEID_CLIENT, PRODUCTION.namespace, mine.resource, {"spec": {"use": "Open"}})
        await world.admin.merge(
            HELSEID_CLIENT,
            PRODUCTION.namespace,
            mine.resource,
            {"metadata": {"annotations": {RECONCILE_REQUESTED: "now"}}},
        )
        await looked(operator, world)
        done = difference(before, world.writes())
        assert (done.authority, done.pushes) == ({}, 0)
        assert done.cluster.keys() <= {"integrationrepositories/status"}, "what it was asked for is noted there"
        assert world.authority.requests.snapshot() == asked, "not even a question"
        await world.suspend(stopped=False)
        page = await world.stage(mine.slug, "Live")
    assert mine.registered().metadata.scopes == (OTHER,)
    assert (await mine.token(page["clients"][0]["clientId"], OTHER)).status == 200


async def test_a_stopped_operator_that_is_restarted_stays_stopped(world: Gated, mine: Applicant) -> None:
    mine.ordered_and_accepted()
    await world.suspend(stopped=True)
    await world.merge()
    before = world.writes()
    with world.operator() as operator:
        await world.said(INTEGRATION_REPOSITORY, REPOSITORY, "Ready", "False", "Suspended")
        await looked(operator, world)
        assert difference(before, world.writes()).cluster.keys() <= {"integrationrepositories/status"}
        assert world.registrations(mine.slug) == ()
        await world.suspend(stopped=False)
        await world.stage(mine.slug, "Configured")


async def test_many_changes_that_nobody_decided_are_held_and_let_through_by_name(world: Gated, mine: Applicant) -> None:
    mine.ordered_and_accepted(*SERVICES)
    world.later(hours=1)  # so many statements, a minute each, end later than now
    with world.operator() as operator:
        await world.merge()
        for name in SERVICES:
            await world.stage(mine.slug, "Configured", name)
        await quiet(operator)
    await forget_what_is_registered(world, mine.slug)
    commit = await world.merge(**{"README.md": "another commit\n"})
    world.timing = SOON  # what is let through is dealt with when it is looked at next
    with world.operator():
        body = await world.synced(commit, "FuseHeld")
        assert f"{len(SERVICES)} changes" in body["status"]["conditions"][0]["message"]
        await world.annotate(RELEASE_FUSE, commit)
        await world.synced(commit)

        async def dealt_with() -> bool:
            return FORGOTTEN not in await digests(world, mine.slug)

        await eventually(dealt_with, "each is looked at and noted")
    assert {held.metadata.scopes for held in world.registrations(mine.slug)} == {(READ,)}
    assert len(world.registrations(mine.slug)) == len(SERVICES)


async def test_while_the_fuse_holds_nothing_of_it_is_dealt_with(world: Gated, mine: Applicant) -> None:
    mine.ordered_and_accepted(*SERVICES)
    world.later(hours=1)
    with world.operator() as operator:
        await world.merge()
        for name in SERVICES:
            await world.stage(mine.slug, "Configured", name)
        await quiet(operator)
    await forget_what_is_registered(world, mine.slug)
    asked = world.authority.requests.snapshot()
    commit = await world.merge(**{"README.md": "yet another commit\n"})
    with world.operator() as operator:
        await world.synced(commit, "FuseHeld")
        await looked(operator, world)
    assert world.authority.requests.snapshot() == asked
    assert await digests(world, mine.slug) == {FORGOTTEN}


async def digests(world: Gated, slug: str) -> set[str]:
    entries = (await ledger(world, slug))["integrations"].values()
    return {client["digest"] for entry in entries for client in entry["clients"].values()}


async def ledger(world: Gated, slug: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((await world.object(CONFIG_MAP, f"sluse-ledger-{slug}"))["data"]["ledger.json"])
    return found


async def forget_what_is_registered(world: Gated, slug: str) -> None:
    """Let the ledger hold another registration of every client, as an upgrade that registers otherwise would find it."""
    held = await ledger(world, slug)
    for entry in held["integrations"].values():
        for client in entry["clients"].values():
            client["digest"] = FORGOTTEN
    await world.admin.merge(
        CONFIG_MAP, PRODUCTION.namespace, f"sluse-ledger-{slug}", {"data": {"ledger.json": json.dumps(held)}}
    )


async def looked(operator: Running, world: Gated) -> None:
    """Wait until every request for a sync is answered."""
    process = operator.process
    assert process is not None
    before = world.writes().cluster.get("integrationrepositories/status", 0)
    await world.ask_for_sync()

    def answered() -> bool:
        noted = world.writes().cluster.get("integrationrepositories/status", 0) > before
        return noted and not process.sync._wanted.is_set() and not process.sync.under_way.locked()

    await eventually(answered, "the request is answered")
