"""A world of one authority, one durable memory and one clock, in which processes come and go."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sluse.model.held import HeldClient
from sluse.model.keys import PublicJwk
from sluse.model.names import ClientKey, Environment
from sluse.model.registration import Registration, Use
from sluse.model.resources.helseid_client import HelseIDClientSpec
from sluse.model.service_integration import Grant
from sluse.reconcile.converge import Converge
from sluse.registrar.memory import MemoryRegistrar
from sluse.registrar.port import Held

KEY = ClientKey("fjordlegen", "journal", "web")


@dataclass
class MemoryJournal:
    """Strict: a credential is never replaced by another client's, an anchor never without one."""

    entries: dict[ClientKey, HeldClient] = field(default_factory=dict)
    credentials: dict[ClientKey, Held] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)

    async def held(self, key: ClientKey) -> HeldClient:
        return self.entries.get(key, HeldClient())

    async def record(self, key: ClientKey, held: HeldClient) -> None:
        before = await self.held(key)
        assert held != before, "a record that changes nothing is a write too many"
        if held.anchor is not None and held.anchor != before.anchor:
            assert key in self.credentials, "the credential is durable before its anchor"
        self.entries[key] = held
        self.writes.append("record")

    def settle(self, key: ClientKey, held: HeldClient) -> None:
        """Write an outcome, as whoever converges does."""
        self.entries[key] = held

    async def credential(self, key: ClientKey) -> Held | None:
        return self.credentials.get(key)

    async def keep_credential(self, key: ClientKey, held: Held) -> None:
        before = self.credentials.get(key)
        assert before is None or before.client_id == held.client_id, "another client's credential would be lost"
        if before != held:
            self.credentials[key] = held
            self.writes.append("credential")

    async def drop_credential(self, key: ClientKey) -> None:
        if self.credentials.pop(key, None) is not None:
            self.writes.append("drop")


@dataclass
class World:
    """What survives a process: the authority and the memory. `process()` starts a new one."""

    authority: MemoryRegistrar = field(default_factory=MemoryRegistrar)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    ended: set[str] = field(default_factory=set)
    _moments: itertools.count[int] = field(default_factory=itertools.count)
    _ids: itertools.count[int] = field(default_factory=itertools.count)

    def now(self) -> datetime:
        return datetime(2026, 12, 1, tzinfo=UTC) + timedelta(seconds=next(self._moments))

    def process(self) -> Converge:
        return Converge(
            Environment.TEST,
            "integrations.example",
            self.authority,
            self.journal,
            self.now,
            lambda: f"intent-{next(self._ids)}",
            lambda: self.ended,
        )


def registration(**changes: object) -> Registration:
    base: dict[str, object] = {
        "title": "Journal",
        "organisation_number": "310448176",
        "grants": (Grant.CLIENT_CREDENTIALS,),
        "scopes": ("nhn:pit/api.read",),
        "keys": (PublicJwk(kty="EC", kid="mine", alg="ES256", crv="P-256", x="eA", y="eQ"),),
    }
    return Registration.model_validate({**base, **changes})


def spec(use: Use = Use.OPEN, **changes: object) -> HelseIDClientSpec:
    return HelseIDClientSpec(
        organisation=KEY.organisation,
        integration=KEY.integration,
        client=KEY.client,
        use=use,
        registration=None if use is Use.RETIRED else registration(**changes),
    )
