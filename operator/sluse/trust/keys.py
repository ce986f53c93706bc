"""Public keys that may sign: ssh-ed25519, and sk-ssh-ed25519@openssh.com on a security key.

One key has one form: the base64 is canonical, the point is encoded as RFC 8032 says, and is none of the few of small
order, for which anybody can make a signature. ssh-keygen refuses none of these; see the room's README.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from functools import cached_property, lru_cache

from sluse.errors import BadKey
from sluse.trust.wire import Malformed, Octets, string
from sluse.words.said import say

ED25519 = "ssh-ed25519"
SK_ED25519 = "sk-ssh-ed25519@openssh.com"

_MOST_REMEMBERED = 10_000  # keys
_FIELD = 2**255 - 19
_ORDER_EIGHT = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER = frozenset({0, 1, _FIELD - 1, _ORDER_EIGHT, _FIELD - _ORDER_EIGHT})


@dataclass(frozen=True)
class PublicKey:
    """A key by what it is, without the comment of its line. `application` is a security key's relying party."""

    algorithm: str
    point: bytes
    application: bytes = b""

    @cached_property
    def blob(self) -> bytes:
        """SSH's own form of it."""
        tail = string(self.application) if self.algorithm == SK_ED25519 else b""
        return string(self.algorithm.encode()) + string(self.point) + tail

    @cached_property
    def key_id(self) -> str:
        """OpenSSH's fingerprint, `SHA256:…`: what statements call their signer."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")

    @property
    def line(self) -> str:
        """The line of a .pub file, without comment."""
        return f"{self.algorithm} {base64.b64encode(self.blob).decode()}"


@lru_cache(maxsize=_MOST_REMEMBERED)
def parse(line: str) -> PublicKey:
    """Return the key of a .pub file's line; a comment is let go. Read once, as `from_blob`. Raises BadKey."""
    algorithm, _, rest = line.strip().partition(" ")
    encoded = rest.partition(" ")[0]
    try:
        blob = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise BadKey(say("the key is not base64")) from None
    if base64.b64encode(blob).decode() != encoded:
        raise BadKey(say("the key's base64 is not canonical"))
    key = from_blob(blob)
    if key.algorithm != algorithm:
        raise BadKey(
            say(
                "the line says {algorithm}, and its key is {other}",
                algorithm=repr(algorithm[:40]),
                other=key.algorithm,
            )
        )
    return key


@lru_cache(maxsize=_MOST_REMEMBERED)
def from_blob(blob: bytes) -> PublicKey:
    """Return the key in SSH's own form; a few keys sign nearly everything. Raises BadKey."""
    octets = Octets(blob)
    try:
        algorithm = octets.string("algorithm")
        if algorithm not in {ED25519.encode(), SK_ED25519.encode()}:
            shown = algorithm[:40].decode(errors="replace")
            raise BadKey(
                say(
                    "the key is {shown}, and only {one} and {another} may sign",
                    shown=repr(shown),
                    one=ED25519,
                    another=SK_ED25519,
                )
            )
        point = octets.string("point")
        application = octets.string("application") if algorithm == SK_ED25519.encode() else b""
        octets.end("last member")
    except Malformed as error:
        raise BadKey(say("the key is damaged: {error}", error=error.args[0])) from None
    _demand_one_form(point)
    return PublicKey(algorithm.decode(), point, application)


def _demand_one_form(point: bytes) -> None:
    if len(point) != 32:
        raise BadKey(say("the key has {count} octets, and an Ed25519 key has 32", count=len(point)))
    y = int.from_bytes(point, "little") & (2**255 - 1)
    if y >= _FIELD:
        raise BadKey(say("the key's point is not encoded canonically"))
    if y in _SMALL_ORDER:
        raise BadKey(say("the key is of small order: anybody can sign with it"))
