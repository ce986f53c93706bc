"""What a client can find out for itself."""

from __future__ import annotations

from typing import Any

from joserfc import jwk, jwt


async def test_discovery_names_the_issuer_and_the_endpoints_under_it(target: Any, wire: Any) -> None:
    answer = await wire.send("GET", target.url("/.well-known/openid-configuration"))
    assert answer.status == 200
    document = answer.json
    assert document["issuer"] == target.issuer
    assert not document["issuer"].endswith("/")
    assert document["jwks_uri"] == target.url("/.well-known/openid-configuration/jwks")
    assert document["token_endpoint"] == target.url("/connect/token")
    assert document["registration_endpoint"] == target.url("/connect/register")


async def test_discovery_offers_no_weaker_way_in_than_private_key_jwt(target: Any, wire: Any) -> None:
    document = (await wire.send("GET", target.url("/.well-known/openid-configuration"))).json
    assert document["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    for algorithms in ("token_endpoint_auth_signing_alg_values_supported", "dpop_signing_alg_values_supported"):
        assert set(document[algorithms]) == {f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)}


async def test_the_scopes_of_apis_and_of_identity_are_listed(target: Any, wire: Any) -> None:
    document = (await wire.send("GET", target.url("/.well-known/openid-configuration"))).json
    assert {target.read, target.write, "openid", "helseid://scopes/identity/pid"} <= set(document["scopes_supported"])


async def test_the_key_set_holds_public_keys_only(target: Any, wire: Any) -> None:
    keys = (await wire.send("GET", target.url("/.well-known/openid-configuration/jwks"))).json["keys"]
    assert keys
    for key in keys:
        assert key.keys().isdisjoint({"d", "p", "q", "dp", "dq", "qi", "k"})
        assert key["kid"]
        assert key["alg"]


async def test_an_access_token_verifies_with_the_published_key_that_it_names(
    target: Any, wire: Any, client: Any
) -> None:
    published = (await wire.send("GET", target.url("/.well-known/openid-configuration/jwks"))).json
    token = (await wire.fetch_token(client.id, client.holder)).json["access_token"]
    algorithms = [key["alg"] for key in published["keys"]]
    decoded = jwt.decode(token, jwk.KeySet.import_key_set(published), algorithms=algorithms)
    assert decoded.header["kid"] in {key["kid"] for key in published["keys"]}


async def test_an_unknown_path_and_a_wrong_method_are_answered_with_json(target: Any, wire: Any) -> None:
    assert (await wire.send("GET", target.url("/connect/nowhere"))).refusal == (404, "invalid_request")
    assert (await wire.send("GET", target.url("/connect/token"))).refusal == (405, "invalid_request")
