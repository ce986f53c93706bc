"""Who may read and push: one token each, and the ref patterns that the hook lets through."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

# Both end up in a shell script (the hook), so neither may hold anything a shell could read.
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_PATTERN = re.compile(r"refs/[A-Za-z0-9._/-]+(\*)?|refs/\*")
_SHORTEST_TOKEN = 8


@dataclass(frozen=True)
class Pusher:
    """One identity. `may_push` are full ref names; a final `*` stands for the rest, slashes included.

    An empty `may_push` reads only. `force` also lifts the protection of `main` and `sluse/*` against rewriting and
    deletion. A ValueError for a name, pattern or token that could not work.
    """

    name: str
    token: str = field(repr=False)
    may_push: tuple[str, ...]
    force: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"the pusher's name {self.name!r} is not lower-case letters, digits and hyphens")
        if len(self.token) < _SHORTEST_TOKEN or not self.token.isascii() or not self.token.isprintable():
            raise ValueError(f"the token of {self.name} is shorter than {_SHORTEST_TOKEN} or not printable ASCII")
        for pattern in self.may_push:
            if not _PATTERN.fullmatch(pattern):
                raise ValueError(f"{self.name} may push {pattern!r}, which is not refs/... with an optional final *")


def bearer(people: Sequence[Pusher], authorisation: str | None) -> Pusher | None:
    """Return whom an Authorization header names, else None. Looks at every token, so time tells nothing."""
    scheme, _, token = (authorisation or "").partition(" ")
    offered = token.strip().encode()
    found = None
    for person in people:
        if hmac.compare_digest(person.token.encode(), offered):
            found = person
    return found if scheme.lower() == "bearer" else None


def distinct(people: Sequence[Pusher]) -> tuple[Pusher, ...]:
    """Return the people, or raise ValueError where two share a name or a token."""
    if len({person.name for person in people}) != len(people):
        raise ValueError("two pushers share a name")
    if len({person.token for person in people}) != len(people):
        raise ValueError("two pushers share a token")
    return tuple(people)
