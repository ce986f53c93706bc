"""Names and identities. An identity is organisation + name, never a path: moving a file changes nothing.

Joining with a dot is injective because a slug has no dot, so two integrations can never share a resource name.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

GROUP = "sluse.nhn.no"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"

Commit = NewType("Commit", str)
"""A git commit id, 40 lower-case hex digits."""

Digest = NewType("Digest", str)
"""SHA-256 in 64 lower-case hex digits."""

ORGANISATION_NUMBER = f"{GROUP}/organisation-number"
"""Label that a cluster's admin gives a namespace: whose it is. Openings go to these namespaces and to no other."""

LEDGER_PREFIX = "sluse-ledger-"
"""What the names of the ledger's ConfigMaps begin with."""

STACK_PREFIX = "sluse-stack-"
"""What the names of the ConfigMaps begin with that stand for an organisation's stack."""

ANCHOR_PREFIX = "sluse-anchor-"
"""What the names of the Secrets begin with that hold registration credentials."""

ClientId = NewType("ClientId", str)
"""What the authority calls a client; assigned by it, never chosen by us."""


class Environment(StrEnum):
    """The two waters on either side of the lock. One operator process serves exactly one."""

    TEST = "test"
    PRODUCTION = "production"

    @property
    def namespace(self) -> str:
        """Where this environment's derived resources and ledger live."""
        return f"sluse-{self.value}"

    @property
    def status_branch(self) -> str:
        """The branch of the integrations' remote that this environment's operator publishes to."""
        return f"sluse/{self.value}"


@dataclass(frozen=True, order=True)
class IntegrationKey:
    """Who an authored document is: `<organisation>.<name>`."""

    organisation: str
    name: str

    @classmethod
    def parse(cls, named: str) -> IntegrationKey | None:
        """Read a name back; None where it is none of ours."""
        parts = named.split(".")
        return cls(*parts) if len(parts) == 2 and all(parts) else None

    def __str__(self) -> str:
        return f"{self.organisation}.{self.name}"


@dataclass(frozen=True, order=True)
class ClientKey:
    """Who a client of an integration is; as text it is the name of its HelseIDClient resource."""

    organisation: str
    integration: str
    client: str

    @classmethod
    def parse(cls, resource_name: str) -> ClientKey | None:
        """Read a resource name back; None where it is not one of ours."""
        parts = resource_name.split(".")
        return cls(*parts) if len(parts) == 3 and all(parts) else None

    @property
    def integration_key(self) -> IntegrationKey:
        return IntegrationKey(self.organisation, self.integration)

    def __str__(self) -> str:
        return f"{self.organisation}.{self.integration}.{self.client}"
