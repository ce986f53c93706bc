"""HelseIDClient: one client of one integration in one environment. A work item that carries status."""

from __future__ import annotations

from pydantic import Field

from sluse.model.registration import Registration, Use
from sluse.model.resources.status import Status, WaitingFor
from sluse.model.value import Line, Sha256, Slug, Url, Value


class HelseIDClientSpec(Value):
    """Written by the operator's engine only. `registration` is absent where `use` is Retired."""

    organisation: Slug
    integration: Slug
    client: Slug
    use: Use
    registration: Registration | None = None

    def wire(self) -> dict[str, object]:
        """Return the JSON-able form; the registration through its own `wire`."""
        own = super().wire()
        return {**own, "registration": self.registration.wire()} if self.registration else own


class HelseIDClientStatus(Status):
    """What came of it."""

    client_id: Line | None = None
    issuer: Url | None = None
    use: Use | None = None
    key_ids: tuple[Line, ...] = Field((), max_length=10)
    registered: Sha256 | None = Field(None, description="Digest of what the authority holds.")
    waiting_for: WaitingFor | None = None
