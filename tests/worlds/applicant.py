"""A supplier on its way to production: what it writes and signs, what NHN signs, and its private keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sluse.acceptance.proofs import ClientKey as PrivateKey
from sluse.acceptance.service import Answer, Service
from sluse.demo.keys import key_file, new_key
from sluse.model.keys import Jwks
from sluse.model.names import Digest, Environment, IntegrationKey
from sluse.model.service_integration import ServiceIntegration
from sluse.model.statement import StatementType
from sluse.plan.thumbprint import thumbprint
from sluse.sandbox.authority.store import Registration
from worlds import lock
from worlds.documents import OTHER, READ, Supplier
from worlds.gated import Gated
from worlds.lock import ALM, FURU, MAINTAINER
from worlds.lock.people import API

OSLO = ZoneInfo("Europe/Oslo")
MONTH = timedelta(days=30)


@dataclass
class Applicant:
    """`supplier` says who; its services each have one client, `sync`."""

    world: Gated
    supplier: Supplier
    opens: datetime = field(init=False)
    key: PrivateKey = field(init=False)
    last: Digest | None = None

    def __post_init__(self) -> None:
        self.world.clock_of_signers()
        self.opens = (self.world.sandbox.clock.now() + MONTH).replace(second=0, microsecond=0)
        slug, documents = self.slug, self.world.lock
        documents.organisations[slug] = lock.organisation(slug, numbers=(self.supplier.number,))
        documents.bind(slug)
        documents.accept_terms(slug)

    @property
    def slug(self) -> str:
        return self.supplier.slug

    @property
    def journal(self) -> IntegrationKey:
        return self.integration("journal")

    @property
    def resource(self) -> str:
        """The name of the journal's client."""
        return self.supplier.sync

    def integration(self, name: str) -> IntegrationKey:
        return IntegrationKey(self.slug, name)

    def order(self, *names: str, scopes: Sequence[str] = (READ,)) -> None:
        """Write services, with keys that the maintainer vouches for, and let NHN agree to their plans."""
        for name in names or ("journal",):
            self.write(name, scopes)
            self.rotate(name)
            local = f"{self.opens.astimezone(OSLO):%Y-%m-%dT%H:%M}"
            self.world.lock.agree(self.integration(name), opens=local)

    def write(self, name: str = "journal", scopes: Sequence[str] = (READ,)) -> None:
        """Write what the service says now."""
        self.world.lock.documents[self.integration(name)] = self._service(name, scopes)

    def rotate(self, name: str = "journal", *, vouched: bool = True) -> None:
        """Make a new key pair for production, alone in its file."""
        self.key = new_key(self.world.sandbox.directory / "private" / f"{self.slug}.{name}.jwk")
        text = key_file(self.key)
        for each in Environment:
            path = f"integrations/{self.slug}/keys/{name}/sync.{each.value}.jwks.json"
            self.world.guarded.more[path] = text
        if vouched:
            prints = [thumbprint(each) for each in Jwks.model_validate_json(text).keys]
            said = {"client": "sync", "thumbprints": prints}
            self._signing().decide(StatementType.KEYS, str(self.integration(name)), MAINTAINER, keys=said)

    def tested(self, name: str = "journal") -> str:
        """Submit an acceptance test of what the service says now; return its name."""
        return self._signing().submit(self.integration(name), evidence=({"part": "sync"},))

    def accepted(self, name: str = "journal", **said: object) -> Digest:
        """Let it be tested, and NHN accept it."""
        self.last = self._signing().accept(self.tested(name), self.integration(name), FURU, **said)
        return self.last

    def ordered_and_accepted(self, *names: str) -> None:
        self.order(*names)
        for name in names or ("journal",):
            self.accepted(name)

    def changed_and_accepted(self) -> Digest:
        """Let it ask for another scope, and get it."""
        self.write(scopes=(OTHER,))
        return self.accepted()

    def retired(self, *, after_days: int) -> None:
        said = {"delete_after_days": after_days}
        self._signing().decide(StatementType.RETIREMENT, str(self.journal), ALM, retirement=said)

    def suspended(self, by: lock.Signer, **said: object) -> Digest:
        return self._signing().decide(
            StatementType.SUSPENSION, str(self.journal), by, suspension={"reason": "a stolen key"}, **said
        )

    def registered(self) -> Registration:
        """Return the one registration of the supplier."""
        (found,) = self.world.registrations(self.slug)
        return found

    async def token(self, client_id: str, scope: str = READ) -> Answer:
        """Ask for a token with the private key that the supplier has now."""
        issuer = self.world.sandbox.issuers[self.world.environment].url
        mine = Service(self.world.session, issuer, client_id, self.key, self.world.sandbox.clock.now)
        return await mine.token((scope,))

    def _signing(self) -> lock.Lock:
        self.world.clock_of_signers()
        return self.world.lock

    def _service(self, name: str, scopes: Sequence[str]) -> ServiceIntegration:
        values = {"organisation_number": self.supplier.number}
        spec = {
            "service": {
                "title": f"{self.slug.title()} {name.title()}", "configuration_owner": self.supplier.number,
                "users": "No persons", "platform": "Python", "structure": "machine-to-machine",
            },
            "plan": {"test_from": date(2026, 1, 1), "production_not_before": self.opens.astimezone(OSLO).replace(tzinfo=None)},
            "clients": (
                {
                    "name": "sync", "grants": ("client_credentials",), "scopes": tuple(scopes),
                    "test": values, "production": values,
                },
            ),
        }  # fmt: skip
        metadata = {"name": name, "organisation": self.slug}
        return ServiceIntegration.model_validate({"api_version": API, "kind": "ServiceIntegration", "metadata": metadata, "spec": spec})  # fmt: skip
