"""What the gate says: values with reasons and who must act. Nothing here has looked at a clock or a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sluse.model.names import Digest, IntegrationKey
from sluse.model.outcome import Party
from sluse.model.reasons.name import ReasonName
from sluse.model.registration import Use


@dataclass(frozen=True, order=True)
class Reason:
    """Why something is not (yet) so. `check` is the name of the check in its table, and the reason in a condition."""

    check: ReasonName
    message: str
    on: Party


@dataclass(frozen=True)
class Snapshot:
    """What was accepted: the bodies whose digests are T and P, as `sluse.model.digests` makes them."""

    subject: IntegrationKey
    kind: str
    tested: Digest
    production: Digest
    tested_body: Mapping[str, object]
    production_body: Mapping[str, object]


@dataclass(frozen=True)
class Entitled:
    """Production may become `snapshot`. `decision` is the id of the statement that says so.

    `opens` is the earliest moment of use, in UTC: the latest of the agreed plan, HEAD's plan and the decision's
    not-before. `notes` hold nothing back (an optional identity provider that is left out).
    """

    snapshot: Snapshot
    decision: Digest
    opens: datetime
    notes: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class NotEntitled:
    """Why not: every failing check, in the table's order."""

    reasons: tuple[Reason, ...]


Entitlement = Entitled | NotEntitled


@dataclass(frozen=True)
class RetirementOrder:
    """A signed retirement that counts: disabled at once, deleted at `delete_at`, and never before `pause` disabled."""

    decision: Digest
    delete_at: datetime
    pause: timedelta = timedelta()


@dataclass(frozen=True)
class Keep:
    """Production stays as it is held. `reasons` say what stands against a move that is due; `wake` when to look again."""

    reasons: tuple[Reason, ...] = ()
    wake: datetime | None = None


@dataclass(frozen=True)
class Move:
    """Bring production to `snapshot` with this use: Withheld is *configure*, Open is *open*."""

    snapshot: Snapshot
    decision: Digest
    use: Use
    wake: datetime | None = None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Retire:
    """End it by a signed retirement: `use` is Withheld while disabled, Retired when it is to be deleted."""

    decision: Digest
    use: Use
    wake: datetime | None = None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Suspend:
    """Out of use at once by a signed suspension, whatever else stands; what is held stays as it is, Withheld."""

    decision: Digest
    wake: datetime | None = None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Nothing:
    """Production holds nothing of it and is not entitled to anything."""

    reasons: tuple[Reason, ...] = ()
    wake: datetime | None = None


Step = Keep | Move | Retire | Suspend | Nothing
