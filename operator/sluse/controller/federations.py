"""IdentityFederation objects: each is converged at the authority's admin API, and the ledger remembers what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sluse.cluster.kinds import IDENTITY_FEDERATION, Kind
from sluse.controller.registered import Registered, Settled, says, unusable
from sluse.delivery.compiled import Compiled
from sluse.errors import LedgerError
from sluse.ledger.stages import settle_federation
from sluse.model.names import IntegrationKey
from sluse.model.outcome import FederationOutcome, Outcome, Rejected, Waiting
from sluse.model.resources.identity_federation import IdentityFederationSpec, IdentityFederationStatus
from sluse.model.resources.status import Status
from sluse.reconcile.federation import ConvergeFederation, federation_status
from sluse.reconcile.status import merge_patch


@dataclass(kw_only=True)
class Federations(Registered[IntegrationKey, IdentityFederationSpec]):
    """All IdentityFederation objects of one environment."""

    converge: ConvergeFederation
    kind: ClassVar[Kind] = IDENTITY_FEDERATION

    def key(self, name: str) -> IntegrationKey | None:
        return IntegrationKey.parse(name)

    def wanted(self, compiled: Compiled, key: IntegrationKey) -> IdentityFederationSpec | None:
        return compiled.federation(key)

    def keeps(self, compiled: Compiled, key: IntegrationKey) -> bool:
        return compiled.keeps_federation(key)

    def rests(self, outcome: Outcome | FederationOutcome) -> bool:
        """What was refused would be refused again; an alias that somebody else has may be given up by them."""
        return isinstance(outcome, Rejected) and outcome.held.digest is None

    async def deal(
        self, key: IntegrationKey, wanted: IdentityFederationSpec, body: Mapping[str, Any], *, woken: bool
    ) -> dict[str, object]:
        previous = self.status(body)
        if not woken and self.settled(key, previous, wanted, body):
            return {}
        came, now = await self.remembered(key, self.converge(key, wanted), self._settled)
        held = self.converge.held(key)
        outcome = Waiting(*unusable(came), held) if isinstance(came, LedgerError) else came
        self.look_again(key, outcome)
        after = federation_status(
            previous, generation=body["metadata"]["generation"], outcome=outcome, issuer=self.issuer, now=now
        )
        return merge_patch(dict(body.get("status") or {}), after.wire())

    def status(self, body: Mapping[str, Any]) -> IdentityFederationStatus:
        return IdentityFederationStatus.of(body.get("status"))

    def refused(self, key: IntegrationKey, previous: Status) -> bool:
        """See the base; a conflict is looked at again."""
        conflict = any(condition.reason == "OwnedByAnother" for condition in previous.conditions)
        return self.converge.held(key).digest is None and says(previous, "Stalled") and not conflict

    def holds(self, key: IntegrationKey, previous: Status, wanted: IdentityFederationSpec) -> bool:
        held = self.converge.held(key)
        return (
            wanted.federation is not None
            and (held.digest, held.use) == (wanted.federation.digest, wanted.use)
            and says(previous, "Ready")
        )

    def _settled(self, outcome: FederationOutcome) -> Settled:
        return lambda entry, now: settle_federation(entry, outcome, now, self.environment)
