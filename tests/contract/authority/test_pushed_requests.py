"""PAR: what a client may ask of a login, and that nobody else asks in its name."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

REDIRECT = "https://journal.fjordlegen.example/signin"
VERIFIER = "a-verifier-of-forty-three-characters-or-more-1234"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
LOGIN = {"grant_types": ["authorization_code"], "redirect_uris": [REDIRECT]}
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture
async def web(make_client: Any, target: Any) -> Any:
    return await make_client(**LOGIN, scope=f"openid offline_access {target.read}")


@pytest.fixture
def push(wire: Any, target: Any, web: Any) -> Any:
    """Push a request; a parameter given as None is left out."""

    async def pushed(*, proof: str | None = None, assertion: str | None = None, **parameters: str | None) -> Any:
        form = {
            "client_assertion_type": TYPE,
            "client_assertion": assertion or web.holder.assertion(target, web.id),
            "response_type": "code",
            "redirect_uri": REDIRECT,
            "scope": f"openid {target.read}",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "state": "a-state",
            "nonce": "a-nonce",
            **parameters,
        }
        sent = {name: value for name, value in form.items() if value is not None}
        headers = {"DPoP": proof} if proof else {}
        return await wire.send("POST", target.url("/connect/par"), data=sent, headers=headers)

    return pushed


async def test_a_pushed_request_gets_a_reference_that_nobody_can_guess(push: Any) -> None:
    first, second = [(await push()) for _ in range(2)]
    assert first.status == 201
    assert first.json["expires_in"] == 60
    assert first.json["request_uri"].startswith("urn:ietf:params:oauth:request_uri:")
    assert first.json["request_uri"] != second.json["request_uri"]
    assert first.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("parameters", "error", "why"),
    [
        ({"response_type": "token"}, "unsupported_response_type", "response_type must be code"),
        ({"response_type": None}, "unsupported_response_type", "response_type must be code"),
        ({"redirect_uri": f"{REDIRECT}/more"}, "invalid_request", "redirect_uri is not among the client's"),
        ({"redirect_uri": None}, "invalid_request", "redirect_uri is not among the client's"),
        ({"code_challenge": None}, "invalid_request", "PKCE with S256 is required"),
        ({"code_challenge_method": "plain"}, "invalid_request", "PKCE with S256 is required"),
        ({"code_challenge": "short"}, "invalid_request", "PKCE with S256 is required"),
        ({"scope": None}, "invalid_scope", "a login needs the scope openid"),
        ({"scope": "openid nhn:other/api"}, "invalid_scope", "not among the client's scopes: nhn:other/api"),
        ({"scope": "openid offline_access"}, "invalid_scope", "refresh tokens are not served here"),
        ({"request": "e30.e30."}, "invalid_request", "request objects are not served here"),
        ({"request_uri": "urn:x"}, "invalid_request", "request objects are not served here"),
        ({"authorization_details": "[]"}, "invalid_authorization_details", "authorization_details are not served here"),
        ({"acr_values": "Level9"}, "invalid_request", "acr_values: Level9 is not known here"),
        ({"state": "s" * 513}, "invalid_request", "state must have 1 to 512 characters"),
        ({"nonce": ""}, "invalid_request", "nonce must have 1 to 512 characters"),
    ],
)
async def test_what_may_not_be_asked_is_refused_at_once(
    push: Any, parameters: dict[str, str], error: str, why: str
) -> None:
    answer = await push(**parameters)
    assert answer.refusal == (400, error)
    assert why in answer.why


async def test_a_client_without_logins_is_refused(push: Any, make_client: Any, target: Any) -> None:
    machine = await make_client()
    answer = await push(assertion=machine.holder.assertion(target, machine.id))
    assert answer.refusal == (400, "unauthorized_client")


async def test_nobody_pushes_with_another_key_audience_or_a_used_assertion(
    push: Any, target: Any, web: Any, make_holder: Any
) -> None:
    stranger = make_holder(kid=web.holder.kid)
    assert (await push(assertion=stranger.assertion(target, web.id))).refusal == (400, "invalid_client")
    elsewhere = web.holder.assertion(target, web.id, aud="https://elsewhere.example")
    assert (await push(assertion=elsewhere)).refusal == (400, "invalid_client")
    used = web.holder.assertion(target, web.id)
    assert (await push(assertion=used)).status == 201
    assert (await push(assertion=used)).refusal == (400, "invalid_client")


async def test_a_proof_is_judged_where_there_is_one(push: Any, target: Any, web: Any) -> None:
    good = web.holder.proof(target, "POST", "/connect/par")
    assert (await push(proof=good)).status == 201
    elsewhere = web.holder.proof(target, "POST", "/connect/token")
    assert (await push(proof=elsewhere)).refusal == (400, "invalid_dpop_proof")
    other = web.holder.proof(target, "POST", "/connect/par")
    assert (await push(proof=other, dpop_jkt="another")).refusal == (400, "invalid_dpop_proof")


async def test_the_browser_needs_a_pushed_request_of_the_client_it_names(
    push: Any, wire: Any, target: Any, web: Any
) -> None:
    reference = (await push()).json["request_uri"]
    for query in ({}, {"client_id": web.id}, {"client_id": web.id, "redirect_uri": REDIRECT, "response_type": "code"}):
        answer = await wire.send("GET", target.url("/connect/authorize"), params=query)
        assert answer.refusal == (400, "invalid_request")
    another = {"client_id": "another", "request_uri": reference}
    assert (await wire.send("GET", target.url("/connect/authorize"), params=another)).status == 400


async def test_where_no_provider_is_offered_the_client_is_told(push: Any, wire: Any, target: Any, web: Any) -> None:
    query = {"client_id": web.id, "request_uri": (await push(acr_values="idp:nobody")).json["request_uri"]}
    answer = await wire.send("GET", target.url("/connect/authorize"), params=query, allow_redirects=False)
    assert answer.status == 303
    assert answer.headers["Location"].startswith(f"{REDIRECT}?error=access_denied&")
    assert "state=a-state" in answer.headers["Location"]
    again = await wire.send("GET", target.url("/connect/authorize"), params=query, allow_redirects=False)
    assert again.refusal == (400, "invalid_request")


async def test_a_code_that_was_never_given_is_worth_nothing(wire: Any, web: Any) -> None:
    form = {"grant_type": "authorization_code", "code": "x", "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    asked = await wire.token(web.id, web.holder, nonce=None, **form)
    assert asked.refusal == (400, "use_dpop_nonce")
    answer = await wire.token(web.id, web.holder, nonce=asked.headers["DPoP-Nonce"], **form)
    assert answer.refusal == (400, "invalid_grant")
