"""What stands against a move holds it, is told, and lets go by itself; what is held stays as it is meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sluse.cluster.kinds import ACCEPTANCE_TEST
from sluse.model.policy.calendar import Calendar, Freeze
from worlds.applicant import Applicant
from worlds.documents import OTHER, READ
from worlds.gated import Gated, manifest, reasons
from worlds.lock import LIND


def frozen(world: Gated, **length: float) -> Calendar:
    """Return a calendar that is frozen from yesterday on."""
    now = world.sandbox.clock.now().replace(second=0, microsecond=0, tzinfo=None)
    freeze = Freeze(start=now - timedelta(days=1), end=now + timedelta(**length), reason="Upgrade of HelseID")
    return Calendar(zone="UTC", freezes=(freeze,))


async def live(world: Gated, mine: Applicant) -> None:
    """Bring a service into use. Its operator is running."""
    mine.ordered_and_accepted()
    await world.merge()
    await world.stage(mine.slug, "Configured")
    world.later(days=31)
    await world.ask_for_sync()
    await world.stage(mine.slug, "Live")


async def test_a_freeze_holds_the_next_change_and_lets_it_through_by_itself(world: Gated, mine: Applicant) -> None:
    with world.operator():
        await live(world, mine)
        world.guarded.policy = replace(world.guarded.policy, calendar=frozen(world, hours=2))
        mine.changed_and_accepted()
        await world.merge()
        assert "Upgrade of HelseID" in await world.waits(mine.slug, "Frozen")
        assert mine.registered().metadata.scopes == (READ,)
        ends = world.guarded.policy.calendar.freezes[0].end
        left = ends - world.sandbox.clock.now().replace(tzinfo=None)
        world.later(seconds=left.total_seconds() - 5)
        await world.ask_for_sync()
        await world.reads(mine.slug, "nothing waited for", lambda page: not reasons(page))  # nobody asks at its end
    assert mine.registered().metadata.scopes == (OTHER,)
    assert world.sandbox.clock.now().replace(tzinfo=None) >= datetime.fromisoformat(f"{ends}")


async def test_a_vouched_key_set_takes_effect_during_a_freeze_and_another_does_not(
    world: Gated, mine: Applicant
) -> None:
    with world.operator():
        await live(world, mine)
        client_id = mine.registered().client_id
        world.guarded.policy = replace(world.guarded.policy, calendar=frozen(world, days=2))
        mine.rotate(vouched=False)
        await world.merge()
        await world.waits(mine.slug, "KeysNotVouched")
        assert (await mine.token(client_id)).status == 400
        mine.rotate()
        await world.merge()
        await world.reads(mine.slug, "vouched keys", lambda page: not reasons(page))
        assert (await mine.token(client_id)).status == 200


async def test_duty_suspends_alone_at_once_and_it_comes_back_by_itself_when_that_is_over(
    world: Gated, mine: Applicant
) -> None:
    with world.operator():
        await live(world, mine)
        client_id = mine.registered().client_id
        mine.suspended(LIND)
        await world.merge()
        await world.waits(mine.slug, "Suspended")
        await world.reads(mine.slug, "withheld", lambda page: page["clients"][0]["use"] == "Withheld")
        assert (await mine.token(client_id)).status == 400
        world.later(hours=24)
        await world.ask_for_sync()
        await world.reads(mine.slug, "open", lambda page: page["clients"][0]["use"] == "Open")
        assert (await mine.token(client_id)).status == 200
    assert len(world.registrations(mine.slug)) == 1


async def test_a_signed_retirement_disables_waits_deletes_and_leaves_the_stack(world: Gated, mine: Applicant) -> None:
    with world.operator():
        await live(world, mine)
        client_id = mine.registered().client_id
        del world.lock.documents[mine.journal]
        await world.merge()
        mine.retired(after_days=3)
        await world.merge()
        await world.stage(mine.slug, "Retiring")
        await world.reads(mine.slug, "withheld", lambda page: page["clients"][0]["use"] == "Withheld")
        assert (await mine.token(client_id)).status == 400
        assert mine.registered().client_id == client_id
        world.later(days=2)
        await world.ask_for_sync()
        world.later(days=1, minutes=1)
        await world.ask_for_sync()
        await world.stage(mine.slug, "Retired")
        assert world.registrations(mine.slug) == ()
        await world.absent(mine.resource)


async def test_a_lost_accepted_file_holds_production_as_it_is_and_is_told(world: Gated, mine: Applicant) -> None:
    with world.operator():
        await live(world, mine)
        held = mine.registered()
        lost = [key for key in world.lock.accepted if key[0] == mine.slug]
        kept = {key: world.lock.accepted.pop(key) for key in lost}
        await world.merge()
        assert "accepted/" in await world.waits(mine.slug, "AcceptedFileLost")
        assert mine.registered() == held
        world.lock.accepted.update(kept)
        await world.merge()
        await world.reads(mine.slug, "nothing waited for", lambda page: not reasons(page))
    assert mine.registered() == held


async def test_kubectl_shows_which_test_production_rests_on(world: Gated, mine: Applicant) -> None:
    mine.order()
    name = f"{mine.slug}.{mine.tested()}"
    with world.operator():
        await world.merge()
        await world.said(ACCEPTANCE_TEST, name, "Ready", "False", "NotDecided")
        decision = mine.world.lock.accept(name.partition(".")[2], mine.journal)
        await world.merge()
        shown = await world.said(ACCEPTANCE_TEST, name, "Ready", "True", "Approved")
    assert (shown["status"]["approved"], shown["status"]["decision"]) == (True, decision)
    assert shown["spec"]["integration"] == "journal"


async def test_policies_that_nobody_signed_stop_every_move_and_nothing_else(world: Gated, mine: Applicant) -> None:
    with world.operator():
        await live(world, mine)
        held = mine.registered()
        mine.changed_and_accepted()
        edited = world.guarded.sealed()["policies/gate.yaml"] + "# a comment\n"
        commit = await world.merge(**{"policies/gate.yaml": edited})
        body = await world.synced(commit, "PolicyNotTrusted")
        assert "gate.yaml" in body["status"]["conditions"][0]["message"]
        await world.waits(mine.slug, "PolicyNotTrusted")
        assert mine.registered() == held
        await world.merge()
        await world.reads(mine.slug, "nothing waited for", lambda page: not reasons(page))
    assert mine.registered().metadata.scopes == (OTHER,)


async def test_an_older_manifest_and_another_one_of_the_same_version_are_refused(world: Gated, mine: Applicant) -> None:
    with world.operator():
        await live(world, mine)
        older = dict(world.guarded.sealed())
        world.guarded.policy = replace(world.guarded.policy, calendar=Calendar(zone="UTC"))
        mine.changed_and_accepted()
        await world.merge()
        await world.reads(mine.slug, "the change", lambda _: mine.registered().metadata.scopes == (OTHER,))
        mine.write(scopes=(READ,))
        mine.accepted()
        body = await world.synced(await world.merge(**older), "PolicyNotTrusted")
        assert "version" in body["status"]["conditions"][0]["message"]
        changed = {**world.guarded.sealed()}
        changed["policies/calendar.yaml"] = "zone: Europe/Oslo\nfreezes: []\nwindows: []\n"
        other = {
            **changed,
            **manifest({p: t for p, t in changed.items() if p.endswith(".yaml")}, world.guarded.version),
        }
        await world.synced(await world.merge(**other), "PolicyNotTrusted")
        assert mine.registered().metadata.scopes == (OTHER,)
        await world.merge()

        def is_through(page: Mapping[str, Any]) -> bool:
            return not reasons(page) and mine.registered().metadata.scopes == (READ,)

        await world.reads(mine.slug, "it comes through", is_through)
