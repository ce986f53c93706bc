"""Integration: a read-only summary of one authored file, for people with kubectl. No handler acts on it."""

from __future__ import annotations

from pydantic import Field

from sluse.model.resources.status import Status, WaitingFor
from sluse.model.value import Line, Sha256, Slug, Value


class IntegrationSpec(Value):
    """What the file says, in short."""

    organisation: Slug
    name: Slug
    kind: Line
    title: Line
    tested: Sha256 | None = Field(None, description="Digest T of the tested part; an installation has none.")
    clients: tuple[Slug, ...] = Field((), max_length=20)


class IntegrationStatus(Status):
    """Where it stands on the ladder."""

    stage: Line | None = None
    since: str | None = Field(None, max_length=40)
    waiting_for: WaitingFor | None = None
