"""HelseIDClient: one client of one integration in one environment. A work item that carries status."""

from __future__ import annotations

from pydantic import Field

from sluse.model.registration import Registration, Use
from sluse.model.resources.status import Status, WaitingFor
from sluse.model.value import Line, Sha256, Slug, Url, Value


class HelseIDClientSpec(Value):
    """Written by the operator's engine only. `registration` is absent where `use` is Retired."""

    organisation: Slug = Field(description="Folder below integrations/ that it comes from.")
    integration: Slug = Field(description="Name of the service or installation in that folder.")
    client: Slug = Field(description="Name of the client in that file.")
    use: Use = Field(
        description="Withheld: registered, with keys that nobody holds. Open: with its own. Retired: ended."
    )
    registration: Registration | None = Field(None, description="What the authority is to hold.")

    def wire(self) -> dict[str, object]:
        """Return the JSON-able form; the registration through its own `wire`."""
        own = super().wire()
        return {**own, "registration": self.registration.wire()} if self.registration else own


class HelseIDClientStatus(Status):
    """What came of it."""

    client_id: Line | None = Field(None, description="What the authority calls the client.")
    issuer: Url | None = Field(None, description="The authority.")
    use: Use | None = Field(None, description="The use that the authority holds it in.")
    key_ids: tuple[Line, ...] = Field((), max_length=10, description="The kid of each key that it may sign with.")
    registered: Sha256 | None = Field(None, description="Digest of what the authority holds.")
    waiting_for: WaitingFor | None = Field(None, description="Who must act; absent where nobody has to.")
