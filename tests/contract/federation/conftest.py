"""The authorities that one suite is run on: the strict fake, and the sandbox's through its admin API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import pytest
from pydantic import SecretStr

from sluse.errors import AuthorityUnavailable, RegistrarError, Unauthorised
from sluse.registrar.federation.instance import Form
from sluse.registrar.federation.keycloak import KeycloakFederations
from sluse.registrar.federation.memory import MemoryFederations
from sluse.registrar.federation.port import FederationRegistrar, Instance
from sluse.registrar.port import Mark
from sluse.sandbox.authority.application import Authority
from sluse.sandbox.authority.provider_rules import accept
from sluse.sandbox.clock import Clock
from sluse.sandbox.tls import Certificates, issue
from worlds.federating import federation

MARK = Mark("nhn-integrations/test/polar-id.polar-login")
FOREIGN = Mark("other-integrations/test/polar-id.polar-login")
TOKEN = "admin-token-in-the-suite"

Verb = Literal["observe", "create", "replace", "retire"]
_METHODS = {"observe": "GET", "create": "POST", "replace": "PUT", "retire": "DELETE"}


class Setting(Protocol):
    """An authority with its registrar, and what others may do behind its back."""

    @property
    def registrar(self) -> FederationRegistrar: ...

    def plant(self, instance: Instance) -> None:
        """Put an instance there by hand, over whatever is there."""

    def remove(self, alias: str) -> None:
        """End one by hand."""

    def count(self) -> int:
        """Return how many there are."""

    def fail(self, verb: Verb, status: int) -> None:
        """Fail the next call before any work."""

    def lose(self, verb: Verb) -> None:
        """Let the next call do its work and lose its answer."""


@dataclass
class Fake:
    registrar: MemoryFederations

    def plant(self, instance: Instance) -> None:
        self.registrar.plant(instance.federation, instance.mark)
        self.registrar.edit(instance.federation.alias, enabled=instance.enabled)

    def remove(self, alias: str) -> None:
        self.registrar.remove(alias)

    def count(self) -> int:
        return len(self.registrar.instances)

    def fail(self, verb: Verb, status: int) -> None:
        error: RegistrarError = Unauthorised("no") if status in (401, 403) else AuthorityUnavailable(f"HTTP {status}")
        self.registrar.fail(verb, error)

    def lose(self, verb: Verb) -> None:
        self.registrar.fail(verb, AuthorityUnavailable("cut"), after=True)


@dataclass
class Sandbox:
    registrar: KeycloakFederations
    authority: Authority

    def plant(self, instance: Instance) -> None:
        provider = accept(Form("sts").written(instance))
        self.authority.providers.remove(provider.alias)
        self.authority.providers.add(provider)

    def remove(self, alias: str) -> None:
        assert self.authority.providers.remove(alias)

    def count(self) -> int:
        return len(self.authority.providers.all())

    def fail(self, verb: Verb, status: int) -> None:
        self.authority.faults.answer(status, method=_METHODS[verb])

    def lose(self, verb: Verb) -> None:
        self.authority.faults.drop_after_work(method=_METHODS[verb])


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return issue(tmp_path_factory.mktemp("tls"))


@pytest.fixture(params=["memory", "sandbox"])
async def setting(request: pytest.FixtureRequest, certificates: Certificates) -> AsyncIterator[Setting]:
    if request.param == "memory":
        fake = Fake(MemoryFederations())
        yield fake
        assert fake.registrar.faults_left == 0, "a fault was asked for and never happened"
        return
    authority = Authority("test", clock=Clock(), initial_access_tokens={TOKEN: "the suite"}, scopes=())
    with authority.served(certificates.server) as served:
        async with KeycloakFederations(
            issuer=served.url,
            instances=f"{served.url}/admin/identity-provider/instances",
            token=SecretStr(TOKEN),
            client_id="sts",
            tls=certificates.client(),
        ) as registrar:
            yield Sandbox(registrar, authority)
    assert authority.faults.planned == 0, "a fault was asked for and never happened"


@pytest.fixture
def mark() -> Mark:
    return MARK


@pytest.fixture
def foreign() -> Mark:
    return FOREIGN


@pytest.fixture
def wanted(mark: Mark) -> Instance:
    return Instance(federation(), enabled=True, mark=mark)


@pytest.fixture
def another(wanted: Instance) -> Any:
    """Make another instance of the same alias."""

    def made(*, enabled: bool = True, mark: Mark | None = None, **changes: object) -> Instance:
        return replace(
            wanted, federation=federation(**changes), enabled=enabled, mark=wanted.mark if mark is None else mark
        )

    return made
