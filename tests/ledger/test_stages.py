from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluse.ledger.stages import Stage, both_names, reach, settle, settle_federation
from sluse.model.held import (
    FEDERATION,
    Anchor,
    HeldClient,
    HeldFederation,
    HeldIntegration,
    HeldSnapshot,
    Intent,
    WaitingOn,
)
from sluse.model.names import ClientId, Environment
from sluse.model.outcome import Conflicted, Outcome, Party, Rejected, Retired, Synced, Waiting
from sluse.model.registration import Use

EMPTY = HeldClient()
HELD = HeldClient(
    anchor=Anchor(client_id=ClientId("c"), uri="https://a.example/c", since=datetime(2026, 1, 1, tzinfo=UTC)),
    digest="0" * 64,
    use=Use.OPEN,
)
ENDING = HELD.model_copy(update={"use": Use.RETIRED})
GONE = HeldClient(use=Use.RETIRED, retired=True)
DOWN = Waiting("AuthorityUnavailable", "no answer", Party.AUTHORITY, EMPTY)


def entry(stage: Stage = Stage.ORDERED, **clients: HeldClient) -> HeldIntegration:
    return HeldIntegration(title="Journal", stage=stage.value, clients=clients)


def test_it_is_ready_in_test_when_its_only_client_is_synced(now: datetime) -> None:
    after = settle(entry(web=EMPTY), "web", Synced(HELD), now)
    assert (after.stage, after.since, after.clients) == ("TestReady", now, {"web": HELD})


def test_it_is_not_ready_while_another_client_has_not_begun(now: datetime) -> None:
    after = settle(entry(web=EMPTY, api=EMPTY), "web", Synced(HELD), now)
    assert after.stage == "Ordered"
    assert settle(after, "api", Synced(HELD), now).stage == "TestReady"


@pytest.mark.parametrize("held", [HELD.model_copy(update={"use": Use.WITHHELD}), HeldClient(use=Use.OPEN)])
def test_a_withheld_or_unregistered_client_is_not_ready(now: datetime, held: HeldClient) -> None:
    assert settle(entry(web=EMPTY), "web", Synced(held), now).stage == "Ordered"


def test_it_is_not_ready_while_a_held_client_is_waited_for(now: datetime) -> None:
    waiting = settle(entry(web=EMPTY, api=HELD), "api", Rejected("InvalidScope", "no such scope", HELD), now)
    assert settle(waiting, "web", Synced(HELD), now).stage == "Ordered"


@pytest.mark.parametrize("stage", [Stage.TEST_READY, Stage.SUBMITTED, Stage.ACCEPTED, Stage.CONFIGURED, Stage.LIVE])
@pytest.mark.parametrize("outcome", [Synced(HELD), DOWN, Rejected("InvalidScope", "no", EMPTY)])
def test_a_rung_once_reached_is_not_lowered_by_what_is_waited_for(
    stage: Stage, outcome: Outcome, now: datetime
) -> None:
    assert settle(entry(stage, web=HELD), "web", outcome, now).stage == stage


def test_it_retires_with_its_clients(now: datetime) -> None:
    one = settle(entry(Stage.TEST_READY, web=HELD, api=HELD), "web", Retired(GONE), now)
    assert one.stage == "TestReady"
    waits = settle(one, "api", Waiting("AuthorityUnavailable", "no answer", Party.AUTHORITY, ENDING), now)
    assert waits.stage == "Retiring"
    assert settle(waits, "api", Retired(GONE), now).stage == "Retired"


def test_an_integration_that_comes_back_climbs_again(now: datetime) -> None:
    again = settle(
        entry(Stage.RETIRED, web=GONE), "web", Waiting("AuthorityUnavailable", "x", Party.AUTHORITY, EMPTY), now
    )
    assert again.stage == "Ordered"
    assert settle(again, "web", Synced(HELD), now).stage == "TestReady"


def test_a_client_that_left_does_not_hold_back_the_others(now: datetime) -> None:
    assert settle(entry(web=EMPTY, old=GONE), "web", Synced(HELD), now).stage == "TestReady"


@pytest.mark.parametrize(
    ("outcome", "on", "reason"),
    [
        (DOWN, "authority", "AuthorityUnavailable"),
        (Rejected("InvalidScope", "no such scope", EMPTY), "supplier", "InvalidScope"),
        (Conflicted("other/test/x", "not ours", EMPTY), "cluster operator", "OwnedByAnother"),
    ],
)
def test_who_is_waited_for_is_told(outcome: Outcome, on: str, reason: str, now: datetime) -> None:
    (row,) = settle(entry(web=EMPTY), "web", outcome, now).waiting
    assert (row.client, row.on, row.reason, row.since) == ("web", on, reason, now)


def test_since_stands_while_party_and_reason_do_and_moves_with_them(now: datetime) -> None:
    first = settle(entry(web=EMPTY), "web", DOWN, now)
    later = now + timedelta(hours=1)
    assert settle(first, "web", DOWN, later) is first
    reworded = settle(first, "web", Waiting("AuthorityUnavailable", "503", Party.AUTHORITY, EMPTY), later)
    assert (reworded.waiting[0].since, reworded.waiting[0].message) == (now, "503")
    other = settle(first, "web", Rejected("InvalidScope", "no", EMPTY), later)
    assert other.waiting[0].since == later


def test_rows_of_others_stand_and_ours_goes_when_it_is_over(now: datetime) -> None:
    whole = WaitingOn(on="supplier", reason="SourceInvalid", message="tabs", since=now)
    before = entry(web=EMPTY, api=EMPTY).model_copy(update={"waiting": (whole,)})
    both = settle(settle(before, "web", DOWN, now), "api", DOWN, now)
    assert [row.client for row in both.waiting] == ["", "api", "web"]
    assert [row.client for row in settle(both, "api", Synced(HELD), now).waiting] == ["", "web"]


def test_a_message_is_cut_to_what_the_ledger_holds_and_an_empty_one_is_its_reason(now: datetime) -> None:
    long = settle(entry(web=EMPTY), "web", Rejected("InvalidScope", "x" * 5000, EMPTY), now)
    assert len(long.waiting[0].message) == 2000
    empty = settle(entry(web=EMPTY), "web", Rejected("InvalidScope", "", EMPTY), now)
    assert empty.waiting[0].message == "InvalidScope"


OUTCOMES = st.sampled_from(
    [
        Synced(HELD),
        Retired(GONE),
        DOWN,
        Rejected("InvalidScope", "no", HELD),
        Conflicted("x", "not ours", HeldClient(intent=Intent(id="i", since=datetime(2026, 1, 1, tzinfo=UTC)))),
    ]
)


@given(
    st.lists(st.tuples(st.sampled_from(["web", "api"]), OUTCOMES), max_size=8),
    st.sampled_from(["web", "api"]),
    OUTCOMES,
)
def test_saying_the_same_again_changes_nothing_and_so_writes_nothing(
    history: list[tuple[str, Outcome]], client: str, outcome: Outcome
) -> None:
    moment = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)
    state = entry(web=EMPTY, api=EMPTY)
    for name, each in history:
        state = settle(state, name, each, moment)
    once = settle(state, client, outcome, moment)
    assert settle(once, client, outcome, moment + timedelta(days=1)) is once


def test_every_stage_has_both_names_and_an_unknown_one_is_shown_as_it_is() -> None:
    assert [both_names(stage.value) for stage in Stage] == [
        "Ordered / Bestilt",
        "TestReady / Klar i test",
        "Submitted / Innsendt",
        "Accepted / Godkjent",
        "Configured / Konfigurert",
        "Live / I drift",
        "Retiring / Avvikles",
        "Retired / Avviklet",
    ]
    assert both_names("Later") == "Later"


PROVIDER = HeldIntegration(kind="IdentityProvider", title="Polar-ID")
THERE = HeldFederation(digest="0" * 64, use=Use.OPEN)


def test_an_identity_provider_is_ready_in_test_when_its_federation_stands(now: datetime) -> None:
    after = settle_federation(PROVIDER, Synced(THERE), now)
    assert (after.stage, after.federation, after.clients) == ("TestReady", THERE, {})
    assert settle_federation(after, Synced(THERE), now) is after
    ended = settle_federation(after, Retired(HeldFederation(use=Use.RETIRED, retired=True)), now)
    assert ended.stage == "Retired"


def test_a_refused_federation_waits_on_the_identity_provider(now: datetime) -> None:
    after = settle_federation(PROVIDER, Rejected("InvalidRequest", "no", HeldFederation()), now)
    (row,) = after.waiting
    assert (row.on, row.reason, row.client) == ("identity provider", "InvalidRequest", "federation")
    assert after.stage == "Ordered"
    assert settle_federation(after, Synced(THERE), now).waiting == ()


def test_production_reaches_its_goal_when_the_federation_has_that_use(now: datetime) -> None:
    goal = HeldSnapshot(
        tested="1" * 64,
        production="2" * 64,
        decision="3" * 64,
        use=Use.OPEN,
        since=now,
        commit="c" * 40,
        policy_version=1,
        policy_digest="4" * 64,
    )
    withheld = settle_federation(
        PROVIDER, Synced(THERE.model_copy(update={"use": Use.WITHHELD})), now, Environment.PRODUCTION
    )
    assert withheld.stage == "Ordered", "in production the gate moves the stage"
    assert reach(withheld, goal, {FEDERATION: THERE.digest}) is withheld
    opened = settle_federation(withheld, Synced(THERE), now, Environment.PRODUCTION)
    after = reach(opened, goal, {FEDERATION: THERE.digest})
    assert (after.stage, after.snapshot) == ("Live", goal)
