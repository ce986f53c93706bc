"""What a publication changed in production: the steps to be judged, and what may never change. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sluse.delivery.verifying.finding import Finding, finding
from sluse.model.held import HeldSnapshot, OrganisationLedger
from sluse.model.names import IntegrationKey
from sluse.words.said import say

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

    @property
    def said(self) -> str:
        """What became of what."""
        before = _said(self.before) if self.known else say("unknown")
        return say("{key}: {before} -> {after}", key=self.key, before=before, after=_said(self.after))


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
            message = say(
                "{organisation}.{name}: {said} -> nothing: what production holds was taken out of the ledger",
                organisation=before.organisation,
                name=name,
                said=_said(entry.snapshot),
            )
            yield finding("SnapshotRemoved", place, message)
    if after.revision < before.revision:
        message = say(
            "{organisation}: revision {before} -> {after}: an older ledger was published over a newer one",
            organisation=before.organisation,
            before=before.revision,
            after=after.revision,
        )
        yield finding("LedgerSetBack", place, message)
    changed = [each for each, moment in before.seen.items() if after.seen.get(each) != moment]
    if changed:
        first = f"{changed[0][:12]}…"
        what = say("{first} and {number} more", first=first, number=len(changed) - 1) if changed[1:] else first
        message = say(
            "{organisation}: when {what} was first seen was changed or forgotten",
            organisation=before.organisation,
            what=what,
        )
        yield finding("SeenRewritten", place, message)


def _same(before: HeldSnapshot | None, after: HeldSnapshot) -> bool:
    """Tell whether no step lies between. `since` alone moves where two steps that undo each other were published as one."""
    return before is not None and all(getattr(before, name) == getattr(after, name) for name in _SAME)


def _said(snapshot: HeldSnapshot | None) -> str:
    if snapshot is None:
        return say("nothing")
    return say(
        "{use} {tested}/{production} by {decision}",
        use=snapshot.use.value,
        tested=snapshot.tested[:12],
        production=snapshot.production[:12],
        decision=snapshot.decision[:12],
    )
