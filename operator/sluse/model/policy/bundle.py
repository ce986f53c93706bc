"""Everything of `policies/` at one commit, as it counts: read, and covered by the manifest that the roots signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, StrictInt

from sluse.model.names import Digest
from sluse.model.policy.authority import SHIPPED, AuthorityProfile
from sluse.model.policy.calendar import Calendar
from sluse.model.policy.network import NetworkCatalogue
from sluse.model.policy.people import Operators, Reviewers
from sluse.model.policy.rules import ExistingProviders, GatePolicy
from sluse.model.value import Armoured, Count, Flag, Line, Sha256, SshPublicKey, Value


class Repository(Value):
    """`policies/repository.yaml`: the id that every signed statement and every ownership mark carries."""

    id: Line


class Manifest(Value):
    """What the roots sign: a version that only grows, and the digest of every file of `policies/`."""

    version: Count
    files: Mapping[Line, Sha256] = Field(max_length=100)

    def wire(self) -> dict[str, object]:
        """Return both members always."""
        return {"version": self.version, "files": dict(sorted(self.files.items()))}


class SignedManifest(Value):
    """`policies/manifest.json`, kept as `policies/history/<version>.json` too."""

    manifest: Manifest
    signatures: tuple[Armoured, ...] = Field((), max_length=20)


class Roots(Value):
    """The root of trust: pinned when an operator is installed, never read from git.

    `demo` lets the worthless keys of the examples count. Only the sandbox writes it.
    """

    threshold: Annotated[StrictInt, Field(ge=1, le=20)]
    keys: tuple[SshPublicKey, ...] = Field(min_length=1, max_length=20)
    demo: Flag = False


@dataclass(frozen=True)
class Policy:
    """What counts. `version` and `digest` are the manifest's; `demo_keys` as the pinned roots say."""

    version: int
    digest: Digest
    repository: Repository
    reviewers: Reviewers
    operators: Operators
    calendar: Calendar
    gate: GatePolicy
    existing: ExistingProviders
    network: NetworkCatalogue
    authority: AuthorityProfile = SHIPPED
    demo_keys: bool = False
