"""POST /connect/token: client_credentials and authorization_code, authenticated with private_key_jwt, bound with DPoP.

In this order: parameters, client, grant, proof, nonce, then scope or code. A request is judged by the first that fails.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from aiohttp import web

from sluse.sandbox.authority.access_tokens import AccessTokens
from sluse.sandbox.authority.answers import Refusal, document
from sluse.sandbox.authority.assertions import Assertions
from sluse.sandbox.authority.codes import Codes
from sluse.sandbox.authority.dpop import BadProof, Proof, Proofs
from sluse.sandbox.authority.forms import read_form, require_no_details
from sluse.sandbox.authority.metadata import Metadata
from sluse.sandbox.authority.once import Nonces
from sluse.sandbox.authority.profile import ACCESS_TOKEN_LIFETIME, IDENTITY_SCOPES, SERVED_GRANT_TYPES
from sluse.sandbox.clock import Clock

PATH: Final = "/connect/token"


class TokenEndpoint:
    """Issues access tokens."""

    def __init__(
        self,
        issuer: Callable[[], str],
        clock: Clock,
        assertions: Assertions,
        proofs: Proofs,
        tokens: AccessTokens,
        codes: Codes,
    ) -> None:
        self._issuer = issuer
        self._clock = clock
        self._assertions = assertions
        self._proofs = proofs
        self._nonces = Nonces()
        self._tokens = tokens
        self._codes = codes

    async def post(self, request: web.Request) -> web.Response:
        """Answer 200 with a token, or a Refusal."""
        form = await read_form(request)
        if not form.get("grant_type"):
            raise Refusal(400, "invalid_request", "grant_type is missing")
        issuer, now = self._issuer(), self._clock.now().timestamp()
        registration = self._assertions.client(form, issuer, now)
        _require_grant(form["grant_type"], registration.metadata)
        require_no_details(form)
        proof = self._proof(request, issuer, now)
        person, extra = None, {}
        if form["grant_type"] == "authorization_code":
            granted = self._codes.redeem(form, registration, proof.jkt, now)
            scopes, person = list(granted.request.scopes), granted.person
            extra = {"id_token": self._codes.id_token(granted, issuer, now)}
        else:
            scopes = _scopes(form.get("scope", ""), registration.metadata)
        return document(
            {
                "access_token": self._tokens.issue(registration, scopes, proof.jkt, issuer, now, person=person),
                "token_type": "DPoP",
                "expires_in": ACCESS_TOKEN_LIFETIME,
                "scope": " ".join(scopes),
                **extra,
            }
        )

    def _proof(self, request: web.Request, issuer: str, now: float) -> Proof:
        try:
            proof = self._proofs.judge(request.headers.getall("DPoP", []), "POST", issuer + PATH, now)
        except BadProof as bad:
            raise Refusal(400, "invalid_dpop_proof", str(bad)) from None
        if not self._nonces.alive(proof.nonce, now):
            headers = {"DPoP-Nonce": self._nonces.issue(now)}
            raise Refusal(400, "use_dpop_nonce", "repeat with a new proof that has this nonce", headers)
        return proof


def _require_grant(grant: str, metadata: Metadata) -> None:
    if grant not in SERVED_GRANT_TYPES:
        raise Refusal(400, "unsupported_grant_type", f"grant_type {grant} is not served here")
    if grant not in metadata.grant_types:
        raise Refusal(400, "unauthorized_client", f"the client is not registered for {grant}")


def _scopes(asked: str, metadata: Metadata) -> list[str]:
    """Nothing is dropped in silence: a scope that cannot be given refuses the request."""
    if not asked:
        scopes = [scope for scope in metadata.scopes if scope not in IDENTITY_SCOPES]
        if not scopes:
            raise Refusal(400, "invalid_scope", "the client has no API scopes")
        return scopes
    scopes = list(dict.fromkeys(asked.split()))
    for scope in scopes:
        if scope in IDENTITY_SCOPES:
            raise Refusal(400, "invalid_scope", f"an identity scope needs a user: {scope}")
        if scope not in metadata.scopes:
            raise Refusal(400, "invalid_scope", f"not among the client's scopes: {scope}")
    return scopes
