"""What came of converging one object: one frozen value, from which the status is computed once.

Waiting is a state, not an error: it costs no writes while it lasts, so its message holds nothing that changes
from one try to the next. `retry_after` is for the schedule only and is never written anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from sluse.model.held import HeldClient, HeldFederation
from sluse.model.reasons.name import AuthorityReason, ReasonName

Held_co = TypeVar("Held_co", bound=HeldClient | HeldFederation, covariant=True)
"""What the ledger remembers of one thing that is registered."""


class Party(StrEnum):
    """Who must act."""

    SUPPLIER = "supplier"
    IDENTITY_PROVIDER = "identity provider"
    USER_ORGANISATION = "user organisation"
    REVIEWER = "NHN reviewer"
    CLUSTER_OPERATOR = "cluster operator"
    AUTHORITY = "authority"


@dataclass(frozen=True)
class Synced(Generic[Held_co]):
    """The authority holds what is wanted. `changed` tells whether this run had to write there, and why."""

    held: Held_co
    changed: str = ""


@dataclass(frozen=True)
class Retired(Generic[Held_co]):
    """The registration is gone, or was never made; the resource may leave the stack."""

    held: Held_co


@dataclass(frozen=True)
class Waiting(Generic[Held_co]):
    """Somebody or something else must act first. `retry_after` in seconds, None for the ordinary schedule."""

    reason: ReasonName
    message: str
    on: Party
    held: Held_co
    retry_after: float | None = None


@dataclass(frozen=True)
class Rejected(Generic[Held_co]):
    """The authority will not take this registration as it is; only a changed file helps."""

    reason: ReasonName | AuthorityReason
    message: str
    held: Held_co


@dataclass(frozen=True)
class Conflicted(Generic[Held_co]):
    """The registration at the authority belongs to `owner`, not to us: never taken over."""

    owner: str
    message: str
    held: Held_co


Outcome = Synced[HeldClient] | Retired[HeldClient] | Waiting[HeldClient] | Rejected[HeldClient] | Conflicted[HeldClient]
"""What came of a client."""

FederationOutcome = (
    Synced[HeldFederation]
    | Retired[HeldFederation]
    | Waiting[HeldFederation]
    | Rejected[HeldFederation]
    | Conflicted[HeldFederation]
)
"""What came of an identity provider."""
