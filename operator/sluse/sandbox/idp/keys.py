"""The provider's signing keys, and what is published of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from joserfc import jwk, jwt

from sluse.sandbox.idp.defects import Defect, Defects


class Keys:
    """An ES256 key that is published and signs, another that is not, and an RS256 key for a bad day."""

    def __init__(self, defects: Defects) -> None:
        self._defects = defects
        self._key = jwk.ECKey.generate_key("P-256")
        self._foreign = jwk.ECKey.generate_key("P-256")

    def published(self) -> dict[str, Any]:
        """Return the key set."""
        private = Defect.PRIVATE_KEY_PUBLISHED in self._defects
        keys = [{**self._key.as_dict(private=private), "kid": "signing", "alg": "ES256", "use": "sig"}]
        if Defect.RS256 in self._defects or Defect.WEAK_KEY_PUBLISHED in self._defects:
            keys.append({**self._weak.as_dict(private=False), "kid": "rsa", "alg": "RS256", "use": "sig"})
        return {"keys": keys}

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Return an ID token."""
        if Defect.RS256 in self._defects:
            return jwt.encode({"alg": "RS256", "kid": "rsa"}, dict(claims), self._weak, algorithms=["RS256"])
        key = self._foreign if Defect.FOREIGN_KEY in self._defects else self._key
        return jwt.encode({"alg": "ES256", "kid": "signing"}, dict(claims), key)

    @cached_property
    def _weak(self) -> jwk.RSAKey:
        return jwk.RSAKey.generate_key(2048)  # made when first asked for: it takes longer than all the rest
