"""HelseID as this provider knows it: what it was told when the federation was agreed on.

The party authenticates with a key from the address that was handed over, fetched at each use, and with each assertion
once (RFC 7523). Whoever cannot is told `invalid_client` and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from joserfc import jwk, jwt
from joserfc.errors import JoseError

from sluse.acceptance import fetch
from sluse.acceptance.reach import Reach
from sluse.errors import Unreachable

_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_SKEW: Final = 5


class NotTheParty(ValueError):
    """Whoever asks is not the relying party; the message says why."""


@dataclass(frozen=True)
class RelyingParty:
    """The three values that an identity-provider instance of the authority gives."""

    client_id: str
    redirect_uri: str
    jwks_uri: str


class Authentication:
    """Tells whether a form comes from the party."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._used: dict[str, float] = {}

    async def require(self, form: Mapping[str, str], party: RelyingParty, issuer: str, now: float) -> None:
        """Raise NotTheParty unless the form holds a fresh assertion that the party signed."""
        if form.get("client_assertion_type") != _TYPE:
            raise NotTheParty("only private_key_jwt is accepted")
        claims = await self._verified(form.get("client_assertion", ""), party)
        if claims.get("iss") != party.client_id or claims.get("sub") != party.client_id:
            raise NotTheParty("iss and sub are not the client_id")
        if claims.get("aud") != issuer:
            raise NotTheParty("aud is not the issuer")
        self._spend(claims, now)

    async def _verified(self, assertion: str, party: RelyingParty) -> Mapping[str, Any]:
        try:
            jwks = await fetch.json_object(self._reach, party.jwks_uri)
            keys = jwk.KeySet.import_key_set({"keys": jwks.get("keys", [])})
            return jwt.decode(assertion, keys, algorithms=["ES256", "PS256"]).claims
        except Unreachable as unreachable:
            raise NotTheParty(unreachable.message) from None
        except (JoseError, ValueError, TypeError, KeyError):
            raise NotTheParty("the assertion is not signed by a key of the party") from None

    def _spend(self, claims: Mapping[str, Any], now: float) -> None:
        expires, jti = claims.get("exp"), claims.get("jti")
        if not isinstance(expires, int) or expires + _SKEW <= now or not isinstance(jti, str):
            raise NotTheParty("exp or jti is missing, or the assertion has expired")
        self._used = {each: until for each, until in self._used.items() if until > now}
        if jti in self._used:
            raise NotTheParty("the assertion was used before")
        self._used[jti] = expires + _SKEW
