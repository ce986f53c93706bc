"""The commits of a status branch, taken apart: what each says and who signed it, for those who do not believe it yet. Pure.

Git's own `verify-commit` starts a process per commit; here the signature is an SSHSIG like any other, in git's
namespace, over the commit without the header that carries it. In the tests git is the oracle.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sluse.errors import BadSignature
from sluse.trust import sshsig
from sluse.trust.keys import PublicKey

NAMESPACE = "git"
_SIGNATURE = (b"gpgsig", b"gpgsig-sha256")


@dataclass(frozen=True)
class Publication:
    """One commit. `at` is the committer's time, in UTC; `signature` is armoured, empty where there is none."""

    commit: str
    tree: str
    parents: tuple[str, ...]
    at: datetime
    signature: str
    signed: bytes

    def signer(self) -> PublicKey:
        """Return the key that signed it. Raises BadSignature."""
        if not self.signature:
            raise BadSignature("it is not signed")
        return sshsig.verify(self.signature, namespace=NAMESPACE, message=self.signed)


def publication(commit: str, content: bytes) -> Publication:
    """Take a commit object apart. A ValueError where it is not one that git writes."""
    head, _, message = content.partition(b"\n\n")
    headers = list(_headers(head))
    signatures = [value for name, value in headers if name in _SIGNATURE]
    if len(signatures) > 1:
        raise ValueError("it has several signatures")
    rest = b"\n".join(name + b" " + value.replace(b"\n", b"\n ") for name, value in headers if name not in _SIGNATURE)
    found = dict(headers)
    seconds = int(found[b"committer"].rpartition(b"> ")[2].split()[0])
    return Publication(
        commit,
        found[b"tree"].decode("ascii"),
        tuple(value.decode("ascii") for name, value in headers if name == b"parent"),
        datetime.fromtimestamp(seconds, UTC),
        (signatures[0] + b"\n").decode("ascii") if signatures else "",
        rest + b"\n\n" + message,
    )


def _headers(head: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield names and values; a line that begins with a blank continues the value above it."""
    lines = head.split(b"\n")
    position = 0
    while position < len(lines):
        name, _, value = lines[position].partition(b" ")
        position += 1
        while position < len(lines) and lines[position].startswith(b" "):
            value += b"\n" + lines[position][1:]
            position += 1
        yield name, value
