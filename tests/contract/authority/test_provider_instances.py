"""The admin API of identity-provider instances, in Keycloak's shape, and what it refuses that Keycloak takes."""

from __future__ import annotations

from typing import Any

import pytest

from worlds.federation import instance

PATH = "/admin/identity-provider/instances"
ISSUER = "https://login.polar-id.example"


@pytest.fixture
def ask(wire: Any, target: Any) -> Any:
    async def asked(method: str, alias: str = "", body: Any = None, token: str | None = None, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {token or target.initial_token}"}
        path = f"{PATH}/{alias}" if alias else PATH
        return await wire.send(method, target.url(path), json=body, headers=headers, **options)

    return asked


@pytest.fixture
def alias(request: pytest.FixtureRequest) -> str:
    """An alias that no other test has."""
    return f"idp-{abs(hash(request.node.name)) % 10**9}"


async def test_an_instance_lives_from_post_to_delete(ask: Any, target: Any, alias: str) -> None:
    made = await ask("POST", body=instance(ISSUER, alias))
    assert (made.status, made.body) == (201, b"")
    assert made.headers["Location"] == target.url(f"{PATH}/{alias}")
    read = (await ask("GET", alias)).json
    told = read.pop("relyingParty")
    assert read == instance(ISSUER, alias)
    assert told == {
        "clientId": "sts",
        "redirectUri": target.url(f"/signin-{alias}"),
        "jwksUri": target.url("/.well-known/openid-configuration/jwks"),
    }
    assert alias in [each["alias"] for each in (await ask("GET")).json]
    assert (await ask("DELETE", alias)).status == 204
    for method in ("GET", "DELETE"):
        assert (await ask(method, alias)).refusal == (404, "not_found")
    assert (await ask("PUT", alias, instance(ISSUER, alias))).refusal == (404, "not_found")


async def test_an_alias_is_taken_once_and_fixed(ask: Any, alias: str) -> None:
    await ask("POST", body=instance(ISSUER, alias))
    assert (await ask("POST", body=instance(ISSUER, alias))).refusal == (409, "conflict")
    assert (await ask("PUT", alias, instance(ISSUER, f"{alias}-x"))).refusal == (400, "invalid_request")


async def test_put_replaces_everything(ask: Any, alias: str) -> None:
    await ask("POST", body=instance(ISSUER, alias))
    other = {**instance(f"{ISSUER}/two", alias, algorithms="PS256 ES256"), "displayName": "Two", "enabled": False}
    assert (await ask("PUT", alias, other)).status == 204
    read = (await ask("GET", alias)).json
    del read["relyingParty"]
    assert read == other


async def test_what_is_left_out_of_a_put_is_refused_not_kept(ask: Any, alias: str) -> None:
    await ask("POST", body=instance(ISSUER, alias))
    refused = await ask("PUT", alias, instance(ISSUER, alias, methodClaim=None))
    assert refused.refusal == (400, "invalid_request")
    assert (await ask("GET", alias)).json["config"]["methodClaim"] == "amr"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
async def test_only_an_operator_is_let_in(ask: Any, wire: Any, target: Any, method: str, alias: str) -> None:
    where = "" if method == "POST" else alias
    assert (await ask(method, where, instance(ISSUER, alias), token="nobodys")).refusal == (401, "invalid_token")
    path = target.url(f"{PATH}/{where}" if where else PATH)
    assert (await wire.send(method, path)).refusal == (401, "invalid_token")


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ({"validateSignature": "false"}, "config.validateSignature must be true: else no signature would be checked"),
        ({"validateSignature": None}, "config.validateSignature must be true"),
        ({"useJwksUrl": None}, "config.useJwksUrl must be true"),
        ({"jwksUrl": None}, "config.jwksUrl is missing"),
        ({"jwksUrl": "http://login.example/jwks"}, "config.jwksUrl must be an https URL"),
        ({"issuer": None}, "config.issuer is missing"),
        ({"issuer": "https://"}, "config.issuer must be an https URL"),
        ({"issuer": "https://a@login.example"}, "config.issuer must be an https URL"),
        ({"algorithms": "RS256"}, "config.algorithms: RS256 is not among ES256 and PS256"),
        ({"algorithms": "ES256 none"}, "config.algorithms: none is not among ES256 and PS256"),
        ({"algorithms": " "}, "config.algorithms: none is not among"),
        ({"pkceEnabled": "false"}, "config.pkceEnabled must be true"),
        ({"pkceMethod": "plain"}, "config.pkceMethod must be S256"),
        ({"clientAuthMethod": "client_secret_basic"}, "config.clientAuthMethod must be private_key_jwt"),
        ({"responseType": "code id_token"}, "config.responseType must be code"),
        ({"identifierClaim": None}, "config.identifierClaim is missing"),
        ({"identifierKinds": "passport"}, "config.identifierKinds must be fnr, d-number or both"),
        ({"levelClaim": None}, "config.levelClaim is missing"),
        ({"levels": "{}"}, "config.levels must be a JSON object"),
        ({"levels": "[]"}, "config.levels must be a JSON object"),
        ({"levels": '{"Lavt": "low"}'}, "config.levels must be a JSON object"),
        ({"clientSecret": "s"}, "config.clientSecret is not known here"),
        ({"owner": ""}, "config.owner must be a string"),
    ],
)
async def test_what_would_leave_a_login_unchecked_is_refused(ask: Any, alias: str, config: Any, why: str) -> None:
    answer = await ask("POST", body=instance(ISSUER, alias, **config))
    assert answer.refusal == (400, "invalid_request")
    assert why in answer.why
    assert (await ask("GET", alias)).status == 404


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"relyingParty": {}}, "unknown members: relyingParty"),
        ({"trustEmail": True}, "unknown members: trustEmail"),
        ({"alias": "UPPER"}, "alias must be"),
        ({"alias": None}, "alias must be"),
        ({"displayName": ""}, "displayName must be a line"),
        ({"displayName": "a\nb"}, "displayName must be a line"),
        ({"providerId": "saml"}, "providerId must be oidc"),
        ({"enabled": "yes"}, "enabled must be true or false"),
        ({"config": None}, "config is missing"),
    ],
)
async def test_an_instance_that_is_none_is_refused(ask: Any, alias: str, members: Any, why: str) -> None:
    answer = await ask("POST", body={**instance(ISSUER, alias), **members})
    assert answer.refusal == (400, "invalid_request")
    assert why in answer.why


@pytest.mark.parametrize("body", [[], "text", None])
async def test_a_body_that_is_no_object_is_refused(ask: Any, body: Any) -> None:
    assert (await ask("POST", body=body)).refusal == (400, "invalid_request")
