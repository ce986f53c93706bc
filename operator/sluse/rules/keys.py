"""Public keys: that HelseID accepts their algorithm, that they are large enough, and that each can be told apart."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from functools import partial

from sluse.model.keys import Jwks, PublicJwk
from sluse.model.policy.authority import AuthorityProfile
from sluse.model.problem import Severity
from sluse.rules import authority
from sluse.rules.rule import Certainty, Finding, KeysRule, Rule
from sluse.rules.shown import either, shown
from sluse.words.said import say

_CURVES = authority.CURVES.value


def algorithm(known: AuthorityProfile, jwks: Jwks) -> Iterator[Finding]:
    """Find algorithms that HelseID does not accept from clients."""
    for path, key in _keys(jwks):
        if key.alg not in known.key_algorithms.value:
            yield Finding(f"{path}.alg", say("{alg} is not an algorithm that HelseID accepts", alg=shown(key.alg)))


def form(known: AuthorityProfile, jwks: Jwks) -> Iterator[Finding]:
    """Find keys that lack a member, or whose members contradict their algorithm. The first fault of each key."""
    for path, key in _keys(jwks):
        if key.alg in known.key_algorithms.value:
            yield from _elliptic(path, key) if key.alg in _CURVES else _rsa(path, key)


def size(known: AuthorityProfile, jwks: Jwks) -> Iterator[Finding]:
    """Find RSA keys that are too small."""
    for path, key in _keys(jwks):
        modulus = _decode(key.n)
        if key.kty != "RSA" or modulus is None:
            continue
        bits = int.from_bytes(modulus).bit_length()
        if bits < max(known.rsa_bits_refused.value, known.rsa_bits_warned.value):
            severity = Severity.ERROR if bits < known.rsa_bits_refused.value else Severity.WARNING
            yield Finding(f"{path}.n", say("An RSA key of {bits} bits is too small", bits=bits), severity=severity)


def identifier(jwks: Jwks) -> Iterator[Finding]:
    """Find keys that share a `kid` within their file."""
    seen: set[str] = set()
    for path, key in _keys(jwks):
        if key.kid in seen:
            yield Finding(f"{path}.kid", say("Another key of this file has the kid {kid} too", kid=shown(key.kid)))
        seen.add(key.kid)


def _elliptic(path: str, key: PublicJwk) -> Iterator[Finding]:
    curve, octets = _CURVES[key.alg]
    if key.kty != "EC":
        yield Finding(f"{path}.kty", say("{alg} needs an EC key, and this one is {kty}", alg=key.alg, kty=key.kty))
    elif key.crv != curve:
        yield Finding(
            f"{path}.crv" if key.crv else path, say("{alg} needs the curve {curve}", alg=key.alg, curve=curve)
        )
    else:
        for name, value in (("x", key.x), ("y", key.y)):
            decoded = _decode(value)
            if decoded is None or len(decoded) != octets:
                yield Finding(
                    f"{path}.{name}" if value else path,
                    say(
                        "`{name}` of a key on {curve} is {octets} octets in base64url",
                        name=name,
                        curve=curve,
                        octets=octets,
                    ),
                )
                return


def _rsa(path: str, key: PublicJwk) -> Iterator[Finding]:
    if key.kty != "RSA":
        yield Finding(f"{path}.kty", say("{alg} needs an RSA key, and this one is {kty}", alg=key.alg, kty=key.kty))
        return
    for name, value in (("n", key.n), ("e", key.e)):
        if _decode(value) is None:
            yield Finding(
                f"{path}.{name}" if value else path, say("`{name}` of an RSA key is a number in base64url", name=name)
            )
            return


def _keys(jwks: Jwks) -> Iterator[tuple[str, PublicJwk]]:
    for index, key in enumerate(jwks.keys):
        yield f"keys[{index}]", key


def _decode(value: str | None) -> bytes | None:
    if value is None:
        return None
    try:
        return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except binascii.Error:
        return None


def rules(known: AuthorityProfile) -> tuple[Rule, ...]:
    """Return the rules, by what is known of the authority."""
    return (
        KeysRule(
            id="key-algorithm",
            why="A client whose algorithm is refused cannot get a token; a shared secret could be used by either side.",
            source="NorskHelsenett/HelseID.Samples, HelseId.JwkGenerator/AlgorithmValidator.cs",
            certainty=Certainty.VERIFIED,
            hint=say(
                "Use {algorithms}; PS256 or ES256 are good choices.",
                algorithms=either([each.value for each in known.key_algorithms.value]),
            ),
            check=partial(algorithm, known),
        ),
        KeysRule(
            id="key-form",
            why="A key that contradicts its algorithm verifies nothing.",
            source="RFC 7518 sections 3.4, 6.2 and 6.3",
            certainty=Certainty.VERIFIED,
            hint="Export the public key again with the tool that made it.",
            check=partial(form, known),
        ),
        KeysRule(
            id="key-size",
            why="A small RSA key can be factored; the client would be whoever does that.",
            source="NorskHelsenett/HelseID.Samples make RSA keys of 4096 bits; the least size in the profile is not public",
            certainty=Certainty.ASSUMED,
            hint=say(
                "Make a new RSA key of at least {bits} bits, or an EC key on P-256, P-384 or P-521.",
                bits=known.rsa_bits_warned.value,
            ),
            check=partial(size, known),
        ),
        KeysRule(
            id="key-id-twice",
            why="`kid` tells the authority which key to try; with two alike it may try the wrong one.",
            source="RFC 7517 section 4.5",
            certainty=Certainty.VERIFIED,
            hint="Give each key a `kid` of its own, for example its RFC 7638 thumbprint.",
            check=identifier,
        ),
    )
