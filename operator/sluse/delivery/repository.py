"""The IntegrationRepository as sync sees it, and the one function that computes its status. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sluse.model.names import GROUP
from sluse.model.reasons.name import ReasonName
from sluse.model.resources.integration_repository import IntegrationRepositorySpec, IntegrationRepositoryStatus
from sluse.model.resources.status import Condition, ConditionStatus

SYNC_REQUESTED = f"{GROUP}/sync-requested"
"""Annotation: any new value asks for a sync at once."""

RELEASE_FUSE = f"{GROUP}/release-fuse"
"""Annotation: the commit whose many changes are meant."""

CHANGE_ENGINE = f"{GROUP}/change-engine"
"""Annotation: the engine that takes over from the one that declared the stacks so far."""

REGISTRATION_ENDED = f"{GROUP}/registration-ended"
"""Annotation: client ids whose registrations the authority has ended, with a comma between."""

_SECONDS = {"s": 1, "m": 60, "h": 3600}
_SHORTEST = 1.0  # seconds: an interval of 0s would ask the remote without a pause


@dataclass(frozen=True)
class Repository:
    """One IntegrationRepository object."""

    name: str
    generation: int
    spec: IntegrationRepositorySpec
    annotations: Mapping[str, str]

    @property
    def interval(self) -> float:
        """Seconds between two looks at the remote."""
        return max(_SHORTEST, float(int(self.spec.interval[:-1]) * _SECONDS[self.spec.interval[-1]]))

    def pause(self, wake: datetime | None, looked: datetime | None, now: datetime) -> float:
        """Return the seconds to the next look: the interval, or less where the gate's answer changes at `wake`.

        `looked` is the moment that was last looked at. What lies not after it is answered, or could not be (the remote
        was away): it never asks for another look, and none comes sooner than the shortest interval. Else a moment that
        has passed would have the remote asked without a pause.
        """
        if wake is None or looked is None or wake <= looked:
            return self.interval
        return min(self.interval, max(_SHORTEST, (wake - now).total_seconds()))

    def releases_fuse(self, commit: str) -> bool:
        """Tell whether somebody with access to the cluster has let this commit's changes through."""
        return self.annotations.get(RELEASE_FUSE) == commit

    @property
    def ended(self) -> frozenset[str]:
        """Client ids of which somebody with access to the cluster says that the authority ended them."""
        return frozenset(map(str.strip, self.annotations.get(REGISTRATION_ENDED, "").split(","))) - {""}

    def changes_engine(self, engine: str) -> bool:
        """Tell whether somebody with access to the cluster lets this engine take over what another declared."""
        return self.annotations.get(CHANGE_ENGINE) == engine


@dataclass(frozen=True)
class SyncResult:
    """How a sync went. `stalled`: only a changed object or setting helps."""

    ready: bool
    reason: ReasonName
    message: str
    stalled: bool = False
    commit: str | None = None
    organisations: int | None = None
    integrations: int | None = None
    problems: int | None = None
    fuse_held: int = 0


def status(
    previous: IntegrationRepositoryStatus, generation: int, result: SyncResult, now: datetime
) -> IntegrationRepositoryStatus:
    """Return the whole status after a sync. Nothing in it moves while nothing changes: no time of the last look."""
    moment = now.replace(microsecond=0)
    ready = ConditionStatus.TRUE if result.ready else ConditionStatus.FALSE
    said: list[tuple[str, ConditionStatus, ReasonName, str]] = [("Ready", ready, result.reason, result.message[:2000])]
    if result.stalled:
        said.append(("Stalled", ConditionStatus.TRUE, result.reason, result.message[:2000]))
    if result.fuse_held:
        message = (
            f"{result.fuse_held} changes at once are held; if they are meant, annotate the "
            f"IntegrationRepository with {RELEASE_FUSE}={result.commit}"
        )
        said.append(("FuseHeld", ConditionStatus.TRUE, "ManyChanges", message))
    before = {condition.type: condition for condition in previous.conditions}
    conditions = tuple(
        Condition(
            type=kind,
            status=value,
            reason=reason,
            message=text,
            last_transition_time=before[kind].last_transition_time
            if kind in before and before[kind].status is value
            else moment,
            observed_generation=generation,
        )
        for kind, value, reason, text in said
    )
    return IntegrationRepositoryStatus(
        conditions=conditions,
        observed_generation=generation if result.ready or result.stalled else previous.observed_generation,
        handled=previous.handled,
        commit=result.commit or previous.commit,
        organisations=result.organisations if result.organisations is not None else previous.organisations,
        integrations=result.integrations if result.integrations is not None else previous.integrations,
        problems=result.problems if result.problems is not None else previous.problems,
    )
