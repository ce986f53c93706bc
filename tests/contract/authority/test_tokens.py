"""What a token holds, and which scopes a client gets."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest


def claims_of(answer: Any) -> dict[str, Any]:
    return part(answer, 1)


def part(answer: Any, number: int) -> dict[str, Any]:
    assert answer.status == 200, answer.body
    text = answer.json["access_token"].split(".")[number]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=="))
    return decoded


async def test_the_answer_is_a_dpop_token_of_ten_minutes(wire: Any, client: Any) -> None:
    answer = await wire.fetch_token(client.id, client.holder)
    assert (answer.json["token_type"], answer.json["expires_in"]) == ("DPoP", 600)
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_token_says_who_for_whom_how_long_and_with_which_key(wire: Any, client: Any, target: Any) -> None:
    answer = await wire.fetch_token(client.id, client.holder, scope=f"{target.read} {target.write}")
    claims = claims_of(answer)
    assert part(answer, 0)["typ"] == "at+jwt"
    assert claims["iss"] == target.issuer
    assert claims["client_id"] == client.id
    assert claims["cnf"] == {"jkt": client.holder.jkt}
    assert claims["exp"] - claims["iat"] == 600
    assert claims["iat"] == pytest.approx(target.now(), abs=30)
    assert claims["jti"]


async def test_each_token_has_its_own_identifier(wire: Any, client: Any) -> None:
    first, second = [claims_of(await wire.fetch_token(client.id, client.holder))["jti"] for _ in range(2)]
    assert first != second


async def test_the_audience_is_the_one_api_that_owns_the_scopes(wire: Any, client: Any, target: Any) -> None:
    claims = claims_of(await wire.fetch_token(client.id, client.holder, scope=f"{target.read} {target.write}"))
    assert claims["aud"] == target.read.split("/")[0]


async def test_scopes_of_two_apis_give_two_audiences(wire: Any, client: Any, target: Any) -> None:
    claims = claims_of(await wire.fetch_token(client.id, client.holder, scope=f"{target.elsewhere} {target.read}"))
    assert claims["aud"] == [target.elsewhere.split("/")[0], target.read.split("/")[0]]


async def test_a_token_carries_the_organisation_and_its_tenancy(wire: Any, client: Any) -> None:
    claims = claims_of(await wire.fetch_token(client.id, client.holder))
    assert claims["helseid://claims/client/claims/orgnr_parent"] == "313231593"
    assert claims["helseid://claims/client/client_tenancy"] == "single-tenant"
    assert "helseid://claims/client/claims/orgnr_supplier" not in claims


async def test_a_multi_tenant_client_that_names_nobody_acts_for_its_supplier(wire: Any, make_client: Any) -> None:
    client = await make_client(helseid_tenancy="multi-tenant")
    claims = claims_of(await wire.fetch_token(client.id, client.holder))
    assert claims["helseid://claims/client/client_tenancy"] == "multi-tenant"
    assert claims["helseid://claims/client/claims/orgnr_supplier"] == "313231593"
    assert claims["helseid://claims/client/claims/orgnr_parent"] == "313231593"


async def test_a_client_without_an_organisation_has_none_in_its_token(wire: Any, make_client: Any) -> None:
    client = await make_client(helseid_orgnr=None, helseid_tenancy=None)
    claims = claims_of(await wire.fetch_token(client.id, client.holder))
    assert "helseid://claims/client/claims/orgnr_parent" not in claims
    assert claims["helseid://claims/client/client_tenancy"] == "none"


async def test_a_token_carries_the_claims_of_the_registration(wire: Any, client: Any) -> None:
    claims = claims_of(await wire.fetch_token(client.id, client.holder))
    assert claims["nhn:vkp/client/claims/vkp-id"] == "17"


async def test_the_scopes_asked_for_are_the_scopes_given(wire: Any, client: Any, target: Any) -> None:
    answer = await wire.fetch_token(client.id, client.holder, scope=target.write)
    assert answer.json["scope"] == target.write
    assert claims_of(answer)["scope"] == target.write


async def test_a_scope_asked_for_twice_is_given_once(wire: Any, client: Any, target: Any) -> None:
    answer = await wire.fetch_token(client.id, client.holder, scope=f"{target.read} {target.read}")
    assert answer.json["scope"] == target.read


@pytest.mark.parametrize("scope", [None, ""])
async def test_without_a_scope_all_api_scopes_of_the_client_are_given(
    wire: Any, make_client: Any, target: Any, scope: str | None
) -> None:
    client = await make_client(scope=f"openid {target.write} {target.elsewhere}")
    answer = await wire.fetch_token(client.id, client.holder, scope=scope)
    assert answer.json["scope"] == f"{target.write} {target.elsewhere}"


async def test_an_unknown_scope_refuses_the_request(wire: Any, client: Any, target: Any) -> None:
    answer = await wire.fetch_token(client.id, client.holder, scope=f"{target.read} nhn:unheard/of")
    assert answer.refusal == (400, "invalid_scope")
    assert "nhn:unheard/of" in answer.why


async def test_a_scope_that_the_client_lacks_is_refused_not_dropped(wire: Any, client: Any, target: Any) -> None:
    answer = await wire.fetch_token(client.id, client.holder, scope=f"{target.read} {target.unregistered}")
    assert answer.refusal == (400, "invalid_scope")
    assert target.unregistered in answer.why


@pytest.mark.parametrize("scope", ["openid", "helseid://scopes/identity/pid"])
async def test_an_identity_scope_is_refused_where_there_is_no_user(
    wire: Any, make_client: Any, target: Any, scope: str
) -> None:
    client = await make_client(scope=f"{scope} {target.read}")
    answer = await wire.fetch_token(client.id, client.holder, scope=f"{scope} {target.read}")
    assert answer.refusal == (400, "invalid_scope")
    assert "identity scope" in answer.why


async def test_a_client_with_identity_scopes_only_gets_no_token(wire: Any, make_client: Any) -> None:
    client = await make_client(scope="openid profile")
    assert (await wire.fetch_token(client.id, client.holder)).refusal == (400, "invalid_scope")


async def test_a_grant_that_the_client_is_not_registered_for_is_refused(wire: Any, make_client: Any) -> None:
    client = await make_client(grant_types=["authorization_code"], redirect_uris=["https://journal.example/in"])
    assert (await wire.token(client.id, client.holder, nonce=None)).refusal == (400, "unauthorized_client")


@pytest.mark.parametrize("grant", ["password", "urn:ietf:params:oauth:grant-type:jwt-bearer"])
async def test_a_grant_that_nobody_has_is_refused(wire: Any, client: Any, grant: str) -> None:
    answer = await wire.token(client.id, client.holder, nonce=None, grant_type=grant)
    assert answer.refusal == (400, "unsupported_grant_type")


@pytest.mark.parametrize("grant", [None, ""])
async def test_a_grant_must_be_named(wire: Any, client: Any, grant: str | None) -> None:
    answer = await wire.token(client.id, client.holder, nonce=None, grant_type=grant)
    assert answer.refusal == (400, "invalid_request")
    assert "grant_type" in answer.why


async def test_a_repeated_parameter_is_refused(wire: Any, target: Any) -> None:
    answer = await wire.send("POST", target.url("/connect/token"), data=[("scope", "a"), ("scope", "b")])
    assert answer.refusal == (400, "invalid_request")
    assert "repeated" in answer.why


async def test_a_body_that_is_no_form_is_refused(wire: Any, target: Any) -> None:
    answer = await wire.send("POST", target.url("/connect/token"), json={"grant_type": "client_credentials"})
    assert answer.refusal == (400, "invalid_request")


@pytest.mark.parametrize("body", [b"\xff\xfe", b"&".join(b"a%d=1" % number for number in range(60))])
async def test_a_form_that_cannot_be_read_is_refused(wire: Any, target: Any, body: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await wire.send("POST", target.url("/connect/token"), data=body, headers=headers)
    assert answer.refusal == (400, "invalid_request")


@pytest.mark.parametrize("where", ["authorization_details", "assertion_details"])
async def test_a_request_for_another_organisation_is_refused_rather_than_ignored(
    wire: Any, client: Any, target: Any, where: str
) -> None:
    details = json.dumps([{"type": "helseid_authorization"}])
    if where == "authorization_details":
        answer = await wire.fetch_token(client.id, client.holder, authorization_details=details)
    else:
        assertion = client.holder.assertion(target, client.id, assertion_details=json.loads(details))
        answer = await wire.fetch_token(client.id, client.holder, assertion=assertion)
    assert answer.refusal == (400, "invalid_authorization_details")
