"""Check an ID token as a service must: signature, issuer, audience, nonce and time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joserfc import jwk, jwt
from joserfc.errors import JoseError

from sluse.acceptance.case import Failed
from sluse.words.said import say

ALGORITHMS = ("ES256", "PS256", "RS256")  # HelseID's own ID tokens are RS256
_SKEW = 5  # seconds


def verified(
    token: object, jwks: Mapping[str, Any], issuer: str, client_id: str, nonce: str, now: datetime
) -> Mapping[str, Any]:
    """Return the claims. Raise Failed with the first thing that does not hold."""
    if not isinstance(token, str):
        raise Failed(say("The authority gave no ID token"))
    try:
        keys = jwk.KeySet.import_key_set({"keys": jwks.get("keys", [])})
        claims: Mapping[str, Any] = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
    except (JoseError, ValueError, TypeError, KeyError):
        raise Failed(say("The ID token is not signed by a key that the authority publishes")) from None
    if claims.get("iss") != issuer:
        raise Failed(say("The ID token is not the authority's: iss is another"))
    if claims.get("aud") not in (client_id, [client_id]):
        raise Failed(say("The ID token is for another client: aud is not the client id"))
    if claims.get("nonce") != nonce:
        raise Failed(say("The ID token is of another login: nonce is not the one that was sent"))
    expires = claims.get("exp")
    if not isinstance(expires, int) or expires + _SKEW <= now.timestamp():
        raise Failed(say("The ID token has expired, or has no exp"))
    return claims
