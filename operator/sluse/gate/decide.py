"""What to do about an integration in production now: entitled, held, the clock and the calendar -> one step.

                 configure                        open
    (nothing) ─────────────▶ held, Withheld ─────────────▶ held, Open        each when the calendar lets it
                 entitled                      at >= opens

- A freeze or a closed window stops moves. It is no state: nothing that is held changes by it.
- A suspension and the first half of a retirement narrow, and are signed by name: they ask no calendar. The end of a
  suspension asks none either, since it brings back what was there, and waiting would lengthen an outage. The second half
  of a retirement, the deletion, cannot be undone and is in no hurry: it waits for freezes and windows.
- A live service is never withheld by a change: it becomes the new snapshot, open, or stays.
- Production goes only forward in the chain. Where the decision it holds no longer counts, an older one does not come
  back by itself: that takes a rollback.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sluse.gate import calendar
from sluse.gate.entitled import entitled
from sluse.gate.record import Record
from sluse.gate.retirement import ALONE, retirement, suspension
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import (
    Entitled,
    Keep,
    Move,
    NotEntitled,
    Nothing,
    Reason,
    Retire,
    RetirementOrder,
    Step,
    Suspend,
)
from sluse.model.held import HeldSnapshot
from sluse.model.names import Digest, IntegrationKey
from sluse.model.outcome import Party
from sluse.model.registration import Use
from sluse.words.said import say


@dataclass(frozen=True)
class Circumstances:
    """What is true besides what is signed. `held`: what production was last brought to, as the ledger says.

    `withholds` tells whether the registrar can register without letting anybody use it: else both steps are taken at
    *open*. The operator-wide stop is no part of it: a suspended repository is not synced, so nothing is decided.
    """

    at: datetime
    held: HeldSnapshot | None = None
    withholds: bool = True


def decide(survey: GateSurvey, key: IntegrationKey, given: Circumstances) -> Step:
    """Return the one step to take now."""
    narrower = narrowed(survey, key, given)
    if narrower is not None:
        return narrower
    held = _held(given)
    entitlement = entitled(survey, key, given.at)
    if isinstance(entitlement, NotEntitled):
        return _stay(held, entitlement.reasons, survey.view(key.organisation, given.at).until)
    brake = suspension(survey, key, given.at)
    if brake is not None:
        return Nothing((_suspended(brake),))
    return _move(survey, key, given, held, entitlement)


def narrowed(survey: GateSurvey, key: IntegrationKey, given: Circumstances) -> Step | None:
    """Return the step that holds or narrows what is held, whatever it is entitled to; None where none does."""
    held = _held(given)
    halted = _halted(survey)
    if halted is not None:
        return _stay(held, (halted,))
    if held is None:
        return None
    order = retirement(survey, key, given.at)
    if order is not None:
        return _retire(survey, key, given, held, order)
    brake = suspension(survey, key, given.at)
    if brake is not None:
        ends = brake.statement.expires or brake.statement.issued_at + ALONE
        return Suspend(brake.id, ends if ends > given.at else None, (_suspended(brake),))
    return None


def _suspended(brake: Record) -> Reason:
    return Reason("Suspended", say("{record} says so", record=brake.named), Party.REVIEWER)


def _halted(survey: GateSurvey) -> Reason | None:
    """Return why nothing may be written at all, not even what narrows."""
    zone = survey.policy.calendar.zone
    if not calendar.is_zone(zone):
        return Reason(
            "ZoneUnknown",
            say("policies/calendar.yaml is in the zone {zone}, which has no clock", zone=zone),
            Party.REVIEWER,
        )
    return None


def _move(
    survey: GateSurvey, key: IntegrationKey, given: Circumstances, held: HeldSnapshot | None, entitlement: Entitled
) -> Step:
    snapshot = entitlement.snapshot
    same = held is not None and (held.tested, held.production) == (snapshot.tested, snapshot.production)
    if held is not None and not same:
        bar = _lost(survey, key, held) or _backwards(survey, key, given, held, entitlement)
        if bar is not None:
            return Keep((bar,))
    live = held is not None and held.use is Use.OPEN
    if same and live:
        return Keep()
    due = given.at >= entitlement.opens
    if not due and (same or live or not given.withholds):
        return _stay(held, (), allowed(survey, key, entitlement.opens))
    bar = None if same and _ends_suspension(survey, key, held) else barred(survey, key, given.at)
    if bar is not None:
        return _stay(held, (bar,), allowed(survey, key, given.at))
    if due:
        return Move(snapshot, entitlement.decision, Use.OPEN)
    return Move(snapshot, entitlement.decision, Use.WITHHELD, allowed(survey, key, entitlement.opens))


def _retire(
    survey: GateSurvey, key: IntegrationKey, given: Circumstances, held: HeldSnapshot, order: RetirementOrder
) -> Step:
    """The wait counts from when it was really disabled: an operator that was down meanwhile shortens nothing."""
    if held.decision != order.decision or held.use is not Use.WITHHELD:
        return Retire(order.decision, Use.WITHHELD, allowed(survey, key, max(order.delete_at, given.at + order.pause)))
    delete_at = max(order.delete_at, held.since + order.pause)
    if given.at < delete_at:
        return Retire(order.decision, Use.WITHHELD, allowed(survey, key, delete_at))
    if barred(survey, key, given.at) is not None:
        return Retire(order.decision, Use.WITHHELD, allowed(survey, key, given.at))
    return Retire(order.decision, Use.RETIRED)


def _held(given: Circumstances) -> HeldSnapshot | None:
    """What is retired is not held: it may begin anew."""
    return None if given.held is None or given.held.use is Use.RETIRED else given.held


def _stay(held: HeldSnapshot | None, reasons: tuple[Reason, ...], wake: datetime | None = None) -> Keep | Nothing:
    return Nothing(reasons, wake) if held is None else Keep(reasons, wake)


def _lost(survey: GateSurvey, key: IntegrationKey, held: HeldSnapshot) -> Reason | None:
    """Return the loss of a file that production stands on."""
    accepted = survey.share(key.organisation).accepted
    gone = [each for each in (held.tested, held.production) if each not in accepted]
    if not gone:
        return None
    message = say("accepted/{digest}.json is gone, and production holds it: restore the file", digest=gone[0])
    return Reason("HeldSnapshotLost", message, Party.REVIEWER)


def _backwards(
    survey: GateSurvey, key: IntegrationKey, given: Circumstances, held: HeldSnapshot, entitlement: Entitled
) -> Reason | None:
    view = survey.view(key.organisation, given.at)
    chain = view.of(str(key))
    if held.decision not in view.register.records:
        message = say(
            "the decision {decision} that production holds is gone: restore its file", decision=held.decision[:12]
        )
        return Reason("HeldDecisionLost", message, Party.REVIEWER)
    stands_on = [each.id for each in view.naming(str(key), held.tested, held.production)]
    if held.decision in stands_on:
        stands_on = [Digest(held.decision)]  # else it was a suspension: any statement that allowed this may be it
    if any(chain.comes_before(entitlement.decision, each) for each in stands_on):
        message = say("the decision that production holds does not count any more, and only a rollback goes back")
        return Reason("HeldDecisionVoid", message, Party.REVIEWER)
    return None


def _ends_suspension(survey: GateSurvey, key: IntegrationKey, held: HeldSnapshot | None) -> bool:
    record = None if held is None else survey.records(key.organisation).get(Digest(held.decision))
    return record is not None and record.statement.suspension is not None


def barred(survey: GateSurvey, key: IntegrationKey, at: datetime) -> Reason | None:
    """Return the freeze, or the want of a window, that keeps an integration from moving."""
    frozen = calendar.frozen_at(_freezes(survey, key), at)
    if frozen is not None:
        return Reason(
            "Frozen", say("{why}, until {end}Z", why=frozen.why, end=f"{frozen.end:%Y-%m-%d %H:%M}"), Party.REVIEWER
        )
    if not calendar.in_window(survey.policy.calendar, at):
        return Reason("OutsideWindow", say("production moves in service windows only"), Party.REVIEWER)
    return None


def allowed(survey: GateSurvey, key: IntegrationKey, after: datetime) -> datetime | None:
    """Return the first moment from `after` on at which it may move; None where none comes."""
    return calendar.next_allowed(survey.policy.calendar, _freezes(survey, key), after)


def _freezes(survey: GateSurvey, key: IntegrationKey) -> tuple[calendar.Span, ...]:
    document = survey.share(key.organisation).document(key)
    return tuple(calendar.freezes(survey.policy.calendar, document.spec.plan if document is not None else None))
