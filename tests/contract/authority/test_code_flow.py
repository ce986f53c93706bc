"""A user logs in through a federated provider: what a client gets, and every step that cannot be taken twice or by another.

A provider of the sandbox stands at the other end, reached by the authority over its public face only.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sluse.acceptance.case import Failed
from sluse.acceptance.login import Code, Login
from sluse.acceptance.service import Service
from sluse.sandbox.authority.provider_rules import accept
from sluse.sandbox.tls import Certificates, issue
from worlds import federation as worlds
from worlds.federation import ALIAS, IDENTITY, SCOPES, WEB, Federation, instance, service

PID = "helseid://claims/identity/pid"
LEVEL = "helseid://claims/identity/security_level"


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return issue(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def world(certificates: Certificates) -> Iterator[Federation]:
    with worlds.federation(certificates) as federated:
        yield federated


@pytest.fixture
async def login(world: Federation) -> AsyncIterator[Login]:
    """A login of the user with the smart card, at a client that may ask for identity and one API."""
    client = service(WEB).spec.clients[0]
    held = world.register(client)
    async with world.reach.session() as session:
        there = Service(session, world.issuer, held.client_id, held.key, world.now)
        visitor, scopes = world.visitors["smartcard-high"], (*IDENTITY, SCOPES[0])
        yield Login(there, world.reach, visitor, client.test.redirect_uris[0], scopes, f"idp:{ALIAS}")


def claims_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


async def test_both_tokens_say_who_how_and_how_surely(login: Login, world: Federation) -> None:
    answer, id_token = await login.tokens()
    access = claims_of(answer.body["access_token"])
    user = next(each for each in world.login.users if each.alias == "smartcard-high")
    for claims in (id_token, access):
        assert claims[PID] == user.identifier
        assert claims[LEVEL] == "4"
        assert claims["amr"] == ["smartcard"]
        assert claims["idp"] == ALIAS
        assert user.identifier not in claims["sub"]
    assert access["aud"] == "nhn:journal"
    assert access["client_id"] == login.service.client_id
    assert access["cnf"]["jkt"]
    assert answer.body["token_type"] == "DPoP"
    assert answer.body["scope"].split() == list(login.scopes)


async def test_without_the_scopes_a_token_has_a_pseudonym_alone(login: Login, world: Federation) -> None:
    answer, id_token = await replace(login, scopes=("openid",)).tokens()
    access = claims_of(answer.body["access_token"])
    for claims in (id_token, access):
        assert PID not in claims
        assert LEVEL not in claims
        assert claims["sub"]
    assert access["aud"] == world.issuer


async def test_a_person_has_one_pseudonym_and_another_person_another(login: Login, world: Federation) -> None:
    first, second = [(await login.tokens())[1]["sub"] for _ in range(2)]
    assert first == second
    other = replace(login, visitor=world.visitors["d-number"])
    assert (await other.tokens())[1]["sub"] != first


async def test_the_token_opens_an_api(login: Login, world: Federation) -> None:
    answer, _ = await login.tokens()
    called = await login.service.call(f"{world.issuer}/api/whoami", answer.body["access_token"])
    assert (called.status, called.body["client_id"]) == (200, login.service.client_id)


async def test_a_code_is_redeemed_once(login: Login) -> None:
    code = await login.code()
    assert (await login.redeem(code)).status == 200
    assert (await login.redeem(code)).error.startswith("invalid_grant")


async def test_a_code_is_worth_nothing_without_its_verifier(login: Login) -> None:
    code = await login.code()
    answer = await login.redeem(Code(code.code, "another-verifier", code.nonce))
    assert answer.error == "invalid_grant: code_verifier does not match the request's code_challenge"


async def test_a_code_is_worth_nothing_to_another_client(login: Login, world: Federation) -> None:
    code = await login.code()
    other = world.register(service({**WEB, "name": "other"}).spec.clients[0])
    stolen = replace(login, service=replace(login.service, client_id=other.client_id, key=other.key))
    assert (await stolen.redeem(code)).error.startswith("invalid_grant: the code is missing, unknown")


async def test_a_code_is_bound_to_the_key_that_pushed_the_request(login: Login) -> None:
    code = await login.code()
    key = login.service.key
    other = worlds.new_key()
    mixed = type(key)({**other._key.as_dict(private=True), "alg": other.alg, "kid": other.kid})
    mixed.assertion = key.assertion  # type: ignore[method-assign]  # the client's assertion, another key's proof
    answer = await replace(login, service=replace(login.service, key=mixed)).redeem(code)
    assert answer.error == "invalid_grant: the code is bound to another DPoP key"


async def test_a_code_goes_stale(login: Login, world: Federation) -> None:
    code = await login.code()
    world.clock.advance(timedelta(seconds=61))
    assert (await login.redeem(code)).error.startswith("invalid_grant")


async def test_a_code_needs_the_redirect_uri_of_its_request(login: Login) -> None:
    code = await login.code()
    answer = await replace(login, redirect_uri="https://journal.fjordlegen.example/other").redeem(code)
    assert answer.error == "invalid_grant: redirect_uri is another than that of the request"


async def test_a_level_that_was_asked_for_is_demanded_of_the_provider(login: Login, world: Federation) -> None:
    high = replace(login, acr_values=f"idp:{ALIAS} Level4")
    assert (await high.tokens())[1][LEVEL] == "4"
    with pytest.raises(Failed, match="the level is substantial, and high was asked for"):
        await replace(high, visitor=world.visitors["d-number"]).tokens()


async def test_a_provider_that_is_switched_off_or_gone_lets_nobody_in(login: Login, world: Federation) -> None:
    held = world.authority.providers.get(ALIAS)
    assert held is not None
    world.authority.providers.replace(replace(held, enabled=False))
    with pytest.raises(Failed, match="no such identity provider is offered"):
        await login.code()


async def test_with_several_providers_the_user_chooses(login: Login, world: Federation) -> None:
    world.authority.providers.add(accept(instance(world.login_issuer, "another")))
    with pytest.raises(Failed, match="has no login form"):
        await replace(login, acr_values="").code()
    pushed, _ = await replace(login, acr_values="").push()
    query = {"client_id": login.service.client_id, "request_uri": pushed.body["request_uri"]}
    async with world.reach.session() as browser:
        async with browser.get(f"{world.issuer}/connect/authorize", params=query) as page:
            text = await page.text()
        link = text.split(f'/{ALIAS}"')[0].rpartition('href="')[2]
        async with browser.get(f"{world.issuer}{link}/{ALIAS}", allow_redirects=False) as sent:
            assert sent.headers["Location"].startswith(f"{world.login_issuer}/authorize?")
        async with browser.get(f"{world.issuer}{link}/{ALIAS}", allow_redirects=False) as again:
            assert again.status == 400


async def test_nobody_finishes_a_login_in_another_browser(login: Login, world: Federation) -> None:
    pushed, _ = await login.push()
    query = {"client_id": login.service.client_id, "request_uri": pushed.body["request_uri"]}
    async with world.reach.session() as mine, world.reach.session() as theirs:
        async with mine.get(f"{world.issuer}/connect/authorize", params=query, allow_redirects=False) as sent:
            state = parse_qs(urlsplit(sent.headers["Location"]).query)["state"][0]
        back = {"code": uuid.uuid4().hex, "state": state}
        async with theirs.get(f"{world.issuer}/signin-{ALIAS}", params=back, allow_redirects=False) as refused:
            assert refused.status == 400
            assert "no login of this browser" in await refused.text()


async def test_a_callback_for_another_provider_or_without_a_login_is_refused(world: Federation) -> None:
    async with world.reach.session() as browser:
        for query in ({}, {"state": "x", "code": "y"}):
            async with browser.get(f"{world.issuer}/signin-{ALIAS}", params=query) as refused:
                assert refused.status == 400


async def test_what_goes_upstream_is_pkce_state_and_nonce_and_nothing_of_the_client(
    login: Login, world: Federation
) -> None:
    pushed, wanted = await login.push()
    query = {"client_id": login.service.client_id, "request_uri": pushed.body["request_uri"]}
    async with (
        world.reach.session() as browser,
        browser.get(f"{world.issuer}/connect/authorize", params=query, allow_redirects=False) as sent,
    ):
        asked = {name: value[0] for name, value in parse_qs(urlsplit(sent.headers["Location"]).query).items()}
    assert asked["client_id"] == "sts"
    assert asked["redirect_uri"] == f"{world.issuer}/signin-{ALIAS}"
    assert (asked["response_type"], asked["scope"], asked["code_challenge_method"]) == ("code", "openid", "S256")
    assert asked["state"] not in {wanted.nonce, ""}
    assert asked["nonce"] not in {wanted.nonce, asked["state"]}


async def test_a_provider_that_is_not_reachable_sends_the_user_back(login: Login, world: Federation) -> None:
    held = world.authority.providers.get(ALIAS)
    assert held is not None
    world.authority.providers.replace(replace(held, issuer="https://localhost:9"))
    with pytest.raises(Failed, match="temporarily_unavailable: localhost cannot be reached"):
        await login.code()
