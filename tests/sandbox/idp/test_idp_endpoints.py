"""The provider seen from outside: what it publishes, whom it lets in, and what it refuses its relying party."""

from __future__ import annotations

import re
import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from sluse.acceptance.published_keys import faults
from sluse.sandbox.authority.codes import s256
from sluse.sandbox.idp.defects import Defect
from worlds.federation import Federation, new_key

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
VERIFIER = secrets.token_urlsafe(48)


def request(world: Federation, **changes: str) -> dict[str, str]:
    return {
        "client_id": "sts",
        "redirect_uri": world.party.redirect_uri,
        "response_type": "code",
        "scope": "openid",
        "state": "a-state",
        "nonce": "a-nonce",
        "code_challenge": s256(VERIFIER),
        "code_challenge_method": "S256",
        **changes,
    }


async def page(world: Federation, session: aiohttp.ClientSession, **changes: str) -> tuple[int, str]:
    async with session.get(f"{world.login_issuer}/authorize", params=request(world, **changes)) as answer:
        return answer.status, await answer.text()


async def submit(world: Federation, session: aiohttp.ClientSession, text: str, password: str) -> Any:
    found = re.search(r'name="handle" value="([^"]+)"', text)
    assert found is not None
    form = {"handle": found[1], "username": "smartcard-high", "password": password}
    async with session.post(f"{world.login_issuer}/login", data=form, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", ""), await answer.text()


async def token(world: Federation, session: aiohttp.ClientSession, code: str, **changes: str) -> tuple[int, Any]:
    """Redeem a code as the authority does, or with something else about it."""
    assertion = world.authority._upstream._assertion(_instance(world), world.now().timestamp())
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": world.party.redirect_uri,
        "code_verifier": VERIFIER,
        "client_assertion_type": TYPE,
        "client_assertion": assertion,
        **changes,
    }
    async with session.post(f"{world.login_issuer}/token", data=form) as answer:
        return answer.status, await answer.json()


def _instance(world: Federation) -> Any:
    return world.authority.providers.all()[0]


@pytest.fixture
async def session(world: Federation) -> Any:
    async with world.reach.session() as opened:
        yield opened


@pytest.fixture
async def code(world: Federation, session: Any) -> str:
    (user,) = [each for each in world.login.users if each.alias == "smartcard-high"]
    _, text = await page(world, session)
    _, location, _ = await submit(world, session, text, user.password)
    return parse_qs(urlsplit(location).query)["code"][0]


async def test_the_published_keys_are_as_helseid_requires(world: Federation, session: Any) -> None:
    async with session.get(f"{world.login_issuer}/.well-known/jwks") as answer:
        assert list(faults(await answer.json(), ("ES256",))) == []


async def test_a_user_logs_in_by_the_form(world: Federation, session: Any) -> None:
    (user,) = [each for each in world.login.users if each.alias == "smartcard-high"]
    status, text = await page(world, session)
    assert (status, "Synthetic users only" in text) == (200, True)
    status, _, text = await submit(world, session, text, "wrong-password")
    assert (status, "User or password is wrong." in text) == (200, True)
    status, location, _ = await submit(world, session, text, user.password)
    assert status == 303
    assert location.startswith(f"{world.party.redirect_uri}?code=")
    assert parse_qs(urlsplit(location).query)["state"] == ["a-state"]


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "another"},
        {"redirect_uri": "https://elsewhere.example/signin"},
        {"response_type": "token"},
        {"scope": "profile"},
        {"code_challenge_method": "plain"},
        {"state": ""},
        {"nonce": ""},
    ],
    ids=lambda changes: next(iter(changes)),
)
async def test_a_request_that_is_not_the_partys_gets_no_form(
    world: Federation, session: Any, changes: dict[str, str]
) -> None:
    status, text = await page(world, session, **changes)
    assert status == 400
    assert "<form" not in text


async def test_a_login_is_used_once(world: Federation, session: Any) -> None:
    _, text = await page(world, session)
    await submit(world, session, text, "wrong-password")
    assert (await submit(world, session, text, "wrong-password"))[0] == 400


async def test_a_code_is_redeemed_once_by_the_party(world: Federation, session: Any, code: str) -> None:
    status, body = await token(world, session, code)
    assert status == 200
    assert body["id_token"]
    assert (await token(world, session, code))[1]["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_assertion_type": "x"}, "invalid_client"),
        ({"client_assertion": "a.b.c"}, "invalid_client"),
        ({"code_verifier": "another"}, "invalid_grant"),
        ({"redirect_uri": "https://elsewhere.example"}, "invalid_grant"),
        ({"grant_type": "password"}, "invalid_grant"),
    ],
    ids=["type", "assertion", "verifier", "redirect", "grant"],
)
async def test_what_does_not_match_is_refused(
    world: Federation, session: Any, code: str, changes: dict[str, str], error: str
) -> None:
    status, body = await token(world, session, code, **changes)
    assert (status, body["error"]) == (400, error)


async def test_nobody_but_the_party_redeems_a_code(world: Federation, session: Any, code: str) -> None:
    forged = new_key().assertion("sts", world.login_issuer, world.now())
    assert (await token(world, session, code, client_assertion=forged))[1]["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("claim", "value"), [("aud", "https://elsewhere.example"), ("sub", "another"), ("exp", 0), ("jti", None)]
)
async def test_an_assertion_that_is_not_for_this_use_is_refused(
    world: Federation, session: Any, code: str, claim: str, value: object
) -> None:
    now = int(world.now().timestamp())
    said = {"iss": "sts", "sub": "sts", "aud": world.login_issuer, "jti": "one", "exp": now + 10, claim: value}
    wrong = world.authority._signer.sign("client-authentication+jwt", said)
    assert (await token(world, session, code, client_assertion=wrong))[1]["error"] == "invalid_client"


async def test_an_assertion_is_used_once(world: Federation, session: Any, code: str) -> None:
    used = world.authority._upstream._assertion(_instance(world), world.now().timestamp())
    assert (await token(world, session, code, client_assertion=used))[0] == 200
    status, body = await token(world, session, code, client_assertion=used)
    assert (status, body["error_description"]) == (400, "the assertion was used before")


async def test_a_provider_behaves_again_when_it_is_asked_to(world: Federation, session: Any) -> None:
    world.login.defects.show(Defect.DISCOVERY_OF_ANOTHER, Defect.RS256)
    world.login.defects.behave()
    async with session.get(f"{world.login_issuer}/.well-known/openid-configuration") as answer:
        document = await answer.json()
    assert document["issuer"] == world.login_issuer
    assert document["id_token_signing_alg_values_supported"] == ["ES256"]
