"""Production in memory: the lock's repository, a compiler, ledgers, and an authority that does what is wanted."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from sluse.delivery.compiled import Compiled
from sluse.delivery.head import Head
from sluse.delivery.policy import Untrusted
from sluse.delivery.production.compiler import ProductionCompiler
from sluse.ledger.stages import reach, settle
from sluse.model.held import Anchor, HeldClient, HeldIntegration, HeldSnapshot, OrganisationLedger
from sluse.model.keys import Jwks, PublicJwk
from sluse.model.names import ClientId, ClientKey, Environment, IntegrationKey
from sluse.model.outcome import Retired, Synced
from sluse.model.policy.bundle import Policy
from sluse.model.problem import Place, Problem
from sluse.model.registration import Use
from sluse.model.resources.helseid_client import HelseIDClientSpec
from sluse.model.statement import StatementType
from sluse.model.tree import KeyFile, Sourced, Tree
from sluse.plan.thumbprint import thumbprint
from worlds.lock import ALM, MAINTAINER, SERVICE, SUPPLIER, Lock, organisation, policy, service

COMMIT = "c" * 40


def jwk(kid: str) -> PublicJwk:
    """Return a key that is only compared here, never used."""
    x, y = (base64.urlsafe_b64encode(hashlib.sha256(f"{kid} {part}".encode()).digest()).rstrip(b"=") for part in "xy")
    return PublicJwk(kty="EC", kid=kid, alg="ES256", crv="P-256", x=x.decode(), y=y.decode())


@dataclass
class Production:
    """`keys` are the production key files at HEAD; `at` is the time of the next sync."""

    lock: Lock
    at: datetime
    policy: Policy = field(default_factory=policy)
    keys: dict[ClientKey, tuple[PublicJwk, ...]] = field(default_factory=dict)
    ledgers: dict[str, OrganisationLedger] = field(default_factory=dict)
    compiler: ProductionCompiler = field(default_factory=lambda: ProductionCompiler(withholds=True))
    commit: str = COMMIT
    _wanted: dict[ClientKey, HelseIDClientSpec] = field(default_factory=dict)
    _files: dict[tuple[ClientKey, tuple[PublicJwk, ...]], Sourced[Jwks]] = field(default_factory=dict)

    @classmethod
    def accepted(cls, *, at: datetime, vouched: bool = True, services: int = 1) -> Self:
        """Return a supplier whose services are accepted."""
        lock = Lock()
        lock.organisations[SUPPLIER] = organisation()
        lock.bind()
        lock.accept_terms()
        world = cls(lock, at)
        for number in range(services):
            key = SERVICE if number == 0 else IntegrationKey(SUPPLIER, f"journal-{number}")
            lock.documents[key] = service(of=key)
            lock.agree(key)
            lock.accept(lock.submit(key), key)
            client = ClientKey(SUPPLIER, key.name, "web")
            world.keys[client] = (jwk("first"),)
            if vouched:
                world.vouch(client)
        world.at = max(at, lock.clock)
        return world

    @property
    def entry(self) -> HeldIntegration:
        return self.ledgers[SUPPLIER].integrations[SERVICE.name]

    @property
    def held(self) -> HeldSnapshot:
        held = self.entry.snapshot
        assert held is not None
        return held

    def uses(self) -> dict[ClientKey, Use]:
        """Return what was last wanted of each client."""
        return {key: spec.use for key, spec in self._wanted.items()}

    def vouch(self, client: ClientKey) -> None:
        """Let the maintainer sign the key set that is at HEAD."""
        self._now()
        thumbprints = [thumbprint(key) for key in self.keys[client]]
        said = {"client": client.client, "thumbprints": thumbprints}
        self.lock.decide(StatementType.KEYS, str(client.integration_key), MAINTAINER, keys=said)

    def retire(self, *, after_days: int) -> None:
        self._now()
        self.lock.decide(StatementType.RETIREMENT, str(SERVICE), ALM, retirement={"delete_after_days": after_days})
        self.at = self.lock.clock + timedelta(minutes=1)

    def records(self) -> Iterator[Sourced[Any]]:
        yield from (*self.lock.decisions.values(), *self.lock.tests.values())

    def sync(
        self,
        *,
        policy: Policy | Untrusted | None = None,
        fuse_released: bool = False,
        was_up: bool = True,
        comes: bool = True,
    ) -> Compiled:
        """Compile, note, and let everything that is wanted come about, unless the authority is away."""
        if was_up:
            self._watch()
        head = Head(self.commit, "integrations", self._tree(), self._problems(), policy or self.policy)
        compiled = self.compiler.compile(head, self.ledgers, at=self.at, fuse_released=fuse_released)
        self._wanted = {key: spec for part in compiled.organisations.values() for key, spec in part.clients.items()}
        for slug, part in compiled.organisations.items():
            before = self.ledgers.get(slug, OrganisationLedger(organisation=slug))
            self.ledgers[slug] = self.compiler.noted(before, part, compiled, engine="embedded", now=self.at)
        for key, spec in self._wanted.items() if comes else ():
            self._come(compiled, key, spec)
        return compiled

    def forget_digests(self) -> None:
        """Let the ledger hold another registration of every client than would be made now."""
        ledger = self.ledgers[SUPPLIER]
        entries = {
            name: entry.model_copy(
                update={
                    "clients": {
                        each: held.model_copy(update={"digest": "0" * 64}) for each, held in entry.clients.items()
                    }
                }
            )
            for name, entry in ledger.integrations.items()
        }
        self.ledgers[SUPPLIER] = ledger.model_copy(update={"integrations": entries})

    def _problems(self) -> tuple[Problem, ...]:
        return ()

    def _watch(self) -> None:
        """Let the operator have seen each statement when it was made, as one that was never down has."""
        ledger = self.ledgers.get(SUPPLIER, OrganisationLedger(organisation=SUPPLIER))
        statements = [each.content.spec.statement for each in self.records()]
        missing = {each.id: each.issued_at for each in statements if each.id not in ledger.seen}
        if missing:
            self.ledgers[SUPPLIER] = ledger.model_copy(update={"seen": {**ledger.seen, **missing}})

    def _now(self) -> None:
        self.lock.clock = max(self.lock.clock, self.at)

    def _tree(self) -> Tree:
        files = {}
        for client, keys in self.keys.items():
            sourced = self._files.setdefault((client, keys), Sourced(Jwks(keys=keys), f"{client}.jwks.json", Place))
            files[KeyFile(client, Environment.PRODUCTION)] = sourced
        return self.lock.tree(keys=files)

    def _come(self, compiled: Compiled, key: ClientKey, spec: HelseIDClientSpec) -> None:
        ledger = self.ledgers[key.organisation]
        entry = ledger.integrations[key.integration]
        before = entry.clients.get(key.client, HeldClient())
        after = settle(entry, key.client, _outcome(key, spec, before, self.at), self.at, Environment.PRODUCTION)
        goal = compiled.goal(key.integration_key, self.at)
        after = reach(after, *goal) if goal is not None else after
        if after is not entry:
            integrations = {**ledger.integrations, key.integration: after}
            self.ledgers[key.organisation] = ledger.model_copy(update={"integrations": integrations})


def _outcome(key: ClientKey, spec: HelseIDClientSpec, before: HeldClient, at: datetime) -> Synced | Retired:
    if spec.registration is None:
        return Retired(HeldClient(use=Use.RETIRED, retired=True, since=before.since if before.retired else at))
    anchor = before.anchor or Anchor(client_id=ClientId(str(key)), uri=f"https://authority.example/{key}", since=at)
    same = (before.digest, before.use) == (spec.registration.digest, spec.use)
    held = HeldClient(
        anchor=anchor,
        digest=spec.registration.digest,
        use=spec.use,
        since=before.since if same else at,
        keys=spec.registration.keys,
    )
    return Synced(held)
