"""One test for each registration that is refused, keys apart, and for the nearest one that is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

INVALID = (400, "invalid_client_metadata")
INVALID_REDIRECT = (400, "invalid_redirect_uri")


@pytest.fixture
def try_metadata(wire: Any, holder: Any, make_metadata: Callable[..., Any]) -> Callable[..., Any]:
    async def attempt(**changes: Any) -> Any:
        return await wire.register(make_metadata(holder, **changes))

    return attempt


async def test_an_unknown_scope_is_refused_by_name(try_metadata: Any, target: Any) -> None:
    answer = await try_metadata(scope=f"{target.read} nhn:unheard/of")
    assert answer.refusal == INVALID
    assert "nhn:unheard/of" in answer.why
    assert target.read not in answer.why


async def test_identity_scopes_are_known(try_metadata: Any) -> None:
    answer = await try_metadata(scope="openid profile helseid://scopes/identity/pid")
    assert answer.json["scope"] == "openid profile helseid://scopes/identity/pid"


@pytest.mark.parametrize("scope", [["nhn:journal/read"], 5])
async def test_a_scope_that_is_no_string_is_refused(try_metadata: Any, scope: object) -> None:
    assert (await try_metadata(scope=scope)).refusal == INVALID


async def test_a_scope_named_twice_is_refused(try_metadata: Any, target: Any) -> None:
    assert (await try_metadata(scope=f"{target.read} {target.read}")).refusal == INVALID


@pytest.mark.parametrize("member", ["software_id", "client_name#nb", "jwks_uri", "client_secret", "client_id"])
async def test_an_unknown_member_is_refused_by_name(try_metadata: Any, member: str) -> None:
    answer = await try_metadata(**{member: "https://keys.example/"})
    assert answer.refusal == INVALID
    assert member in answer.why


@pytest.mark.parametrize("method", [None, "client_secret_basic", "client_secret_post", "none", "tls_client_auth"])
async def test_only_private_key_jwt_may_authenticate(try_metadata: Any, method: str | None) -> None:
    answer = await try_metadata(token_endpoint_auth_method=method)
    assert answer.refusal == INVALID
    assert "token_endpoint_auth_method" in answer.why


@pytest.mark.parametrize("bound", [None, False, "true", 1])
async def test_tokens_must_be_bound_with_dpop(try_metadata: Any, bound: object) -> None:
    answer = await try_metadata(dpop_bound_access_tokens=bound)
    assert answer.refusal == INVALID
    assert "dpop_bound_access_tokens" in answer.why


@pytest.mark.parametrize("grants", [["implicit"], ["client_credentials", "password"], [], "client_credentials", [1]])
async def test_only_the_grants_that_helseid_knows_are_registered(try_metadata: Any, grants: object) -> None:
    assert (await try_metadata(grant_types=grants)).refusal == INVALID


async def test_all_four_grants_are_registered(try_metadata: Any) -> None:
    grants = [
        "authorization_code",
        "client_credentials",
        "refresh_token",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    ]
    answer = await try_metadata(grant_types=grants, redirect_uris=["https://journal.example/in"])
    assert answer.json["grant_types"] == grants


async def test_a_list_with_a_value_twice_is_refused(try_metadata: Any) -> None:
    assert (await try_metadata(grant_types=["client_credentials", "client_credentials"])).refusal == INVALID


async def test_authorization_code_needs_a_redirect_uri(try_metadata: Any) -> None:
    assert (await try_metadata(grant_types=["authorization_code"])).refusal == INVALID_REDIRECT


@pytest.mark.parametrize(
    "uri",
    [
        "https://journal.example/in",
        "https://journal.example:8443/in?tenant=7",
        "http://localhost:5000/callback",
        "http://127.0.0.1:5000/callback",
        "http://[::1]:5000/callback",
        "https://journal.example/".ljust(2000, "a"),
    ],
)
async def test_https_and_loopback_redirects_are_registered(try_metadata: Any, uri: str) -> None:
    answer = await try_metadata(redirect_uris=[uri], post_logout_redirect_uris=[uri])
    assert answer.json["redirect_uris"] == [uri]
    assert answer.json["post_logout_redirect_uris"] == [uri]


BAD_REDIRECTS = {
    "plain http": "http://journal.example/in",
    "http on a host that starts like loopback": "http://localhost.journal.example/in",
    "http on a host that ends like loopback": "http://evil-127.0.0.1.example/in",
    "a scheme of its own": "journal://in",
    "a scheme of its own on loopback": "journal://localhost/in",
    "script": "javascript://journal.example/%0aalert(1)",
    "relative": "/in",
    "no scheme": "journal.example/in",
    "no host": "https:///in",
    "a fragment": "https://journal.example/in#part",
    "a wildcard": "https://*.journal.example/in",
    "a user": "https://localhost@journal.example/in",
    "a space": "https://journal.example/in out",
    "a line break": "https://journal.example/in\n",
    "a backslash": "https://journal.example\\@evil.example/",
    "a port that is none": "https://journal.example:99999/in",
    "a bracket that is no address": "https://[journal]/in",
    "letters that look alike": "https://jоurnal.example/in",
    "too long": "https://journal.example/".ljust(2001, "a"),
}


@pytest.mark.parametrize("uri", BAD_REDIRECTS.values(), ids=BAD_REDIRECTS.keys())
async def test_a_redirect_is_refused_with(try_metadata: Any, uri: str) -> None:
    answer = await try_metadata(redirect_uris=["https://journal.example/fine", uri])
    assert answer.refusal == INVALID_REDIRECT
    answer = await try_metadata(post_logout_redirect_uris=[uri])
    assert answer.refusal == INVALID
    assert "post_logout_redirect_uris" in answer.why


@pytest.mark.parametrize("name", ["", 7, "two\nlines", "x" * 501])
async def test_a_client_name_is_one_line(try_metadata: Any, name: object) -> None:
    answer = await try_metadata(client_name=name)
    assert answer.refusal == INVALID
    assert "client_name" in answer.why


@pytest.mark.parametrize("orgnr", ["31323159", "3132315933", "31323159x", 313231593, "٣١٣٢٣١٥٩٣"])
async def test_an_organisation_number_is_nine_digits(try_metadata: Any, orgnr: object) -> None:
    answer = await try_metadata(helseid_orgnr=orgnr)
    assert answer.refusal == INVALID
    assert "helseid_orgnr" in answer.why


@pytest.mark.parametrize("tenancy", ["shared", 1, ["none"]])
async def test_an_unknown_tenancy_is_refused(try_metadata: Any, tenancy: object) -> None:
    answer = await try_metadata(helseid_tenancy=tenancy)
    assert answer.refusal == INVALID
    assert "helseid_tenancy" in answer.why


@pytest.mark.parametrize("tenancy", ["single-tenant", "multi-tenant"])
async def test_a_tenancy_needs_an_organisation(try_metadata: Any, tenancy: str) -> None:
    assert (await try_metadata(helseid_tenancy=tenancy, helseid_orgnr=None)).refusal == INVALID


@pytest.mark.parametrize("children", ["313745392", ["31374539"], [313745392], ["313745392", "313745392"]])
async def test_child_organisations_are_a_set_of_numbers(try_metadata: Any, children: object) -> None:
    answer = await try_metadata(helseid_child_orgnr=children)
    assert answer.refusal == INVALID
    assert "helseid_child_orgnr" in answer.why


@pytest.mark.parametrize("claim", ["iss", "cnf", "scope", "helseid://claims/client/claims/orgnr_parent", "nhn:a b", ""])
async def test_a_claim_that_the_authority_owns_cannot_be_registered(try_metadata: Any, claim: str) -> None:
    answer = await try_metadata(helseid_claims={claim: "forged"})
    assert answer.refusal == INVALID
    assert "helseid_claims" in answer.why


@pytest.mark.parametrize("claims", [["nhn:a"], {"nhn:a": 1}, "nhn:a"])
async def test_claims_are_an_object_of_strings(try_metadata: Any, claims: object) -> None:
    assert (await try_metadata(helseid_claims=claims)).refusal == INVALID


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"\xff", b"[" * 5000])
async def test_a_body_that_is_no_json_object_is_refused(target: Any, wire: Any, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {target.initial_token}", "Content-Type": "application/json"}
    answer = await wire.send("POST", target.url("/connect/register"), data=body, headers=headers)
    assert answer.refusal == INVALID


async def test_a_body_that_is_not_declared_as_json_is_refused(target: Any, wire: Any) -> None:
    headers = {"Authorization": f"Bearer {target.initial_token}", "Content-Type": "text/plain"}
    answer = await wire.send("POST", target.url("/connect/register"), data=b"{}", headers=headers)
    assert answer.refusal == INVALID


async def test_a_body_that_is_too_large_is_refused(try_metadata: Any) -> None:
    assert (await try_metadata(client_name="x" * 300_000)).status == 413


async def test_a_reason_cannot_break_out_of_its_header_or_its_form(try_metadata: Any) -> None:
    answer = await try_metadata(scope='nhn:"quoted"\\æ')
    assert answer.refusal == INVALID
    assert "nhn:?quoted???" in answer.why


async def test_no_list_and_no_object_grows_without_bound(try_metadata: Any) -> None:
    uris = [f"https://journal.example/{number}" for number in range(501)]
    assert (await try_metadata(redirect_uris=uris[:500])).status == 201
    assert (await try_metadata(redirect_uris=uris)).refusal == INVALID
    claims = {f"nhn:vkp/{number}": "x" for number in range(501)}
    assert (await try_metadata(helseid_claims=dict(list(claims.items())[:500]))).status == 201
    assert (await try_metadata(helseid_claims=claims)).refusal == INVALID
