"""What the statuses of clients and of federations have in common: conditions, and who is waited for. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sluse.model.outcome import Conflicted, FederationOutcome, Outcome, Party, Rejected, Retired, Synced, Waiting
from sluse.model.reasons.name import AuthorityReason, ReasonName
from sluse.model.registration import Use
from sluse.model.resources.status import Condition, ConditionStatus, WaitingFor

Said = tuple[str, ConditionStatus, ReasonName | AuthorityReason, str]
"""Type, status, reason and message of a condition."""


def said_of(outcome: Outcome | FederationOutcome) -> tuple[Said, ...]:
    """Return Ready, and Stalled where only a changed file helps."""
    ready, reason, message = _ready(outcome)
    said = ("Ready", ready, reason, message)
    if isinstance(outcome, Rejected | Conflicted):
        return (said, ("Stalled", ConditionStatus.TRUE, reason, message))
    return (said,)


def conditions(
    previous: Iterable[Condition], said: Iterable[Said], generation: int, now: datetime
) -> tuple[Condition, ...]:
    """Return the conditions; the time of one moves only when its status flips."""
    before = {condition.type: condition for condition in previous}
    return tuple(_condition(before.get(row[0]), *row, generation, now) for row in said)


def waiting_for(
    before: WaitingFor | None, outcome: Outcome | FederationOutcome, now: datetime, *, author: Party
) -> WaitingFor | None:
    """Return who must act, since when; `author` is who can change the file."""
    match outcome:
        case Waiting(reason=reason, on=party):
            on = party
        case Rejected(reason=reason):
            on = author
        case Conflicted():
            on, reason = Party.CLUSTER_OPERATOR, "OwnedByAnother"
        case _:
            return None
    same = before is not None and (before.on, before.reason) == (on.value, reason)
    return before if same else WaitingFor(on=on.value, reason=reason, since=now)


def reason_of(code: str) -> AuthorityReason:
    """Return an authority's error code as a condition's reason: `invalid_scope` -> `InvalidScope`."""
    words = "".join(word.capitalize() for word in code.replace("-", "_").split("_") if word.isalnum())
    return AuthorityReason(words if words[:1].isalpha() else "Refused")


def _ready(outcome: Outcome | FederationOutcome) -> tuple[ConditionStatus, ReasonName | AuthorityReason, str]:
    match outcome:
        case Synced(held=held):
            if held.use is Use.WITHHELD:
                return ConditionStatus.TRUE, "Withheld", "registered, and withheld from use"
            return ConditionStatus.TRUE, "Registered", "the authority holds what the file says"
        case Retired():
            return ConditionStatus.TRUE, "Retired", "the registration is ended at the authority"
        case Waiting(reason=reason, message=message) | Rejected(reason=reason, message=message):
            return ConditionStatus.FALSE, reason, message[:2000]
        case Conflicted(message=message):
            return ConditionStatus.FALSE, "OwnedByAnother", message[:2000]


def _condition(
    before: Condition | None,
    kind: str,
    value: ConditionStatus,
    reason: ReasonName | AuthorityReason,
    message: str,
    generation: int,
    now: datetime,
) -> Condition:
    since = before.last_transition_time if before is not None and before.status is value else now
    return Condition(
        type=kind,
        status=value,
        reason=reason,
        message=message,
        last_transition_time=since,
        observed_generation=generation,
    )
