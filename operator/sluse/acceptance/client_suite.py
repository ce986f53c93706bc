"""Suite `client`, version 1: a client at the test authority does what it must, and nobody else gets in as it.

A client that only logs users in is tried where it authenticates first: the endpoint for pushed requests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sluse.acceptance.case import Case, Failed, Suite
from sluse.acceptance.login import Login
from sluse.acceptance.quoting import Secrets
from sluse.acceptance.service import Answer, Service
from sluse.model.service_integration import Grant
from sluse.words.said import say, short

_ELSEWHERE = "https://elsewhere.example"
_MUST_HAVE = ("token_endpoint", "jwks_uri")
_NOT_EXERCISED = frozenset({"offline_access"})


@dataclass(frozen=True)
class ClientWorld:
    """One client. `login` is there where it has users."""

    name: str
    service: Service
    grants: tuple[Grant, ...]
    scopes: tuple[str, ...]
    login: Login | None

    @property
    def secrets(self) -> Secrets:
        return self.service.secrets

    @property
    def words(self) -> Mapping[str, str]:
        return {"issuer": self.service.issuer}

    @property
    def is_machine(self) -> bool:
        """Whether it gets tokens without a user."""
        return Grant.CLIENT_CREDENTIALS in self.grants

    @property
    def machine_scopes(self) -> tuple[str, ...]:
        """The scopes that APIs own."""
        return tuple(scope for scope in self.scopes if "/" in scope and "://" not in scope)

    async def knock(self, *, assertion: Callable[[], str] | None = None, nonce: str | None = None) -> Answer:
        """Authenticate once, for the least that there is to ask for."""
        if self.is_machine:
            endpoint = await self.service.endpoint("token_endpoint")
            form = {"grant_type": "client_credentials", "scope": self.machine_scopes[0]}
            return await self.service.post(endpoint, form, assertion=assertion, nonce=nonce)
        assert self.login is not None
        return (await self.login.push(assertion=assertion, nonce=nonce))[0]

    def said(self, answer: Answer) -> str:
        """Return the authority's answer in words."""
        if answer.status in {200, 201}:
            return say("let it in")
        error = self.secrets.quoted(answer.error)
        if not error:
            return say("answered {status}", status=answer.status)
        return say("answered {status} ({error})", status=answer.status, error=error)


async def _discovery(world: ClientWorld) -> str:
    metadata = await world.service.discover()
    if metadata.get("issuer") != world.service.issuer:
        raise Failed(say("The discovery document names another issuer"))
    needed = (
        *_MUST_HAVE,
        *(("pushed_authorization_request_endpoint", "authorization_endpoint") if world.login else ()),
    )
    missing = [name for name in needed if not str(metadata.get(name, "")).startswith("https://")]
    if missing:
        raise Failed(say("The discovery document has no https address for {missing}", missing=", ".join(missing)))
    algorithms = metadata.get("dpop_signing_alg_values_supported", [])
    if world.service.key.alg not in algorithms:
        raise Failed(
            say(
                "The authority takes no DPoP proofs with {alg}, the algorithm of the client's key",
                alg=world.service.key.alg,
            )
        )
    return say("The discovery document is the issuer's, and has every address that the client needs")


async def _token_per_scope(world: ClientWorld) -> str:
    got: list[str] = []
    for scope in world.machine_scopes if world.is_machine else ():
        _require_token(world, await world.service.token([scope]), (scope,))
        got.append(scope)
    if world.login is not None:
        answer, _ = await world.login.tokens()
        _require_token(world, answer, world.login.scopes)
        got += [f"{scope} (login)" for scope in world.login.scopes]
    return say("DPoP-bound tokens with {scopes}", scopes=", ".join(got))


def _require_token(world: ClientWorld, answer: Answer, scopes: tuple[str, ...]) -> None:
    asked = " ".join(scopes)
    if answer.status != 200:
        raise Failed(say("Asked for {asked}, the authority {said}", asked=asked, said=world.said(answer)))
    if str(answer.body.get("token_type")).lower() != "dpop":
        raise Failed(say("The token for {asked} is not bound to the client's key", asked=asked))
    given = str(answer.body.get("scope", asked)).split()
    lacking = [scope for scope in scopes if scope not in given]
    if lacking:
        raise Failed(say("The token lacks {lacking}", lacking=", ".join(lacking)))


async def _wrong_key(world: ClientWorld) -> str:
    service = world.service
    impostor = service.key.impostor()
    answer = await world.knock(assertion=lambda: impostor.assertion(service.client_id, service.issuer, service.now()))
    return _require_refused(world, answer, say("An assertion signed with another key"))


async def _wrong_audience(world: ClientWorld) -> str:
    service = world.service
    answer = await world.knock(assertion=lambda: service.key.assertion(service.client_id, _ELSEWHERE, service.now()))
    return _require_refused(world, answer, say("An assertion for another authority"))


async def _replay(world: ClientWorld) -> str:
    first = await world.knock()
    if first.status not in {200, 201}:
        raise Failed(
            say(
                "There is nothing to replay: the first use was not let in, the authority {said}", said=world.said(first)
            )
        )
    again = await world.knock(assertion=lambda: first.assertion, nonce=first.nonce)
    return _require_refused(world, again, say("An assertion used a second time"))


async def _missing_dpop(world: ClientWorld) -> str:
    endpoint = await world.service.endpoint("token_endpoint")
    if world.is_machine:
        form = {"grant_type": "client_credentials", "scope": world.machine_scopes[0]}
        answer = await world.service.post(endpoint, form, dpop=False)
    else:
        assert world.login is not None
        answer = await world.login.redeem(await world.login.code(), dpop=False)
    return _require_refused(
        world,
        answer,
        say("A request without a DPoP proof"),
        ("invalid_dpop_proof", "invalid_request", "use_dpop_nonce"),
    )


def _require_refused(
    world: ClientWorld, answer: Answer, what: str, codes: tuple[str, ...] = ("invalid_client",)
) -> str:
    code = answer.body.get("error")
    if answer.status not in {400, 401} or code not in codes or "access_token" in answer.body:
        raise Failed(say("{what}: the authority {said}", what=what, said=world.said(answer)))
    return say("{what}: refused with {code}", what=what, code=code)


def not_covered(name: str, grants: tuple[Grant, ...], scopes: tuple[str, ...]) -> tuple[str, ...]:
    """Return what this version of the suite does not look at, of one client."""
    left_out = [grant.value for grant in (Grant.REFRESH_TOKEN, Grant.TOKEN_EXCHANGE) if grant in grants]
    left_out += [scope for scope in scopes if scope in _NOT_EXERCISED]
    return tuple(
        short(say("{name}: {each} is not exercised by this version of the suite", name=name, each=each), 120)
        for each in left_out
    )


def login_scopes(scopes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the scopes that a login is tried with."""
    return tuple(scope for scope in scopes if scope not in _NOT_EXERCISED)


CLIENT: Suite[ClientWorld] = Suite(
    "client",
    1,
    (
        Case("discovery", say("The discovery document of {issuer} has every address that the client needs"), _discovery),
        Case("token-per-scope", say("A DPoP-bound token with each scope of the client"), _token_per_scope),
        Case("wrong-key-refused", say("An assertion signed with another key is refused with invalid_client"), _wrong_key),
        Case("wrong-audience-refused", say("An assertion for another authority is refused with invalid_client"), _wrong_audience),
        Case("replay-refused", say("An assertion used a second time is refused with invalid_client"), _replay),
        Case("missing-dpop-refused", say("A request for a token without a DPoP proof is refused"), _missing_dpop),
    ),
)  # fmt: skip
