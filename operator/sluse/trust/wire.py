"""SSH's wire format (RFC 4251 section 5), as far as keys and signatures need it: read to the last octet, or not at all."""

from __future__ import annotations

import struct

from sluse.words.said import say


class Malformed(ValueError):
    """The octets are not what they should be. The message says where."""


class Octets:
    """Reads values off the front; `end` demands that nothing is left."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def take(self, length: int, what: str) -> bytes:
        """Return so many octets. Raises Malformed where there are fewer."""
        taken = self._content[self._at : self._at + length]
        if len(taken) != length:
            raise Malformed(say("it ends in the middle of its {what}", what=what))
        self._at += length
        return taken

    def number(self, what: str) -> int:
        """Return a uint32."""
        return int.from_bytes(self.take(4, what))

    def string(self, what: str) -> bytes:
        """Return a string: its length, then so many octets."""
        return self.take(self.number(what), what)

    def end(self, what: str) -> None:
        """Raise Malformed where anything is left."""
        left = len(self._content) - self._at
        if left:
            raise Malformed(say("{left} octets follow its {what}", left=left, what=what))


def string(content: bytes) -> bytes:
    """Return a string as it is written."""
    return struct.pack(">I", len(content)) + content
