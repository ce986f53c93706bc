"""private_key_jwt: one test for each assertion that is refused."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

INVALID_CLIENT = "invalid_client"


@pytest.fixture
def present(target: Any, wire: Any, client: Any) -> Callable[..., Any]:
    """Ask for a token with an assertion changed in header or claims; None leaves one out."""

    async def attempt(header: dict[str, Any] | None = None, **claims: Any) -> Any:
        assertion = client.holder.assertion(target, client.id, header, **claims)
        return await wire.token(client.id, client.holder, nonce=None, assertion=assertion)

    return attempt


def refused(answer: Any, about: str) -> None:
    assert answer.status in {400, 401}
    assert answer.json["error"] == INVALID_CLIENT
    assert about in answer.why


def authenticated(answer: Any) -> None:
    assert answer.refusal == (400, "use_dpop_nonce")


async def test_a_right_assertion_authenticates(present: Any) -> None:
    authenticated(await present())


@pytest.mark.parametrize("alg", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES384", "ES512"])
async def test_each_approved_algorithm_authenticates(make_client: Any, wire: Any, make_holder: Any, alg: str) -> None:
    client = await make_client(make_holder(alg))
    assert (await wire.fetch_token(client.id, client.holder)).status == 200


@pytest.mark.parametrize("claim", ["iss", "sub"])
@pytest.mark.parametrize("value", [None, "somebody-else", ["list"]])
async def test_issuer_and_subject_are_both_the_client(present: Any, claim: str, value: object) -> None:
    refused(await present(**{claim: value}), "iss and sub")


@pytest.mark.parametrize("value", [None, 7, ["list"]])
async def test_issuer_and_subject_that_agree_must_still_be_a_name(present: Any, value: object) -> None:
    refused(await present(iss=value, sub=value), "iss and sub")


async def test_a_client_that_was_never_registered_is_refused(present: Any) -> None:
    refused(await present(iss="nobody", sub="nobody"), "no such client")


@pytest.mark.parametrize("audience", [None, "/connect/token", "/", "other", "list"])
async def test_the_audience_is_the_issuer_and_nothing_else(present: Any, target: Any, audience: str | None) -> None:
    value = {
        None: None,
        "/connect/token": target.url("/connect/token"),
        "/": target.issuer + "/",
        "other": "https://helseid.example",
        "list": [target.issuer],
    }[audience]
    refused(await present(aud=value), "aud")


@pytest.mark.parametrize("jti", [None, "", 5, "x" * 257])
async def test_an_identifier_is_required_and_bounded(present: Any, jti: object) -> None:
    refused(await present(jti=jti), "jti")


async def test_an_identifier_may_be_as_long_as_it_can(present: Any) -> None:
    authenticated(await present(jti=uuid.uuid4().hex * 8))


async def test_an_assertion_is_used_once(present: Any) -> None:
    authenticated(await present(jti="once"))
    refused(await present(jti="once"), "used before")


async def test_an_assertion_is_spent_even_where_the_request_then_fails(wire: Any, client: Any) -> None:
    """So the retry that `use_dpop_nonce` asks for needs a new assertion as well as a new proof."""
    assertion = client.holder.assertion(wire.target, client.id)
    first = await wire.token(client.id, client.holder, nonce=None, assertion=assertion)
    authenticated(first)
    retry = await wire.token(client.id, client.holder, nonce=first.headers["DPoP-Nonce"], assertion=assertion)
    refused(retry, "used before")


async def test_two_clients_may_use_the_same_identifier(make_client: Any, wire: Any, target: Any) -> None:
    for client in (await make_client(), await make_client()):
        assertion = client.holder.assertion(target, client.id, jti="common")
        authenticated(await wire.token(client.id, client.holder, nonce=None, assertion=assertion))


async def test_a_refused_assertion_does_not_spend_its_identifier(present: Any) -> None:
    refused(await present(jti="later", aud="wrong"), "aud")
    authenticated(await present(jti="later"))


async def test_an_expiry_is_required(present: Any) -> None:
    refused(await present(exp=None), "exp is missing")


@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("value", ["1", True, [1]])
async def test_a_time_that_is_no_number_is_refused(present: Any, claim: str, value: object) -> None:
    refused(await present(**{claim: value}), claim)


@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
async def test_a_time_that_is_not_a_number_at_all_is_refused(present: Any, claim: str) -> None:
    refused(await present(**{claim: float("nan")}), "not base64url-encoded JSON")


async def test_an_expired_assertion_is_refused(present: Any, target: Any) -> None:
    now = int(target.now())
    refused(await present(iat=now - 30, nbf=now - 30, exp=now - 20), "expired")


@pytest.mark.parametrize("issued", ["left out", "later"])
async def test_an_assertion_that_reaches_far_ahead_is_refused(present: Any, target: Any, issued: str) -> None:
    now = int(target.now())
    refused(await present(iat=None if issued == "left out" else now + 20, exp=now + 75), "lives longer")


async def test_an_assertion_that_was_made_to_live_long_is_refused_in_its_last_seconds(
    present: Any, target: Any
) -> None:
    now = int(target.now())
    refused(await present(iat=now - 3600, nbf=now - 3600, exp=now + 10), "lives longer")


@pytest.mark.parametrize("claim", ["iat", "nbf"])
async def test_an_assertion_from_the_future_is_refused(present: Any, target: Any, claim: str) -> None:
    refused(await present(**{claim: int(target.now()) + 30, "exp": int(target.now()) + 40}), "future")


@pytest.mark.parametrize("claim", ["iat", "nbf"])
async def test_a_clock_that_runs_two_seconds_ahead_is_forgiven(present: Any, target: Any, claim: str) -> None:
    authenticated(await present(**{claim: int(target.now()) + 2}))


async def test_issue_time_and_not_before_may_be_left_out(present: Any) -> None:
    authenticated(await present(iat=None, nbf=None))


@pytest.mark.parametrize("typ", [None, "JWT", "at+jwt", "dpop+jwt"])
async def test_the_type_is_a_client_authentication(present: Any, typ: str | None) -> None:
    refused(await present({"typ": typ}), "typ")


@pytest.mark.parametrize("kid", [None, "unknown", 7])
async def test_the_key_must_be_named_and_registered(present: Any, kid: object) -> None:
    refused(await present({"kid": kid}), "kid")


async def test_another_algorithm_than_the_keys_own_is_refused(make_client: Any, wire: Any, make_holder: Any) -> None:
    holder = make_holder("PS256")
    client = await make_client(holder)
    other = type(holder)(holder.key, "RS256", holder.kid)
    refused(await wire.token(client.id, other, nonce=None), "alg")


async def test_a_signature_by_another_key_of_the_same_name_is_refused(client: Any, wire: Any, make_holder: Any) -> None:
    refused(await wire.token(client.id, make_holder(kid=client.holder.kid), nonce=None), "signature")


async def test_the_key_of_one_client_does_not_open_another(make_client: Any, wire: Any, make_holder: Any) -> None:
    mine, other = make_holder(), await make_client(make_holder())
    await make_client(mine)
    refused(await wire.token(other.id, mine, nonce=None), "kid")


async def test_changed_claims_break_the_signature(client: Any, wire: Any, target: Any) -> None:
    one = client.holder.assertion(target, client.id).split(".")
    two = client.holder.assertion(target, client.id).split(".")
    refused(
        await wire.token(client.id, client.holder, nonce=None, assertion=f"{one[0]}.{two[1]}.{one[2]}"), "signature"
    )


@pytest.mark.parametrize("alg", ["none", "HS256", "ES256K", ["ES256"], None])
async def test_an_algorithm_that_is_not_approved_is_refused(
    client: Any, wire: Any, target: Any, make_header: Callable[[Any], str], alg: object
) -> None:
    _, claims, signature = client.holder.assertion(target, client.id).split(".")
    header = make_header({"typ": "client-authentication+jwt", "alg": alg, "kid": client.holder.kid})
    for forged in (f"{header}.{claims}.{signature}", f"{header}.{claims}."):
        refused(await wire.token(client.id, client.holder, nonce=None, assertion=forged), "alg")


@pytest.mark.parametrize("extension", [{"crit": ["exp"]}, {"b64": False}])
async def test_a_header_with_critical_extensions_is_refused(
    client: Any, wire: Any, target: Any, make_header: Callable[[Any], str], extension: dict[str, Any]
) -> None:
    _, claims, signature = client.holder.assertion(target, client.id).split(".")
    header = make_header({"typ": "client-authentication+jwt", "alg": "ES256", "kid": client.holder.kid, **extension})
    answer = await wire.token(client.id, client.holder, nonce=None, assertion=f"{header}.{claims}.{signature}")
    refused(answer, "extensions")


@pytest.mark.parametrize(
    "text", ["a.b", "a.b.c.d", "æ.b.c", "e30.e30.e30", "bnVsbA.e30.e30", "W10.e30.e30", "." * 40_000]
)
async def test_text_that_is_no_signed_jwt_is_refused(client: Any, wire: Any, text: str) -> None:
    refused(await wire.token(client.id, client.holder, nonce=None, assertion=text), "client_assertion")


async def test_an_assertion_of_more_than_32_kilobytes_is_refused(present: Any) -> None:
    authenticated(await present(padding="x" * 10_000))
    refused(await present(padding="x" * 30_000), "client_assertion")


async def test_deeply_nested_claims_are_refused(client: Any, wire: Any, make_header: Callable[[Any], str]) -> None:
    bomb = make_header("[" * 3000)
    refused(await wire.token(client.id, client.holder, nonce=None, assertion=f"{bomb}.{bomb}.e30"), "client_assertion")


@pytest.mark.parametrize("kind", [None, "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"])
async def test_the_kind_of_assertion_must_be_named(client: Any, wire: Any, kind: str | None) -> None:
    refused(await wire.token(client.id, client.holder, nonce=None, client_assertion_type=kind), "private_key_jwt")


async def test_a_missing_assertion_is_refused(client: Any, wire: Any) -> None:
    refused(await wire.token(client.id, client.holder, nonce=None, client_assertion=None), "client_assertion")


async def test_a_secret_beside_the_assertion_is_refused(client: Any, wire: Any) -> None:
    refused(await wire.token(client.id, client.holder, nonce=None, client_secret="secret"), "no secret")


async def test_an_authorization_header_is_refused(wire: Any, target: Any) -> None:
    form = {"grant_type": "client_credentials"}
    headers = {"Authorization": "Basic Y2xpZW50OnNlY3JldA=="}
    answer = await wire.send("POST", target.url("/connect/token"), data=form, headers=headers)
    refused(answer, "Authorization")


async def test_a_client_id_beside_the_assertion_must_agree_with_it(client: Any, wire: Any) -> None:
    authenticated(await wire.token(client.id, client.holder, nonce=None, client_id=client.id))
    refused(await wire.token(client.id, client.holder, nonce=None, client_id="another"), "client_id")
