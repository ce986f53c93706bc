"""What one commit makes wanted in one environment: the value that everything else acts on.

It sits in one box (`Box`) that sync swaps before any engine declares, so a handler never acts on less than what is
already in the cluster. Handlers wait for the first value; without one nothing is written anywhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sluse.delivery.federations import OrganisationFederations
from sluse.delivery.organisation_openings import OrganisationOpenings
from sluse.desired.stack import ObjectKey, Stack, object_key
from sluse.gate.approval import Approval
from sluse.gate.verdict import Reason
from sluse.model.held import FEDERATION, HeldInstallation, HeldSnapshot
from sluse.model.names import ClientKey, Digest, IntegrationKey
from sluse.model.problem import Problem
from sluse.model.registration import Use
from sluse.model.resources.acceptance_test import AcceptanceTestSpec
from sluse.model.resources.helseid_client import HelseIDClientSpec
from sluse.model.resources.identity_federation import IdentityFederationSpec
from sluse.model.resources.network_opening import NetworkOpeningSpec


@dataclass(frozen=True)
class Goal:
    """What production holds of an integration once all `clients` are registered with this use."""

    tested: Digest
    production: Digest
    decision: Digest
    use: Use
    clients: tuple[str, ...]
    installed: HeldInstallation | None = None


@dataclass(frozen=True)
class GateAnswer:
    """What the gate says of an integration in production: its rung, why it goes no further, and what it moves to.

    `pending`: HEAD differs from what production holds. `held`: what production held when this was said.
    """

    stage: str
    reasons: tuple[Reason, ...] = ()
    goal: Goal | None = None
    pending: bool = False
    held: HeldSnapshot | None = None


@dataclass(frozen=True)
class Summary:
    """What the ledger remembers of an integration's file. `held_back`: the errors that keep it as it is.

    `answer` of the gate, in production only.
    """

    title: str
    path: str
    tested: str | None
    clients: tuple[str, ...]
    held_back: tuple[Problem, ...] = ()
    answer: GateAnswer | None = None
    kind: str = "ServiceIntegration"


@dataclass(frozen=True)
class SubmittedTests:
    """Acceptance tests by identity: what is declared, and what became of each."""

    specs: Mapping[IntegrationKey, AcceptanceTestSpec] = field(default_factory=dict)
    approvals: Mapping[IntegrationKey, Approval] = field(default_factory=dict)


Part = ClientKey | IntegrationKey
"""One thing that is registered at an authority: a client, or an identity provider."""


@dataclass(frozen=True)
class OrganisationCompiled:
    """One organisation's share. `kept`: clients left as they are, since their file cannot be read or is wrong.

    `unplaced`: errors of files that no document came of. `stuck`: what is missing may be in a file that cannot be read.
    """

    stack: Stack
    clients: Mapping[ClientKey, HelseIDClientSpec]
    kept: frozenset[ClientKey]
    summaries: Mapping[IntegrationKey, Summary]
    unplaced: tuple[Problem, ...] = ()
    stuck: bool = False
    federations: OrganisationFederations = field(default_factory=OrganisationFederations)
    openings: OrganisationOpenings = field(default_factory=OrganisationOpenings)
    wake: datetime | None = None
    """In production: the next moment at which the gate's answer may change by itself."""
    seen: frozenset[Digest] = frozenset()
    """In production: signed statements that the ledger has not seen yet."""
    tests: SubmittedTests = field(default_factory=SubmittedTests)
    """In production: acceptance tests, and what became of them."""

    def registered(self, key: IntegrationKey, name: str) -> str | None:
        """Return the digest of what is wanted of a part of an integration; None where nothing is, or it is held."""
        if name == FEDERATION and key in self.federations.specs:
            login = self.federations.specs[key].federation
            return login.digest if login is not None else None
        spec = self.clients.get(ClientKey(key.organisation, key.name, name))
        return spec.registration.digest if spec is not None and spec.registration is not None else None

    def holding(self, held: frozenset[Part]) -> OrganisationCompiled:
        """Return the same with these left as they are."""
        if not held:
            return self
        mine = frozenset(key for key in self.clients if key in held)
        federations = self.federations.holding(held)
        names = {ObjectKey("HelseIDClient", str(key)) for key in mine} | (federations.keep - self.federations.keep)
        if not names:
            return self
        resources = tuple(each for each in self.stack.resources if object_key(each) not in names)
        stack = replace(self.stack, resources=resources, keep=self.stack.keep | names)
        clients = {key: spec for key, spec in self.clients.items() if key not in mine}
        return replace(self, stack=stack, clients=clients, kept=self.kept | mine, federations=federations)


@dataclass(frozen=True)
class Compiled:
    """All organisations at one commit."""

    commit: str
    organisations: Mapping[str, OrganisationCompiled]
    problems: tuple[Problem, ...]
    held_retirements: frozenset[Part] = frozenset()
    """Clients and identity providers whose retirement the fuse holds."""
    held_updates: frozenset[Part] = frozenset()
    """In production: those that would change without a new decision, and are too many."""
    held_openings: frozenset[IntegrationKey] = frozenset()
    """Openings that the fuse holds: too many would change although nobody asked for anything else."""
    untold_openings: int = 0
    """How many ask for openings while there is no catalogue."""
    policy_version: int = 0
    policy_digest: Digest | None = None
    untrusted: tuple[str, ...] = ()
    """In production: why `policies/` does not count, and so nothing moves."""

    @property
    def wake(self) -> datetime | None:
        """The next moment at which the gate's answer may change by itself."""
        return min((part.wake for part in self.organisations.values() if part.wake is not None), default=None)

    @property
    def approvals(self) -> Mapping[IntegrationKey, Approval]:
        """What became of every acceptance test, by its own identity."""
        return {key: said for part in self.organisations.values() for key, said in part.tests.approvals.items()}

    def goal(self, key: IntegrationKey, now: datetime) -> tuple[HeldSnapshot, Mapping[str, str | None]] | None:
        """Return what is held of an integration once its parts are where its step wants them; None in test.

        Of each part the digest of what is to be registered; None where that is nothing, or cannot be said.
        """
        part = self.organisations.get(key.organisation)
        summary = part.summaries.get(key) if part is not None else None
        goal = summary.answer.goal if summary is not None and summary.answer is not None else None
        if part is None or goal is None or self.policy_digest is None:
            return None
        snapshot = HeldSnapshot(
            tested=goal.tested,
            production=goal.production,
            decision=goal.decision,
            use=goal.use,
            since=now.replace(microsecond=0),
            commit=self.commit,
            policy_version=self.policy_version,
            policy_digest=self.policy_digest,
            installed=goal.installed,
        )
        return snapshot, {name: part.registered(key, name) for name in goal.clients}

    def client(self, key: ClientKey) -> HelseIDClientSpec | None:
        """Return what is wanted of a client; None where nothing is."""
        share = self.organisations.get(key.organisation)
        return share.clients.get(key) if share else None

    def keeps(self, key: ClientKey) -> bool:
        """Tell whether a client is left exactly as it is."""
        share = self.organisations.get(key.organisation)
        return share is not None and key in share.kept

    def federation(self, key: IntegrationKey) -> IdentityFederationSpec | None:
        """Return what is wanted of an identity provider; None where nothing is."""
        share = self.organisations.get(key.organisation)
        return share.federations.specs.get(key) if share else None

    def keeps_federation(self, key: IntegrationKey) -> bool:
        """Tell whether an identity provider is left exactly as it is."""
        share = self.organisations.get(key.organisation)
        return share is not None and key in share.federations.kept

    def opening(self, key: IntegrationKey) -> NetworkOpeningSpec | None:
        """Return what is wanted of a NetworkOpening; None where nothing is."""
        share = self.organisations.get(key.organisation)
        return share.openings.specs.get(key) if share else None

    def keeps_opening(self, key: IntegrationKey) -> bool:
        """Tell whether a NetworkOpening is left exactly as it is."""
        share = self.organisations.get(key.organisation)
        return share is not None and key in share.openings.kept


_AT_ONCE = 10


@dataclass
class Box:
    """Holds the latest `Compiled`; a `put` releases everybody who waits.

    They go on a few at a time. After a restart every object's handler waits here, and nearly all of them have nothing to do:
    released at once they would be done one after the other before the stack that changed meanwhile has its turn.
    """

    _value: Compiled | None = None
    _filled: asyncio.Event = field(default_factory=asyncio.Event)
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    def put(self, compiled: Compiled) -> None:
        self._value = compiled
        self._filled.set()

    def empty(self) -> None:
        """Take the latest away: whoever asks waits, so that nothing is written until the next `put`."""
        self._value = None
        self._filled.clear()

    @property
    def now(self) -> Compiled | None:
        """Return the latest without waiting."""
        return self._value

    async def get(self) -> Compiled:
        """Return the latest; wait for the first."""
        while self._value is None:
            await self._filled.wait()
            async with self._turns:
                await asyncio.sleep(0)
        return self._value
