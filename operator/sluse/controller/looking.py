"""One object at a time, whatever its kind: lock, judge against what is compiled, deal with it, say when to look again.

Knows no Kopf, so that the handler and the wake-up schedule run the very same code. An object's spec is never acted
on: where it differs from what is compiled, its stack is reported dirty and declared again.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from sluse.cluster.client import Cluster
from sluse.cluster.kinds import Kind
from sluse.delivery.compiled import Box, Compiled
from sluse.errors import ClusterError, Conflict, LedgerError, NotFound
from sluse.ledger.stages import reach
from sluse.model.held import HeldIntegration, OrganisationLedger
from sluse.model.names import GROUP, ClientKey, Environment, IntegrationKey
from sluse.model.outcome import Conflicted, FederationOutcome, Outcome, Party, Rejected, Retired, Synced, Waiting
from sluse.model.resources.status import Status
from sluse.model.settings import Timing
from sluse.model.value import Value

log = logging.getLogger(__name__)

RECONCILE_REQUESTED = f"{GROUP}/reconcile-requested"
"""Annotation: any new value asks for a look at the authority now."""

Key = TypeVar("Key", bound=ClientKey | IntegrationKey)
Spec = TypeVar("Spec", bound=Value)
AnyOutcome = TypeVar("AnyOutcome", bound=Outcome | FederationOutcome)
Settled = Callable[[HeldIntegration, datetime], HeldIntegration]
"""An integration's entry and the time -> the entry after what came of one of its parts."""


class Books(Protocol):
    """What this room needs of the ledger."""

    def get(self, organisation: str) -> OrganisationLedger: ...

    async def change(self, organisation: str, change: Callable[[OrganisationLedger], OrganisationLedger]) -> None: ...


class Stacks(Protocol):
    """What this room needs of sync."""

    def dirty(self, organisation: str) -> None: ...

    def request(self) -> None: ...


@dataclass(kw_only=True)
class Looking(ABC, Generic[Key, Spec]):
    """All objects of one kind in one environment. `again(key, seconds)` schedules the next look."""

    environment: Environment
    box: Box
    books: Books
    stacks: Stacks
    cluster: Cluster
    issuer: str
    timing: Timing
    again: Callable[[Key, float], None]
    changed: Callable[[], None]
    now: Callable[[], datetime]
    kind: ClassVar[Kind]
    _locks: defaultdict[Key, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _failures: dict[Key, int] = field(default_factory=dict)

    # What a kind adds

    @abstractmethod
    def key(self, name: str) -> Key | None:
        """Read a resource name; None where it is none of ours."""

    @abstractmethod
    def wanted(self, compiled: Compiled, key: Key) -> Spec | None:
        """Return what is wanted; None where nothing is."""

    @abstractmethod
    def keeps(self, compiled: Compiled, key: Key) -> bool:
        """Tell whether the object is left exactly as it is."""

    @abstractmethod
    async def deal(self, key: Key, wanted: Spec, body: Mapping[str, Any], *, woken: bool) -> dict[str, object]:
        """Deal with an object that is as declared; return the patch of its status."""

    @abstractmethod
    def rests(self, outcome: Outcome | FederationOutcome) -> bool:
        """Tell whether only a new file or a request helps, so that nothing is looked at meanwhile."""

    # What all kinds do

    async def handle(self, body: Mapping[str, Any]) -> dict[str, object]:
        """Deal with the object as the cluster has it; return the patch of its status, empty where nothing changes."""
        await self.box.get()
        key = self.key(body["metadata"]["name"])
        if key is None:
            return {}
        async with self._locks[key]:
            try:
                return await self._look(key, body, woken=False)
            except ClusterError as error:
                self._put_off(key, error)
                return {}

    async def wake(self, key: Key) -> None:
        """Look again at an object that waits or may have drifted; write its status only if it changed."""
        namespace = self.environment.namespace
        async with self._locks[key]:
            try:
                body = await self.cluster.get(self.kind, namespace, str(key))
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
                    await self.cluster.merge(self.kind, namespace, str(key), guard, subresource="status")
            except Conflict:
                self.again(key, self.timing.retry_first)
            except ClusterError as error:
                self._put_off(key, error)

    def gone(self, body: Mapping[str, Any]) -> None:
        """Report a deleted object: where it is still wanted, its stack is declared again."""
        key = self.key(body["metadata"]["name"])
        compiled = self.box.now
        if key is not None and compiled is not None and self.wanted(compiled, key) is not None:
            self.stacks.dirty(key.organisation)

    async def _look(self, key: Key, body: Mapping[str, Any], *, woken: bool) -> dict[str, object]:
        """Judge one object under its lock; return the patch of its status."""
        compiled = await self.box.get()
        wanted = self.wanted(compiled, key)
        if wanted is None or wanted.wire() != body["spec"]:
            if self.keeps(compiled, key):
                self.again(key, self.timing.drift)  # its file may be readable by then
            else:
                log.info("%s is not as declared; its stack is declared again", key)
                self.stacks.dirty(key.organisation)
            return {}
        return await self.deal(key, wanted, body, woken=woken)

    @staticmethod
    def answered(previous: Status, body: Mapping[str, Any]) -> bool:
        """Tell whether this generation was dealt with and nobody has asked since: a restart then costs nothing."""
        asked = (body["metadata"].get("annotations") or {}).get(RECONCILE_REQUESTED)
        told = previous.handled.annotations.get(RECONCILE_REQUESTED) if previous.handled else None
        return asked == told and previous.observed_generation == body["metadata"]["generation"]

    async def remembered(
        self, key: Key, converged: Awaitable[AnyOutcome], settled: Callable[[AnyOutcome], Settled]
    ) -> tuple[AnyOutcome | LedgerError, datetime]:
        """Return what came of it, once the ledger has it durably, or why the ledger cannot; and when."""
        now = self.now()
        try:
            outcome = await converged
            now = self.now()
            await self._remember(key, outcome, settled(outcome), now)
        except LedgerError as error:
            # One object's damaged memory is shown at that object; raised, it would stop everybody's schedule.
            log.error("%s: %s", key, error.message)  # noqa: TRY400 - a sentence for people, no stack
            return error, now
        return outcome, now

    def look_again(self, key: Key, outcome: Outcome | FederationOutcome) -> None:
        """Schedule the next look."""
        if isinstance(outcome, Waiting):
            self.again(key, max(self._backoff(key), outcome.retry_after or 0.0))
            return
        self._failures.pop(key, None)
        if not isinstance(outcome, Retired) and not self.rests(outcome):
            self.again(key, self.timing.drift)

    async def _remember(self, key: Key, outcome: Outcome | FederationOutcome, settled: Settled, now: datetime) -> None:
        before = self.books.get(key.organisation)
        compiled = await self.box.get()
        integration = key.integration_key if isinstance(key, ClientKey) else key

        def change(ledger: OrganisationLedger) -> OrganisationLedger:
            entry = ledger.integrations[integration.name]
            after = settled(entry, now)
            goal = compiled.goal(integration, now)
            if goal is not None:
                after = reach(after, *goal)
            if after is entry:
                return ledger
            return ledger.model_copy(update={"integrations": {**ledger.integrations, integration.name: after}})

        await self.books.change(key.organisation, change)
        if self.books.get(key.organisation) is not before:
            log.info("%s: %s", key, _told(outcome))
            self.changed()
        if isinstance(outcome, Retired):
            self.stacks.request()

    def _put_off(self, key: Key, error: ClusterError) -> None:
        """Try again later what the cluster could not do. Kopf's own retries cost two PATCHes and a stack trace each."""
        log.warning("%s: %s", key, error.message)
        self.again(key, self._backoff(key))

    def _backoff(self, key: Key) -> float:
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        doubled: int = self.timing.retry_first * 2 ** min(failures, 16)
        return float(min(self.timing.retry_most, doubled))


def unusable(error: LedgerError) -> tuple[str, str, Party]:
    """Return reason, message and party of what waits on a damaged memory."""
    message = f"{error.message} ({error.hint})" if error.hint else error.message
    return "LedgerUnusable", message, Party.CLUSTER_OPERATOR


def says(previous: Status, kind: str) -> bool:
    """Tell whether a condition stands."""
    return any(condition.type == kind and condition.status.value == "True" for condition in previous.conditions)


def _told(outcome: Outcome | FederationOutcome) -> str:
    match outcome:
        case Synced(changed=changed):
            return f"registered{f' ({changed})' if changed else ''}"
        case Retired():
            return "retired"
        case Waiting(reason=reason, message=message) | Rejected(reason=reason, message=message):
            return f"{reason}: {message}"
        case Conflicted(message=message):
            return f"OwnedByAnother: {message}"
