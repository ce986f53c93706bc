"""Access tokens: signed JWTs bound to a DPoP key. With a user behind them they say who logged in, how and how surely."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sluse.sandbox.authority import compact
from sluse.sandbox.authority.person import Person
from sluse.sandbox.authority.profile import ACCESS_TOKEN_LIFETIME, IDENTITY_SCOPES, audiences
from sluse.sandbox.authority.signer import Signer
from sluse.sandbox.authority.store import Registration

ORGNR_PARENT: Final = "helseid://claims/client/claims/orgnr_parent"
ORGNR_SUPPLIER: Final = "helseid://claims/client/claims/orgnr_supplier"
CLIENT_TENANCY: Final = "helseid://claims/client/client_tenancy"
_TYPE: Final = "at+jwt"


class BadToken(ValueError):
    """The access token was not issued here, or not any longer valid."""


class AccessTokens:
    """Issues and reads the tokens of one authority."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def issue(
        self,
        registration: Registration,
        scopes: Sequence[str],
        jkt: str,
        issuer: str,
        now: float,
        *,
        person: Person | None = None,
    ) -> str:
        """Return a token for `scopes`, bound to the key with thumbprint `jkt`, on behalf of `person` if any.

        A token for identity scopes alone is for the authority itself.
        """
        owners = audiences([scope for scope in scopes if scope not in IDENTITY_SCOPES]) or [issuer]
        claims = {
            **(person.claims(scopes) if person is not None else {}),
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
        return self._signer.sign(_TYPE, claims)

    def read(self, token: str, issuer: str, now: float) -> Mapping[str, Any]:
        """Return the claims of a valid token. Raise BadToken."""
        try:
            read = compact.read(token)
        except compact.Malformed as malformed:
            raise BadToken(f"the access token: {malformed}") from None
        if read.header.get("typ") != _TYPE or read.claims.get("iss") != issuer or not read.signed_by(self._signer.key):
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
