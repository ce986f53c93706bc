"""One organisation's ledger: memory, what is durable of it, and the group commit between the two.

Whoever must know that its change is durable waits for a write; changes that arrive meanwhile share the next one.
`note` waits for nothing and rides on the next write. One writer at a time, as a task of its own, so that a
cancelled handler never tears a write that others wait for.

A write whose answer was lost is remembered: the next one meets a conflict, reads, and knows its own bytes again.

Other bytes before this book ever wrote are the last write of the leader before, which was on its way when this one
read. It can come no later: a write is guarded by the version it is over, so after our first it is refused. The book is
read again then; what was only noted goes on top, and who waited for a promise fails, looks at what is held now, and
tries again. Any other bytes mean that a second operator writes here, and then this book is closed until the process ends.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sluse.errors import ClusterUnavailable, Conflict, LedgerError, NotFound
from sluse.ledger.objects import LedgerObjects, Stored
from sluse.ledger.text import demand_readable, own_ledger, text_of
from sluse.model.held import OrganisationLedger

Change = Callable[[OrganisationLedger], OrganisationLedger]
"""Pure: it is applied again on top of what is durable where a write before it failed."""

_LONGEST = 5  # lingerings in all

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Pending:
    """`durable` is None for a note."""

    change: Change
    durable: asyncio.Future[None] | None


class Book:
    """`stored` is what the cluster holds (None: no object yet), `version` its resourceVersion.

    `overtaken` is told when the ledger became another one than was read. `torn`: a write was cut off, and may still arrive.
    """

    def __init__(
        self,
        objects: LedgerObjects,
        ledger: OrganisationLedger,
        overtaken: Callable[[], None],
        *,
        stored: bytes | None,
        version: str | None,
    ) -> None:
        self._objects = objects
        self._overtaken = overtaken
        self.torn = False
        self._durable = ledger
        self._stored = stored
        self._version = version
        self._current = ledger
        self._pending: list[_Pending] = []
        self._unanswered: set[bytes] = set()
        self._writer: asyncio.Task[None] | None = None
        self._closed: LedgerError | None = None
        self._may_be_late = True

    @property
    def current(self) -> OrganisationLedger:
        """The ledger with everything noted, durable or not; the same object while nothing changes."""
        return self._current

    @property
    def writer(self) -> asyncio.Task[None] | None:
        """The write under way."""
        return self._writer

    def note(self, change: Change) -> None:
        """Change memory now, and the cluster with the next write."""
        self._take(change, None)

    async def change(self, change: Change) -> None:
        """Change, and return when this and everything before it is durable. Raises what the write raised.

        After a failure the change is forgotten; notes are kept for the next write.
        """
        if self._take(change, durable := asyncio.get_running_loop().create_future()):
            if self._writer is None:
                self._writer = asyncio.create_task(self._write_pending(), name="ledger-write")
            await durable

    async def flush(self) -> None:
        """Return when everything noted is durable."""
        await self.change(lambda ledger: ledger)

    def _take(self, change: Change, durable: asyncio.Future[None] | None) -> bool:
        """Apply a change to memory; return whether there is anything to wait for."""
        self._check_open()
        after = self._after(change)
        if after is self._current and (durable is None or self._settled):
            return False
        if after is not self._current:
            demand_readable(after)
        self._current = after
        self._pending.append(_Pending(change, durable))
        return True

    def _after(self, change: Change) -> OrganisationLedger:
        """Return the ledger with a change, as a revision of its own; one that is taken over whole keeps its own.

        Who was told what is no revision: it is not published, so it would be news for ever.
        """
        after = change(self._current)
        if after is self._current or after.revision != self._current.revision or _told_alone(self._current, after):
            return after
        return after.model_copy(update={"revision": after.revision + 1})

    @property
    def _settled(self) -> bool:
        return self._current is self._durable and not self._pending and self._writer is None

    async def _write_pending(self) -> None:
        try:
            while any(pending.durable is not None for pending in self._pending):
                await self._linger()
                batch, self._pending = self._pending, []
                await self._commit(self._current, batch)
        except BaseException:
            self.torn = True
            _tell(self._pending, None, cancelled=True)
            raise
        finally:
            self._writer = None

    async def _linger(self) -> None:
        """Wait until nobody new has come for as long as a write takes: who shares one waits no longer than for one's own."""
        for _ in range(_LONGEST):
            waiting = len(self._pending)
            await asyncio.sleep(self._objects.takes)
            if len(self._pending) == waiting:
                return

    async def _commit(self, ledger: OrganisationLedger, batch: list[_Pending]) -> None:
        try:
            self._check_open()
            text = text_of(ledger)
            if text != self._stored:
                self._version = await self._put(ledger.organisation, text)
                self._stored = text
                self._unanswered.clear()
                self._may_be_late = False
        except Exception as error:  # noqa: BLE001 - handed to those who wait, who raise it
            _tell(batch, error)
            self._undo(batch)
        except BaseException:
            _tell(batch, None, cancelled=True)
            self._undo(batch)
            raise
        else:
            self._durable = ledger
            _tell(batch, None)

    def _undo(self, batch: list[_Pending]) -> None:
        """Forget what was asked for with a promise that could not be kept; keep what was only noted."""
        again = [*(pending for pending in batch if pending.durable is None), *self._pending]
        self._current, self._pending = self._durable, []
        for pending in again:
            try:
                self._current = self._after(pending.change)
            except Exception as error:  # noqa: BLE001 - told to who waits for it; the other changes go on
                _log.exception("a change that stood on one that failed is dropped")
                _tell([pending], error)
            else:
                self._pending.append(pending)

    async def _put(self, organisation: str, text: bytes) -> str:
        """Write; where the object is not as we left it, look whether that was us."""
        for _ in range(3):
            self._unanswered.add(_digest(text))  # taken back only by a success: a lost answer may be one
            try:
                return await self._objects.write(organisation, text, self._version)
            except NotFound:
                _log.warning("%s was deleted; it is written again from memory", self._objects.where(organisation))
                self._version = None
            except Conflict:
                found = await self._objects.read(organisation)
                if found is None:
                    self._version = None
                elif found.text == text:
                    return found.version
                elif found.text == self._stored or _digest(found.text) in self._unanswered:
                    self._version = found.version
                elif self._may_be_late:
                    raise self._read_again(organisation, found) from None
                else:
                    raise self._close(organisation) from None
        raise ClusterUnavailable(f"{self._objects.where(organisation)} changes faster than it can be written")

    def _read_again(self, organisation: str, found: Stored) -> ClusterUnavailable:
        """Take what the leader before wrote last for what is durable; only once, since it had one write on its way."""
        where = self._objects.where(organisation)
        self._durable, self._stored, self._version = (
            own_ledger(organisation, found.text, where),
            found.text,
            found.version,
        )
        self._may_be_late = False
        self._overtaken()
        _log.warning("%s has a last write of the leader before; it is read again", where)
        return ClusterUnavailable(f"{where} has a last write of the leader before; what is held is looked at again")

    def _check_open(self) -> None:
        if self._closed is not None:
            raise self._closed

    def _close(self, organisation: str) -> LedgerError:
        self._closed = LedgerError(
            f"{self._objects.where(organisation)} was written by somebody else: is a second operator running?",
            hint="stop the other one and restart this one; until then nothing of this organisation is written",
        )
        _log.error("%s", self._closed.message)
        return self._closed


def _tell(batch: Iterable[_Pending], error: Exception | None, *, cancelled: bool = False) -> None:
    for pending in batch:
        if pending.durable is None or pending.durable.done():
            continue
        if cancelled:
            pending.durable.cancel()
        elif error is not None:
            pending.durable.set_exception(error)
        else:
            pending.durable.set_result(None)


def _digest(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()


def _told_alone(before: OrganisationLedger, after: OrganisationLedger) -> bool:
    """Tell whether nothing differs but who was told what. Most entries are the very same, and are not looked into."""
    if before.integrations.keys() != after.integrations.keys():
        return False
    moved = [name for name, entry in after.integrations.items() if entry is not before.integrations[name]]
    one, other = (
        ledger.model_copy(update={"integrations": {name: ledger.integrations[name] for name in moved}}).untold
        for ledger in (before, after)
    )
    return one == other
