"""HelseIDClient objects: each is converged at the authority, and the ledger remembers what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sluse.cluster.kinds import HELSEID_CLIENT, Kind
from sluse.controller.registered import Registered, Settled, says, unusable
from sluse.delivery.compiled import Compiled
from sluse.errors import LedgerError
from sluse.ledger.stages import settle
from sluse.model.held import HeldClient
from sluse.model.names import ClientKey
from sluse.model.outcome import Conflicted, FederationOutcome, Outcome, Rejected, Waiting
from sluse.model.resources.helseid_client import HelseIDClientSpec, HelseIDClientStatus
from sluse.model.resources.status import Status
from sluse.reconcile.converge import Converge
from sluse.reconcile.status import merge_patch, status


@dataclass(kw_only=True)
class Clients(Registered[ClientKey, HelseIDClientSpec]):
    """All HelseIDClient objects of one environment."""

    converge: Converge
    kind: ClassVar[Kind] = HELSEID_CLIENT

    def key(self, name: str) -> ClientKey | None:
        return ClientKey.parse(name)

    def wanted(self, compiled: Compiled, key: ClientKey) -> HelseIDClientSpec | None:
        return compiled.client(key)

    def keeps(self, compiled: Compiled, key: ClientKey) -> bool:
        return compiled.keeps(key)

    def rests(self, outcome: Outcome | FederationOutcome) -> bool:
        """A refused creation would be refused again, for two ledger writes each time."""
        nothing_there = isinstance(outcome.held, HeldClient) and outcome.held.anchor is None
        return isinstance(outcome, Rejected | Conflicted) and nothing_there

    async def deal(
        self, key: ClientKey, wanted: HelseIDClientSpec, body: Mapping[str, Any], *, woken: bool
    ) -> dict[str, object]:
        previous = self.status(body)
        if not woken and self.settled(key, previous, wanted, body):
            return {}
        came, now = await self.remembered(key, self.converge(key, wanted), lambda outcome: self._settled(key, outcome))
        outcome = Waiting(*unusable(came), self._held(key)) if isinstance(came, LedgerError) else came
        self.look_again(key, outcome)
        after = status(
            previous,
            generation=body["metadata"]["generation"],
            spec=wanted,
            outcome=outcome,
            issuer=self.issuer,
            now=now,
        )
        return merge_patch(dict(body.get("status") or {}), after.wire())

    def status(self, body: Mapping[str, Any]) -> HelseIDClientStatus:
        return HelseIDClientStatus.of(body.get("status"))

    def refused(self, key: ClientKey, previous: Status) -> bool:
        held = self._held(key)
        return held.anchor is None and held.intent is None and says(previous, "Stalled")

    def holds(self, key: ClientKey, previous: Status, wanted: HelseIDClientSpec) -> bool:
        held = self._held(key)
        return (
            wanted.registration is not None
            and (held.digest, held.use) == (wanted.registration.digest, wanted.use)
            and held.anchor is not None
            and says(previous, "Ready")
        )

    def _settled(self, key: ClientKey, outcome: Outcome) -> Settled:
        return lambda entry, now: settle(entry, key.client, outcome, now, self.environment)

    def _held(self, key: ClientKey) -> HeldClient:
        return self.books.get(key.organisation).client(key.integration, key.client)
