"""The one status function: previous status, generation and outcome in, whole status out. Pure.

Computed once and written once, last; no branch of converging ever touches a condition. `Ready` always stands;
`Stalled` stands only while only a changed file helps. A time moves only when its condition's status flips, so
that waiting writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sluse.model.held import HeldClient
from sluse.model.outcome import Conflicted, Outcome, Rejected, Retired, Synced, Waiting
from sluse.model.registration import Use
from sluse.model.resources.helseid_client import HelseIDClientSpec, HelseIDClientStatus
from sluse.model.resources.status import Condition, ConditionStatus, WaitingFor


def status(
    previous: HelseIDClientStatus,
    *,
    generation: int,
    spec: HelseIDClientSpec,
    outcome: Outcome,
    issuer: str,
    now: datetime,
) -> HelseIDClientStatus:
    """Return the whole status of a client after `outcome`; `now` is truncated to the second, as Kubernetes keeps it."""
    moment = now.replace(microsecond=0)
    ready, reason, message = _ready(outcome)
    said = [("Ready", ready, reason, message)]
    if isinstance(outcome, Rejected | Conflicted):
        said.append(("Stalled", ConditionStatus.TRUE, reason, message))
    if outcome.held.possible_orphans:
        said.append(("PossibleOrphan", ConditionStatus.TRUE, "InterruptedCreation", _orphans(outcome.held)))
    before = {condition.type: condition for condition in previous.conditions}
    # Waiting leaves the observed generation where it was: this generation is not dealt with yet.
    observed = previous.observed_generation if isinstance(outcome, Waiting) else generation
    anchor = outcome.held.anchor
    return HelseIDClientStatus(
        conditions=tuple(_condition(before.get(row[0]), *row, generation, moment) for row in said),
        observed_generation=observed,
        handled=previous.handled,
        client_id=anchor.client_id if anchor else None,
        issuer=issuer if anchor else None,
        use=outcome.held.use,
        key_ids=_key_ids(spec, outcome),
        registered=outcome.held.digest,
        waiting_for=_waiting_for(previous, outcome, moment),
    )


def merge_patch(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, object]:
    """Return the RFC 7386 patch that turns `old` into `new`; empty where they are equal. `handled` is Kopf's, not ours."""
    patch: dict[str, object] = {name: value for name, value in new.items() if old.get(name) != value}
    patch.update({name: None for name in old if name not in new})
    patch.pop("handled", None)
    return patch


def _ready(outcome: Outcome) -> tuple[ConditionStatus, str, str]:
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
    reason: str,
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


def _waiting_for(previous: HelseIDClientStatus, outcome: Outcome, now: datetime) -> WaitingFor | None:
    match outcome:
        case Waiting(reason=reason, on=party):
            on = party.value
        case Rejected(reason=reason):
            on = "supplier"
        case Conflicted():
            on, reason = "cluster operator", "OwnedByAnother"
        case _:
            return None
    before = previous.waiting_for
    same = before is not None and (before.on, before.reason) == (on, reason)
    return before if same else WaitingFor(on=on, reason=reason, since=now)


def _key_ids(spec: HelseIDClientSpec, outcome: Outcome) -> tuple[str, ...]:
    if isinstance(outcome, Synced) and outcome.held.use is Use.OPEN and spec.registration is not None:
        return tuple(key.kid for key in spec.registration.keys)
    return ()


def _orphans(held: HeldClient) -> str:
    named = ", ".join(f"{intent.id} of {intent.since:%Y-%m-%d %H:%M:%SZ}" for intent in held.possible_orphans)
    return f"a creation was interrupted and the authority cannot list: an unusable registration may be left ({named})"
