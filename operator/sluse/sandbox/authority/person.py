"""Who logged in, as the identity provider's token said it, and what the authority's own tokens say of it.

Which claims a token has follows from the identity scopes that were asked for; method, provider and session are in all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from sluse.model.service_integration import SecurityLevel

PID: Final = "helseid://claims/identity/pid"
SECURITY_LEVEL: Final = "helseid://claims/identity/security_level"
ASSURANCE_LEVEL: Final = "helseid://claims/identity/assurance_level"
_ALL: Final = "helseid://scopes/identity/all"
_LEVELS: Final[Mapping[SecurityLevel, str]] = MappingProxyType(
    {SecurityLevel.SUBSTANTIAL: "3", SecurityLevel.HIGH: "4"}
)


@dataclass(frozen=True)
class Person:
    """`identifier` is a synthetic person's, and is in no repr. `subject` stands for it where a scope does not give it."""

    subject: str
    identifier: str = field(repr=False)
    methods: tuple[str, ...]
    level: SecurityLevel
    provider: str
    session: str
    at: int

    def claims(self, scopes: Collection[str]) -> dict[str, Any]:
        """Return what a token with these scopes says of the person."""
        said: dict[str, Any] = {
            "sub": self.subject,
            "amr": list(self.methods),
            "idp": self.provider,
            "sid": self.session,
            "auth_time": self.at,
        }
        by_scope = {
            PID: self.identifier,
            SECURITY_LEVEL: _LEVELS[self.level],
            ASSURANCE_LEVEL: self.level.value,
        }
        given = {
            claim: value
            for claim, value in by_scope.items()
            if not {claim.replace("://claims/", "://scopes/"), _ALL}.isdisjoint(scopes)
        }
        return {**said, **given}
