"""One organisation's stack at a time, through the engine: declared because it changed, or compared because it is time.

A stack is declared when its digest is not the ledger's or somebody reported it dirty. What an engine then writes although
the ledger says that this very stack was declared is drift: somebody else wrote, and it is told.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from sluse.delivery.compiled import Box, OrganisationCompiled
from sluse.delivery.engine import Declared, Engine
from sluse.delivery.engine_change import may_take_over
from sluse.delivery.notes import declared
from sluse.delivery.sync_result import StackFailed
from sluse.errors import SluseError
from sluse.model.held import OrganisationLedger
from sluse.model.names import Digest

log = logging.getLogger(__name__)

Drifted = Callable[[Declared], Awaitable[None]]
"""Is told what was put right: objects that were not as the last declaration left them."""


class Books(Protocol):
    """What declaring needs of the ledger."""

    def all(self) -> Mapping[str, OrganisationLedger]: ...

    def get(self, organisation: str) -> OrganisationLedger: ...

    def note(self, organisation: str, change: Callable[[OrganisationLedger], OrganisationLedger]) -> None: ...


@dataclass
class Declaring:
    """The stacks of one environment; each is at work once at a time. `changed` tells that the ledger has news."""

    engine: Engine
    books: Books
    box: Box
    changed: Callable[[], None]
    drifted: Drifted
    dirty: set[str] = field(default_factory=set)
    """Organisations whose stack is declared by the next sync whatever its digest."""
    _tried: dict[str, Digest] = field(default_factory=dict)
    _at_work: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    def settled(self, slug: str, share: OrganisationCompiled) -> bool:
        """Tell whether the ledger says that this stack was declared by this engine, and nobody says otherwise."""
        return slug not in self.dirty and self._noted(slug, share)

    def pending(self, slug: str) -> bool:
        """Tell whether what is wanted of a stack has yet to be tried: until then its objects may not be there."""
        share = self.box.now.organisations.get(slug) if self.box.now is not None else None
        return share is not None and not self.settled(slug, share) and self._tried.get(slug) != share.stack.digest

    def over(self, slug: str, share: OrganisationCompiled) -> None:
        """Note that a stack was tried, or cannot be: what waited for its objects is told, also where some are missing."""
        self._tried[slug] = share.stack.digest
        self.changed()

    async def declare(
        self, slug: str, share: OrganisationCompiled, commit: str, *, takes_over: bool
    ) -> StackFailed | None:
        """Declare one stack; return what failed, and then try it again with the next sync."""
        async with self._at_work[slug]:
            self.dirty.discard(slug)
            before = self._noted(slug, share)
            try:
                ledger = self.books.get(slug)
                may_take_over(ledger.engine, mine=self.engine.name, allowed=takes_over)
                done = await self.engine.declare(share.stack, first=ledger.declared is None)
                change = partial(declared, digest=share.stack.digest, commit=commit, engine=self.engine.name)
                self.books.note(slug, change)
            except SluseError as error:
                return self._failed(slug, error)
            finally:
                self.over(slug, share)
        await self._done(slug, done, was_settled=before)
        return None

    async def compare(self, slug: str) -> StackFailed | None:
        """Compare a settled stack with the cluster, and put right what differs; any other is the next sync's.

        What is wanted is looked up when the stack's turn has come: a sync may have declared a newer one meanwhile.
        """
        async with self._at_work[slug]:
            compiled = self.box.now
            share = compiled.organisations.get(slug) if compiled is not None else None
            if share is None or not self.settled(slug, share):
                return None
            try:
                done = await self.engine.declare(share.stack)
            except SluseError as error:
                return self._failed(slug, error)
        await self._done(slug, done, was_settled=True)
        return None

    def _failed(self, slug: str, error: SluseError) -> StackFailed:
        self.dirty.add(slug)
        return StackFailed(slug, error)

    async def _done(self, slug: str, done: Declared, *, was_settled: bool) -> None:
        """Say what was written; where the ledger had it already, somebody else had changed it."""
        if not (done.applied or done.pruned):
            return
        if was_settled:
            log.warning("stack %s had drifted: applied %d, pruned %d", slug, len(done.applied), len(done.pruned))
            await self.drifted(done)
        else:
            log.info("stack %s: applied %d, pruned %d", slug, len(done.applied), len(done.pruned))

    def _noted(self, slug: str, share: OrganisationCompiled) -> bool:
        ledger = self.books.get(slug)
        return (ledger.declared, ledger.engine) == (share.stack.digest, self.engine.name)
