"""DPoP at the token endpoint and at an API: one test for each proof that is refused."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable
from typing import Any

import pytest

TOKEN = "/connect/token"
WHOAMI = "/api/whoami"


@pytest.fixture
def prove(target: Any, wire: Any, client: Any) -> Callable[..., Any]:
    """Ask for a token with a proof changed in header or claims; None leaves one out."""

    async def attempt(header: dict[str, Any] | None = None, **claims: Any) -> Any:
        nonce = await wire.nonce(client.id, client.holder)
        proof = client.holder.proof(target, "POST", TOKEN, header, **{"nonce": nonce, **claims})
        return await wire.token(client.id, client.holder, nonce=None, proof=proof)

    return attempt


@pytest.fixture
async def access_token(wire: Any, client: Any) -> str:
    token: str = (await wire.fetch_token(client.id, client.holder)).json["access_token"]
    return token


@pytest.fixture
def call(target: Any, wire: Any, client: Any, access_token: str, ath: Callable[[str], str]) -> Callable[..., Any]:
    """Call the API with a proof changed in header or claims."""

    async def attempt(header: dict[str, Any] | None = None, *, holder: Any = None, **claims: Any) -> Any:
        proof = (holder or client.holder).proof(target, "GET", WHOAMI, header, **{"ath": ath(access_token), **claims})
        headers = {"Authorization": f"DPoP {access_token}", "DPoP": proof}
        return await wire.send("GET", target.url(WHOAMI), headers=headers)

    return attempt


def refused(answer: Any, about: str) -> None:
    assert answer.status in {400, 401}
    assert answer.json["error"] == "invalid_dpop_proof"
    assert about in answer.why


@pytest.fixture(params=["token endpoint", "API"])
def attempt(request: pytest.FixtureRequest, prove: Any, call: Any) -> Callable[..., Any]:
    """Send a changed proof to either of the two that judge proofs."""
    chosen: Callable[..., Any] = prove if request.param == "token endpoint" else call
    return chosen


async def test_a_right_proof_is_accepted(attempt: Any) -> None:
    assert (await attempt()).status == 200


@pytest.mark.parametrize("typ", [None, "JWT", "client-authentication+jwt"])
async def test_the_type_is_a_dpop_proof(attempt: Any, typ: str | None) -> None:
    refused(await attempt({"typ": typ}), "typ")


@pytest.mark.parametrize("method", [None, "PATCH", "post"])
async def test_the_method_is_the_requests_own(attempt: Any, method: str | None) -> None:
    refused(await attempt(htm=method), "htm")


@pytest.mark.parametrize("htu", [None, 5, "https://[", "https://helseid.example/connect/token", "/connect/token"])
async def test_the_address_is_the_requests_own(attempt: Any, htu: object) -> None:
    refused(await attempt(htu=htu), "htu")


async def test_a_proof_for_one_endpoint_does_not_serve_another(prove: Any, call: Any, target: Any) -> None:
    refused(await prove(htu=target.url(WHOAMI)), "htu")
    refused(await call(htu=target.url(TOKEN)), "htu")


async def test_query_and_fragment_of_the_address_do_not_count(prove: Any, target: Any) -> None:
    assert (await prove(htu=target.url(TOKEN) + "?a=1#b")).status == 200


@pytest.mark.parametrize("jti", [None, "", 7, "x" * 257])
async def test_an_identifier_is_required_and_bounded(attempt: Any, jti: object) -> None:
    refused(await attempt(jti=jti), "jti")


async def test_an_identifier_may_be_as_long_as_it_can(attempt: Any) -> None:
    assert (await attempt(jti=uuid.uuid4().hex * 8)).status == 200


async def test_a_proof_is_used_once(attempt: Any) -> None:
    assert (await attempt(jti="once")).status == 200
    refused(await attempt(jti="once"), "used before")


async def test_a_proof_is_spent_even_where_its_nonce_is_refused(prove: Any) -> None:
    assert (await prove(jti="spent", nonce=None)).refusal == (400, "use_dpop_nonce")
    refused(await prove(jti="spent"), "used before")


async def test_a_refused_proof_does_not_spend_its_identifier(attempt: Any) -> None:
    refused(await attempt(jti="later", htm="PATCH"), "htm")
    assert (await attempt(jti="later")).status == 200


async def test_two_keys_may_use_the_same_identifier(wire: Any, make_client: Any, make_holder: Any, target: Any) -> None:
    for client in (await make_client(make_holder()), await make_client(make_holder())):
        nonce = await wire.nonce(client.id, client.holder)
        proof = client.holder.proof(target, "POST", TOKEN, nonce=nonce, jti="common")
        assert (await wire.token(client.id, client.holder, nonce=None, proof=proof)).status == 200


@pytest.mark.parametrize("offset", [-90, 30])
async def test_a_proof_that_is_old_or_from_the_future_is_refused(attempt: Any, target: Any, offset: int) -> None:
    refused(await attempt(iat=int(target.now()) + offset), "iat")


@pytest.mark.parametrize("offset", [-30, 2])
async def test_a_proof_within_a_minute_or_slightly_ahead_is_accepted(attempt: Any, target: Any, offset: int) -> None:
    assert (await attempt(iat=int(target.now()) + offset)).status == 200


@pytest.mark.parametrize("issued", [None, "now", True])
async def test_a_time_is_required(attempt: Any, issued: object) -> None:
    refused(await attempt(iat=issued), "iat")


@pytest.mark.parametrize("key", [None, "key", {"kty": "oct", "k": "c2VjcmV0"}])
async def test_the_public_key_must_be_in_the_header(attempt: Any, key: object) -> None:
    refused(await attempt({"jwk": key}), "DPoP proof")


async def test_a_private_key_in_the_header_is_refused(attempt: Any, client: Any) -> None:
    refused(await attempt({"jwk": client.holder.key.as_dict(private=True)}), "private")


async def test_a_proof_signed_by_another_key_than_its_own_is_refused(attempt: Any, make_holder: Any) -> None:
    refused(await attempt({"jwk": make_holder().key.as_dict(private=False)}), "signature")


async def test_an_algorithm_that_does_not_fit_the_key_is_refused(attempt: Any, make_holder: Any) -> None:
    refused(await attempt({"jwk": make_holder("ES384").key.as_dict(private=False)}), "does not fit")


@pytest.mark.parametrize("alg", ["none", "HS256"])
async def test_an_algorithm_that_is_not_approved_is_refused(
    wire: Any, client: Any, target: Any, make_header: Any, alg: str
) -> None:
    _, claims, signature = client.holder.proof(target, "POST", TOKEN).split(".")
    header = make_header({"typ": "dpop+jwt", "alg": alg, "jwk": client.holder.key.as_dict(private=False)})
    answer = await wire.token(client.id, client.holder, nonce=None, proof=f"{header}.{claims}.{signature}")
    refused(answer, "alg")


async def test_a_key_of_4096_bits_fits_in_the_header(wire: Any, make_client: Any, make_holder: Any) -> None:
    client = await make_client(make_holder("PS512", bits=4096))
    assert (await wire.fetch_token(client.id, client.holder)).status == 200


async def test_the_token_may_be_bound_to_another_key_than_the_clients(
    wire: Any, client: Any, make_holder: Any, target: Any
) -> None:
    other = make_holder()
    nonce = await wire.nonce(client.id, client.holder)
    proof = other.proof(target, "POST", TOKEN, nonce=nonce)
    token = (await wire.token(client.id, client.holder, nonce=None, proof=proof)).json["access_token"]
    claims = token.split(".")[1]
    assert other.jkt in base64.urlsafe_b64decode(claims + "==").decode()


async def test_a_token_request_without_a_proof_is_refused(wire: Any, client: Any) -> None:
    answer = await wire.token(client.id, client.holder, nonce=None, proof="none")
    refused(answer, "one DPoP header")
    assert answer.status == 400


async def test_two_proofs_are_refused(wire: Any, client: Any, target: Any) -> None:
    proofs = [("DPoP", client.holder.proof(target, "POST", TOKEN)) for _ in range(2)]
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": client.holder.assertion(target, client.id),
    }
    refused(await wire.send("POST", target.url(TOKEN), data=form, headers=proofs), "one DPoP header")


@pytest.mark.parametrize("nonce", [None, "", "guessed", 5, "A" * 32, "æ"])
async def test_a_missing_or_foreign_nonce_is_answered_with_a_good_one(
    prove: Any, wire: Any, client: Any, nonce: object
) -> None:
    answer = await prove(nonce=nonce)
    assert answer.refusal == (400, "use_dpop_nonce")
    assert (await wire.token(client.id, client.holder, nonce=answer.headers["DPoP-Nonce"])).status == 200


async def test_a_nonce_serves_more_than_one_request(wire: Any, client: Any) -> None:
    nonce = await wire.nonce(client.id, client.holder)
    for _ in range(2):
        assert (await wire.token(client.id, client.holder, nonce=nonce)).status == 200


async def test_an_api_tells_what_the_token_says(call: Any, client: Any, target: Any) -> None:
    answer = await call()
    assert answer.status == 200
    scopes = [target.read, target.write, target.elsewhere]
    assert answer.json == {"client_id": client.id, "scopes": scopes, "orgnr": "313231593"}


@pytest.mark.parametrize("hash_of", [None, "guessed", ""])
async def test_the_proof_must_be_for_the_access_token(call: Any, hash_of: str | None) -> None:
    refused(await call(ath=hash_of), "ath")


async def test_a_token_in_other_hands_is_worth_nothing(call: Any, make_holder: Any) -> None:
    answer = await call(holder=make_holder())
    assert answer.refusal == (401, "invalid_token")
    assert "bound to another key" in answer.why


async def test_a_refused_proof_at_an_api_is_a_dpop_challenge(call: Any) -> None:
    answer = await call(htm="PATCH")
    assert answer.status == 401
    header = answer.headers["WWW-Authenticate"]
    assert header.startswith('DPoP error="invalid_dpop_proof", error_description="')
    assert header.endswith('algs="RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512"')


async def test_an_api_call_without_a_proof_is_refused(wire: Any, target: Any, access_token: str) -> None:
    answer = await wire.send("GET", target.url(WHOAMI), headers={"Authorization": f"DPoP {access_token}"})
    refused(answer, "one DPoP header")
    assert answer.status == 401


async def test_a_bound_token_is_refused_as_a_bearer_token(wire: Any, target: Any, access_token: str) -> None:
    answer = await wire.send("GET", target.url(WHOAMI), headers={"Authorization": f"Bearer {access_token}"})
    assert answer.refusal == (401, "invalid_token")


async def test_an_api_call_without_a_token_is_challenged_without_an_error(wire: Any, target: Any) -> None:
    answer = await wire.send("GET", target.url(WHOAMI))
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith('DPoP algs="')


@pytest.mark.parametrize("token", ["guessed", "a.b.c"])
async def test_a_token_that_is_none_is_refused(wire: Any, target: Any, client: Any, ath: Any, token: str) -> None:
    proof = client.holder.proof(target, "GET", WHOAMI, ath=ath(token))
    answer = await wire.send("GET", target.url(WHOAMI), headers={"Authorization": f"DPoP {token}", "DPoP": proof})
    assert answer.refusal == (401, "invalid_token")


async def test_a_token_with_changed_claims_is_refused(
    wire: Any, target: Any, client: Any, ath: Any, access_token: str, make_header: Any
) -> None:
    header, claims, signature = access_token.split(".")
    changed = base64.urlsafe_b64decode(claims + "==").decode().replace(client.id, "somebody-else")
    token = f"{header}.{make_header(changed)}.{signature}"
    proof = client.holder.proof(target, "GET", WHOAMI, ath=ath(token))
    answer = await wire.send("GET", target.url(WHOAMI), headers={"Authorization": f"DPoP {token}", "DPoP": proof})
    assert answer.refusal == (401, "invalid_token")


async def test_a_clients_own_assertion_is_no_access_token(wire: Any, target: Any, client: Any, ath: Any) -> None:
    token = client.holder.assertion(target, client.id)
    proof = client.holder.proof(target, "GET", WHOAMI, ath=ath(token))
    answer = await wire.send("GET", target.url(WHOAMI), headers={"Authorization": f"DPoP {token}", "DPoP": proof})
    assert answer.refusal == (401, "invalid_token")
