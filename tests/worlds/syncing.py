"""Sync as an operator runs it: a real git remote, the sandbox's Kubernetes API, the real ledger. No Kopf, no authority."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sluse.catalog.git.source import Source
from sluse.catalog.reader import Reader
from sluse.cluster.client import Cluster
from sluse.delivery.compile import Compiler
from sluse.delivery.compiled import Box
from sluse.delivery.drift import DriftEvents
from sluse.delivery.embedded import EmbeddedEngine
from sluse.delivery.engine import Declared, Engine
from sluse.delivery.reading import Reading
from sluse.delivery.repository import Repository, SyncResult
from sluse.delivery.stack_preview import ObjectPreview
from sluse.delivery.standing import standing
from sluse.delivery.sync import Sync
from sluse.desired.stack import ObjectKey, Stack
from sluse.errors import ClusterUnavailable
from sluse.ledger.journal import ClusterJournal
from sluse.model.held import HeldClient, OrganisationLedger
from sluse.model.registration import Use
from sluse.model.resources.integration_repository import IntegrationRepositorySpec
from sluse.rules.again import Judge
from worlds.cluster import TEST, ClusterWorld
from worlds.remote import Main

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)


@dataclass
class Watched:
    """An engine that is watched: how often it started, how many at once, and never two for one stack."""

    engine: Engine
    started: Counter[str] = field(default_factory=Counter)
    most: int = 0
    _busy: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        return self.engine.name

    async def declare(self, stack: Stack, *, first: bool = False) -> Declared:
        assert stack.organisation not in self._busy, "declared twice at once"
        self._busy.add(stack.organisation)
        self.started[stack.organisation] += 1
        self.most = max(self.most, len(self._busy))
        try:
            return await self.engine.declare(stack, first=first)
        finally:
            self._busy.discard(stack.organisation)

    async def preview(self, stack: Stack) -> tuple[ObjectPreview, ...]:
        return await self.engine.preview(stack)


@dataclass
class Syncing:
    """`process()` starts anew with what is durable; `reports` are those that could be written."""

    cluster: ClusterWorld
    main: Main
    cache: Path
    reports: list[SyncResult] = field(default_factory=list)
    changes: int = 0
    report_fails: bool = False
    heard: Callable[[], object] = lambda: None
    seen: list[ObjectKey] = field(default_factory=list)
    _reported: asyncio.Event = field(default_factory=asyncio.Event)

    async def process(self, engine: Callable[[Cluster], Engine] = EmbeddedEngine) -> None:
        self.journal = ClusterJournal(self.cluster.operator, TEST, lambda: NOW)
        await self.journal.load()
        self.engine = Watched(engine(self.cluster.operator))
        self.box = Box()
        self.source = Source(f"file://{self.main.repository}", "main", self.cache, {})
        self.sync = Sync(
            reading=Reading(self.source, Reader(), Judge().check, self.journal),
            compiler=Compiler(TEST),
            box=self.box,
            engine=self.engine,
            books=self.journal,
            report=self._report,
            changed=self._changed,
            drifted=DriftEvents(self.cluster.operator, TEST, lambda: NOW),
            now=lambda: NOW,
            standing=lambda: standing(self.cluster.operator, TEST),
            seen=lambda key, _: self.seen.append(key),
            recalled=self._recalled,
        )

    def close(self) -> None:
        self.source.close()

    def repository(self, *, annotations: Mapping[str, str] | None = None, **spec: object) -> Repository:
        known = {"url": self.source.url, "branch": "main", **spec}
        return Repository("integrations", 1, IntegrationRepositorySpec.model_validate(known), annotations or {})

    async def once(self, *, annotations: Mapping[str, str] | None = None, **spec: object) -> SyncResult:
        """Sync once, and make the ledger durable as publishing does."""
        result = await self.sync.once(self.repository(annotations=annotations, **spec))
        await self.journal.flush()
        return result

    async def objects(self, slug: str) -> set[str]:
        return set(await self.cluster.objects(slug))

    async def reported(self, reason: str) -> None:
        """Wait until the newest report gives this reason; the test's own timeout bounds it."""
        while not self.reports or self.reports[-1].reason != reason:
            self._reported.clear()
            await self._reported.wait()

    async def _report(self, _: Repository, result: SyncResult) -> None:
        if self.report_fails:
            raise ClusterUnavailable("the API server does not answer")
        self.reports.append(result)
        self._reported.set()

    async def _recalled(self) -> None:
        """There is no status branch here to be compared with."""

    def _changed(self) -> None:
        self.changes += 1
        self.heard()


def holding(ledger: OrganisationLedger, integration: str, client: str) -> OrganisationLedger:
    """Return the ledger with a client that the authority may hold."""
    entry = ledger.integrations[integration]
    entry = entry.model_copy(update={"clients": {**entry.clients, client: HeldClient(use=Use.OPEN)}})
    return ledger.model_copy(update={"integrations": {**ledger.integrations, integration: entry}})
