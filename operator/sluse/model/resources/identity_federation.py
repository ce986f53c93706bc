"""IdentityFederation: one identity provider in one environment. A work item that carries status."""

from __future__ import annotations

from sluse.model.federation import Federation, Handed
from sluse.model.registration import Use
from sluse.model.resources.status import Status, WaitingFor
from sluse.model.value import Sha256, Slug, Url, Value


class IdentityFederationSpec(Value):
    """Written by the operator's engine only. `federation` is absent where `use` is Retired."""

    organisation: Slug
    provider: Slug
    use: Use
    federation: Federation | None = None


class IdentityFederationStatus(Status):
    """What came of it. `handed` is what the provider must type in on its side."""

    authority: Url | None = None
    use: Use | None = None
    registered: Sha256 | None = None
    handed: Handed | None = None
    waiting_for: WaitingFor | None = None
