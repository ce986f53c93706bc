"""IdentityFederation: one identity provider in one environment. A work item that carries status."""

from __future__ import annotations

from pydantic import Field

from sluse.model.federation import Federation, Handed
from sluse.model.registration import Use
from sluse.model.resources.status import Status, WaitingFor
from sluse.model.value import Sha256, Slug, Url, Value


class IdentityFederationSpec(Value):
    """Written by the operator's engine only. `federation` is absent where `use` is Retired."""

    organisation: Slug = Field(description="Folder below integrations/ that it comes from.")
    provider: Slug = Field(description="Name of the identity provider in that folder.")
    use: Use = Field(description="Withheld: switched off. Open: usable. Retired: ended.")
    federation: Federation | None = Field(None, description="What the authority is to hold.")


class IdentityFederationStatus(Status):
    """What came of it. `handed` is what the provider must type in on its side."""

    authority: Url | None = Field(None, description="The authority.")
    use: Use | None = Field(None, description="The use that the authority holds it in.")
    registered: Sha256 | None = Field(None, description="Digest of what the authority holds.")
    handed: Handed | None = Field(None, description="What the provider must type in on its side.")
    waiting_for: WaitingFor | None = Field(None, description="Who must act; absent where nobody has to.")
