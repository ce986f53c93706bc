"""Which identity-provider instances are accepted: those whose logins are checked, all of them, and no others.

Keycloak takes an instance without `validateSignature`, key source or issuer and lets every login through. Here each
of them must be stated; what is left out gets no default but refuses the instance.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from sluse.model.identity_provider import IdentifierKind
from sluse.model.service_integration import SecurityLevel
from sluse.sandbox.authority.answers import Refusal
from sluse.sandbox.authority.providers import Provider

ALGORITHMS: Final = ("ES256", "PS256")  # HelseID's requirements on identity providers, T-7 to T-9
_MEMBERS: Final = frozenset({"alias", "displayName", "providerId", "enabled", "config"})
_FIXED: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "validateSignature": ("true", "else no signature would be checked"),
        "useJwksUrl": ("true", "keys are fetched, never stored"),
        "clientAuthMethod": ("private_key_jwt", "no other way is served here"),
        "responseType": ("code", "no other is served here"),
        "pkceEnabled": ("true", "PKCE is required of identity providers"),
        "pkceMethod": ("S256", "plain protects nothing"),
    }
)
_STATED: Final = frozenset(
    {
        "issuer", "jwksUrl", "clientId", "algorithms", "identifierClaim", "identifierKinds", "methodClaim",
        "levelClaim", "levels", "owner",
    }
)  # fmt: skip
_ALIAS: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
_LONGEST: Final = 512


def accept(document: Mapping[str, Any]) -> Provider:
    """Return the instance. Raise a Refusal (400) that names the member which is not acceptable."""
    unknown = sorted(document.keys() - _MEMBERS)
    if unknown:
        raise _invalid(f"unknown members: {', '.join(unknown)}")
    alias, name, enabled = document.get("alias"), document.get("displayName"), document.get("enabled", True)
    if not isinstance(alias, str) or not _ALIAS.fullmatch(alias):
        raise _invalid("alias must be lower-case letters, digits and hyphens, at most 40")
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST or not name.isprintable():
        raise _invalid("displayName must be a line")
    if document.get("providerId") != "oidc":
        raise _invalid("providerId must be oidc")
    if not isinstance(enabled, bool):
        raise _invalid("enabled must be true or false")
    config = _config(document.get("config"))
    return Provider(
        alias=alias,
        display_name=name,
        enabled=enabled,
        issuer=_https(config, "issuer"),
        jwks_url=_https(config, "jwksUrl"),
        client_id=config["clientId"],
        algorithms=_algorithms(config),
        identifier_claim=config["identifierClaim"],
        identifier_kinds=_kinds(config),
        method_claim=config["methodClaim"],
        level_claim=config["levelClaim"],
        levels=_levels(config),
        config=MappingProxyType(config),
    )


def _config(config: object) -> dict[str, str]:
    if not isinstance(config, dict):
        raise _invalid("config is missing")
    for name, value in config.items():
        if name not in _STATED and name not in _FIXED:
            raise _invalid(f"config.{name} is not known here")
        if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
            raise _invalid(f"config.{name} must be a string")
    for name, (value, reason) in _FIXED.items():
        if config.get(name) != value:
            raise _invalid(f"config.{name} must be {value}: {reason}")
    missing = sorted(_STATED - config.keys())
    if missing:
        raise _invalid(f"config.{missing[0]} is missing")
    return config


def _https(config: Mapping[str, str], name: str) -> str:
    try:
        parts = urlsplit(config[name])
        sound = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and not parts.fragment
        _ = parts.port
    except ValueError:
        sound = False
    if not sound:
        raise _invalid(f"config.{name} must be an https URL")
    return config[name]


def _algorithms(config: Mapping[str, str]) -> tuple[str, ...]:
    algorithms = tuple(config["algorithms"].split())
    refused = [name for name in algorithms if name not in ALGORITHMS]
    if refused or not algorithms:
        raise _invalid(f"config.algorithms: {' '.join(refused) or 'none'} is not among {' and '.join(ALGORITHMS)}")
    return algorithms


def _kinds(config: Mapping[str, str]) -> tuple[IdentifierKind, ...]:
    try:
        return tuple(IdentifierKind(kind) for kind in config["identifierKinds"].split())
    except ValueError:
        raise _invalid("config.identifierKinds must be fnr, d-number or both") from None


def _levels(config: Mapping[str, str]) -> Mapping[str, SecurityLevel]:
    try:
        levels = {str(value): SecurityLevel(level) for value, level in orjson.loads(config["levels"]).items()}
    except (ValueError, AttributeError):
        levels = {}
    if not levels:
        raise _invalid("config.levels must be a JSON object of claim values and levels, substantial or high")
    return MappingProxyType(levels)


def _invalid(description: str) -> Refusal:
    return Refusal(400, "invalid_request", description)
