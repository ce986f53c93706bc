"""A sound client at a sound authority passes; each defect of the authority fails the case that is there for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from aiohttp import web

from sluse.errors import AcceptanceError
from sluse.sandbox.authority import discovery, token_endpoint
from sluse.sandbox.authority.answers import document
from sluse.sandbox.authority.application import Authority
from sluse.sandbox.authority.assertions import Assertions
from sluse.sandbox.authority.dpop import Proof
from sluse.sandbox.authority.token_endpoint import TokenEndpoint
from worlds.federation import MACHINE, SCOPES, WEB, service

CASES = [
    "discovery",
    "token-per-scope",
    "wrong-key-refused",
    "wrong-audience-refused",
    "replay-refused",
    "missing-dpop-refused",
]


BOUND = (
    "A request without a DPoP proof: the authority answered 400 (invalid_grant: the code is bound to another DPoP key)"
)


class AnySignature(Authority):
    class _Assertions(Assertions):
        def _require_signature(self, *_: Any) -> None: ...

    def __init__(self, *words: Any, **habits: Any) -> None:
        super().__init__(*words, **habits)
        self._assertions = self._Assertions(self._store)


class AnyAudience(AnySignature):
    class _Assertions(Assertions):
        def _require_audience(self, *_: Any) -> None: ...


class AnyUse(AnySignature):
    class _Assertions(Assertions):
        def _spend(self, *_: Any) -> None: ...


class NoProofNeeded(Authority):
    class _Tokens(TokenEndpoint):
        def _proof(self, request: web.Request, issuer: str, now: float) -> Proof:
            return super()._proof(request, issuer, now) if "DPoP" in request.headers else Proof("none", None)

    def _for_clients(self, issuer: Any) -> Any:
        careless = self._Tokens(issuer, self._clock, self._assertions, self._proofs, self._tokens, self._codes)
        return [web.post(token_endpoint.PATH, careless.post), super()._for_clients(issuer)[1]]


class BearerTokens(NoProofNeeded):
    class _Tokens(TokenEndpoint):
        async def post(self, request: web.Request) -> web.Response:
            answer = await super().post(request)
            assert isinstance(answer.body, bytes)
            return web.Response(body=answer.body.replace(b'"DPoP"', b'"Bearer"'), content_type="application/json")


class FewerScopes(NoProofNeeded):
    class _Tokens(TokenEndpoint):
        async def post(self, request: web.Request) -> web.Response:
            answer = await super().post(request)
            assert isinstance(answer.body, bytes)
            body = answer.body.replace(f'"scope":"{SCOPES[1]}"'.encode(), b'"scope":""')
            return web.Response(body=body, content_type="application/json")


class AnotherIssuer(Authority):
    def _for_everybody(self, issuer: Any) -> Any:
        async def configuration(request: web.Request) -> web.Response:
            claimed = discovery.Discovery(lambda: issuer() + "/other", self._habits, self._signer)
            return await claimed.configuration(request)

        return [web.get(discovery.PATH, configuration), *super()._for_everybody(issuer)[1:]]


class WithoutPushedRequests(Authority):
    def _for_everybody(self, issuer: Any) -> Any:
        async def configuration(_: web.Request) -> web.Response:
            told = {"issuer": issuer(), "token_endpoint": issuer() + "/connect/token"}
            return document(
                {**told, "jwks_uri": issuer() + discovery.JWKS_PATH, "dpop_signing_alg_values_supported": []}
            )

        return [web.get(discovery.PATH, configuration), *super()._for_everybody(issuer)[1:]]


class WithoutTokens(Authority):
    def _for_everybody(self, issuer: Any) -> Any:
        async def configuration(_: web.Request) -> web.Response:
            return document({"issuer": issuer(), "jwks_uri": issuer() + discovery.JWKS_PATH})

        return [web.get(discovery.PATH, configuration), *super()._for_everybody(issuer)[1:]]


@pytest.mark.parametrize("clients", [[MACHINE], [WEB], [MACHINE, WEB]], ids=["machine", "login", "both"])
async def test_a_sound_client_passes_every_case(try_service: Any, world: Any, clients: Sequence[Any]) -> None:
    ran = await try_service(world, service(*clients))
    assert ran.failed() == []
    assert [[case.case for case in each.cases] for each in ran.evidence] == [CASES] * len(clients)


async def test_a_client_with_both_grants_is_tried_both_ways(try_service: Any, world: Any) -> None:
    both = {**WEB, "grants": ["authorization_code", "client_credentials"]}
    ran = await try_service(world, service(both))
    assert ran.failed() == []
    assert ran.case("token-per-scope").seen == (
        "DPoP-bound tokens with nhn:journal/read, openid (login), helseid://scopes/identity/pid (login), "
        "helseid://scopes/identity/security_level (login), nhn:journal/read (login)"
    )


DEFECTS: Mapping[str, tuple[type[Authority], str, str]] = {
    "signatures are not checked": (
        AnySignature, "wrong-key-refused", "An assertion signed with another key: the authority let it in",
    ),
    "audiences are not checked": (
        AnyAudience, "wrong-audience-refused", "An assertion for another authority: the authority let it in",
    ),
    "assertions may be used again": (
        AnyUse, "replay-refused", "An assertion used a second time: the authority let it in",
    ),
    "no DPoP proof is asked for": (
        NoProofNeeded, "missing-dpop-refused", "A request without a DPoP proof: the authority let it in",
    ),
}  # fmt: skip


@pytest.mark.parametrize("client", [MACHINE, WEB], ids=["machine", "login"])
@pytest.mark.parametrize(("kind", "case", "seen"), DEFECTS.values(), ids=DEFECTS)
async def test_a_lenient_authority_fails_exactly_the_case_for_it(
    try_service: Any, start: Any, kind: type[Authority], case: str, seen: str, client: Any
) -> None:
    ran = await try_service(start(kind), service(client))
    assert ran.failed() == [case]
    bound = kind is NoProofNeeded and client is WEB  # then the code is what still asks for the key
    assert ran.case(case).seen == (BOUND if bound else seen)


@pytest.mark.parametrize(
    ("kind", "case", "seen"),
    [
        (BearerTokens, "token-per-scope", f"The token for {SCOPES[0]} is not bound to the client's key"),
        (FewerScopes, "token-per-scope", f"The token lacks {SCOPES[1]}"),
    ],
)
async def test_a_token_that_is_not_what_was_asked_for_fails_its_case(
    try_service: Any, start: Any, kind: type[Authority], case: str, seen: str
) -> None:
    ran = await try_service(start(kind), service(MACHINE))
    assert case in ran.failed()
    assert ran.case(case).seen == seen


async def test_a_scope_that_the_registration_lacks_fails_exactly_the_case_of_scopes(
    try_service: Any, world: Any
) -> None:
    document = service(MACHINE)
    world.register(document.spec.clients[0])
    world.authority.admin.edit(world.held["sync"].client_id, scope=SCOPES[0])
    ran = await try_service(world, document, register=False)
    assert ran.failed() == ["token-per-scope"]
    assert ran.case("token-per-scope").seen == (
        f"Asked for {SCOPES[1]}, the authority answered 400 (invalid_scope: not among the client's scopes: {SCOPES[1]})"
    )


async def test_another_issuer_in_discovery_fails_its_case(try_service: Any, start: Any) -> None:
    ran = await try_service(start(AnotherIssuer), service(MACHINE))
    assert ran.case("discovery").seen == "The discovery document names another issuer"


async def test_a_login_client_needs_the_endpoints_of_a_login(try_service: Any, start: Any) -> None:
    ran = await try_service(start(WithoutPushedRequests), service(WEB))
    assert ran.case("discovery").seen == (
        "The discovery document has no https address for pushed_authorization_request_endpoint, authorization_endpoint"
    )


@pytest.mark.parametrize(
    ("client", "missing"),
    [(MACHINE, "token_endpoint"), (WEB, "pushed_authorization_request_endpoint")],
    ids=["machine", "login"],
)
async def test_metadata_without_an_endpoint_fail_the_cases_that_need_it(
    try_service: Any, start: Any, client: Any, missing: str
) -> None:
    ran = await try_service(start(WithoutTokens), service(client))
    assert ran.case("wrong-key-refused").seen == f"The authority's discovery document has no {missing}"
    assert [case.case for each in ran.evidence for case in each.cases if case.passed] == []


async def test_a_withheld_client_fails_where_it_must_be_let_in_and_nowhere_else(try_service: Any, world: Any) -> None:
    document = service(MACHINE)
    held = world.register(document.spec.clients[0])
    throwaway = {**held.key.impostor().public(), "kid": "throwaway"}
    world.authority.admin.edit(held.client_id, jwks={"keys": [throwaway]})
    ran = await try_service(world, document, register=False)
    assert ran.failed() == ["token-per-scope", "replay-refused", "missing-dpop-refused"]
    assert "invalid_client" in ran.case("token-per-scope").seen


async def test_an_authority_that_is_away_fails_every_case_and_breaks_nothing(try_service: Any, world: Any) -> None:
    document = service(MACHINE)
    world.register(document.spec.clients[0])
    world.authority.faults.answer(503, times=1000)
    ran = await try_service(world, document, register=False)
    assert ran.failed() == CASES
    assert {case.seen for case in ran.evidence[0].cases} == {"localhost answers 503, not 200"}


@pytest.mark.parametrize("fault", ["drop_after_work", "half_answer", "broken_json"])
async def test_an_answer_that_is_cut_off_fails_its_case_and_breaks_nothing(
    try_service: Any, world: Any, fault: str
) -> None:
    document = service(MACHINE)
    world.register(document.spec.clients[0])
    getattr(world.authority.faults, fault)(path="/connect/token")
    ran = await try_service(world, document, register=False)
    assert ran.failed() == ["token-per-scope"]


async def test_a_level_that_is_too_low_keeps_the_user_out(try_service: Any, world: Any) -> None:
    document = service(WEB)
    world.login.users._held = {"d-number": world.login.users._held["d-number"]}
    ran = await try_service(world, document)
    assert ran.failed() == ["token-per-scope", "missing-dpop-refused"]
    assert ran.case("token-per-scope").seen == (
        "The authority refused the login: access_denied: the level is substantial, and high was asked for"
    )


async def test_what_is_not_exercised_is_said(try_service: Any, world: Any) -> None:
    ran = await try_service(world, service(MACHINE, WEB))
    assert ran.trial.not_covered == (
        "web: refresh_token is not exercised by this version of the suite",
        "web: offline_access is not exercised by this version of the suite",
    )


async def test_each_result_is_told_as_it_comes(try_service: Any, world: Any) -> None:
    ran = await try_service(world, service(MACHINE))
    assert [(part, case.case) for part, case in ran.told] == [("sync", case) for case in CASES]


@pytest.mark.parametrize(
    ("client", "message"),
    [
        ({**MACHINE, "grants": ["urn:ietf:params:oauth:grant-type:token-exchange"]}, "no grant that this version"),
        ({**MACHINE, "scopes": ["openid"]}, "no scope of an API"),
        ({**WEB, "test": {"organisationNumber": "310448176"}}, "no redirect URI"),
    ],
    ids=["grant", "scope", "redirect"],
)
async def test_what_cannot_be_tried_is_told_before_anything_is(
    try_service: Any, world: Any, client: Any, message: str
) -> None:
    document = service(MACHINE)
    world.register(document.spec.clients[0])
    odd = service(client)
    world.held[odd.spec.clients[0].name] = world.held["sync"]
    with pytest.raises(AcceptanceError, match=message):
        await try_service(world, odd, register=False)


async def test_a_missing_key_and_a_missing_user_are_named_together(try_service: Any, world: Any) -> None:
    world.login.users._held = {}
    with pytest.raises(AcceptanceError, match=r"--key web=FILE; .*--user ALIAS=FILE"):
        await try_service(world, service(WEB), register=False)
