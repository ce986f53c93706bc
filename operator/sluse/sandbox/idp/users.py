"""Synthetic users, known by alias. Their identifiers and passwords are made at the start and end with the process.

Neither is in any repr: what is not shown by accident cannot reach a log.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sluse.model.identity_provider import IdentifierKind, TestUser
from sluse.sandbox.idp.identifiers import synthetic


@dataclass(frozen=True)
class User:
    """`method` and `level` are values of the claims `amr` and `acr`; the alias is also what is typed in as user name."""

    alias: str
    method: str
    level: str
    identifier: str = field(repr=False)
    password: str = field(repr=False)


class Users:
    """All users of one provider."""

    def __init__(self) -> None:
        self._held: dict[str, User] = {}

    def invite(self, alias: str, *, kind: IdentifierKind, method: str, level: str) -> User:
        """Make a user."""
        user = User(alias, method, level, synthetic(kind), secrets.token_urlsafe(18))
        self._held[alias] = user
        return user

    def invite_expected(self, expected: TestUser, level: str) -> User:
        """Make the user that an IdentityProvider's file promises; `level` is the provider's word for its level."""
        return self.invite(expected.alias, kind=expected.identifier, method=expected.method, level=level)

    def known(self, alias: str, password: str) -> User | None:
        """Return who this is, None where the password is not theirs."""
        user = self._held.get(alias)
        right = secrets.compare_digest((user.password if user else "").encode(), password.encode())
        return user if right and user else None

    def hand_over(self, alias: str, file: Path) -> Path:
        """Write a user's login to a file of mode 0600, as a provider hands it to a tester."""
        user = self._held[alias]
        file.touch(mode=0o600)
        file.write_text(json.dumps({"username": user.alias, "password": user.password}))
        return file

    def __iter__(self) -> Iterator[User]:
        return iter(tuple(self._held.values()))
