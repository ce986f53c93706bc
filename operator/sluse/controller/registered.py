"""Objects of what is registered at the authority: each is converged there, and the ledger remembers what came of it."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sluse.controller.diffbase import is_handled
from sluse.controller.looking import RECONCILE_REQUESTED, Key, Looking, Spec
from sluse.errors import LedgerError
from sluse.ledger.stages import reach
from sluse.model.held import HeldIntegration, OrganisationLedger
from sluse.model.names import ClientKey
from sluse.model.outcome import Conflicted, FederationOutcome, Outcome, Party, Rejected, Retired, Synced, Waiting
from sluse.model.reasons.name import ReasonName
from sluse.model.resources.status import Status

log = logging.getLogger(__name__)

AnyOutcome = TypeVar("AnyOutcome", bound=Outcome | FederationOutcome)
Settled = Callable[[HeldIntegration, datetime], HeldIntegration]
"""An integration's entry and the time -> the entry after what came of one of its parts."""


class Books(Protocol):
    """What this room needs of the ledger."""

    def get(self, organisation: str) -> OrganisationLedger: ...

    async def change(self, organisation: str, change: Callable[[OrganisationLedger], OrganisationLedger]) -> None: ...


@dataclass(kw_only=True)
class Registered(Looking[Key, Spec]):
    """All objects of one kind that stand for something at the authority. `changed` tells that the ledger has news."""

    books: Books
    issuer: str
    changed: Callable[[], None]

    @abstractmethod
    def rests(self, outcome: Outcome | FederationOutcome) -> bool:
        """Tell whether only a new file or a request helps, so that nothing is looked at meanwhile."""

    @abstractmethod
    def status(self, body: Mapping[str, Any]) -> Status:
        """Read the status that an object has."""

    @abstractmethod
    def refused(self, key: Key, previous: Status) -> bool:
        """Tell whether the authority refused it for good, so that nothing stands there which could drift."""

    @abstractmethod
    def holds(self, key: Key, previous: Status, wanted: Spec) -> bool:
        """Tell whether the ledger holds exactly what is wanted, and the status says so."""

    def found(self, body: Mapping[str, Any]) -> None:
        """Take an object as it stood at the start: soon it is looked at, or, where it is settled, when it may have drifted.

        What is new to Kopf is its handlers'; what was dealt with since the start has its next look already.
        """
        key, compiled = self.key(body["metadata"]["name"]), self.box.now
        if key is None or compiled is None or self.begun(key) or not is_handled(body):
            return
        wanted = self.wanted(compiled, key)
        if wanted is None or wanted.wire() != body["spec"] or not self.settled(key, self.status(body), wanted, body):
            self.again(key, 0.0)

    def settled(self, key: Key, previous: Status, wanted: Spec, body: Mapping[str, Any]) -> bool:
        """Tell whether nothing is to be done about it before it may have drifted; then, where it can, it is looked at."""
        if not self.answered(previous, body):
            return False
        if self.refused(key, previous):
            return True
        if self.holds(key, previous, wanted):
            self.again(key, self.timing.drift)
            return True
        return False

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
            self.again(key, max(self.backoff(key), outcome.retry_after or 0.0))
            return
        self.succeeded(key)
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


def unusable(error: LedgerError) -> tuple[ReasonName, str, Party]:
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
