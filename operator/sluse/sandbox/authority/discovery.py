"""Where a client finds everything else: the discovery document and the signing keys.

It names what is served and nothing more, so that a client which follows it cannot be led to an absent endpoint.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from aiohttp import web

from sluse.sandbox.authority import login, par, registration, token_endpoint
from sluse.sandbox.authority.answers import document
from sluse.sandbox.authority.authorization_request import ACR_VALUES
from sluse.sandbox.authority.profile import ALGORITHMS, SERVED_GRANT_TYPES, Habits
from sluse.sandbox.authority.signer import ALGORITHM, Signer

PATH: Final = "/.well-known/openid-configuration"
JWKS_PATH: Final = PATH + "/jwks"


class Discovery:
    """Both documents of one authority."""

    def __init__(self, issuer: Callable[[], str], habits: Habits, signer: Signer) -> None:
        self._issuer = issuer
        self._habits = habits
        self._signer = signer

    async def configuration(self, _request: web.Request) -> web.Response:
        """Return RFC 8414's metadata under OpenID Connect's path, as HelseID has it."""
        issuer = self._issuer()
        return document(
            {
                "issuer": issuer,
                "jwks_uri": issuer + JWKS_PATH,
                "authorization_endpoint": issuer + login.PATH,
                "pushed_authorization_request_endpoint": issuer + par.PATH,
                "require_pushed_authorization_requests": True,
                "token_endpoint": issuer + token_endpoint.PATH,
                "registration_endpoint": issuer + registration.PATH,
                "grant_types_supported": list(SERVED_GRANT_TYPES),
                "response_types_supported": ["code"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
                "acr_values_supported": sorted(ACR_VALUES),
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
                "scopes_supported": sorted(self._habits.known_scopes),
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
                "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
                "dpop_signing_alg_values_supported": list(ALGORITHMS),
            }
        )

    async def jwks(self, _request: web.Request) -> web.Response:
        """Return the public signing keys."""
        return document(self._signer.jwks())
