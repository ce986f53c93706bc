"""A customer's installation lives within what was accepted of its service, on its date, and reopens nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from sluse.model.client_installation import InstallationValues
from sluse.model.names import ClientKey, IntegrationKey
from sluse.model.policy.calendar import Calendar, Freeze
from sluse.model.problem import Place, Problem, Severity
from sluse.model.registration import Tenancy, Use
from sluse.model.statement import StatementType
from worlds.installing import CLIENT, CUSTOMER, SLOT, SOLBAKKEN, Installing, installation, with_slot
from worlds.lock import ALM, LIND, NOW, SERVICE, SUPPLIER
from worlds.production import jwk

WEB = ClientKey(SUPPLIER, SERVICE.name, "web")
FROZEN = Calendar(freezes=(Freeze(start=datetime(2026, 1, 1), end=datetime(2036, 1, 1), reason="change stop"),))  # noqa: DTZ001


@pytest.fixture
def world() -> Installing:
    return Installing.live(NOW)


def test_it_is_registered_open_for_its_customer_by_what_was_accepted(world: Installing) -> None:
    compiled = world.sync()
    found = world.registration(compiled)
    assert (found.organisation_number, found.tenancy, found.scopes) == (CUSTOMER, Tenancy.SINGLE, ("nhn:msh/api",))
    assert found.redirect_uris == ("https://solbakken.fjordlegen.example/signin",)
    assert {key.kid for key in found.keys} == {"solbakken"}
    entry = world.installed()
    assert (world.uses()[CLIENT], entry.kind, entry.stage, entry.waiting) == (
        Use.OPEN,
        "ClientInstallation",
        "Live",
        (),
    )
    assert entry.snapshot is not None
    assert entry.snapshot.decision == world.held.decision


def test_customer_121_changes_no_other_object_and_no_digest(world: Installing) -> None:
    before = world.sync()
    world.sync()
    held = world.held
    for number in range(120):
        world.install(IntegrationKey(SUPPLIER, f"kunde-{number}"), vouched=number < 3)
    after = world.sync()
    for each in before.organisations[SUPPLIER].stack.resources:
        assert each in after.organisations[SUPPLIER].stack.resources
    assert world.held == held
    assert len(world.uses()) == 2 + 3


def test_head_of_its_service_has_no_say(world: Installing) -> None:
    world.lock.documents[SERVICE] = with_slot("https://*.elsewhere.example/signin", scopes=("nhn:new/api",))
    assert world.registration(world.sync()).scopes == ("nhn:msh/api",)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"production": {"redirect_uris": ("https://a.b.fjordlegen.example/signin",)}}, "NotInSlot"),
        ({"production": {"redirect_uris": ("https://a.fjordlegen.example/other",)}}, "NotInSlot"),
        ({"production": {}}, "NotInSlot"),
        ({"client": "api"}, "ClientNotAccepted"),
        ({"service": f"{SUPPLIER}.unknown"}, "ServiceNotOpen"),
        ({"service": "nordlys.journal"}, "ServiceNotOpen"),
        ({"confirmed_by": " "}, "NotConfirmed"),
    ],
)
def test_what_was_not_accepted_or_confirmed_is_not_registered(
    world: Installing, changes: dict[str, object], reason: str
) -> None:
    world.installations[SOLBAKKEN] = installation(**changes)
    compiled = world.sync()
    assert compiled.client(CLIENT) is None
    assert reason in world.reasons()
    assert world.installed().stage == "Ordered"


def test_a_slot_in_somebody_elses_domain_lets_nobody_in() -> None:
    world = Installing.live(NOW)
    world.lock.documents[SERVICE] = with_slot("https://*.bank.example/signin")
    world.lock.agree(SERVICE)
    world.lock.accept(world.lock.submit(SERVICE), SERVICE)
    world.at = world.lock.clock + timedelta(minutes=1)
    world.installations[SOLBAKKEN] = installation(host="solbakken.bank.example")
    world.sync()
    world.sync()
    assert world.reasons() == {"DomainNotBound"}


def test_its_keys_need_a_maintainers_word() -> None:
    world = Installing.live(NOW, vouched=False)
    assert world.sync().client(CLIENT) is None
    assert world.reasons() == {"KeysNotVouched"}
    world.vouch_again()
    world.at += timedelta(minutes=1)
    assert world.sync().client(CLIENT) is not None
    assert world.reasons() == set()


def test_it_waits_for_its_day_and_says_when_to_look_again(world: Installing) -> None:
    world.installations[SOLBAKKEN] = installation(not_before=(world.at + timedelta(days=30)).date())
    compiled = world.sync()
    assert compiled.client(CLIENT) is None
    assert compiled.wake is not None
    assert world.reasons() == set()
    world.at = compiled.wake
    assert world.sync().client(CLIENT) is not None


def test_a_new_one_waits_for_the_calendar_and_keys_and_removal_do_not(world: Installing) -> None:
    world.sync()
    world.policy = replace(world.policy, calendar=FROZEN)
    new = world.install(IntegrationKey(SUPPLIER, "dalen"))
    world.keys[CLIENT] = (jwk("solbakken"), jwk("second"))
    world.vouch_again()
    compiled = world.sync()
    assert compiled.client(new) is None
    assert world.reasons(new.integration_key) == {"Frozen"}
    assert {key.kid for key in world.registration(compiled).keys} == {"solbakken", "second"}
    world.keys[CLIENT] = (jwk("second"),)
    assert {key.kid for key in world.registration(world.sync()).keys} == {"second"}


def test_a_changed_address_is_a_move_and_what_is_held_stays_meanwhile(world: Installing) -> None:
    world.sync()
    world.policy = replace(world.policy, calendar=FROZEN)
    world.installations[SOLBAKKEN] = installation(host="sol.fjordlegen.example")
    found = world.registration(world.sync())
    assert found.redirect_uris == ("https://solbakken.fjordlegen.example/signin",)
    assert (world.reasons(), world.installed().pending_change) == ({"Frozen"}, True)
    world.policy = replace(world.policy, calendar=Calendar())
    assert world.registration(world.sync()).redirect_uris == ("https://sol.fjordlegen.example/signin",)
    world.sync()
    assert (world.installed().pending_change, world.installed().stage) == (False, "Live")


@pytest.mark.parametrize("with_keys", [True, False])
def test_a_deleted_file_is_held_until_a_signed_retirement_of_the_installation(
    world: Installing, *, with_keys: bool
) -> None:
    before = world.sync().client(CLIENT)
    del world.installations[SOLBAKKEN]
    if not with_keys:
        del world.keys[CLIENT]
    assert world.sync().client(CLIENT) == before
    assert world.installed().stage == "Live"
    world.lock.clock = max(world.lock.clock, world.at)
    world.lock.decide(StatementType.RETIREMENT, str(SOLBAKKEN), ALM, retirement={"delete_after_days": 3})
    world.at = world.lock.clock + timedelta(minutes=1)
    world.sync()
    assert (world.uses()[CLIENT], world.installed().stage) == (Use.WITHHELD, "Retiring")
    world.at += timedelta(days=3, minutes=5)
    world.sync()
    assert (world.uses()[CLIENT], world.installed().stage) == (Use.RETIRED, "Retired")
    assert world.sync().client(CLIENT) is None
    assert world.uses() == {WEB: Use.OPEN}


def test_what_was_retired_does_not_come_back_by_its_file(world: Installing) -> None:
    world.sync()
    world.lock.clock = max(world.lock.clock, world.at)
    world.lock.decide(StatementType.RETIREMENT, str(SOLBAKKEN), ALM, retirement={"delete_after_days": 0})
    world.at = world.lock.clock + timedelta(minutes=1)
    for _ in range(4):
        compiled = world.sync()
    assert compiled.client(CLIENT) is None
    assert (world.installed().stage, world.reasons()) == ("Retired", {"Retired"})


def test_a_file_with_a_mistake_changes_nothing_and_says_so(world: Installing) -> None:
    before = world.sync().client(CLIENT)
    world.installations[SOLBAKKEN] = installation(host="sol.fjordlegen.example")
    place = Place(f"integrations/{SOLBAKKEN}.yaml", 3, 1)
    world.problems = (Problem("some-rule", "wrong", place, severity=Severity.ERROR, holds=str(SOLBAKKEN)),)
    assert world.sync().client(CLIENT) == before
    assert world.reasons() == {"SourceInvalid"}


def test_another_customer_in_the_same_file_is_refused(world: Installing) -> None:
    world.sync()
    world.installations[SOLBAKKEN] = installation(customer="311500001")
    assert world.registration(world.sync()).organisation_number == CUSTOMER
    assert world.reasons() == {"InstallationReplaced"}


def test_it_follows_what_is_accepted_next(world: Installing) -> None:
    world.sync()
    world.lock.documents[SERVICE] = with_slot(SLOT, scopes=("nhn:msh/api", "nhn:new/api"))
    world.lock.accept(world.lock.submit(SERVICE), SERVICE)
    world.at = world.lock.clock + timedelta(minutes=1)
    world.sync()
    assert world.registration(world.sync()).scopes == ("nhn:msh/api", "nhn:new/api")
    assert world.held.decision == (world.installed().snapshot or world.held).decision


def test_with_its_service_it_goes_out_of_use_and_comes_back_in_a_freeze_too(world: Installing) -> None:
    world.sync()
    world.policy = replace(world.policy, calendar=FROZEN)
    world.lock.clock = max(world.lock.clock, world.at)
    world.lock.decide(
        StatementType.SUSPENSION, str(SERVICE), LIND, suspension={"reason": "stolen key"},
        expires=world.lock.clock + timedelta(hours=5),
    )  # fmt: skip
    world.at = world.lock.clock + timedelta(minutes=1)
    world.sync()
    assert world.uses() == {WEB: Use.WITHHELD, CLIENT: Use.WITHHELD}
    assert world.reasons() == {"ServiceNotOpen"}
    world.at += timedelta(hours=6)
    world.sync()
    world.sync()
    assert world.uses() == {WEB: Use.OPEN, CLIENT: Use.OPEN}
    assert world.installed().stage == "Live"


def test_a_lost_accepted_file_leaves_it_as_it_is(world: Installing) -> None:
    world.sync()
    world.lock.accepted.clear()
    compiled = world.sync()
    assert compiled.client(CLIENT) is None
    assert compiled.keeps(CLIENT)
    assert "AcceptedFileLost" in world.reasons()


def test_a_second_sync_says_the_same_and_notes_nothing(world: Installing) -> None:
    world.sync()
    settled = world.sync()
    ledger = world.ledgers[SUPPLIER]
    assert world.sync().organisations[SUPPLIER] is settled.organisations[SUPPLIER]
    assert world.ledgers[SUPPLIER] is ledger


def test_one_that_is_for_test_only_waits_for_nobody(world: Installing) -> None:
    values = InstallationValues(redirect_uris=("https://solbakken.fjordlegen.example/signin",))
    world.installations[SOLBAKKEN] = installation(production=None, test=values, not_before=date(2020, 1, 1))
    assert world.sync().client(CLIENT) is None
    assert (world.reasons(), world.installed().stage) == (set(), "Ordered")
