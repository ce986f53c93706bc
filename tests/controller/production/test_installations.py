"""A customer's installation under an operator that runs: nothing before its service is open and its day has come, ended by signature."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sluse.acceptance.proofs import ClientKey as PrivateKey
from sluse.acceptance.service import Answer, Service
from sluse.catalog.yaml import dump
from sluse.demo.keys import key_file, new_key
from sluse.model.client_installation import ClientInstallation
from sluse.model.keys import Jwks
from sluse.model.names import IntegrationKey
from sluse.model.statement import StatementType
from sluse.plan.thumbprint import thumbprint
from sluse.sandbox.authority.store import Registration
from worlds.applicant import OSLO, Applicant
from worlds.documents import READ
from worlds.gated import Gated, reasons
from worlds.lock import ALM, LIND, MAINTAINER
from worlds.lock.people import API
from worlds.running import quiet
from worlds.ssh import Signer

CUSTOMER, NAME = "310550531", "solbakken"
DAYS_AFTER = 10  # days from the service's moment to the installation's day


@dataclass
class Customer:
    """One who installs the journal's client of `supplier`."""

    world: Gated
    supplier: Applicant
    key: PrivateKey

    @classmethod
    def of(cls, world: Gated, supplier: Applicant) -> Customer:
        return cls(world, supplier, new_key(world.sandbox.directory / "private" / f"{supplier.slug}.{NAME}.jwk"))

    def install(self) -> None:
        """Write the file with a key, for which the supplier's maintainer vouches."""
        slug, text = self.supplier.slug, key_file(self.key)
        day = (self.supplier.opens.astimezone(OSLO) + timedelta(days=DAYS_AFTER)).date()
        spec = {
            "service": str(self.supplier.journal), "client": "sync", "customer": CUSTOMER, "not_before": day,
            "confirmed_by": "practice manager", "production": {},
        }  # fmt: skip
        metadata = {"name": NAME, "organisation": slug}
        document = ClientInstallation.model_validate(
            {"api_version": API, "kind": "ClientInstallation", "metadata": metadata, "spec": spec}
        )
        more = self.world.guarded.more
        more[f"integrations/{slug}/{NAME}.yaml"] = dump(document.wire() | {"spec": {**document.spec.wire(), "production": {}}})  # fmt: skip
        more[f"integrations/{slug}/keys/{NAME}/sync.production.jwks.json"] = text
        prints = [thumbprint(each) for each in Jwks.model_validate_json(text).keys]
        self._decide(StatementType.KEYS, MAINTAINER, keys={"client": "sync", "thumbprints": prints})

    def retired(self, *, after_days: int) -> None:
        self._decide(StatementType.RETIREMENT, ALM, retirement={"delete_after_days": after_days})

    def registered(self) -> Registration | None:
        """Return the customer's registration, where there is one."""
        mark = f"/{self.supplier.slug}.{NAME}."
        return next(
            (each for each in self.world.registrations(self.supplier.slug) if mark in each.metadata.client_name), None
        )

    async def token(self) -> Answer:
        held = self.registered()
        assert held is not None
        issuer = self.world.sandbox.issuers[self.world.environment].url
        return await Service(self.world.session, issuer, held.client_id, self.key, self.world.sandbox.clock.now).token(
            (READ,)
        )

    def _decide(self, kind: StatementType, by: Signer, **said: object) -> None:
        self.world.clock_of_signers()
        self.world.lock.decide(kind, str(IntegrationKey(self.supplier.slug, NAME)), by, **said)


async def test_it_is_registered_for_its_customer_on_its_day_withheld_with_its_service_and_ended_by_signature(
    world: Gated, mine: Applicant
) -> None:
    mine.ordered_and_accepted()
    customer = Customer.of(world, mine)
    with world.operator() as operator:
        customer.install()
        await world.merge()
        await world.stage(mine.slug, "Configured")
        await world.waits(mine.slug, "ServiceNotOpen", NAME)
        assert customer.registered() is None

        world.later(seconds=(mine.opens - world.sandbox.clock.now()).total_seconds())
        await world.ask_for_sync()
        await world.stage(mine.slug, "Live")
        await world.ask_for_sync()  # what its service holds is looked at with the next sync
        await world.reads(mine.slug, "that it waits for its day only", lambda page: not reasons(page), NAME)
        await quiet(operator)
        assert customer.registered() is None

        world.later(days=DAYS_AFTER)
        await world.ask_for_sync()
        await world.stage(mine.slug, "Live", NAME)
        held = customer.registered()
        assert held is not None
        assert (held.metadata.orgnr, held.metadata.scopes) == (CUSTOMER, (READ,))
        assert (await customer.token()).status == 200

        mine.suspended(LIND)
        await world.merge()
        await world.waits(mine.slug, "Suspended")
        await world.ask_for_sync()
        await world.waits(mine.slug, "ServiceNotOpen", NAME)
        await quiet(operator)
        assert (await customer.token()).status == 400, "it is out of use with its service"

        customer.retired(after_days=5)
        await world.merge()
        await world.stage(mine.slug, "Retiring", NAME)
        assert customer.registered() is not None
        world.later(days=6)
        await world.ask_for_sync()
        await world.stage(mine.slug, "Retired", NAME)
        await world.absent(f"{mine.slug}.{NAME}.sync")
    assert customer.registered() is None
    assert len(world.registrations(mine.slug)) == 1, "its service's own stays"
