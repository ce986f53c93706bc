"""Drift is told where people look at an object: as an Event, which `kubectl describe` shows."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sluse.cluster.client import Cluster
from sluse.delivery.engine import Declared
from sluse.delivery.observing import KINDS
from sluse.desired.stack import Manifest, ObjectKey
from sluse.errors import ClusterError, NotFound
from sluse.model.names import API_VERSION, Environment
from sluse.model.reasons.name import ReasonName

log = logging.getLogger(__name__)

MOST = 20
"""Events of one stack at once: a cluster that was set back has lost everything, which needs no thousand."""

RESTORED: ReasonName = "Restored"
REMOVED: ReasonName = "Removed"
_MESSAGES: dict[ReasonName, str] = {
    RESTORED: "it was not as declared, and nobody had asked for that; it is as declared again",
    REMOVED: "nobody wants it; it was deleted",
}


@dataclass(frozen=True)
class DriftEvents:
    """Posts one Event an object. An Event that cannot be posted is a line in the log."""

    cluster: Cluster
    environment: Environment
    now: Callable[[], datetime]

    async def __call__(self, done: Declared) -> None:
        """Tell what was put right."""
        told: list[tuple[ObjectKey, ReasonName]] = [(key, RESTORED) for key in done.applied] + [
            (key, REMOVED) for key in done.pruned
        ]
        for key, reason in told[:MOST]:
            await self._tell(key, reason)
        if len(told) > MOST:
            log.warning("%d more objects had drifted, of which no Event is posted", len(told) - MOST)

    async def _tell(self, key: ObjectKey, reason: ReasonName) -> None:
        try:
            await self.cluster.create(event(key, await self._uid(key), reason, self.environment, self.now()))
        except ClusterError as error:
            log.warning("no Event about %s %s (%s): %s", key.kind, key.name, reason, error.message)

    async def _uid(self, key: ObjectKey) -> str | None:
        """Return the object's uid, by which kubectl finds its Events; None of one that is gone."""
        try:
            found = await self.cluster.get(KINDS[key.kind], self.environment.namespace, key.name)
        except NotFound:
            return None
        return str(found["metadata"]["uid"])


def event(key: ObjectKey, uid: str | None, reason: ReasonName, environment: Environment, now: datetime) -> Manifest:
    """Return the Event that says what was done to an object."""
    moment = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    about = {"apiVersion": API_VERSION, "kind": key.kind, "namespace": environment.namespace, "name": key.name}
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"generateName": f"{key.name}.", "namespace": environment.namespace},
        "involvedObject": about if uid is None else {**about, "uid": uid},
        "type": "Warning",
        "reason": reason,
        "message": _MESSAGES[reason],
        "source": {"component": "sluse"},
        "firstTimestamp": moment,
        "lastTimestamp": moment,
        "count": 1,
    }
