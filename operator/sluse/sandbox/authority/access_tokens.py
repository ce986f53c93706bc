"""Access tokens: signed JWTs bound to a DPoP key, and the key they are signed with.

ES256 rather than HelseID's RSA: a sandbox starts in milliseconds, and a client must not read the token anyway.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from joserfc import jwk, jwt

from sluse.sandbox.authority import compact
from sluse.sandbox.authority.profile import ACCESS_TOKEN_LIFETIME, audiences
from sluse.sandbox.authority.store import Registration

ORGNR_PARENT: Final = "helseid://claims/client/claims/orgnr_parent"
ORGNR_SUPPLIER: Final = "helseid://claims/client/claims/orgnr_supplier"
CLIENT_TENANCY: Final = "helseid://claims/client/client_tenancy"
_ALGORITHM: Final = "ES256"


class BadToken(ValueError):
    """The access token was not issued here, or not any longer valid."""


class AccessTokens:
    """Issues and reads the tokens of one authority."""

    def __init__(self) -> None:
        self._kid = uuid.uuid4().hex
        self._key = jwk.ECKey.generate_key("P-256")

    def jwks(self) -> dict[str, Any]:
        """Return the public key set for the world to verify with."""
        public = self._key.as_dict(private=False)
        return {"keys": [{**public, "kid": self._kid, "alg": _ALGORITHM, "use": "sig"}]}

    def issue(self, registration: Registration, scopes: Sequence[str], jkt: str, issuer: str, now: float) -> str:
        """Return a token for `scopes`, bound to the key with thumbprint `jkt`."""
        owners = audiences(scopes)
        claims = {
            **registration.metadata.claims,
            **_organisation(registration),
            "iss": issuer,
            "aud": owners[0] if len(owners) == 1 else owners,
            "client_id": registration.client_id,
            "scope": " ".join(scopes),
            "cnf": {"jkt": jkt},
            "jti": uuid.uuid4().hex,
            "iat": int(now),
            "exp": int(now) + ACCESS_TOKEN_LIFETIME,
        }
        return jwt.encode({"typ": "at+jwt", "alg": _ALGORITHM, "kid": self._kid}, claims, self._key)

    def read(self, token: str, issuer: str, now: float) -> Mapping[str, Any]:
        """Return the claims of a valid token. Raise BadToken."""
        try:
            read = compact.read(token)
        except compact.Malformed as malformed:
            raise BadToken(f"the access token: {malformed}") from None
        if read.header.get("typ") != "at+jwt" or read.claims.get("iss") != issuer or not read.signed_by(self._key):
            raise BadToken("the access token was not issued here")
        if read.claims["exp"] <= now:
            raise BadToken("the access token has expired")
        return read.claims


def _organisation(registration: Registration) -> dict[str, str]:
    """Return the claims: a multi-tenant client that names no organisation acts for its supplier, as in HelseID's test."""
    metadata = registration.metadata
    claims = {CLIENT_TENANCY: metadata.tenancy}
    if metadata.orgnr is not None:
        claims[ORGNR_PARENT] = metadata.orgnr
        if metadata.tenancy == "multi-tenant":
            claims[ORGNR_SUPPLIER] = metadata.orgnr
    return claims
