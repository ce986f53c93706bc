"""RFC 7638 thumbprints: the one name of a key that its owner cannot choose."""

from __future__ import annotations

import base64
import hashlib

from sluse.model.digests import canonical
from sluse.model.keys import PublicJwk

_MEMBERS = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n")}


def thumbprint(key: PublicJwk) -> str:
    """Return the SHA-256 thumbprint, base64url without padding: 43 characters."""
    members = {name: value for name in _MEMBERS[key.kty] if (value := getattr(key, name)) is not None}
    return base64.urlsafe_b64encode(hashlib.sha256(canonical(members)).digest()).decode().rstrip("=")
