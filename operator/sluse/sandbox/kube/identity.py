"""Who calls: bearer tokens to identities, given at construction.

Tokens are compared by dictionary look-up of their SHA-256, so neither timing nor a repr of this object can tell one.
Anonymous callers are refused rather than mapped to `system:anonymous`: a sandbox that forgives a missing token
hides the very mistake it exists to find.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sluse.sandbox.kube.status import unauthorised

MASTERS = "system:masters"
AUTHENTICATED = "system:authenticated"


@dataclass(frozen=True)
class Identity:
    """A user of the API: `name` as RBAC subjects spell it, `groups` besides system:authenticated, `token` a secret."""

    name: str
    groups: tuple[str, ...] = ()
    token: str = field(default="", repr=False)


@dataclass(frozen=True)
class User:
    """An authenticated caller, without its token."""

    name: str
    groups: tuple[str, ...]


class Authenticator:
    """Turns an Authorization header into a User, or raises 401."""

    def __init__(self, identities: Sequence[Identity]) -> None:
        names = [identity.name for identity in identities]
        if len({identity.token for identity in identities}) < len(names) or not all(i.token for i in identities):
            raise ValueError("every identity needs a token of its own")
        self._users: Mapping[bytes, User] = {
            _digest(identity.token): User(identity.name, (*identity.groups, AUTHENTICATED)) for identity in identities
        }

    def user(self, authorization: str | None) -> User:
        """Return who sent this header."""
        scheme, _, token = (authorization or "").partition(" ")
        user = self._users.get(_digest(token.strip())) if scheme.lower() == "bearer" else None
        if user is None:
            raise unauthorised()
        return user


def impersonated(name: str, groups: Sequence[str]) -> User:
    """Return the user that `kubectl --as` asks to be; whether the caller may is the authoriser's business."""
    return replace(User(name, ()), groups=(*groups, AUTHENTICATED))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
