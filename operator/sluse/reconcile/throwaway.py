"""Keys that nobody holds, for registrations that nobody may use yet.

A fresh key each time rather than one constant: a constant's private half could be somewhere, and an authority that
refuses a key it has seen would refuse the second client.
"""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric import ec

from sluse.model.keys import PublicJwk
from sluse.plan.thumbprint import thumbprint
from sluse.registrar.withheld import KID_PREFIX, is_withheld

__all__ = ["is_withheld", "throwaway_key"]

_COORDINATE_BYTES = 32


def throwaway_key() -> PublicJwk:
    """Return a public EC P-256 key for ES256 whose private half is gone already."""
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    key = PublicJwk(
        kty="EC", kid=KID_PREFIX, alg="ES256", crv="P-256", x=_coordinate(numbers.x), y=_coordinate(numbers.y)
    )
    return key.model_copy(update={"kid": KID_PREFIX + thumbprint(key)})


def _coordinate(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(_COORDINATE_BYTES)).decode().rstrip("=")
