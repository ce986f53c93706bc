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
from sluse.errors import ClusterError, Conflict, LedgerError, NotFound
from sluse.ledger.stages import reach, settle
from sluse.model.held import HeldClient, OrganisationLedger
from sluse.model.names import GROUP, ClientKey, Environment
from sluse.model.outcome import Conflicted, Outcome, Party, Rejected, Retired, Synced, Waiting
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
        await self.box.get()
        key = ClientKey.parse(body["metadata"]["name"])
        if key is None:
            return {}
        async with self._locks[key]:
            try:
                return await self._look(key, body, woken=False)
            except ClusterError as error:
                self._put_off(key, error)
                return {}

    async def wake(self, key: ClientKey) -> None:
        """Look again at an object that waits or may have drifted; write its status only if it changed."""
        namespace = self.environment.namespace
        async with self._locks[key]:
            try:
                body = await self.cluster.get(HELSEID_CLIENT, namespace, str(key))
            except NotFound:
                return
            except ClusterError as error:
                self._put_off(key, error)
                return
            try:
                patch = await self._look(key, body, woken=True)
                if patch:
                    # Guarded: if the handler's patch came in between, its word is the newer one.
                    guard = {"metadata": {"resourceVersion": body["metadata"]["resourceVersion"]}, "status": patch}
                    await self.cluster.merge(HELSEID_CLIENT, namespace, str(key), guard, subresource="status")
            except Conflict:
                self.again(key, self.timing.retry_first)
            except ClusterError as error:
                self._put_off(key, error)

    def gone(self, body: Mapping[str, Any]) -> None:
        """Report a deleted object: where it is still wanted, its stack is declared again."""
        key = ClientKey.parse(body["metadata"]["name"])
        compiled = self.box.now
        if key is not None and compiled is not None and compiled.client(key) is not None:
            self.stacks.dirty(key.organisation)

    async def _look(self, key: ClientKey, body: Mapping[str, Any], *, woken: bool) -> dict[str, object]:
        """Judge one object under its lock; return the patch of its status."""
        compiled = await self.box.get()
        wanted = compiled.client(key)
        if wanted is None or wanted.wire() != body["spec"]:
            if compiled.keeps(key):
                self.again(key, self.timing.drift)  # its file may be readable by then
            else:
                log.info("%s is not as declared; its stack is declared again", key)
                self.stacks.dirty(key.organisation)
            return {}
        previous = HelseIDClientStatus.model_validate(body.get("status") or {})
        if not woken and self._answered(previous, body):
            held = self.books.get(key.organisation).client(key.integration, key.client)
            if _refused(previous, held):
                return {}
            if _holds(previous, held, wanted):
                self.again(key, self.timing.drift)
                return {}
        return await self._converge(key, wanted, previous, body)

    @staticmethod
    def _answered(previous: HelseIDClientStatus, body: Mapping[str, Any]) -> bool:
        """Tell whether this generation was dealt with and nobody has asked since: a restart then costs nothing."""
        asked = (body["metadata"].get("annotations") or {}).get(RECONCILE_REQUESTED)
        answered = previous.handled.annotations.get(RECONCILE_REQUESTED) if previous.handled else None
        return asked == answered and previous.observed_generation == body["metadata"]["generation"]

    async def _converge(
        self, key: ClientKey, wanted: HelseIDClientSpec, previous: HelseIDClientStatus, body: Mapping[str, Any]
    ) -> dict[str, object]:
        now = self.now()
        outcome: Outcome
        try:
            outcome = await self.converge(key, wanted)
            now = self.now()
            await self._remember(key, outcome, now)
        except LedgerError as error:
            # One client's damaged memory is shown at that client; raised, it would stop everybody's schedule.
            log.error("%s: %s", key, error.message)  # noqa: TRY400 - a sentence for people, no stack
            held = self.books.get(key.organisation).client(key.integration, key.client)
            outcome = Waiting("LedgerUnusable", _sentence(error), Party.CLUSTER_OPERATOR, held)
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
        compiled = await self.box.get()

        def change(ledger: OrganisationLedger) -> OrganisationLedger:
            entry = ledger.integrations[key.integration]
            after = settle(entry, key.client, outcome, now, self.environment)
            goal = compiled.goal(key.integration_key, now)
            if goal is not None:
                after = reach(after, *goal)
            if after is entry:
                return ledger
            return ledger.model_copy(update={"integrations": {**ledger.integrations, key.integration: after}})

        await self.books.change(key.organisation, change)
        if self.books.get(key.organisation) is not before:
            log.info("%s: %s", key, _told(outcome))
            self.changed()
        if isinstance(outcome, Retired):
            self.stacks.request()

    def _put_off(self, key: ClientKey, error: ClusterError) -> None:
        """Try again later what the cluster could not do. Kopf's own retries cost two PATCHes and a stack trace each."""
        log.warning("%s: %s", key, error.message)
        self.again(key, self._backoff(key))

    def _backoff(self, key: ClientKey) -> float:
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        doubled: int = self.timing.retry_first * 2 ** min(failures, 16)
        return float(min(self.timing.retry_most, doubled))

    def _again(self, key: ClientKey, outcome: Outcome) -> None:
        if isinstance(outcome, Waiting):
            self.again(key, max(self._backoff(key), outcome.retry_after or 0.0))
            return
        self._failures.pop(key, None)
        # A refused creation would be refused again, for two ledger writes each time: only a new file or a request helps.
        nothing_there = isinstance(outcome, Rejected | Conflicted) and outcome.held.anchor is None
        if not isinstance(outcome, Retired) and not nothing_there:
            self.again(key, self.timing.drift)


def _holds(previous: HelseIDClientStatus, held: HeldClient, wanted: HelseIDClientSpec) -> bool:
    """Tell whether the ledger holds exactly what is wanted, and the status says so."""
    return (
        wanted.registration is not None
        and (held.digest, held.use) == (wanted.registration.digest, wanted.use)
        and held.anchor is not None
        and _says(previous, "Ready")
    )


def _refused(previous: HelseIDClientStatus, held: HeldClient) -> bool:
    """Tell whether the authority refused to register this, so that nothing stands there which could drift."""
    return held.anchor is None and held.intent is None and _says(previous, "Stalled")


def _says(previous: HelseIDClientStatus, kind: str) -> bool:
    return any(condition.type == kind and condition.status.value == "True" for condition in previous.conditions)


def _sentence(error: LedgerError) -> str:
    return f"{error.message} ({error.hint})" if error.hint else error.message


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
