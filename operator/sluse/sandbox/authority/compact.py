"""Read a signed JWT from a stranger.

Reading and verifying are apart, because the key is found through what was read (`sub`, `kid`, `jwk`). orjson
reads the parts: it refuses NaN, which compares false with every deadline, and nesting that would exhaust the
stack. joserfc's ordinary registry caps a header at 512 bytes, too little for a proof that carries an RSA key.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from joserfc import jwk, jws
from joserfc.errors import JoseError

from sluse.sandbox.authority.profile import ALGORITHMS

_LONGEST = 32_768


class _Registry(jws.JWSRegistry):
    max_header_length = 8_192


_REGISTRY = _Registry(algorithms=list(ALGORITHMS), strict_check_header=False)


class Malformed(ValueError):
    """The text is no compact JWS over a JSON object, or not one this authority reads."""


@dataclass(frozen=True)
class Compact:
    """A JWT that was read but not verified."""

    text: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]

    def signed_by(self, key: jwk.RSAKey | jwk.ECKey) -> bool:
        """Whether `key` made the signature with the algorithm that the header names."""
        try:
            jws.deserialize_compact(self.text, key, registry=_REGISTRY)
        except (JoseError, ValueError, RecursionError):
            return False
        return True

    def moment(self, claim: str) -> float | None:
        """Return a NumericDate in seconds, None where it is absent. Raise Malformed for anything else."""
        value = self.claims.get(claim)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Malformed(f"{claim} must be a number of seconds")
        return float(value)


def read(text: str) -> Compact:
    """Return header and claims of `text`. Raise Malformed where they cannot be had."""
    parts = text.split(".") if len(text) <= _LONGEST else []
    if len(parts) != 3:
        raise Malformed("not a signed JWT in compact form")
    header, claims = _object(parts[0]), _object(parts[1])
    if "crit" in header or "b64" in header:
        raise Malformed("header extensions are not understood here")
    if str(header.get("alg")) not in ALGORITHMS:
        raise Malformed("alg is not one of the approved algorithms")
    return Compact(text, header, claims)


def _object(part: str) -> dict[str, Any]:
    try:
        value = orjson.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        raise Malformed("a part of the JWT is not base64url-encoded JSON") from None
    if not isinstance(value, dict):
        raise Malformed("a part of the JWT is not a JSON object")
    return value
