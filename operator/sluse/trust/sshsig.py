"""SSH signatures (SSHSIG, OpenSSH's PROTOCOL.sshsig): who signed these octets for this purpose, or why it does not count.

Verified in process: a process per signature would cost a second for some hundred. `ssh-keygen -Y verify` is the oracle
in the tests: what it refuses we refuse, and each place where we are stricter is in the room's README.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sluse.errors import BadKey, BadSignature
from sluse.trust.keys import SK_ED25519, PublicKey, from_blob
from sluse.trust.wire import Malformed, Octets, string
from sluse.words.said import say

__all__ = ["MAGIC", "BadSignature", "SshSignature", "armour", "parse", "to_be_signed", "verify"]

MAGIC = b"SSHSIG"
_BEGIN = "-----BEGIN SSH SIGNATURE-----"
_END = "-----END SSH SIGNATURE-----"
_WIDTH = 70  # as ssh-keygen writes it
_WIDEST = 76
_HASHES = ("sha512", "sha256")
_MOST_REMEMBERED = 10_000  # keys
_PRESENT = 0x01  # authenticator data: the user touched the key


@dataclass(frozen=True)
class SshSignature:
    """A signature, taken apart. `flags` and `counter` are a security key's, zero for others."""

    key: PublicKey
    namespace: str
    hash_algorithm: str
    signature: bytes
    flags: int = 0
    counter: int = 0


def verify(armoured: str, *, namespace: str, message: bytes) -> PublicKey:
    """Return the key that signed `message` for `namespace`. Raises BadSignature, which says why it does not count."""
    found = parse(armoured)
    if found.namespace != namespace:
        raise BadSignature(
            say(
                "the signature was made for {namespace}, not for {other}",
                namespace=repr(found.namespace),
                other=repr(namespace),
            )
        )
    signed = to_be_signed(message, namespace=namespace, hash_algorithm=found.hash_algorithm)
    if found.key.algorithm == SK_ED25519:
        if not found.flags & _PRESENT:
            raise BadSignature(say("nobody touched the security key"))
        signed = _asserted(found, signed)
    try:
        _verifier(found.key.point).verify(found.signature, signed)
    except InvalidSignature:
        raise BadSignature(say("the signature is not by {key_id} over this text", key_id=found.key.key_id)) from None
    return found.key


@lru_cache(maxsize=_MOST_REMEMBERED)
def _verifier(point: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(point)


def to_be_signed(message: bytes, *, namespace: str, hash_algorithm: str = "sha512") -> bytes:
    """Return the octets that the key itself signs."""
    digest = hashlib.new(hash_algorithm, message).digest()
    return MAGIC + b"".join(map(string, (namespace.encode(), b"", hash_algorithm.encode(), digest)))


def _asserted(found: SshSignature, signed: bytes) -> bytes:
    """Return what a security key signs: its relying party, what it saw, and the digest of what it was asked to sign."""
    application = hashlib.sha256(found.key.application).digest()
    return application + bytes([found.flags]) + found.counter.to_bytes(4) + hashlib.sha256(signed).digest()


def parse(armoured: str) -> SshSignature:
    """Take a signature apart without verifying it. Raises BadSignature."""
    octets = Octets(_unarmoured(armoured))
    try:
        if octets.take(len(MAGIC), "magic") != MAGIC:
            raise BadSignature(say("it is no SSH signature: its magic is wrong"))
        version = octets.number("version")
        if version != 1:
            raise BadSignature(
                say("the signature is of version {version}, and only version 1 is known", version=version)
            )
        key = from_blob(octets.string("key"))
        namespace = octets.string("namespace").decode()
        if octets.string("reserved part"):
            raise BadSignature(say("the signature's reserved part is not empty"))
        hash_algorithm = _hash_algorithm(octets.string("hash algorithm"))
        signature = octets.string("signature")
        octets.end("signature")
        return _taken_apart(key, namespace, hash_algorithm, signature)
    except Malformed as error:
        raise BadSignature(say("the signature is damaged: {error}", error=error.args[0])) from None
    except BadKey as error:
        raise BadSignature(error.message) from None
    except UnicodeDecodeError:
        raise BadSignature(say("the signature's namespace is not text")) from None


def armour(blob: bytes) -> str:
    """Return a signature's octets as the text that ssh-keygen writes."""
    return _wrapped(base64.b64encode(blob).decode(), _WIDTH)


def _hash_algorithm(name: bytes) -> str:
    if name.decode(errors="replace") not in _HASHES:
        raise BadSignature(
            say(
                "the signature hashes with {name}, not {hashes}",
                name=repr(name[:40].decode(errors="replace")),
                hashes=" or ".join(_HASHES),
            )
        )
    return name.decode()


def _taken_apart(key: PublicKey, namespace: str, hash_algorithm: str, signature: bytes) -> SshSignature:
    octets = Octets(signature)
    algorithm = octets.string("algorithm")
    if algorithm != key.algorithm.encode():
        raise BadSignature(
            say(
                "the signature is {algorithm}, and its key {other}",
                algorithm=repr(algorithm[:40].decode(errors="replace")),
                other=key.algorithm,
            )
        )
    value = octets.string("value")
    if len(value) != 64:
        raise BadSignature(say("the signature has {count} octets, and an Ed25519 signature has 64", count=len(value)))
    of_security_key = key.algorithm == SK_ED25519
    flags = octets.take(1, "flags")[0] if of_security_key else 0
    counter = octets.number("counter") if of_security_key else 0
    octets.end("value")
    return SshSignature(key, namespace, hash_algorithm, value, flags, counter)


def _unarmoured(armoured: str) -> bytes:
    lines = armoured.removesuffix("\n").split("\n")
    if len(lines) < 3 or lines[0] != _BEGIN or lines[-1] != _END:
        raise BadSignature(say("it is no armoured SSH signature"))
    encoded = "".join(lines[1:-1])
    try:
        blob = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise BadSignature(say("the signature's armour is not base64")) from None
    if base64.b64encode(blob).decode() != encoded:
        raise BadSignature(say("the signature's base64 is not canonical"))
    if len(lines[1]) > _WIDEST or _wrapped(encoded, len(lines[1])) != armoured.removesuffix("\n") + "\n":
        raise BadSignature(
            say("the lines of the signature's armour are not of one length, at most {most}", most=_WIDEST)
        )
    return blob


def _wrapped(encoded: str, width: int) -> str:
    lines = (encoded[start : start + width] for start in range(0, len(encoded), width))
    return "\n".join((_BEGIN, *lines, _END)) + "\n"
