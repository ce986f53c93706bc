"""What is wrong with a key set that an identity provider publishes. Pure."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from joserfc import jwk
from joserfc.errors import JoseError

_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_FITTING = {"ES256": "EC", "PS256": "RSA", "RS256": "RSA"}
_MAKE_THE_KEY = ("kty", "crv", "x", "y", "n", "e")
_MINIMUM_RSA_BITS = 2048


def faults(jwks: Mapping[str, Any], agreed: tuple[str, ...]) -> Iterator[str]:
    """Yield every fault, in words that name a key by its place; values of private members are never read."""
    keys = jwks.get("keys")
    signing = (
        [key for key in keys if not isinstance(key, dict) or key.get("use", "sig") == "sig"]
        if isinstance(keys, list)
        else []
    )
    if not signing:
        yield "the key set has no signing key"
    kids = [key.get("kid") for key in signing if isinstance(key, dict)]
    for number, key in enumerate(signing, start=1):
        for fault in _key_faults(key, agreed):
            yield f"key {number} {fault}"
    if len(set(map(str, kids))) < len(kids):
        yield "two keys have one kid"


def _key_faults(key: object, agreed: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(key, dict):
        yield "is not a JSON object"
        return
    if not _PRIVATE.isdisjoint(key):
        yield "is published with its private half"
        return
    if not isinstance(key.get("kid"), str):
        yield "has no kid"
    algorithm = key.get("alg")
    if algorithm is not None and algorithm not in agreed:
        yield f"is for {str(algorithm)[:10]}, agreed is {' or '.join(agreed)}"
    elif key.get("kty") not in {_FITTING[each] for each in agreed if algorithm in (None, each)}:
        yield "is of a kind that fits none of the agreed algorithms"
    else:
        yield from _strength(key)


def _strength(key: dict[str, Any]) -> Iterator[str]:
    """The size is computed before a library sees the key: it is our rule, whatever the library does about it."""
    bits = _bits(key.get("n")) if key.get("kty") == "RSA" else _MINIMUM_RSA_BITS
    if bits < _MINIMUM_RSA_BITS:
        yield f"has {bits} bits, and RSA needs {_MINIMUM_RSA_BITS}"
        return
    try:
        public = jwk.import_key({member: key[member] for member in _MAKE_THE_KEY if member in key})
    except (JoseError, ValueError, TypeError):
        yield "cannot be read"
        return
    if isinstance(public, jwk.ECKey) and public.curve_name != "P-256":
        yield f"is on {public.curve_name}, and ES256 is on P-256"


def _bits(modulus: object) -> int:
    try:
        text = str(modulus)
        return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))).bit_length()
    except ValueError:
        return 0
