"""One HelseIDClient object at a time: lock, judge against what is compiled, converge, remember, say when to look again.

Knows no Kopf, so that the handler and the wake-up schedule run the very same code. The object's spec is never
acted on: where it differs from what is compiled, its stack is reported dirty and declared again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sluse.cluster.client import Cluster
from sluse.cluster.kinds import HELSEID_CLIENT
from sluse.delivery.compiled import Box
from sluse.errors import ClusterError, Conflict, NotFound
from sluse.ledger.stages import settle
from sluse.model.held import OrganisationLedger
from sluse.model.names import GROUP, ClientKey, Environment
from sluse.model.outcome import Conflicted, Outcome, Rejected, Retired, Synced, Waiting
from sluse.model.resources.helseid_client import HelseIDClientSpec, HelseIDClientStatus
from sluse.model.settings import Timing
from sluse.reconcile.converge import Converge
from sluse.reconcile.status import merge_patch, status

log = logging.getLogger(__name__)

RECONCILE_REQUESTED = f"{GROUP}/reconcile-requested"
"""Annotation: any new value asks for a look at the authority now."""


class Books(Protocol):
    """What this room needs of the ledger."""

    def get(self, organisation: str) -> OrganisationLedger: ...

    async def change(self, organisation: str, change: Callable[[OrganisationLedger], OrganisationLedger]) -> None: ...


class Stacks(Protocol):
    """What this room needs of sync."""

    def dirty(self, organisation: str) -> None: ...

    def request(self) -> None: ...


@dataclass
class Objects:
    """All HelseIDClient objects of one environment. `again(key, seconds)` schedules the next look."""

    environment: Environment
    box: Box
    converge: Converge
    books: Books
    stacks: Stacks
    cluster: Cluster
    issuer: str
    timing: Timing
    again: Callable[[ClientKey, float], None]
    changed: Callable[[], None]
    now: Callable[[], datetime]
    _locks: defaultdict[ClientKey, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _failures: dict[ClientKey, int] = field(default_factory=dict)

    async def handle(self, body: Mapping[str, Any]) -> dict[str, object]:
        """Deal with the object as the cluster has it; return the patch of its status, empty where nothing changes."""
        compiled = await self.box.get()
        key = ClientKey.parse(body["metadata"]["name"])
        if key is None:
            return {}
        wanted = compiled.client(key)
        if wanted is None or wanted.wire() != body["spec"]:
            if compiled.keeps(key):
                self.again(key, self.timing.drift)  # its file may be readable by then
            else:
                log.info("%s is not as declared; its stack is declared again", key)
                self.stacks.dirty(key.organisation)
            return {}
        previous = HelseIDClientStatus.model_validate(body.get("status") or {})
        async with self._locks[key]:
            if self._settled(key, wanted, previous, body):
                self.again(key, self.timing.drift)
                return {}
            return await self._converge(key, wanted, previous, body)

    async def wake(self, key: ClientKey) -> None:
        """Look again at an object that waits or may have drifted; write its status only if it changed."""
        try:
            body = await self.cluster.get(HELSEID_CLIENT, self.environment.namespace, str(key))
            compiled = await self.box.get()
            wanted = compiled.client(key)
            if wanted is None or wanted.wire() != body["spec"]:
                if compiled.keeps(key):
                    self.again(key, self.timing.drift)
                return  # else the watch has seen it, or will
            previous = HelseIDClientStatus.model_validate(body.get("status") or {})
            async with self._locks[key]:
                patch = await self._converge(key, wanted, previous, body)
            if patch:
                # Guarded: if the handler has written in between, its word is the newer one.
                guard = {"metadata": {"resourceVersion": body["metadata"]["resourceVersion"]}, "status": patch}
                await self.cluster.merge(
                    HELSEID_CLIENT, self.environment.namespace, str(key), guard, subresource="status"
                )
        except NotFound:
            return
        except Conflict:
            self.again(key, self.timing.retry_first)
        except ClusterError as error:
            log.warning("%s: %s", key, error.message)
            self.again(key, self.timing.retry_most)

    def gone(self, body: Mapping[str, Any]) -> None:
        """Report a deleted object: where it is still wanted, its stack is declared again."""
        key = ClientKey.parse(body["metadata"]["name"])
        compiled = self.box.now
        if key is not None and compiled is not None and compiled.client(key) is not None:
            self.stacks.dirty(key.organisation)

    def _settled(
        self, key: ClientKey, wanted: HelseIDClientSpec, previous: HelseIDClientStatus, body: Mapping[str, Any]
    ) -> bool:
        """Tell whether the ledger holds exactly this already and nobody asked: a restart then costs nothing."""
        held = self.books.get(key.organisation).client(key.integration, key.client)
        asked = (body["metadata"].get("annotations") or {}).get(RECONCILE_REQUESTED)
        answered = previous.handled.annotations.get(RECONCILE_REQUESTED) if previous.handled else None
        return (
            wanted.registration is not None
            and (held.digest, held.use) == (wanted.registration.digest, wanted.use)
            and held.anchor is not None
            and asked == answered
            and any(condition.type == "Ready" and condition.status.value == "True" for condition in previous.conditions)
            and previous.observed_generation == body["metadata"]["generation"]
        )

    async def _converge(
        self, key: ClientKey, wanted: HelseIDClientSpec, previous: HelseIDClientStatus, body: Mapping[str, Any]
    ) -> dict[str, object]:
        outcome = await self.converge(key, wanted)
        now = self.now()
        await self._remember(key, outcome, now)
        self._again(key, outcome)
        after = status(
            previous,
            generation=body["metadata"]["generation"],
            spec=wanted,
            outcome=outcome,
            issuer=self.issuer,
            now=now,
        )
        return merge_patch(dict(body.get("status") or {}), after.wire())

    async def _remember(self, key: ClientKey, outcome: Outcome, now: datetime) -> None:
        before = self.books.get(key.organisation)

        def change(ledger: OrganisationLedger) -> OrganisationLedger:
            entry = ledger.integrations[key.integration]
            after = settle(entry, key.client, outcome, now)
            if after is entry:
                return ledger
            return ledger.model_copy(update={"integrations": {**ledger.integrations, key.integration: after}})

        await self.books.change(key.organisation, change)
        if self.books.get(key.organisation) is not before:
            log.info("%s: %s", key, _told(outcome))
            self.changed()
        if isinstance(outcome, Retired):
            self.stacks.request()

    def _again(self, key: ClientKey, outcome: Outcome) -> None:
        if not isinstance(outcome, Waiting):
            self._failures.pop(key, None)
            if not isinstance(outcome, Retired):
                self.again(key, self.timing.drift)
            return
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        backoff = min(self.timing.retry_most, self.timing.retry_first * 2 ** min(failures, 16))
        self.again(key, max(backoff, outcome.retry_after or 0.0))


def _told(outcome: Outcome) -> str:
    match outcome:
        case Synced(changed=changed):
            return f"registered{f' ({changed})' if changed else ''}"
        case Retired():
            return "retired"
        case Waiting(reason=reason, message=message) | Rejected(reason=reason, message=message):
            return f"{reason}: {message}"
        case Conflicted(message=message):
            return f"OwnedByAnother: {message}"
