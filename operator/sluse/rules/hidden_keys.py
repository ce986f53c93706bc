"""Private keys that stand in a text in base64: wrapped at any width, in quotes, encoded again, a JWK, or DER without its armour.

Everything that could be base64 is decoded at each of the four places where it can begin, so that text before it hides nothing. What
decodes to no key is no key: a public JWK, a certificate, a signature or a digest has nothing of what is looked for.

Not seen, whatever is done: what is compressed, encrypted without an armour, written in hex, spread over several fields, in lines of
fewer than four characters, or encoded more often than `DEPTH` times.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from sluse.rules import private_keys

DEPTH = 3
_SHORTEST = 64
"""Characters; no private key is shorter in base64."""
_LEAST_DIGITS = 2
"""Base64 of the shortest key begins with that many (MC4CAQAwBQYDK2Vw); prose has none."""
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_BETWEEN = b" \t\r\n\"',>|#"
"""What may stand between the pieces of one value: ends of lines, quotes, commas, comments; a list's dashes too."""
_CLASSES = bytes(ord("a") if each in _ALPHABET else ord(" ") if each in _BETWEEN else ord(".") for each in range(256))
_LONG = re.compile(rb"\.[^.]{%d,}" % _SHORTEST)
_ASIDE = re.compile(rb"[ \t\r\n\"',>|#]+(-(?= ))?")
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
_KEY = b"PRIVATE KEY"
_DER = re.compile(
    rb"\x30[\x2c-\x84].{0,3}\x02\x01\x00\x30.\x06(?:\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01[\x01\x0a]|\x07\x2a\x86\x48\xce\x3d\x02\x01|\x03\x2b\x65[\x6e-\x71])"
    rb"|\x30\x82..\x02\x01\x00\x02\x82..\x00"
    rb"|\x30[\x30-\x82].{0,2}\x02\x01\x01\x04[\x20\x30\x42]",
    re.DOTALL,
)
"""How PKCS #8 (RSA, EC, Edwards and Montgomery curves), PKCS #1 and SEC 1 begin: a version, then what no public key has there."""


def found(text: str) -> int | None:
    """Return where base64 begins that holds a private key; None where none is seen."""
    return next((start for start, block in _blocks(text) if _holds_key(block, DEPTH)), None)


def _blocks(text: str) -> Iterator[tuple[int, bytes]]:
    """Yield what may be base64, without what stands between its pieces, and where it begins."""
    if "\\" in text:
        text = text.replace("\\n", "  ").replace("\\r", "  ")
    octets = text.encode("latin-1", "replace")
    for piece in _LONG.finditer(b"." + octets.translate(_CLASSES)):
        start, end = piece.start(), piece.end() - 1  # the dot in front is no octet
        block = octets[start:end]
        if len(block) - len(block.translate(None, b"0123456789")) >= _LEAST_DIGITS:
            joined = _ASIDE.sub(b"", block)
            if len(joined) >= _SHORTEST:
                yield start + len(block) - len(block.lstrip()), joined


def _holds_key(block: bytes, depth: int) -> bool:
    standard = block.translate(_TO_STANDARD)
    for begin in range(4):
        some = standard[begin : len(standard) - ((len(standard) - begin) % 4 == 1)]
        octets = base64.b64decode(some + b"=" * (-len(some) % 4))
        if _is_key(octets):
            return True
        if depth > 1 and any(_holds_key(inner, depth - 1) for _, inner in _blocks(octets.decode("latin-1"))):
            return True
    return False


def _is_key(octets: bytes) -> bool:
    if _KEY in octets or _DER.search(octets):
        return True
    return b"kty" in octets and private_keys.member(octets.decode("latin-1")) is not None
