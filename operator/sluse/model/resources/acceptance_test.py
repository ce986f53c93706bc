"""AcceptanceTest: the resource that shows what gates production. Written by the operator only; the gate reads git."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from sluse.model.resources.status import Status
from sluse.model.value import Count, Flag, Line, Sha256, Slug, Value


class AcceptanceTestSpec(Value):
    """What was submitted, in short."""

    organisation: Slug
    integration: Slug
    name: Slug
    tested: Sha256
    suite: Slug
    suite_version: Count
    ended: datetime
    evidence: tuple[Sha256, ...] = Field((), max_length=50)


class AcceptanceTestStatus(Status):
    """The verdict, derived from the signed decisions; `reasons` are the gate's, where it is not approved."""

    approved: Flag | None = None
    decision: Sha256 | None = None
    reasons: tuple[Line, ...] = Field((), max_length=20)
