"""Bring one identity provider to what is wanted of it: observe, compare, write as little as possible.

Its alias never changes and our mark is on it, so a creation needs no intent: what an interrupted one left is found, known
by its mark, and adopted. What bears nobody's mark, or another's, is a conflict and never taken over. Where the
settings name no admin API, people do it: that is a state, with the work in words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sluse.errors import RegistrarError
from sluse.model.federation import Federation
from sluse.model.held import HeldFederation
from sluse.model.names import Environment, IntegrationKey
from sluse.model.outcome import Conflicted, FederationOutcome, Party, Retired, Synced, Waiting
from sluse.model.reasons.name import ReasonName
from sluse.model.registration import Use
from sluse.model.resources.identity_federation import IdentityFederationSpec, IdentityFederationStatus
from sluse.reconcile.conditions import conditions, said_of, waiting_for
from sluse.reconcile.failed import failed
from sluse.reconcile.work_order import work_order
from sluse.registrar.federation.port import FederationRegistrar, Instance, Observed, differing
from sluse.registrar.port import Mark
from sluse.words.said import say

REGISTRAR_MISSING: ReasonName = "RegistrarMissing"
NOBODY = "nobody"


@dataclass(frozen=True)
class ConvergeFederation:
    """One environment's converging. `held` is what the ledger has; `registrar` None means that people do the work."""

    environment: Environment
    repository_id: str
    issuer: str
    registrar: FederationRegistrar | None
    held: Callable[[IntegrationKey], HeldFederation]
    now: Callable[[], datetime]

    async def __call__(self, key: IntegrationKey, wanted: IdentityFederationSpec) -> FederationOutcome:
        """Converge one identity provider. The caller holds the object's lock."""
        held = self.held(key)
        if self.registrar is None:
            message = work_order(wanted, self.issuer, self.mark(key))
            return Waiting(REGISTRAR_MISSING, message, Party.CLUSTER_OPERATOR, held)
        try:
            if wanted.federation is None or wanted.use is Use.RETIRED:
                return await self._retire(self.registrar, key, held)
            return await self._establish(self.registrar, key, wanted.federation, wanted.use, held)
        except RegistrarError as error:
            return failed(error, held)

    def mark(self, key: IntegrationKey) -> Mark:
        """Return what we write at the authority to know an identity provider as ours."""
        return Mark(f"{self.repository_id}/{self.environment.value}/{key}")

    async def _establish(
        self,
        registrar: FederationRegistrar,
        key: IntegrationKey,
        federation: Federation,
        use: Use,
        held: HeldFederation,
    ) -> FederationOutcome:
        instance = Instance(federation, enabled=use is Use.OPEN, mark=self.mark(key))
        observed = await registrar.observe(federation.alias)
        changes: tuple[str, ...] = ("added",)
        if observed is None:
            observed = await registrar.create(instance)
        elif observed.mark != instance.mark:
            return _foreign(federation.alias, observed, held)
        else:
            changes = differing(instance, observed)
            if changes:
                observed = await registrar.replace(instance)
        fresh = (held.digest, held.use) != (federation.digest, use) or held.since is None
        after = HeldFederation(
            digest=federation.digest, use=use, since=self.now() if fresh else held.since, handed=observed.handed
        )
        return Synced(after, changed="; ".join(changes))

    async def _retire(
        self, registrar: FederationRegistrar, key: IntegrationKey, held: HeldFederation
    ) -> FederationOutcome:
        observed = await registrar.observe(key.name)
        if observed is not None and observed.mark == self.mark(key):
            await registrar.retire(key.name)
        elif observed is not None and held.digest is not None:
            return _foreign(key.name, observed, held)  # what we made stands there, and somebody wrote over our mark
        since = held.since if held.retired else self.now()
        return Retired(HeldFederation(use=Use.RETIRED, since=since, retired=True))


def federation_status(
    previous: IdentityFederationStatus, *, generation: int, outcome: FederationOutcome, issuer: str, now: datetime
) -> IdentityFederationStatus:
    """Return the whole status after `outcome`; `now` is truncated to the second, as Kubernetes keeps it."""
    moment, held = now.replace(microsecond=0), outcome.held
    return IdentityFederationStatus(
        conditions=conditions(previous.conditions, said_of(outcome), generation, moment),
        observed_generation=previous.observed_generation if isinstance(outcome, Waiting) else generation,
        handled=previous.handled,
        authority=issuer if held.digest else None,
        use=held.use,
        registered=held.digest,
        handed=held.handed,
        waiting_for=waiting_for(previous.waiting_for, outcome, moment, author=Party.IDENTITY_PROVIDER),
    )


def _foreign(alias: str, observed: Observed, held: HeldFederation) -> Conflicted[HeldFederation]:
    owner = observed.mark.text if observed.mark is not None else NOBODY
    if observed.mark is None:
        said = say("identity provider {alias} exists at the authority and bears nobody's mark", alias=alias)
    else:
        said = say(
            "identity provider {alias} exists at the authority and bears the mark {owner}, which is not ours",
            alias=alias,
            owner=repr(owner),
        )
    return Conflicted(owner, said, held)
