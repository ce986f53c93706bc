"""What a client signs: the assertion that says who it is (RFC 7523) and the DPoP proof that binds a token (RFC 9449).

As HelseID's own libraries do it: `aud` of the assertion is the issuer (not the token endpoint), it lives ten
seconds, and its `typ` is `client-authentication+jwt`. One key may serve both.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joserfc import jwk, jwt

LIFETIME = 10  # seconds


class ClientKey:
    """A private JWK with `alg` and `kid`. Never shown: `repr` names the kid only."""

    def __init__(self, private: Mapping[str, Any]) -> None:
        self.alg = str(private["alg"])
        self.kid = str(private["kid"])
        if private.get("kty") not in {"RSA", "EC"}:  # before a library looks at it, and warns of it
            raise ValueError("not an RSA or EC key")
        key = jwk.import_key(dict(private))
        if not isinstance(key, jwk.RSAKey | jwk.ECKey) or not key.is_private:
            raise ValueError("not a private RSA or EC key")
        self._key = key
        public = self._key.as_dict(private=False)
        self._public: dict[str, str] = {
            str(name): str(public[name]) for name in ("kty", "crv", "x", "y", "n", "e") if name in public
        }

    def __repr__(self) -> str:
        return f"ClientKey(kid={self.kid!r})"

    def public(self) -> dict[str, str]:
        """Return the public JWK as it goes into a key file."""
        return {**self._public, "kid": self.kid, "alg": self.alg, "use": "sig"}

    def impostor(self) -> ClientKey:
        """Return another key that says it is this one."""
        key = self._key
        other: jwk.RSAKey | jwk.ECKey
        if isinstance(key, jwk.ECKey):
            other = jwk.ECKey.generate_key(key.curve_name, private=True)
        else:
            other = jwk.RSAKey.generate_key(key.raw_value.key_size, private=True)
        return ClientKey({**other.as_dict(private=True), "kid": self.kid, "alg": self.alg})

    def assertion(self, client_id: str, issuer: str, now: datetime) -> str:
        """Return a fresh client assertion."""
        moment = int(now.timestamp())
        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": issuer,
            "jti": secrets.token_urlsafe(16),
            "iat": moment,
            "nbf": moment,
            "exp": moment + LIFETIME,
        }
        return self._sign({"typ": "client-authentication+jwt", "kid": self.kid}, claims)

    def proof(self, method: str, url: str, now: datetime, *, nonce: str | None = None, token: str | None = None) -> str:
        """Return a fresh DPoP proof for one request; with `token` it is bound to that access token."""
        claims: dict[str, Any] = {
            "htm": method,
            "htu": url,
            "iat": int(now.timestamp()),
            "jti": secrets.token_urlsafe(16),
        }
        if nonce is not None:
            claims["nonce"] = nonce
        if token is not None:
            digest = hashlib.sha256(token.encode()).digest()
            claims["ath"] = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        return self._sign({"typ": "dpop+jwt", "jwk": self._public}, claims)

    def _sign(self, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
        return jwt.encode({"alg": self.alg, **header}, dict(claims), self._key, algorithms=[self.alg])
