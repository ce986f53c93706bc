"""Sync: fetch, read, check, compile, swap the box, declare what changed. The one loop over a whole tree.

The box is swapped before any engine declares, so a handler that sees a new spec already knows it is wanted. No
engine starts for a stack whose digest the ledger has, unless somebody reported it dirty. A remote that does not
answer changes nothing: what was compiled last stays wanted, and dirty stacks are still repaired.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from sluse.catalog.git.source import Source
from sluse.catalog.reader import Reader
from sluse.catalog.trees import GitTree
from sluse.delivery.compile import Compiler
from sluse.delivery.compiled import Box, Compiled, OrganisationCompiled
from sluse.delivery.engine import Engine
from sluse.delivery.notes import declared, noted
from sluse.delivery.repository import Repository, SyncResult
from sluse.errors import ClusterError, RemoteUnavailable, SluseError
from sluse.model.held import OrganisationLedger
from sluse.model.problem import Problem
from sluse.model.tree import Tree, errors

log = logging.getLogger(__name__)


class Books(Protocol):
    """What sync needs of the ledger."""

    def all(self) -> Mapping[str, OrganisationLedger]: ...

    def get(self, organisation: str) -> OrganisationLedger: ...

    def note(self, organisation: str, change: Callable[[OrganisationLedger], OrganisationLedger]) -> None: ...


@dataclass
class Sync:
    """One environment's sync. `report` writes the repository's status; `changed` tells that the ledger has news."""

    source: Source
    reader: Reader
    check: Callable[[Tree], tuple[Problem, ...]]
    compiler: Compiler
    box: Box
    engine: Engine
    books: Books
    report: Callable[[Repository, SyncResult], Any]
    changed: Callable[[], None]
    now: Callable[[], datetime]
    repository: Repository | None = None
    _wanted: asyncio.Event = field(default_factory=asyncio.Event)
    _dirty: set[str] = field(default_factory=set)
    _read: tuple[str, Tree, tuple[Problem, ...]] | None = None
    _noted: dict[str, OrganisationCompiled] = field(default_factory=dict)
    _told: SyncResult | None = None

    def configure(self, repository: Repository) -> None:
        """Take the repository as it is in the cluster now, and sync soon."""
        self.repository = repository
        self._told = None
        self._wanted.set()

    def request(self) -> None:
        """Ask for a sync as soon as possible."""
        self._wanted.set()

    def dirty(self, organisation: str) -> None:
        """Report that an organisation's stack is not as declared; it is declared again whatever its digest."""
        self._dirty.add(organisation)
        self._wanted.set()

    async def loop(self) -> None:
        """Sync for ever: on request, else at the repository's interval."""
        while True:
            interval = self.repository.interval if self.repository is not None else None
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wanted.wait(), interval)
            self._wanted.clear()
            if self.repository is not None:
                await self.once(self.repository)

    async def once(self, repository: Repository) -> SyncResult:
        """Sync once and report."""
        try:
            result = await self._sync(repository)
        except RemoteUnavailable as error:
            await self._declare_changed(self.box.now)
            result = SyncResult(ready=False, reason="RemoteUnavailable", message=_sentence(error))
        except ClusterError as error:
            result = SyncResult(ready=False, reason="ClusterUnavailable", message=_sentence(error))
        if result != self._told:
            self._told = result
            await self.report(repository, result)
        return result

    async def _sync(self, repository: Repository) -> SyncResult:
        spec = repository.spec
        if spec.suspend:
            return SyncResult(
                ready=False, reason="Suspended", message="spec.suspend is true: nothing is read or written"
            )
        if (spec.url, spec.branch) != (self.source.url, self.source.branch):
            message = f"this operator has access to {self.source.url} branch {self.source.branch}, not to {spec.url} branch {spec.branch}"
            return SyncResult(ready=False, reason="RemoteNotConfigured", message=message, stalled=True)
        commit, tree, problems = await self._head(spec.path)
        compiled = await asyncio.to_thread(
            self.compiler.compile,
            tree,
            problems,
            self.books.all(),
            commit=commit,
            fuse_released=repository.releases_fuse(commit),
        )
        compiled = _allowed(compiled, spec.organisations)
        self.box.put(compiled)
        failures = await self._declare_changed(compiled)
        wrong = errors(problems)
        return SyncResult(
            ready=not failures,
            reason="Synced" if not failures else "StacksFailed",
            message="; ".join(failures) or _verdict(len(wrong)),
            commit=commit,
            organisations=len(tree.organisations),
            integrations=len(tree.integrations),
            problems=len(wrong),
            fuse_held=len(compiled.held_retirements),
        )

    async def _head(self, path: str) -> tuple[str, Tree, tuple[Problem, ...]]:
        """Return HEAD as read and checked; a commit that was read already is not read again."""
        head = await asyncio.to_thread(self.source.fetch)
        if head.forced:
            log.warning("the branch was rewritten; HEAD %s does not descend from what was read last", head.id)
        if self._read is None or self._read[0] != head.id:
            self._read = await asyncio.to_thread(self._read_tree, head.id, path)
        return self._read

    def _read_tree(self, commit: str, path: str) -> tuple[str, Tree, tuple[Problem, ...]]:
        tree = self.reader.tree(GitTree(self.source, commit, path), under=path)
        return commit, tree, self.check(tree)

    async def _declare_changed(self, compiled: Compiled | None) -> list[str]:
        """Note and declare every stack that changed or is dirty; one stack's failure leaves the others alone."""
        if compiled is None:
            return []
        failures: list[str] = []
        for slug, share in compiled.organisations.items():
            self._note(slug, share)
            if slug in self._dirty or self.books.get(slug).declared != share.stack.digest:
                failures.extend(await self._declare(slug, share, compiled.commit))
        return failures

    def _note(self, slug: str, share: OrganisationCompiled) -> None:
        if self._noted.get(slug) is share:
            return
        self.books.note(slug, partial(noted, share=share, engine=self.engine.name, now=self.now()))
        self._noted[slug] = share
        self.changed()

    async def _declare(self, slug: str, share: OrganisationCompiled, commit: str) -> list[str]:
        self._dirty.discard(slug)
        try:
            done = await self.engine.declare(share.stack)
        except SluseError as error:
            self._dirty.add(slug)
            return [f"{slug}: {error.message}"]
        if done.applied or done.pruned:
            log.info("stack %s: applied %d, pruned %d", slug, len(done.applied), len(done.pruned))
        self.books.note(slug, partial(declared, digest=share.stack.digest, commit=commit))
        self.changed()
        return []


def _allowed(compiled: Compiled, organisations: tuple[str, ...]) -> Compiled:
    """Return only what this repository may speak for; none listed means all."""
    if not organisations:
        return compiled
    kept = {slug: share for slug, share in compiled.organisations.items() if slug in organisations}
    return Compiled(compiled.commit, kept, compiled.problems, compiled.held_retirements)


def _verdict(wrong: int) -> str:
    return f"{wrong} errors hold documents back; everything else at HEAD is declared" if wrong else "HEAD is declared"


def _sentence(error: SluseError) -> str:
    return f"{error.message} ({error.hint})" if error.hint else error.message
