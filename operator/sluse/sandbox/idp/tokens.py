"""What the provider says of a user: the claims of its ID token, with whatever it gets wrong today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sluse.model.identity_provider import IdentifierKind
from sluse.sandbox.idp.defects import Defect, Defects
from sluse.sandbox.idp.identifiers import synthetic
from sluse.sandbox.idp.users import User

LIFETIME = 300
_OTHER_METHOD = "password"


@dataclass(frozen=True)
class Asked:
    """An authorization request that was accepted."""

    redirect_uri: str
    state: str
    nonce: str
    challenge: str


@dataclass(frozen=True)
class Issuing:
    """For whom, by whom and when a token is issued. `levels` are the words this provider has for levels."""

    issuer: str
    client_id: str
    now: float
    levels: tuple[str, ...]


def claims(user: User, asked: Asked, issuing: Issuing, defects: Defects) -> dict[str, Any]:
    """Return the claims of an ID token."""
    issuer, now = issuing.issuer, int(issuing.now)
    said: dict[str, Any] = {
        "iss": f"{issuer}/other" if Defect.OTHER_ISSUER in defects else issuer,
        "aud": "somebody-else" if Defect.OTHER_AUDIENCE in defects else issuing.client_id,
        "sub": f"user-{user.alias}",
        "nonce": "another-nonce" if Defect.OTHER_NONCE in defects else asked.nonce,
        "iat": now - (2 * LIFETIME if Defect.EXPIRED in defects else 0),
        "exp": now + (-LIFETIME if Defect.EXPIRED in defects else LIFETIME),
    }
    if Defect.NO_IDENTIFIER not in defects:
        said["pid"] = _identifier(user, defects)
    if Defect.NO_METHOD not in defects:
        said["amr"] = [_OTHER_METHOD if Defect.OTHER_METHOD in defects else user.method]
    if Defect.NO_LEVEL not in defects:
        said["acr"] = _level(user, defects, issuing.levels)
    return said


def _identifier(user: User, defects: Defects) -> str:
    if Defect.OTHER_IDENTIFIER_KIND in defects:
        is_national = int(user.identifier[:2]) <= 40
        return synthetic(IdentifierKind.D_NUMBER if is_national else IdentifierKind.NATIONAL)
    return user.identifier


def _level(user: User, defects: Defects, levels: tuple[str, ...]) -> str:
    if Defect.UNKNOWN_LEVEL in defects:
        return "quite-sure"
    if Defect.OTHER_LEVEL in defects:
        return next(level for level in levels if level != user.level)
    return user.level
