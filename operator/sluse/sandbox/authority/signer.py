"""The authority's own signing key: for its tokens, and for what it signs as a client of identity providers.

ES256 rather than HelseID's RSA: a sandbox starts in milliseconds, and a client must not read an access token anyway.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from joserfc import jwk, jwt

ALGORITHM: Final = "ES256"


class Signer:
    """One key of one authority."""

    def __init__(self) -> None:
        self._kid = uuid.uuid4().hex
        self.key = jwk.ECKey.generate_key("P-256")

    def jwks(self) -> dict[str, Any]:
        """Return the public key set for the world to verify with."""
        public = self.key.as_dict(private=False)
        return {"keys": [{**public, "kid": self._kid, "alg": ALGORITHM, "use": "sig"}]}

    def sign(self, kind: str, claims: Mapping[str, Any]) -> str:
        """Return a JWT of this `typ`."""
        return jwt.encode({"typ": kind, "alg": ALGORITHM, "kid": self._kid}, dict(claims), self.key)
