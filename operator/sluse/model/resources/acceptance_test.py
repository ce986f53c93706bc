"""AcceptanceTest: the resource that shows what gates production. Written by the operator only; the gate reads git."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from sluse.model.resources.status import Status
from sluse.model.value import Count, Flag, Line, Sha256, Slug, Value


class AcceptanceTestSpec(Value):
    """What was submitted, in short."""

    organisation: Slug = Field(description="Folder below integrations/ that it comes from.")
    integration: Slug = Field(description="What was tested.")
    name: Slug = Field(description="Name of the submission.")
    tested: Sha256 = Field(description="Digest T of exactly what was tested.")
    suite: Slug = Field(description="Suite that was run.")
    suite_version: Count = Field(description="Its version.")
    ended: datetime = Field(description="When the run ended.")
    evidence: tuple[Sha256, ...] = Field((), max_length=50, description="Digests of the evidence files.")


class AcceptanceTestStatus(Status):
    """The verdict, derived from the signed decisions; `reasons` are the gate's, where it is not approved."""

    approved: Flag | None = Field(None, description="Whether a decision that counts approves it.")
    decision: Sha256 | None = Field(None, description="Id of that decision's statement.")
    reasons: tuple[Line, ...] = Field((), max_length=20, description="Why it is not approved, from the gate.")
