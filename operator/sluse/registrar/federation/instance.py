"""A federation as an identity-provider instance in Keycloak's shape, and back. Pure.

Every member is sent each time, since PUT replaces everything: one that is left out is gone, and without
`validateSignature`, a key source or `issuer` every login would pass unchecked. Reading never fails: a person may have
typed anything there, and what no model can hold is named as drift.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from sluse.model.federation import Federation, Handed
from sluse.registrar.federation.port import Instance, Observed
from sluse.registrar.port import Mark

Result = TypeVar("Result")

_FIXED: Mapping[str, str] = {"validateSignature": "true", "useJwksUrl": "true"}
_PKCE: Mapping[bool, Mapping[str, str]] = {True: {"pkceEnabled": "true", "pkceMethod": "S256"}, False: {"pkceEnabled": "false"}}  # fmt: skip
_OF_THE_MODEL = frozenset(
    {
        "issuer", "jwksUrl", "clientAuthMethod", "responseType", "pkceEnabled", "pkceMethod", "algorithms",
        "identifierClaim", "identifierKinds", "methodClaim", "levelClaim", "levels", "owner",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Form:
    """How this authority writes instances. `client_id`: what it is called at identity providers, as their client."""

    client_id: str

    def written(self, instance: Instance) -> dict[str, Any]:
        """Return the members to send, all of them."""
        federation = instance.federation
        protocol, claims = federation.protocol, federation.claims
        levels = {each.value: each.level.value for each in claims.levels}
        config = {
            **self._fixed,
            **_PKCE[protocol.pkce],
            "issuer": federation.issuer,
            "jwksUrl": federation.jwks_uri,
            "clientAuthMethod": protocol.client_authentication.value,
            "responseType": protocol.response_type.value,
            "algorithms": " ".join(sorted(protocol.algorithms)),
            "identifierClaim": claims.identifier,
            "identifierKinds": " ".join(sorted(claims.identifier_kinds)),
            "methodClaim": claims.method,
            "levelClaim": claims.level,
            "levels": json.dumps(levels, ensure_ascii=False, sort_keys=True),
            "owner": instance.mark.text,
        }
        return {
            "alias": federation.alias,
            "displayName": federation.title,
            "providerId": "oidc",
            "enabled": instance.enabled,
            "config": config,
        }

    def read(self, members: Mapping[str, Any]) -> Observed | None:
        """Return what an answer says; None where it is half an answer, without what the provider is told."""
        handed = _quietly(lambda: _handed(members["relyingParty"]))
        enabled = members.get("enabled")
        if handed is None or not isinstance(enabled, bool):
            return None
        config = members.get("config")
        config = config if isinstance(config, dict) else {}
        federation = _quietly(lambda: _federation(members, config))
        owner = config.get("owner")
        mark = Mark(owner) if isinstance(owner, str) and owner else None
        drift = [name for name, value in self._fixed.items() if config.get(name) != value]
        drift += sorted(name for name in config if name not in self._fixed and name not in _OF_THE_MODEL)
        if members.get("providerId") != "oidc":
            drift.append("providerId")
        if federation is None:
            drift.append("config")
        return Observed(mark, enabled, federation, handed, tuple(drift))

    @property
    def _fixed(self) -> dict[str, str]:
        return {**_FIXED, "clientId": self.client_id}


def _federation(members: Mapping[str, Any], config: Mapping[str, Any]) -> Federation:
    levels = json.loads(config["levels"])
    pkce = {"true": True, "false": False}[config["pkceEnabled"]]
    if pkce and config.get("pkceMethod") != "S256":
        raise ValueError("PKCE without S256 protects nothing")
    return Federation.model_validate(
        {
            "alias": members["alias"],
            "title": members["displayName"],
            "issuer": config["issuer"],
            "jwksUri": config["jwksUrl"],
            "protocol": {
                "responseType": config["responseType"],
                "pkce": pkce,
                "algorithms": config["algorithms"].split(),
                "clientAuthentication": config["clientAuthMethod"],
            },
            "claims": {
                "identifier": config["identifierClaim"],
                "identifierKinds": config["identifierKinds"].split(),
                "method": config["methodClaim"],
                "level": config["levelClaim"],
                "levels": [{"value": value, "level": level} for value, level in levels.items()],
            },
        }
    )


def _handed(told: Mapping[str, Any]) -> Handed:
    return Handed(client_id=told["clientId"], redirect_uris=(told["redirectUri"],), jwks_uri=told["jwksUri"])


def _quietly(read: Callable[[], Result]) -> Result | None:
    """Return what can be read; None where it is not of the form."""
    try:
        return read()
    except (ValidationError, LookupError, TypeError, ValueError, AttributeError):
        return None
