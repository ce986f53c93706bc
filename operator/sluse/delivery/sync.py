"""Sync: fetch, read, check, compile, swap the box, declare what changed. The one loop over a whole tree.

The box is swapped before any engine declares, so a handler that sees a new spec already knows it is wanted. No
engine starts for a stack whose digest the ledger has, unless somebody reported it dirty. A remote that does not
answer changes nothing, nor does a commit that cannot be read: what was compiled last stays wanted, and dirty stacks
are still repaired.

Stacks are declared some at a time, and none twice at once: `declaring.py` has each at work once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from sluse.delivery.compiled import Box, Compiled, OrganisationCompiled, SubmittedTests
from sluse.delivery.declaring import Books, Declaring, Drifted
from sluse.delivery.engine import Engine
from sluse.delivery.head import Head
from sluse.delivery.observing import Live
from sluse.delivery.policy import seen
from sluse.delivery.production.notes import witnessed
from sluse.delivery.reading import Reading
from sluse.delivery.repository import Repository, SyncResult
from sluse.delivery.standing import FirstCount, Standing
from sluse.delivery.sync_result import StackFailed, result_of, sentence
from sluse.desired.stack import ObjectKey
from sluse.errors import CatalogError, ClusterError, LedgerError, RemoteUnavailable
from sluse.model.held import OrganisationLedger
from sluse.model.reasons.name import ReasonName

log = logging.getLogger(__name__)

AT_A_TIME = 8
"""Stacks declared at once: enough to hide the round trips of one, few enough to leave connections to the handlers."""


class Compiling(Protocol):
    """One environment's compiler: what HEAD makes wanted in test, what the gate allows in production."""

    def compile(
        self,
        head: Head,
        ledgers: Mapping[str, OrganisationLedger],
        *,
        at: datetime,
        fuse_released: bool = False,
        only: Collection[str] = (),
    ) -> Compiled: ...

    def noted(
        self,
        ledger: OrganisationLedger,
        part: OrganisationCompiled,
        compiled: Compiled,
        *,
        engine: str,
        now: datetime,
    ) -> OrganisationLedger: ...


@dataclass
class Sync:
    """One environment's sync. `report` writes the repository's status; `changed` tells that the ledger has news.

    `seen` is told every object that stood in the cluster at the start.
    `recalled` is waited for before the first commit is read: nothing may be wanted of a ledger that is not the newest.
    """

    reading: Reading
    compiler: Compiling
    box: Box
    engine: Engine
    books: Books
    report: Callable[[Repository, SyncResult], Any]
    changed: Callable[[], None]
    drifted: Drifted
    now: Callable[[], datetime]
    standing: Standing
    seen: Callable[[ObjectKey, Live], None]
    recalled: Callable[[], Awaitable[None]]
    repository: Repository | None = None
    under_way: asyncio.Lock = field(default_factory=asyncio.Lock)
    _wanted: asyncio.Event = field(default_factory=asyncio.Event)
    _noted: dict[str, OrganisationCompiled] = field(default_factory=dict)
    _told: SyncResult | None = None
    _looked: datetime | None = None
    _takes_over: bool = False
    stacks: Declaring = field(init=False)
    _first: FirstCount = field(init=False)

    def __post_init__(self) -> None:
        self._first = FirstCount(self.standing, self.seen)
        self.stacks = Declaring(self.engine, self.books, self.box, self.changed, self.drifted)

    def configure(self, repository: Repository) -> None:
        """Take the repository as it is in the cluster now, and sync soon."""
        self.repository = repository
        self._told = None
        self._wanted.set()

    def mailbox(self, organisation: str) -> str | None:
        """Return an organisation's function mailbox, as HEAD says; None where that is not known."""
        return head.mailbox(organisation) if (head := self.reading.last) is not None else None

    def request(self) -> None:
        """Ask for a sync as soon as possible."""
        self._wanted.set()

    def dirty(self, organisation: str) -> None:
        """Report that an organisation's stack is not as declared; it is declared again whatever its digest."""
        self.stacks.dirty.add(organisation)
        self._wanted.set()

    async def loop(self) -> None:
        """Sync for ever: on request, else at the repository's interval."""
        while True:
            interval = self._interval()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(interval):  # wait_for would lose a cancellation that comes with the news
                    await self._wanted.wait()
            self._wanted.clear()
            if self.repository is not None:
                await self.once(self.repository)

    async def once(self, repository: Repository) -> SyncResult:
        """Sync once and report. What could not be reported is reported with the next sync."""
        async with self.under_way:
            self._looked, self._takes_over = self.now(), repository.changes_engine(self.engine.name)
            try:
                result = await self._sync(repository)
            except CatalogError as error:
                result = await self._without_head(error)
            if result != self._told:
                try:
                    await self.report(repository, result)
                except ClusterError as error:
                    log.warning("the status of %s is not written: %s", repository.name, error.message)
                else:
                    self._told = result
            return result

    async def _sync(self, repository: Repository) -> SyncResult:
        spec = repository.spec
        if spec.suspend:
            self.box.empty()
            return SyncResult(
                ready=False, reason="Suspended", message="spec.suspend is true: nothing is read or written"
            )
        source = self.reading.source
        if (spec.url, spec.branch) != (source.url, source.branch):
            message = f"this operator has access to {source.url} branch {source.branch}, not to {spec.url} branch {spec.branch}"
            return SyncResult(ready=False, reason="RemoteNotConfigured", message=message, stalled=True)
        await self.recalled()  # first: which policies/ are a rollback is the ledger's to say
        head = await self.reading.head(spec.path)
        self._looked = at = self.now()
        compiled = await asyncio.to_thread(
            self.compiler.compile,
            head,
            self.books.all(),
            at=at,
            fuse_released=repository.releases_fuse(head.commit),
            only=spec.organisations,
        )
        self.box.put(compiled)
        self._witness(compiled)
        failures = await self._declare_changed(compiled)
        lost = await self._first.incomplete(compiled, self.books.all())
        failures += await self._declare_again(compiled, lost, {each.organisation for each in failures})
        return result_of(head, compiled, failures)

    async def _without_head(self, error: CatalogError) -> SyncResult:
        """Repair what is dirty, as it was compiled last."""
        failures = await self._declare_changed(self.box.now) if self.box.now is not None else []
        reason: ReasonName = "RemoteUnavailable" if isinstance(error, RemoteUnavailable) else "NotReadable"
        return SyncResult(ready=False, reason=reason, message="; ".join((sentence(error), *map(str, failures))))

    def _witness(self, compiled: Compiled) -> None:
        """Let one ledger remember a manifest that none does yet: the next process must not fall back behind it."""
        if compiled.policy_digest is None or (compiled.policy_version, compiled.policy_digest) == seen(self.books.all().values()):  # fmt: skip
            return
        for slug in sorted(compiled.organisations):
            try:
                self.books.note(slug, partial(witnessed, compiled=compiled))
            except LedgerError:
                continue  # this one's memory is damaged, which is told where it is noted
            self.changed()
            return

    def _interval(self) -> float | None:
        """Return the seconds to the next look; None where there is no repository to look at."""
        if self.repository is None:
            return None
        wake = self.box.now.wake if self.box.now is not None else None
        return self.repository.pause(wake, self._looked, self.now())

    async def _declare_changed(self, compiled: Compiled) -> list[StackFailed]:
        """Note all, and declare every stack that changed or is dirty."""
        noted_all = {slug: self._note(slug, share, compiled) for slug, share in compiled.organisations.items()}
        differing = [
            slug
            for slug, share in compiled.organisations.items()
            if noted_all[slug] is None and not self.stacks.settled(slug, share)
        ]
        failures = [failure for failure in noted_all.values() if failure is not None]
        return failures + await self._declare_all(compiled, differing)

    async def _declare_again(
        self, compiled: Compiled, lost: frozenset[str], failed: Collection[str]
    ) -> list[StackFailed]:
        """Declare stacks of which an object is gone: what nobody waits for, after what changed; what failed waits for the next sync."""
        self.stacks.dirty |= lost
        return await self._declare_all(compiled, lost.difference(failed))

    async def _declare_all(self, compiled: Compiled, slugs: Collection[str]) -> list[StackFailed]:
        """Declare these stacks; one's failure leaves the others alone."""
        limit = asyncio.Semaphore(AT_A_TIME)

        async def declare(slug: str) -> StackFailed | None:
            async with limit:
                share = compiled.organisations[slug]
                return await self.stacks.declare(slug, share, compiled.commit, takes_over=self._takes_over)

        declared_all = await asyncio.gather(*map(declare, sorted(slugs)))
        return [failure for failure in declared_all if failure is not None]

    def _note(self, slug: str, share: OrganisationCompiled, compiled: Compiled) -> StackFailed | None:
        """Note what the files say; return what failed. A stack whose ledger cannot be written is not declared."""
        if self._noted.get(slug) is share:
            return None
        before, told = self.books.get(slug), self._noted.get(slug)
        try:
            change = partial(
                self.compiler.noted, part=share, compiled=compiled, engine=self.engine.name, now=self.now()
            )
            self.books.note(slug, change)
        except LedgerError as error:
            self.stacks.over(slug, share)
            return StackFailed(slug, error)
        self._noted[slug] = share
        if self.books.get(slug) is not before or (told.tests if told is not None else SubmittedTests()) != share.tests:
            self.changed()
        return None
