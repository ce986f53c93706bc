"""At the start of an operator: load the ledger, take from the status branch what the cluster lost, or refuse.

An organisation that the branch has and the cluster has not was lost, whether all were or only this one: ledger
objects are never deleted. One whose published ledger is newer was set back (a cluster restored from a backup), and the
newer one wins: an older one would register again, or undo, what was done since. With neither object nor genesis
nothing may be written, for an empty ledger on a live authority would register everything a second time.

A branch is believed only where this operator's own key signed it: what is held stays open, with the keys that are
held, so a ledger that anybody could push would let anybody in. An older commit of it bears the same signature, and who set
the branch back would have a retirement or a withdrawn key forgotten. A cluster that has ledgers tells which is newer; for one
that has none a person says which head is the newest, and so they do for one that lost some, where the branch is behind
what is left: then it is known not to tell everything.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sluse.errors import LedgerError, RemoteUnavailable
from sluse.ledger.book import Change
from sluse.ledger.branch.bare import Unreachable
from sluse.ledger.branch.branch import StatusBranch
from sluse.ledger.branch.published import Published
from sluse.ledger.journal import ClusterJournal
from sluse.ledger.shown import machine_file, machine_path
from sluse.ledger.text import ledger_of
from sluse.model.held import OrganisationLedger

_log = logging.getLogger(__name__)

_JUST_BEGUN = timedelta(hours=24)
"""So long after `sluse ledger init` a new installation may start; an older beginning may be what a branch was set back to."""

_CLOCKS_DIFFER = timedelta(minutes=5)
"""So far the clock of who began may be ahead; a beginning later than that would count as new for ever."""

_LOST = (
    "confirm it with ledger.trustedHead in the settings, as operator/RECOVERY.md says: an older one would forget what "
    "came after it"
)
_NEW = (
    f"a new installation starts within {_JUST_BEGUN // timedelta(hours=1)} h of `sluse ledger init`; one that starts later, and "
    "where nothing was registered yet, confirms the head that init named with ledger.trustedHead in the settings; else see "
    "operator/RECOVERY.md"
)

_NAMED = 10
"""So many of the files that others changed are named in the log."""

AsPublished = Mapping[str, OrganisationLedger]
"""The ledgers that are published exactly as they are held: of those nothing is news."""


@dataclass
class Recall:
    """One operator's start. A remote that is away then is compared with later, before anything is compiled."""

    journal: ClusterJournal
    branch: StatusBranch
    now: Callable[[], datetime]
    trusted_head: str | None = None
    published: Callable[[Iterable[OrganisationLedger]], None] = lambda _: None
    """Told every ledger as it is on the branch when that is compared."""
    _compared: bool = False

    async def load(self) -> AsPublished:
        """Load the journal, and compare it where the remote answers; a remote that is away is an error only for who has nothing.

        Raises LedgerMissing where there is neither a cluster object nor a genesis, and any LedgerError of reading.
        """
        held = await self.journal.load()
        if held and self.trusted_head is not None:
            _log.warning(
                "the cluster has its ledgers: take ledger.trustedHead out of the settings. While it stands there, a status "
                "branch that is set back to that head would be believed without question if the ledgers were lost again"
            )
        try:
            return await self._compare()
        except Unreachable as error:
            if not held:
                raise
            _log.warning("the status branch is not compared with the cluster yet: %s", error.message)
            return {}

    async def later(self) -> AsPublished | None:
        """Compare where that could not be done at the start; None where it was.

        Raises RemoteUnavailable, and any LedgerError of reading.
        """
        if self._compared:
            return None
        try:
            return await self._compare()
        except Unreachable as error:
            raise RemoteUnavailable(error.message) from None

    async def _compare(self) -> AsPublished:
        held = self.journal.all()
        published = await self.branch.fetch()
        if published is None:
            if not held:
                raise self.branch.missing
            _log.warning("the status branch is gone, and is not begun again without `sluse ledger init`")
            self._compared = True
            return {}
        files = await self.branch.machine_files()
        ledgers = [ledger_of(text, f"{path} of the status branch") for path, text in files.items()]
        self.published(ledgers)
        newer = [ledger for ledger in ledgers if _newer(ledger, held.get(ledger.organisation))]
        if newer or not held:
            await self.branch.demand_own()
        if not held:
            self._demand_confirmed(published, "the cluster has no ledger")
        elif lost := [ledger.organisation for ledger in newer if ledger.organisation not in held]:
            self._demand_not_behind(published, {ledger.organisation: ledger for ledger in ledgers}, lost)
        for ledger in newer:
            await self.journal.change(ledger.organisation, _replaced_by(ledger))
            why = "older than published" if ledger.organisation in held else "gone from the cluster"
            _log.warning("the ledger of %s was %s; it is rebuilt from the status branch", ledger.organisation, why)
        self._compared = True
        if held and not newer and not await self._own():
            return {}
        return {
            organisation: ledger
            for organisation, ledger in self.journal.all().items()
            if files.get(machine_path(organisation)) == machine_file(ledger)
        }

    async def _own(self) -> bool:
        """Tell whether nobody else wrote last; else what they did is undone with the next publication, which is of every page."""
        try:
            await self.branch.demand_own()
        except LedgerError as error:
            _log.warning("every page of the status branch is compared and put right: %s", error.message)
        else:
            return True
        undone = await self.branch.undo()
        if undone is None:
            _log.warning(
                "what others added to the status branch stays: none of its last commits is ours; `sluse verify` names it"
            )
        elif undone:
            _log.warning(
                "undone on the status branch: %d files, %s", len(undone), ", ".join(map(ascii, undone[:_NAMED]))
            )
        return False

    def _demand_not_behind(
        self, published: Published, ledgers: Mapping[str, OrganisationLedger], lost: Sequence[str]
    ) -> None:
        """Raise LedgerError where a ledger that is left is newer than the branch: the lost ones may have been so too."""
        for organisation, left in sorted(self.journal.all().items()):
            if organisation not in ledgers or _newer(left, ledgers[organisation]):
                names = ", ".join(sorted(lost))
                self._demand_confirmed(
                    published,
                    f"the cluster has no ledger of {names}, and that of {organisation} is newer than published",
                )

    def _demand_confirmed(self, published: Published, lost: str) -> None:
        """Raise LedgerError unless somebody said that this head is the newest, or has only just begun the branch."""
        head = published.head
        age = self.now() - published.genesis.issued_at
        begun = head.sequence == 0 and -_CLOCKS_DIFFER <= age <= _JUST_BEGUN
        if begun or head.digest == self.trusted_head:
            return
        said = f"; the settings name {self.trusted_head}" if self.trusted_head else ""
        raise LedgerError(
            f"{lost}, and nothing here tells whether publication {head.sequence} of the status branch, "
            f"head {head.digest}, is its newest{said}",
            hint=_NEW if head.sequence == 0 else _LOST,
        )


def _newer(published: OrganisationLedger, held: OrganisationLedger | None) -> bool:
    return held is None or published.revision > held.revision


def _replaced_by(lost: OrganisationLedger) -> Change:
    return lambda _: lost
