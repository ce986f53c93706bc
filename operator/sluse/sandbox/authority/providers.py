"""Identity providers whose logins this authority passes on. Safe to use from any thread."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sluse.model.identity_provider import IdentifierKind
from sluse.model.service_integration import SecurityLevel


@dataclass(frozen=True)
class Provider:
    """Accepted by `provider_rules`. `levels`: value of the level claim -> what it means.

    `config` is as it was given, word for word: an answer that said the same otherwise would look like a difference.
    """

    alias: str
    display_name: str
    enabled: bool
    issuer: str
    jwks_url: str
    client_id: str
    algorithms: tuple[str, ...]
    identifier_claim: str
    identifier_kinds: tuple[IdentifierKind, ...]
    method_claim: str
    level_claim: str
    levels: Mapping[str, SecurityLevel]
    config: Mapping[str, str]

    def document(self) -> dict[str, Any]:
        """Return the JSON members as a fresh copy."""
        return {
            "alias": self.alias,
            "displayName": self.display_name,
            "providerId": "oidc",
            "enabled": self.enabled,
            "config": dict(self.config),
        }


class Providers:
    """Instances by alias, in the order in which they were added."""

    def __init__(self) -> None:
        self._held: dict[str, Provider] = {}
        self._lock = threading.Lock()

    def add(self, provider: Provider) -> bool:
        """Add an instance; False where the alias is taken."""
        with self._lock:
            if provider.alias in self._held:
                return False
            self._held[provider.alias] = provider
            return True

    def get(self, alias: str) -> Provider | None:
        """Return an instance, or None where there is none (any more)."""
        return self._held.get(alias)

    def replace(self, provider: Provider) -> bool:
        """Replace an instance by another of its alias; False where there is none."""
        with self._lock:
            if provider.alias not in self._held:
                return False
            self._held[provider.alias] = provider
            return True

    def remove(self, alias: str) -> bool:
        """Forget an instance; False where it was gone already."""
        with self._lock:
            return self._held.pop(alias, None) is not None

    def all(self) -> tuple[Provider, ...]:
        """Return every instance, oldest first."""
        with self._lock:
            return tuple(self._held.values())
