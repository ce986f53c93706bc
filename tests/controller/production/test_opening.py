"""From acceptance to use: configured and withheld, open at the planned moment with what was accepted, whatever happens."""

from __future__ import annotations

from worlds.applicant import Applicant
from worlds.documents import OTHER, READ
from worlds.gated import Gated
from worlds.operated import Writes, difference
from worlds.running import quiet

KID = "withheld-"


async def test_what_is_accepted_is_configured_with_throwaway_keys_only(world: Gated, mine: Applicant) -> None:
    mine.order()
    with world.operator():
        await world.merge()
        await world.waits(mine.slug, "NotSubmitted")
        assert world.registrations(mine.slug) == ()
        mine.accepted()
        await world.merge()
        await world.stage(mine.slug, "Configured")
    held = mine.registered()
    assert [key.kid.startswith(KID) for key in held.metadata.keys] == [True]
    refused = await mine.token(held.client_id)
    assert (refused.status, refused.body["error"]) == (400, "invalid_client")


async def test_it_opens_at_its_moment_as_it_was_accepted_although_the_file_moved_on(
    world: Gated, mine: Applicant
) -> None:
    mine.ordered_and_accepted()
    with world.operator():
        await world.merge()
        await world.stage(mine.slug, "Configured")
        mine.write(scopes=(OTHER,))
        await world.merge()
        await world.reads(mine.slug, "a pending change", lambda page: page.get("pendingChange"))
        world.later(seconds=(mine.opens - world.sandbox.clock.now()).total_seconds() - 5)
        await world.ask_for_sync()
        await world.stage(mine.slug, "Live")  # nobody asks at the moment itself
    assert world.sandbox.clock.now() >= mine.opens
    held = mine.registered()
    assert held.metadata.scopes == (READ,)
    assert (await mine.token(held.client_id)).status == 200


async def test_an_operator_that_was_down_over_the_moment_opens_at_once_when_it_is_back(
    world: Gated, mine: Applicant
) -> None:
    mine.ordered_and_accepted()
    with world.operator():
        await world.merge()
        await world.stage(mine.slug, "Configured")
    world.later(days=31)
    assert (await mine.token(mine.registered().client_id)).status == 400
    with world.operator():
        await world.stage(mine.slug, "Live")
    assert (await mine.token(mine.registered().client_id)).status == 200


async def test_a_restart_with_nothing_changed_writes_nothing_anywhere(world: Gated, mine: Applicant) -> None:
    mine.ordered_and_accepted()
    with world.operator() as operator:
        await world.merge()
        await world.stage(mine.slug, "Configured")
        await quiet(operator)
    before, asked = world.writes(), world.authority.requests.snapshot()
    with world.operator() as operator:
        await quiet(operator)
    assert difference(before, world.writes()) == Writes({}, {}, 0)
    assert world.authority.requests.snapshot() == asked
