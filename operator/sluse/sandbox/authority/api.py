"""GET /api/whoami: stands for any API behind HelseID, so that a token can be seen to work.

It trusts the authority's signature alone, as a real API does: a token outlives the registration of its client
until it expires. Standing for all APIs at once it accepts every audience; a real API accepts its own only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from aiohttp import web

from sluse.sandbox.authority.access_tokens import ORGNR_PARENT, AccessTokens, BadToken
from sluse.sandbox.authority.answers import Refusal, challenge, credential, document
from sluse.sandbox.authority.dpop import BadProof, Proofs
from sluse.sandbox.authority.profile import ALGORITHMS
from sluse.sandbox.clock import Clock

PATH: Final = "/api/whoami"


class WhoAmI:
    """Tells the caller what its token says of it."""

    def __init__(self, issuer: Callable[[], str], clock: Clock, proofs: Proofs, tokens: AccessTokens) -> None:
        self._issuer = issuer
        self._clock = clock
        self._proofs = proofs
        self._tokens = tokens

    async def get(self, request: web.Request) -> web.Response:
        """Answer client_id, scopes and orgnr (null where the token has none), or 401."""
        issuer, now = self._issuer(), self._clock.now().timestamp()
        token = credential(request.headers.get("Authorization"), "DPoP")
        if token is None:
            raise Refusal(401, "invalid_token", "a DPoP-bound access token is required", _challenge())
        try:
            claims = self._tokens.read(token, issuer, now)
            proof = self._proofs.judge(request.headers.getall("DPoP", []), "GET", issuer + PATH, now, token)
        except BadToken as bad:
            raise _refused("invalid_token", str(bad)) from None
        except BadProof as bad:
            raise _refused("invalid_dpop_proof", str(bad)) from None
        if proof.jkt != claims["cnf"]["jkt"]:
            raise _refused("invalid_token", "the access token is bound to another key")
        return document(
            {"client_id": claims["client_id"], "scopes": claims["scope"].split(), "orgnr": claims.get(ORGNR_PARENT)}
        )


def _refused(error: str, description: str) -> Refusal:
    return Refusal(401, error, description, _challenge(error, description))


def _challenge(error: str | None = None, description: str = "") -> dict[str, str]:
    return challenge("DPoP", error, description, algs=" ".join(ALGORITHMS))
