"""Public keys as clients present them: in a registration, or in the header of a DPoP proof.

The size is computed before a library sees the key, so that a weak key is refused by our rule and not by
whatever the library does about it this year. Only the members that make the key are handed on.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from joserfc import jwk
from joserfc.errors import JoseError

from sluse.sandbox.authority.profile import ALGORITHMS, MINIMUM_RSA_BITS

PublicKey = jwk.RSAKey | jwk.ECKey

_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_RSA = ("kty", "n", "e")
_EC = ("kty", "crv", "x", "y")
_CURVES = frozenset(curve for curve in ALGORITHMS.values() if curve is not None)


class KeyRefused(ValueError):
    """The key is not acceptable; the message names members, never their values."""


@dataclass(frozen=True)
class ClientKey:
    """A registered key: `jwk` as the client sent it, `public` ready to verify with."""

    kid: str
    alg: str
    jwk: Mapping[str, Any]
    public: PublicKey


def client_keys(jwks: object) -> tuple[ClientKey, ...]:
    """Return the keys of an inline JWK set. Raise KeyRefused for the first that cannot be registered."""
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(keys, list) or not keys:
        raise KeyRefused("jwks must be an object with at least one key in keys")
    found: dict[str, ClientKey] = {}
    for number, member in enumerate(keys, start=1):
        try:
            key = _client_key(member)
        except KeyRefused as refused:
            raise KeyRefused(f"key {number} in jwks: {refused}") from None
        if key.kid in found:
            raise KeyRefused(f"key {number} in jwks: kid {key.kid} is used twice")
        found[key.kid] = key
    return tuple(found.values())


def _client_key(member: object) -> ClientKey:
    public = public_key(member)
    assert isinstance(member, dict)
    kid, alg = member.get("kid"), member.get("alg")
    if not isinstance(kid, str) or not 0 < len(kid) <= 256:
        raise KeyRefused("kid is missing")
    if not isinstance(alg, str):
        raise KeyRefused("alg is missing")
    if member.get("use", "sig") != "sig" or member.get("key_ops", ["verify"]) != ["verify"]:
        raise KeyRefused("the key must be for verifying signatures (use sig)")
    require_fit(public, alg)
    return ClientKey(kid, alg, MappingProxyType(member), public)


def require_fit(key: PublicKey, alg: str) -> None:
    """Raise KeyRefused unless `alg` is approved and made for this kind of key and curve."""
    if alg not in ALGORITHMS:
        raise KeyRefused(f"alg {alg} is not one of the approved algorithms")
    curve = key.curve_name if isinstance(key, jwk.ECKey) else None
    if ALGORITHMS[alg] != curve:
        raise KeyRefused(f"alg {alg} does not fit the key")


def public_key(member: object) -> PublicKey:
    """Return the public key in a JWK. Raise KeyRefused where it is private, symmetric, weak or broken."""
    if not isinstance(member, dict):
        raise KeyRefused("not a JSON object")
    private = sorted(_PRIVATE & member.keys())
    if private:
        raise KeyRefused(f"private or symmetric members are refused: {', '.join(private)}")
    kind = _RSA if member.get("kty") == "RSA" else _EC
    needed: dict[str, Any] = {name: member[name] for name in kind if isinstance(member.get(name), str)}
    if len(needed) < len(kind) or needed["kty"] not in {"RSA", "EC"}:
        raise KeyRefused("kty must be RSA or EC, and the members of its public key be there")
    _require_strength(needed)
    try:
        if kind is _RSA:
            return jwk.RSAKey.import_key(needed)
        return jwk.ECKey.import_key(needed)
    except (JoseError, ValueError):
        raise KeyRefused("the members of the public key are no key") from None


def _require_strength(key: Mapping[str, Any]) -> None:
    if key["kty"] == "EC" and key["crv"] not in _CURVES:
        raise KeyRefused(f"crv must be one of {', '.join(sorted(_CURVES))}")
    if key["kty"] == "RSA" and _bits(key["n"]) < MINIMUM_RSA_BITS:
        raise KeyRefused(f"RSA keys need at least {MINIMUM_RSA_BITS} bits")


def _bits(number: str) -> int:
    """Return the length of a base64url number; 0, so too short, where it is none."""
    try:
        return int.from_bytes(base64.urlsafe_b64decode(number + "=" * (-len(number) % 4))).bit_length()
    except ValueError:
        return 0
