"""Integration: a read-only summary of one authored file, for people with kubectl. No handler acts on it."""

from __future__ import annotations

from pydantic import Field

from sluse.model.resources.status import Status, WaitingFor
from sluse.model.value import Line, Sha256, Slug, Value


class IntegrationSpec(Value):
    """What the file says, in short."""

    organisation: Slug = Field(description="Folder below integrations/ that it comes from.")
    name: Slug = Field(description="Its name in that folder.")
    kind: Line = Field(description="Kind of the file, such as ServiceIntegration.")
    title: Line = Field(description="What people call it.")
    tested: Sha256 | None = Field(None, description="Digest T of the tested part; an installation has none.")
    clients: tuple[Slug, ...] = Field((), max_length=20, description="Names of its clients.")


class IntegrationStatus(Status):
    """Where it stands on the ladder."""

    stage: Line | None = Field(None, description="Its rung, of Ordered to Retired.")
    since: str | None = Field(None, max_length=40, description="When it came to that.")
    waiting_for: WaitingFor | None = Field(None, description="Who must act; absent where nobody has to.")
