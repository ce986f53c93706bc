"""The authorities that one suite is run on: the fake with its capabilities, and the real protocol to the sandbox's.

A `Setting` is an authority with its registrar, and the few things a test must be able to do behind its back. Nothing
in the suite asks which authority it has; it asks the capabilities.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import pytest
from pydantic import SecretStr

from sluse.errors import AuthorityUnavailable, RegistrarError, Taken, Unauthorised
from sluse.model.registration import Registration
from sluse.model.service_integration import Claim, Grant
from sluse.reconcile.throwaway import throwaway_key
from sluse.registrar.dynamic.client import DynamicRegistrar
from sluse.registrar.memory import MemoryRegistrar
from sluse.registrar.port import Capabilities, Held, Mark, Registrar
from sluse.sandbox.authority.application import Authority
from sluse.sandbox.clock import Clock
from sluse.sandbox.tls import Certificates, issue

MARK = Mark("nhn-integrations/test/fjordlegen.journal.web")
FOREIGN = Mark("other-integrations/test/bylegen.journal.web")
SCOPES = ("nhn:journal/read", "nhn:journal/write", "fhi:register/read")
INITIAL = "initial-access-token-in-the-suite"

Verb = Literal["create", "observe", "update", "retire"]
_METHODS = {"create": "POST", "observe": "GET", "update": "PUT", "retire": "DELETE"}


class Setting(Protocol):
    """`tells_absence`: whether this very authority can; an adapter's capability may promise less."""

    @property
    def registrar(self) -> Registrar: ...

    @property
    def tells_absence(self) -> bool: ...

    def edit(self, held: Held, redirect_uris: tuple[str, ...]) -> None:
        """Change a registration by hand."""

    def take_over(self, held: Held) -> None:
        """Put a foreign mark on it by hand."""

    def remove(self, held: Held) -> None:
        """End it by hand."""

    def count(self) -> int:
        """Return how many registrations there are."""

    def fail(self, verb: Verb, status: int, retry_after: int | None = None) -> None:
        """Fail the next call before any work."""

    def lose(self, verb: Verb, how: str) -> None:
        """Let the next call do its work and lose its answer."""


@dataclass
class Fake:
    registrar: MemoryRegistrar

    @property
    def tells_absence(self) -> bool:
        return self.registrar.capabilities.tells_absence

    def edit(self, held: Held, redirect_uris: tuple[str, ...]) -> None:
        self.registrar.edit(held.client_id, redirect_uris=redirect_uris)

    def take_over(self, held: Held) -> None:
        self.registrar.edit(held.client_id, mark=FOREIGN)

    def remove(self, held: Held) -> None:
        self.registrar.remove(held.client_id)

    def count(self) -> int:
        return len(self.registrar.clients())

    def fail(self, verb: Verb, status: int, retry_after: int | None = None) -> None:
        error: RegistrarError = AuthorityUnavailable(
            f"HTTP {status}", retry_after=retry_after, may_have_acted=status not in (404, 429, 503)
        )
        if status == 409:
            error = Taken("HTTP 409")
        if status in (401, 403):
            error = Unauthorised(f"HTTP {status}")
        self.registrar.fail(verb, error)

    def lose(self, verb: Verb, how: str) -> None:
        self.registrar.fail(verb, AuthorityUnavailable(how), after=True)


@dataclass
class Sandbox:
    registrar: DynamicRegistrar
    authority: Authority
    tells_absence: bool

    def edit(self, held: Held, redirect_uris: tuple[str, ...]) -> None:
        self.authority.admin.edit(held.client_id, redirect_uris=list(redirect_uris))

    def take_over(self, held: Held) -> None:
        self.authority.admin.edit(held.client_id, client_name=f"[sluse {FOREIGN.text}] Theirs")

    def remove(self, held: Held) -> None:
        self.authority.admin.delete(held.client_id)

    def count(self) -> int:
        return self.authority.admin.count()

    def fail(self, verb: Verb, status: int, retry_after: int | None = None) -> None:
        self.authority.faults.answer(status, method=_METHODS[verb], retry_after=retry_after)

    def lose(self, verb: Verb, how: str) -> None:
        getattr(self.authority.faults, how)(method=_METHODS[verb])


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return issue(tmp_path_factory.mktemp("tls"))


@asynccontextmanager
async def _sandbox(certificates: Certificates, **habits: Any) -> AsyncIterator[Sandbox]:
    authority = Authority("test", clock=Clock(), initial_access_tokens={INITIAL: "the suite"}, scopes=SCOPES, **habits)
    with authority.served(certificates.server) as served:
        async with DynamicRegistrar(
            issuer=served.url,
            registration_endpoint=f"{served.url}/connect/register",
            initial_access_token=SecretStr(INITIAL),
            tls=certificates.client(),
        ) as registrar:
            yield Sandbox(registrar, authority, habits.get("deleted_client_status") == 404)
    assert authority.faults.planned == 0, "a fault was asked for and never happened"


_FAKES = {
    "-".join(name for name, has in zip(("withholds", "lists", "keeps", "tells"), flags, strict=True) if has): flags
    for flags in itertools.product((True, False), repeat=4)
}
_HABITS: dict[str, dict[str, Any]] = {
    "strictest": {},
    "rotating": {"rotate_registration_token": True, "deleted_client_status": 404},
    "forgetful": {"extensions": False, "accept_unknown_members": True},
    "without-extensions": {"extensions": False, "rotate_registration_token": True},
}


@pytest.fixture(params=[*(f"memory {name}" for name in _FAKES), *(f"dynamic {name}" for name in _HABITS)])
async def setting(request: pytest.FixtureRequest, certificates: Certificates) -> AsyncIterator[Setting]:
    kind, _, name = request.param.partition(" ")
    if kind == "memory":
        withhold, lists, keeps, tells = _FAKES[name]
        capabilities = Capabilities(
            withhold=withhold,
            list=lists,
            observe_without_client_key=True,
            token_survives_update=keeps,
            tells_absence=tells,
        )
        fake = Fake(MemoryRegistrar(capabilities, scopes=(*SCOPES, "openid")))
        yield fake
        assert fake.registrar.faults_left == 0, "a fault was asked for and never happened"
    else:
        async with _sandbox(certificates, **_HABITS[name]) as sandbox:
            yield sandbox


@pytest.fixture
def mark() -> Mark:
    return MARK


@pytest.fixture
def foreign() -> Mark:
    return FOREIGN


@pytest.fixture
def wanted() -> Registration:
    """A registration with real keys, in no particular order."""
    return Registration(
        title="Fjordlegen «Journal» \\ æøå",
        organisation_number="313231593",
        grants=(Grant.REFRESH_TOKEN, Grant.AUTHORIZATION_CODE),
        scopes=("nhn:journal/write", "nhn:journal/read", "openid"),
        redirect_uris=("https://journal.fjordlegen.example/b", "https://journal.fjordlegen.example/a"),
        post_logout_redirect_uris=("https://journal.fjordlegen.example/out",),
        child_organisation_numbers=("999977776", "312232326"),
        claims=(Claim(type="nhn:journal/claims/id", value="42"),),
        keys=(_real("2027-b"), _real("2027-a")),
    )


def _real(kid: str) -> Any:
    return throwaway_key().model_copy(update={"kid": kid})


@pytest.fixture
def first(setting: Setting, wanted: Registration) -> Registration:
    """What a creation sends: withheld where the authority can."""
    if not setting.registrar.capabilities.withhold:
        return wanted
    return wanted.model_copy(update={"keys": (throwaway_key(),)})


@pytest.fixture
async def held(setting: Setting, first: Registration, mark: Mark) -> Held:
    return await setting.registrar.create(first, mark)
