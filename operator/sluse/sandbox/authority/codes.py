"""Authorization codes, and what they are redeemed for: who logged in, and the ID token that says so.

A code is spent by its first use, whatever becomes of it. Tokens that were issued for it before live on until they
expire, since they are not looked up anywhere; a real authority may revoke them (RFC 6749 section 4.1.2).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sluse.sandbox.authority.answers import Refusal
from sluse.sandbox.authority.authorization_request import AuthorizationRequest
from sluse.sandbox.authority.once import Kept
from sluse.sandbox.authority.person import Person
from sluse.sandbox.authority.profile import CODE_LIFETIME
from sluse.sandbox.authority.signer import Signer
from sluse.sandbox.authority.store import Registration

_ID_TOKEN_LIFETIME = 300


@dataclass(frozen=True)
class Granted:
    """A login that was asked for and took place."""

    request: AuthorizationRequest
    person: Person


class Codes:
    """Codes that wait to be redeemed."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer
        self._kept: Kept[Granted] = Kept(CODE_LIFETIME)

    def issue(self, granted: Granted, now: float) -> str:
        """Return a code."""
        return self._kept.keep(granted, now)

    def redeem(self, form: Mapping[str, str], registration: Registration, jkt: str, now: float) -> Granted:
        """Return what the code stands for. Raise a Refusal `invalid_grant` (400) that says what does not match."""
        granted = self._kept.take(form.get("code"), now)
        if granted is None or granted.request.client_id != registration.client_id:
            raise _invalid("the code is missing, unknown, used, expired or another client's")
        asked = granted.request
        if form.get("redirect_uri") != asked.redirect_uri:
            raise _invalid("redirect_uri is another than that of the request")
        if s256(form.get("code_verifier", "")) != asked.challenge:
            raise _invalid("code_verifier does not match the request's code_challenge")
        if asked.jkt not in (None, jkt):
            raise _invalid("the code is bound to another DPoP key")
        return granted

    def id_token(self, granted: Granted, issuer: str, now: float) -> str:
        """Return the ID token for the client."""
        asked = granted.request
        claims: dict[str, Any] = {
            **granted.person.claims(asked.scopes),
            "iss": issuer,
            "aud": asked.client_id,
            "iat": int(now),
            "nbf": int(now),
            "exp": int(now) + _ID_TOKEN_LIFETIME,
        }
        if asked.nonce is not None:
            claims["nonce"] = asked.nonce
        return self._signer.sign("JWT", claims)


def s256(verifier: str) -> str:
    """Return the PKCE challenge of a verifier (RFC 7636 section 4.2)."""
    digest = hashlib.sha256(verifier.encode("utf-8", "surrogateescape")).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _invalid(description: str) -> Refusal:
    return Refusal(400, "invalid_grant", description)
