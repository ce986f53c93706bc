"""The one step to take now, given what is held and what time it is."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from sluse.gate.decide import Circumstances, decide
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import Keep, Move, Nothing, Retire, Step, Suspend
from sluse.model.held import HeldSnapshot
from sluse.model.policy.calendar import Calendar, Freeze, ServiceWindow, Weekday
from sluse.model.registration import Use
from sluse.model.statement import StatementType
from worlds import lock
from worlds.attacks.signers import _furu_with as furu_with
from worlds.lock import LIND, MAINTAINER, NOW, SERVICE, SUPPLIER, Lock

OPENS = datetime(2026, 11, 1, 7, tzinfo=UTC)
EARLIER = OPENS - timedelta(days=7)
FROZEN = Calendar(freezes=(Freeze(start=datetime(2026, 10, 20), end=datetime(2026, 11, 10), reason="elections"),))  # noqa: DTZ001
THAW = datetime(2026, 11, 9, 23, tzinfo=UTC)
WINDOWS = Calendar(windows=(ServiceWindow(days=(Weekday.TUESDAY,), start=time(6), end=time(7)),))


def step(world: Lock, at: datetime = NOW, held: HeldSnapshot | None = None, **changes: Any) -> Step:
    settings = {name: changes.pop(name) for name in ("withholds",) if name in changes}
    survey = GateSurvey(world.tree(), changes.pop("policy", None) or lock.policy(**changes))
    return decide(survey, SERVICE, Circumstances(at, held, **settings))


def after(found: Step, at: datetime, before: HeldSnapshot | None = None) -> HeldSnapshot:
    """Return what is held once a step is taken, as the ledger notes it."""
    if isinstance(found, Move):
        return _held(found.snapshot.tested, found.snapshot.production, found.decision, found.use, at)
    assert isinstance(found, Retire | Suspend)
    assert before is not None
    use = found.use if isinstance(found, Retire) else Use.WITHHELD
    same = before.decision == found.decision
    return _held(before.tested, before.production, found.decision, use, before.since if same else at)


def _held(tested: str, production: str, decision: str, use: Use, since: datetime) -> HeldSnapshot:
    return HeldSnapshot(
        tested=tested, production=production, decision=decision, use=use, since=since, commit="0" * 40,
        policy_version=1, policy_digest="0" * 64,
    )  # fmt: skip


def live(world: Lock) -> HeldSnapshot:
    found = step(world)
    assert isinstance(found, Move)
    assert found.use is Use.OPEN
    return after(found, NOW)


def names(found: Step) -> list[str]:
    return [reason.check for reason in found.reasons]


def test_before_the_date_it_is_configured_and_at_the_date_it_opens() -> None:
    world = lock.accepted()
    first = step(world, EARLIER)
    assert isinstance(first, Move)
    assert (first.use, first.wake) == (Use.WITHHELD, OPENS)
    held = after(first, EARLIER)
    assert step(world, OPENS - timedelta(seconds=1), held) == Keep((), OPENS)
    second = step(world, OPENS, held)
    assert isinstance(second, Move)
    assert second.use is Use.OPEN
    assert step(world, NOW, after(second, OPENS)) == Keep()


def test_accepted_after_the_date_it_opens_as_soon_as_it_is_accepted() -> None:
    found = step(lock.accepted(), NOW)
    assert isinstance(found, Move)
    assert found.use is Use.OPEN


def test_a_registrar_that_cannot_withhold_waits_and_does_both_at_the_date() -> None:
    world = lock.accepted()
    assert step(world, EARLIER, withholds=False) == Nothing((), OPENS)
    found = step(world, OPENS, withholds=False)
    assert isinstance(found, Move)
    assert found.use is Use.OPEN


def test_what_is_not_entitled_is_kept_as_it_is_and_nothing_begins() -> None:
    world = lock.accepted()
    held = live(world)
    world.agree(verdict="rejected")
    assert names(step(world, held=held)) == ["PlanNotAgreed"]
    assert isinstance(step(world, held=held), Keep)
    assert isinstance(step(world), Nothing)


def test_a_freeze_holds_each_move_until_it_is_over() -> None:
    world = lock.accepted()
    found = step(world, EARLIER, calendar=FROZEN)
    assert (type(found), names(found), found.wake) == (Nothing, ["Frozen"], THAW)
    opened = step(world, THAW, calendar=FROZEN)
    assert isinstance(opened, Move)
    assert opened.use is Use.OPEN


def test_a_missed_date_means_the_next_window() -> None:
    found = step(lock.accepted(), NOW, calendar=WINDOWS)
    assert (names(found), found.wake) == (["OutsideWindow"], datetime(2026, 11, 3, 5, tzinfo=UTC))
    assert isinstance(step(lock.accepted(), datetime(2026, 11, 3, 5, tzinfo=UTC), calendar=WINDOWS), Move)


def test_the_integrations_own_peak_holds_its_changes() -> None:
    peak = ({"start": NOW.date(), "end": NOW.date(), "freeze": True},)
    found = step(lock.accepted(lock.service(peak_periods=peak)))
    assert (names(found), found.wake) == (["Frozen"], datetime(2026, 11, 2, 23, tzinfo=UTC))


def test_a_change_of_a_live_service_is_never_withheld() -> None:
    world = lock.accepted()
    held = live(world)
    world.documents[SERVICE] = lock.service(scopes=("nhn:deft/api",))
    later = NOW + timedelta(days=30)
    name = world.submit()
    world.accept(name, acceptance={"not_before": later})
    assert step(world, NOW, held) == Keep((), later)
    found = step(world, later, held)
    assert isinstance(found, Move)
    assert (found.use, found.snapshot.tested) == (Use.OPEN, lock.tested(world.documents[SERVICE]))


def test_a_calendar_without_a_clock_stops_everything() -> None:
    world = lock.accepted()
    held = live(world)
    world.decide(StatementType.RETIREMENT, str(SERVICE), retirement={"delete_after_days": 0})
    assert names(step(world, held=held, calendar=Calendar(zone="Europe/Atlantis"))) == ["ZoneUnknown"]


def test_a_retirement_disables_at_once_waits_from_then_and_deletes() -> None:
    world = lock.accepted()
    held = live(world)
    decision = world.decide(StatementType.RETIREMENT, str(SERVICE), retirement={"delete_after_days": 30})
    late = NOW + timedelta(days=60)  # the operator was down
    disabled = step(world, late, held, calendar=FROZEN)
    assert disabled == Retire(decision, Use.WITHHELD, late + timedelta(days=30))
    held = after(disabled, late, held)
    assert step(world, late + timedelta(days=29), held) == Retire(decision, Use.WITHHELD, late + timedelta(days=30))
    ended = step(world, late + timedelta(days=30), held)
    assert ended == Retire(decision, Use.RETIRED)
    assert isinstance(step(world, late + timedelta(days=31), after(ended, late, held)), Nothing)


def test_a_freeze_does_not_hold_the_disabling_and_does_hold_the_deletion() -> None:
    world = lock.accepted()
    held = live(world)
    decision = world.decide(StatementType.RETIREMENT, str(SERVICE), retirement={"delete_after_days": 0})
    disabled = step(world, NOW, held, calendar=FROZEN)
    assert disabled == Retire(decision, Use.WITHHELD, THAW)
    assert step(world, NOW, after(disabled, NOW, held), calendar=FROZEN) == Retire(decision, Use.WITHHELD, THAW)
    assert step(world, THAW, after(disabled, NOW, held), calendar=FROZEN) == Retire(decision, Use.RETIRED)


def test_a_retirement_that_is_taken_back_opens_again() -> None:
    world = lock.accepted()
    held = live(world)
    retired = world.decide(StatementType.RETIREMENT, str(SERVICE), retirement={"delete_after_days": 30})
    held = after(step(world, NOW, held), NOW, held)
    world.decide(StatementType.REVOCATION, str(SERVICE), revokes=retired)
    found = step(world, NOW, held)
    assert isinstance(found, Move)
    assert found.use is Use.OPEN


@pytest.mark.parametrize("signer", [LIND, MAINTAINER])
def test_a_suspension_takes_out_of_use_and_its_end_brings_back_also_in_a_freeze(signer: lock.Signer) -> None:
    world = lock.accepted()
    held = live(world)
    world.clock = NOW - timedelta(minutes=1)
    ends = NOW + timedelta(hours=6)
    decision = world.decide(StatementType.SUSPENSION, str(SERVICE), signer, suspension={"reason": "leak"}, expires=ends)
    found = step(world, NOW, held, calendar=FROZEN)
    assert isinstance(found, Suspend)
    assert (found.decision, found.wake) == (decision, ends)
    back = step(world, ends, after(found, NOW, held), calendar=FROZEN)
    assert isinstance(back, Move)
    assert back.use is Use.OPEN


def test_one_person_suspends_for_a_day_and_two_as_long_as_they_say() -> None:
    world = lock.accepted()
    held = live(world)
    world.clock = NOW - timedelta(minutes=1)
    world.decide(StatementType.SUSPENSION, str(SERVICE), LIND, suspension={"reason": "leak"})
    assert isinstance(step(world, NOW + timedelta(hours=23), held), Suspend)
    assert step(world, NOW + timedelta(hours=24), held) == Keep()
    world.decide(StatementType.SUSPENSION, str(SERVICE), lock.FURU, suspension={"reason": "leak"})
    assert isinstance(step(world, NOW + timedelta(days=9), held), Suspend)


def test_nobody_else_suspends() -> None:
    world = lock.accepted()
    world.clock = NOW - timedelta(minutes=1)
    world.decide(StatementType.SUSPENSION, str(SERVICE), lock.STRANGER, suspension={"reason": "leak"})
    world.decide(StatementType.SUSPENSION, str(SERVICE), lock.HASSEL, suspension={"reason": "leak"})
    assert isinstance(step(world, NOW), Move)


def test_what_is_suspended_does_not_begin() -> None:
    world = lock.accepted()
    world.clock = NOW - timedelta(minutes=1)
    world.decide(StatementType.SUSPENSION, str(SERVICE), LIND, suspension={"reason": "leak"})
    assert names(step(world, NOW)) == ["Suspended"]


def test_a_lost_accepted_file_keeps_production_and_says_so_loudly() -> None:
    world = lock.accepted()
    held = live(world)
    del world.accepted[SUPPLIER, lock.production(lock.service())]
    assert names(step(world, held=held)) == ["ProductionLost"]
    world.documents[SERVICE] = lock.service(scopes=("nhn:deft/api",), host="new.fjordlegen.example")
    world.accept(world.submit())
    assert names(step(world, held=held)) == ["HeldSnapshotLost"]
    assert isinstance(step(world, held=held), Keep)


def test_a_lost_decision_keeps_production() -> None:
    world = lock.accepted()
    world.documents[SERVICE] = lock.service(scopes=("nhn:deft/api",))
    world.accept(world.submit())
    held = live(world)
    del world.decisions[list(world.decisions)[-1]]
    assert names(step(world, held=held)) == ["HeldDecisionLost"]


def test_a_key_that_is_revoked_afterwards_brings_nothing_older_back() -> None:
    world = lock.accepted()
    world.documents[SERVICE] = lock.service(scopes=("nhn:deft/api",))
    name = world.submit()
    before = world.clock
    world.accept(name)
    held = live(world)
    found = step(world, NOW, held, policy=furu_with(revoked_since=before))
    assert (type(found), names(found)) == (Keep, ["HeldDecisionVoid"])


def test_a_rollback_does_go_back() -> None:
    world = lock.accepted()
    world.documents[SERVICE] = lock.service(scopes=("nhn:deft/api",))
    world.accept(world.submit())
    held = live(world)
    old = lock.service()
    back = {"tested": lock.tested(old), "production": lock.production(old)}
    world.decide(StatementType.ROLLBACK, str(SERVICE), LIND, rollback=back)
    found = step(world, NOW, held)
    assert isinstance(found, Move)
    assert (found.snapshot.tested, found.use) == (lock.tested(old), Use.OPEN)
