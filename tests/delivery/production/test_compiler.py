"""What the gate allows becomes what is wanted in production, from the accepted bytes; what no step touches stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sluse.delivery.policy import Untrusted
from sluse.model.held import OrganisationLedger
from sluse.model.names import ClientKey
from sluse.model.registration import Use
from sluse.model.statement import StatementType
from worlds.lock import NOW, SERVICE, START, STRANGER, SUPPLIER, service
from worlds.production import Production, jwk

WEB = ClientKey(SUPPLIER, "journal", "web")
PLAN = {"production_not_before": "2027-02-01T08:00", "zone": "Europe/Oslo"}
EARLY = NOW - timedelta(days=20)


@pytest.fixture
def world() -> Production:
    """A service that is accepted, with vouched keys, on a day before it may be used."""
    return Production.accepted(at=EARLY)


def test_what_is_entitled_is_configured_withheld_before_its_day(world: Production) -> None:
    compiled = world.sync()
    assert compiled.client(WEB) is not None
    assert world.uses() == {WEB: Use.WITHHELD}
    assert world.held.use is Use.WITHHELD
    assert world.entry.stage == "Configured"


def test_it_opens_on_its_day_with_the_accepted_snapshot_although_head_moved_on(world: Production) -> None:
    world.sync()
    world.lock.documents[SERVICE] = service(scopes=("nhn:msh/api", "nhn:new/api"))
    world.at = NOW
    compiled = world.sync()
    spec = compiled.client(WEB)
    assert spec is not None
    assert spec.registration is not None
    assert (spec.use, spec.registration.scopes) == (Use.OPEN, ("nhn:msh/api",))
    assert (world.held.use, world.entry.stage, world.entry.pending_change) == (Use.OPEN, "Live", True)


def test_what_was_said_before_it_opened_does_not_take_the_opening_back(world: Production) -> None:
    world.sync()
    world.at = NOW
    compiled = world.sync()  # the client opens before the ledger is told what this says
    late = world.compiler.noted(
        world.ledgers[SUPPLIER], compiled.organisations[SUPPLIER], compiled, engine="embedded", now=world.at
    )
    assert late is world.ledgers[SUPPLIER]
    assert late.integrations["journal"].stage == "Live"


def test_a_live_service_holds_its_next_acceptance_once_that_is_registered_and_not_before(world: Production) -> None:
    world.at = NOW
    world.sync()
    live = world.held
    world.lock.clock = world.at
    world.lock.documents[SERVICE] = service(scopes=("nhn:msh/api", "nhn:new/api"))
    world.lock.accept(world.lock.submit(SERVICE), SERVICE)
    world.at = world.lock.clock + timedelta(minutes=1)
    world.sync(comes=False)
    assert world.held == live
    world.sync()
    assert world.held.tested != live.tested
    assert world.held.use is Use.OPEN


def test_the_moment_to_look_again_is_the_day_it_may_open(world: Production) -> None:
    compiled = world.sync()
    assert compiled.wake is not None
    assert EARLY < compiled.wake <= NOW


def test_a_second_sync_says_the_same_with_the_same_object_and_notes_nothing(world: Production) -> None:
    first, ledger = world.sync(), world.ledgers[SUPPLIER]
    world.at += timedelta(minutes=1)
    settled = world.sync()
    again = world.sync()
    assert settled.organisations[SUPPLIER] is again.organisations[SUPPLIER]
    assert world.ledgers[SUPPLIER] is ledger
    assert first.organisations[SUPPLIER].stack.digest == again.organisations[SUPPLIER].stack.digest


def test_without_a_policy_that_counts_nothing_moves_and_nothing_held_is_touched(world: Production) -> None:
    world.sync()
    world.at = NOW
    compiled = world.sync(policy=Untrusted(("nobody signed",)))
    assert compiled.untrusted == ("nobody signed",)
    assert world.held.use is Use.WITHHELD
    assert {row.reason for row in world.entry.waiting} >= {"PolicyNotTrusted"}


def test_a_lost_accepted_file_holds_production_as_it_is_and_is_told(world: Production) -> None:
    world.at = NOW
    world.sync()
    world.lock.accepted.clear()
    compiled = world.sync()
    assert compiled.client(WEB) is None
    assert compiled.keeps(WEB)
    assert any("accepted/" in row.message for row in world.entry.waiting)
    assert world.held.use is Use.OPEN


def test_a_deleted_file_changes_nothing_in_production(world: Production) -> None:
    world.at = NOW
    before = world.sync().client(WEB)
    del world.lock.documents[SERVICE]
    compiled = world.sync()
    assert compiled.client(WEB) == before
    assert world.entry.stage == "Live"


def test_a_signed_retirement_disables_then_deletes_then_leaves_the_stack(world: Production) -> None:
    world.at = NOW
    world.sync()
    world.retire(after_days=3)
    world.sync()
    assert (world.uses(), world.held.use, world.entry.stage) == ({WEB: Use.WITHHELD}, Use.WITHHELD, "Retiring")
    world.at += timedelta(days=3, minutes=5)
    world.sync()
    assert world.uses() == {WEB: Use.RETIRED}
    assert (world.held.use, world.entry.stage) == (Use.RETIRED, "Retired")
    compiled = world.sync()
    assert compiled.client(WEB) is None
    assert not compiled.keeps(WEB)


def test_new_keys_need_a_voucher_and_ignore_the_rest_of_the_gate(world: Production) -> None:
    world.at = NOW
    world.sync()
    world.keys[WEB] = (jwk("second"),)
    compiled = world.sync()
    assert _kids(compiled.client(WEB)) == {"first"}
    assert {row.reason for row in world.entry.waiting} == {"KeysNotVouched"}
    world.vouch(WEB)
    world.at += timedelta(minutes=10)
    assert _kids(world.sync().client(WEB)) == {"second"}
    assert world.entry.waiting == ()


def test_a_removed_key_is_gone_at_once(world: Production) -> None:
    world.keys[WEB] = (jwk("first"), jwk("second"))
    world.vouch(WEB)
    world.at = NOW
    world.sync()
    world.keys[WEB] = (jwk("second"),)
    assert _kids(world.sync().client(WEB)) == {"second"}


def test_a_missing_key_file_keeps_what_is_held(world: Production) -> None:
    world.at = NOW
    world.sync()
    del world.keys[WEB]
    assert _kids(world.sync().client(WEB)) == {"first"}
    assert {row.reason for row in world.entry.waiting} == {"KeysMissing"}


def test_without_any_vouched_key_nothing_is_registered() -> None:
    world = Production.accepted(at=NOW, vouched=False)
    compiled = world.sync()
    assert compiled.client(WEB) is None
    assert {row.reason for row in world.entry.waiting} == {"KeysNotVouched"}


def test_many_changes_that_nobody_decided_are_held_and_released_by_name() -> None:
    world = Production.accepted(at=NOW, services=12)
    world.sync()
    world.forget_digests()  # as if an upgrade of the operator registered everything otherwise
    compiled = world.sync()
    assert len(compiled.held_updates) == 12
    assert all(compiled.keeps(key) for key in compiled.held_updates)
    assert world.sync(fuse_released=True).held_updates == frozenset()


def test_what_is_held_says_by_which_right(world: Production) -> None:
    world.at = NOW
    world.sync()
    held = world.held
    assert (held.commit, held.policy_version) == (world.commit, world.policy.version)
    assert held.decision == world.lock.last[str(SERVICE)]


def _kids(spec: Any) -> set[str]:
    return {key.kid for key in spec.registration.keys}


def test_a_newer_manifest_version_is_remembered_with_the_next_write(world: Production) -> None:
    world.policy = replace(world.policy, version=7)
    world.sync()
    assert world.ledgers[SUPPLIER].policy_version == 7


def test_each_statement_is_noted_when_it_was_first_seen_and_never_again() -> None:
    world = Production.accepted(at=START)
    world.sync(was_up=False)
    seen = dict(world.ledgers[SUPPLIER].seen)
    assert set(seen) == {each.content.spec.statement.id for each in world.records()}
    assert set(seen.values()) == {world.at.replace(microsecond=0)}
    world.at += timedelta(hours=1)
    world.sync(was_up=False)
    assert world.ledgers[SUPPLIER].seen == seen


def test_a_copy_in_another_organisations_folder_makes_no_statement_late() -> None:
    world = Production.accepted(at=EARLY)
    world.sync()
    late = dict.fromkeys(world.ledgers[SUPPLIER].seen, EARLY)
    world.ledgers["zealous"] = OrganisationLedger(organisation="zealous", seen=late)
    world.at = NOW
    world.sync()
    assert world.uses() == {WEB: Use.OPEN}


def test_what_a_stranger_signs_is_not_remembered() -> None:
    world = Production.accepted(at=START)
    strange = world.lock.decide(StatementType.PLAN, f"{SUPPLIER}.other", STRANGER, plan=PLAN)
    world.sync(was_up=False)
    assert strange not in world.ledgers[SUPPLIER].seen
    assert world.ledgers[SUPPLIER].seen


def test_a_statement_that_turns_up_a_day_late_opens_nothing() -> None:
    world = Production.accepted(at=START + timedelta(hours=25))
    world.sync(was_up=False)
    assert world.uses() == {}
    assert world.entry.snapshot is None
