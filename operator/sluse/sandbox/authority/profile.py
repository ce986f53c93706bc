"""What this authority allows: HelseID's lists, and the marks of time it judges by.

Each number that NHN has not published is an assumption; the room's README says which ones and why.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

# HelseID's approved algorithms, with the curve each EC one belongs to (None for RSA).
ALGORITHMS: Final[Mapping[str, str | None]] = MappingProxyType(
    {
        "RS256": None,
        "RS384": None,
        "RS512": None,
        "PS256": None,
        "PS384": None,
        "PS512": None,
        "ES256": "P-256",
        "ES384": "P-384",
        "ES512": "P-521",
    }
)
MINIMUM_RSA_BITS: Final = 2048

GRANT_TYPES: Final = frozenset(
    {
        "authorization_code",
        "client_credentials",
        "refresh_token",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    }
)
SERVED_GRANT_TYPES: Final = ("authorization_code", "client_credentials")
TENANCIES: Final = frozenset({"none", "single-tenant", "multi-tenant"})
IDENTITY_SCOPES: Final = frozenset(
    {
        "openid",
        "profile",
        "offline_access",
        "helseid://scopes/identity/all",
        "helseid://scopes/identity/pid",
        "helseid://scopes/identity/pid_pseudonym",
        "helseid://scopes/identity/security_level",
        "helseid://scopes/identity/assurance_level",
        "helseid://scopes/identity/network",
        "helseid://scopes/hpr/hpr_number",
        "helseid://scopes/client/info",
        "helseid://scopes/client/client_name",
        "nhn:sfm:journal-id",
        "nhn:tillitsrammeverk:parameters",
    }
)

# Seconds.
SKEW: Final = 5
ASSERTION_LIFETIME: Final = 60
PROOF_LIFETIME: Final = 60
NONCE_LIFETIME: Final = 60
ACCESS_TOKEN_LIFETIME: Final = 600
REQUEST_LIFETIME: Final = 60  # from the pushed request to the browser
LOGIN_LIFETIME: Final = 600  # from the browser to its return from the identity provider
CODE_LIFETIME: Final = 60

LONGEST_JTI: Final = 256  # replays are remembered, so what is remembered is bounded


@dataclass(frozen=True)
class Habits:
    """Where authorities differ. The defaults are the strictest.

    `api_scopes` are the scopes that APIs own (`owner:api/scope`); identity scopes are known besides.
    `extensions` False: the `helseid_*` members are unknown here.
    """

    api_scopes: frozenset[str]
    accept_unknown_members: bool = False
    rotate_registration_token: bool = False
    deleted_client_status: Literal[401, 404] = 401
    extensions: bool = True
    known_scopes: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "known_scopes", self.api_scopes | IDENTITY_SCOPES)


def audiences(scopes: Collection[str]) -> list[str]:
    """Return the APIs that own `scopes`, each once, in order: the part before the first slash."""
    return list(dict.fromkeys(scope.partition("/")[0] for scope in scopes))
