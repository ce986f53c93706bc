"""What is wrong with a key set that an identity provider publishes. Pure."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from joserfc import jwk
from joserfc.errors import JoseError

from sluse.model.keys import PRIVATE_MEMBERS
from sluse.model.policy.authority import SHIPPED
from sluse.rules.shown import either, printable
from sluse.words.said import say

_FITTING = {"ES256": "EC", "PS256": "RSA", "RS256": "RSA"}
_MAKE_THE_KEY = ("kty", "crv", "x", "y", "n", "e")


def faults(jwks: Mapping[str, Any], agreed: tuple[str, ...]) -> Iterator[str]:
    """Yield every fault, in words that name a key by its place; values of private members are never read."""
    keys = jwks.get("keys")
    signing = (
        [key for key in keys if not isinstance(key, dict) or key.get("use", "sig") == "sig"]
        if isinstance(keys, list)
        else []
    )
    if not signing:
        yield say("the key set has no signing key")
    kids = [key["kid"] for key in signing if isinstance(key, dict) and isinstance(key.get("kid"), str)]
    for number, key in enumerate(signing, start=1):
        for fault in _key_faults(key, agreed):
            yield say("key {number} {fault}", number=number, fault=fault)
    if len(set(kids)) < len(kids):
        yield say("two keys have one kid")


def _key_faults(key: object, agreed: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(key, dict):
        yield say("is not a JSON object")
        return
    if not PRIVATE_MEMBERS.isdisjoint(key):
        yield say("is published with its private half")
        return
    if not isinstance(key.get("kid"), str):
        yield say("has no kid")
    algorithm, kind = key.get("alg"), key.get("kty")
    if algorithm is not None and not isinstance(algorithm, str):
        yield say("has an alg that is not text")
    elif algorithm is not None and algorithm not in agreed:
        yield say("is for {algorithm}, agreed is {agreed}", algorithm=printable(algorithm[:10]), agreed=either(agreed))
    elif kind not in [_FITTING[each] for each in agreed if algorithm in (None, each)]:
        yield say("is of a kind that fits none of the agreed algorithms")
    else:
        yield from _strength(key)


def _strength(key: dict[str, Any]) -> Iterator[str]:
    """The size is computed before a library sees the key: it is our rule, whatever the library does about it."""
    least = SHIPPED.rsa_bits_refused.value  # as shipped: what a version of the suite asks never depends on the clone
    if key.get("kty") == "RSA" and (bits := _bits(key.get("n"))) < least:
        yield say("has {bits} bits, and RSA needs {least}", bits=bits, least=least)
        return
    try:
        public = jwk.import_key({member: key[member] for member in _MAKE_THE_KEY if member in key})
    except (JoseError, ValueError, TypeError, KeyError):  # a curve of another kind of key is a KeyError
        yield say("cannot be read")
        return
    if isinstance(public, jwk.ECKey) and public.curve_name != "P-256":
        yield say("is on {curve}, and ES256 is on P-256", curve=public.curve_name)


def _bits(modulus: object) -> int:
    if not isinstance(modulus, str):
        return 0
    try:
        return int.from_bytes(base64.urlsafe_b64decode(modulus + "=" * (-len(modulus) % 4))).bit_length()
    except ValueError:
        return 0
