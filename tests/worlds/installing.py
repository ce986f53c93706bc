"""Production with installations: a service that is live and has a slot, and customers who install its client."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Self

from sluse.delivery.compiled import Compiled
from sluse.model.client_installation import ClientInstallation
from sluse.model.held import HeldIntegration
from sluse.model.names import ClientKey, IntegrationKey
from sluse.model.problem import Place, Problem
from sluse.model.registration import Registration
from sluse.model.service_integration import ServiceIntegration
from sluse.model.tree import Sourced, Tree
from worlds.lock import MAINTAINER, SERVICE, SUPPLIER, Lock, organisation, service
from worlds.production import Production, jwk

SOLBAKKEN = IntegrationKey(SUPPLIER, "solbakken")
CLIENT = ClientKey(SUPPLIER, "solbakken", "web")
CUSTOMER = "310550531"
SLOT = "https://*.fjordlegen.example/signin"


def with_slot(*slots: str, **changes: Any) -> ServiceIntegration:
    document = service(**changes)
    client = document.spec.clients[0].model_copy(update={"slots": slots})
    return document.model_copy(update={"spec": document.spec.model_copy(update={"clients": (client,)})})


def installation(key: IntegrationKey = SOLBAKKEN, host: str = "solbakken.fjordlegen.example", **changes: Any) -> ClientInstallation:  # fmt: skip
    spec = {
        "service": str(SERVICE),
        "client": "web",
        "customer": CUSTOMER,
        "not_before": date(2026, 10, 1),
        "confirmed_by": "practice manager",
        "production": {"redirect_uris": (f"https://{host}/signin",)},
        **changes,
    }
    metadata = {"name": key.name, "organisation": key.organisation}
    return ClientInstallation.model_validate(
        {"api_version": "sluse.nhn.no/v1alpha1", "kind": "ClientInstallation", "metadata": metadata, "spec": spec}
    )


@dataclass
class Installing(Production):
    """`installations` are the files at HEAD, `problems` what is wrong at HEAD."""

    installations: dict[IntegrationKey, ClientInstallation] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    _installed: dict[int, Sourced[ClientInstallation]] = field(default_factory=dict)

    @classmethod
    def live(cls, at: datetime, *, vouched: bool = True) -> Self:
        """Return a supplier whose service is open, and one customer's file."""
        lock = Lock()
        lock.organisations[SUPPLIER] = organisation()
        lock.bind()
        lock.accept_terms()
        world = cls(lock, at)
        lock.documents[SERVICE] = with_slot(SLOT)
        lock.agree(SERVICE)
        lock.accept(lock.submit(SERVICE), SERVICE)
        web = ClientKey(SUPPLIER, SERVICE.name, "web")
        world.keys[web] = (jwk("service"),)
        world.vouch(web)
        world.at = max(at, lock.clock)
        world.sync()
        world.install(vouched=vouched)
        return world

    def install(self, key: IntegrationKey = SOLBAKKEN, *, vouched: bool = True, **changes: Any) -> ClientKey:
        client = ClientKey(key.organisation, key.name, "web")
        self.installations[key] = installation(key, f"{key.name}.fjordlegen.example", **changes)
        self.keys[client] = (jwk(key.name),)
        if vouched:
            self.vouch(client)
            self.at = max(self.at, self.lock.clock)
        return client

    def vouch_again(self, client: ClientKey = CLIENT) -> None:
        self.vouch(client)
        self.at = max(self.at, self.lock.clock)

    def installed(self, key: IntegrationKey = SOLBAKKEN) -> HeldIntegration:
        return self.ledgers[SUPPLIER].integrations[key.name]

    def reasons(self, key: IntegrationKey = SOLBAKKEN) -> set[str]:
        return {row.reason for row in self.installed(key).waiting}

    @staticmethod
    def registration(compiled: Compiled, client: ClientKey = CLIENT) -> Registration:
        spec = compiled.client(client)
        assert spec is not None
        assert spec.registration is not None
        return spec.registration

    def _problems(self) -> tuple[Problem, ...]:
        return self.problems

    def _tree(self) -> Tree:
        return replace(super()._tree(), installations=dict(self._placed()))

    def _placed(self) -> Iterator[tuple[IntegrationKey, Sourced[ClientInstallation]]]:
        for key, document in self.installations.items():
            yield key, self._installed.setdefault(id(document), Sourced(document, f"integrations/{key}.yaml", Place))


__all__ = ["CLIENT", "CUSTOMER", "MAINTAINER", "SLOT", "SOLBAKKEN", "Installing", "installation", "with_slot"]
