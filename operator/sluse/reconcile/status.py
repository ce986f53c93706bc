"""The one status function: previous status, generation and outcome in, whole status out. Pure.

Computed once and written once, last; no branch of converging ever touches a condition. `Ready` always stands;
`Stalled` stands only while only a changed file helps. A time moves only when its condition's status flips, so
that waiting writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sluse.model.held import HeldClient
from sluse.model.outcome import Outcome, Party, Synced, Waiting
from sluse.model.registration import Use
from sluse.model.resources.helseid_client import HelseIDClientSpec, HelseIDClientStatus
from sluse.model.resources.status import ConditionStatus
from sluse.reconcile.conditions import conditions, said_of, waiting_for


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
    said = said_of(outcome)
    if outcome.held.possible_orphans:
        said += (("PossibleOrphan", ConditionStatus.TRUE, "InterruptedCreation", _orphans(outcome.held)),)
    # Waiting leaves the observed generation where it was: this generation is not dealt with yet.
    observed = previous.observed_generation if isinstance(outcome, Waiting) else generation
    anchor = outcome.held.anchor
    return HelseIDClientStatus(
        conditions=conditions(previous.conditions, said, generation, moment),
        observed_generation=observed,
        handled=previous.handled,
        client_id=anchor.client_id if anchor else None,
        issuer=issuer if anchor else None,
        use=outcome.held.use,
        key_ids=_key_ids(spec, outcome),
        registered=outcome.held.digest,
        waiting_for=waiting_for(previous.waiting_for, outcome, moment, author=Party.SUPPLIER),
    )


def merge_patch(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, object]:
    """Return the RFC 7386 patch that turns `old` into `new`; empty where they are equal. `handled` is Kopf's, not ours."""
    patch: dict[str, object] = {name: value for name, value in new.items() if old.get(name) != value}
    patch.update({name: None for name in old if name not in new})
    patch.pop("handled", None)
    return patch


def _key_ids(spec: HelseIDClientSpec, outcome: Outcome) -> tuple[str, ...]:
    if isinstance(outcome, Synced) and outcome.held.use is Use.OPEN and spec.registration is not None:
        return tuple(key.kid for key in spec.registration.keys)
    return ()


def _orphans(held: HeldClient) -> str:
    named = ", ".join(f"{intent.id} of {intent.since:%Y-%m-%d %H:%M:%SZ}" for intent in held.possible_orphans)
    return f"a creation was interrupted and the authority cannot list: an unusable registration may be left ({named})"
