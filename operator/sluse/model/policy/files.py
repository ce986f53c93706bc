"""The data of `policies/` as read from files: placed, so that a problem can say where; not yet known to be signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sluse.model.policy.authority import AuthorityProfile
from sluse.model.policy.bundle import Repository, SignedManifest
from sluse.model.policy.calendar import Calendar
from sluse.model.policy.network import NetworkCatalogue
from sluse.model.policy.people import Operators, Reviewers
from sluse.model.policy.rules import ExistingProviders, GatePolicy
from sluse.model.tree import Sourced


@dataclass(frozen=True)
class PolicyFiles:
    """What could be read of each file; None where it is absent or cannot be read. `history`: manifests by version."""

    repository: Sourced[Repository] | None = None
    reviewers: Sourced[Reviewers] | None = None
    operators: Sourced[Operators] | None = None
    calendar: Sourced[Calendar] | None = None
    gate: Sourced[GatePolicy] | None = None
    existing: Sourced[ExistingProviders] | None = None
    network: Sourced[NetworkCatalogue] | None = None
    authority: Sourced[AuthorityProfile] | None = None
    history: Mapping[int, SignedManifest] = field(default_factory=dict)
