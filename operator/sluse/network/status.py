"""What a NetworkOpening says of itself: where its policies stand, and which hosts no policy can cover."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sluse.model.names import ORGANISATION_NUMBER
from sluse.model.reasons.name import ReasonName
from sluse.model.resources.network_opening import NetworkOpeningSpec, NetworkOpeningStatus
from sluse.model.resources.status import Condition, ConditionStatus
from sluse.network.kubernetes import not_covered

_NAMESPACES = 200


def status(
    previous: NetworkOpeningStatus,
    *,
    generation: int,
    spec: NetworkOpeningSpec,
    namespaces: Collection[str],
    failure: str | None,
    now: datetime,
) -> NetworkOpeningStatus:
    """Return the whole status. `namespaces`: where a policy stands; `failure`: why they may not all be there."""
    ready, reason, message = _ready(spec, namespaces, failure)
    moment = now.replace(microsecond=0)
    before = {condition.type: condition for condition in previous.conditions}.get("Ready")
    condition = Condition(
        type="Ready",
        status=ready,
        reason=reason,
        message=message[:2000],
        last_transition_time=before.last_transition_time if before and before.status is ready else moment,
        observed_generation=generation,
    )
    return NetworkOpeningStatus(
        conditions=(condition,),
        # Not dealt with while something fails; nothing of the spec waits for anybody else.
        observed_generation=previous.observed_generation if failure is not None else generation,
        handled=previous.handled,
        namespaces=tuple(sorted(namespaces))[:_NAMESPACES],
        openings=len(spec.openings),
    )


def _ready(
    spec: NetworkOpeningSpec, namespaces: Collection[str], failure: str | None
) -> tuple[ConditionStatus, ReasonName, str]:
    if failure is not None:
        return ConditionStatus.FALSE, "PoliciesNotWritten", failure
    hosts = not_covered(spec.openings)
    uncovered = f"no address is known of {', '.join(hosts)}" if hosts else ""
    if not any(each.addresses for each in spec.openings):
        return ConditionStatus.FALSE, "NoAddressKnown", f"there is no policy: {uncovered or 'no host is known'}"
    if not namespaces:
        told = f"no namespace is labelled {ORGANISATION_NUMBER} with {', '.join(spec.numbers)}"
        return ConditionStatus.TRUE, "NoNamespace", "; ".join(filter(None, (told, uncovered)))
    if hosts:
        return ConditionStatus.TRUE, "PartlyCovered", f"not covered: {uncovered}"
    return ConditionStatus.TRUE, "Applied", "every host is covered"
