"""An ID token counts for a service only if it is the authority's, for this client, for this login, and still valid."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jwk, jwt

from sluse.acceptance.case import Failed
from sluse.acceptance.id_token import verified

NOW = datetime(2026, 12, 3, 10, 0, tzinfo=UTC)
ISSUER, CLIENT, NONCE = "https://authority.example", "a-client", "a-nonce"
KEY = jwk.ECKey.generate_key("P-256", private=True)
OTHER = jwk.ECKey.generate_key("P-256", private=True)
JWKS = {"keys": [{**KEY.as_dict(private=False), "kid": "one", "alg": "ES256", "use": "sig"}]}


def token(key: Any = KEY, header: Any = None, **changes: Any) -> str:
    claims = {"iss": ISSUER, "aud": CLIENT, "nonce": NONCE, "exp": int(NOW.timestamp()) + 60, **changes}
    return jwt.encode({"alg": "ES256", "kid": "one", **(header or {})}, claims, key)


def read(text: object, jwks: Any = None) -> Any:
    return verified(text, JWKS if jwks is None else jwks, ISSUER, CLIENT, NONCE, NOW)


@pytest.mark.parametrize("audience", [CLIENT, [CLIENT]])
def test_a_token_that_holds_gives_its_claims(audience: object) -> None:
    assert read(token(aud=audience))["nonce"] == NONCE


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "gave no ID token"),
        ("", "not signed by a key"),
        ("a.b.c", "not signed by a key"),
        (token(OTHER), "not signed by a key"),
        (token(header={"kid": "two"}), "not signed by a key"),
        (token(iss="https://other.example"), "iss is another"),
        (token(aud="somebody"), "aud is not the client id"),
        (token(aud=[CLIENT, "somebody"]), "aud is not the client id"),
        (token(nonce="another"), "nonce is not the one"),
        (token(nonce=None), "nonce is not the one"),
        (token(exp=int(NOW.timestamp()) - 6), "has expired, or has no exp"),
        (token(exp="soon"), "has expired, or has no exp"),
    ],
    ids=["none", "empty", "noise", "key", "kid", "iss", "aud", "two-aud", "nonce", "no-nonce", "expired", "exp"],
)
def test_one_that_does_not_is_refused_with_the_reason(text: object, why: str) -> None:
    with pytest.raises(Failed, match=why):
        read(text)


@pytest.mark.parametrize(
    "jwks",
    [
        {},
        {"keys": []},
        {"keys": "x"},
        {"keys": [{"kty": "EC"}]},
        {"keys": [{"kty": []}]},
        {"keys": [{**JWKS["keys"][0], "crv": "Ed25519"}]},
    ],
)
def test_a_key_set_that_is_none_verifies_nothing(jwks: Any) -> None:
    with pytest.raises(Failed, match="not signed by a key"):
        read(token(), jwks)


def test_an_unsigned_token_is_none() -> None:
    head, body, _ = token().split(".")
    with pytest.raises(Failed, match="not signed by a key"):
        read(f"eyJhbGciOiJub25lIn0.{body}.")
    assert head
