"""What a publication changed in production: the steps to be judged, and what may never change. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sluse.delivery.verifying.finding import Finding, finding
from sluse.model.held import HeldSnapshot, OrganisationLedger
from sluse.model.names import IntegrationKey

_SAME = ("tested", "production", "decision", "use")


@dataclass(frozen=True)
class Change:
    """One integration, brought from one snapshot to another, as a publication tells.

    `known` is False where the clone's history begins with this publication: what was before, nobody knows.
    `earlier` is when the publication before was made.
    """

    key: IntegrationKey
    before: HeldSnapshot | None
    after: HeldSnapshot
    place: str
    published: datetime
    earlier: datetime | None
    known: bool = True

    def __str__(self) -> str:
        return f"{self.key}: {_said(self.before) if self.known else 'unknown'} -> {_said(self.after)}"


def changes(
    before: OrganisationLedger | None,
    after: OrganisationLedger,
    *,
    place: str,
    published: datetime,
    earlier: datetime | None,
    known: bool,
) -> Iterator[Change]:
    """Yield the steps of an organisation. An installation's are not among them: its file allowed them, and no decision."""
    for name, entry in after.integrations.items():
        was = before.integrations.get(name) if before is not None else None
        held = was.snapshot if was is not None else None
        installed = entry.snapshot is not None and entry.snapshot.installed is not None
        if entry.snapshot is not None and not installed and not _same(held, entry.snapshot):
            key = IntegrationKey(after.organisation, name)
            yield Change(key, held, entry.snapshot, place, published, earlier, known)


def lost(before: OrganisationLedger, after: OrganisationLedger, place: str) -> Iterator[Finding]:
    """Yield what a ledger said and does not say any more: it only ever grows."""
    for name, entry in before.integrations.items():
        now = after.integrations.get(name)
        if entry.snapshot is not None and (now is None or now.snapshot is None):
            message = f"{before.organisation}.{name}: {_said(entry.snapshot)} -> nothing: what production holds was taken out of the ledger"
            yield finding("SnapshotRemoved", place, message)
    if after.revision < before.revision:
        message = f"{before.organisation}: revision {before.revision} -> {after.revision}: an older ledger was published over a newer one"
        yield finding("LedgerSetBack", place, message)
    changed = [each for each, moment in before.seen.items() if after.seen.get(each) != moment]
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        yield finding("SeenRewritten", place, f"{before.organisation}: when {changed[0][:12]}…{more} was first seen was changed or forgotten")  # fmt: skip


def _same(before: HeldSnapshot | None, after: HeldSnapshot) -> bool:
    """Tell whether no step lies between. `since` alone moves where two steps that undo each other were published as one."""
    return before is not None and all(getattr(before, name) == getattr(after, name) for name in _SAME)


def _said(snapshot: HeldSnapshot | None) -> str:
    if snapshot is None:
        return "nothing"
    return f"{snapshot.use.value} {snapshot.tested[:12]}/{snapshot.production[:12]} by {snapshot.decision[:12]}"
