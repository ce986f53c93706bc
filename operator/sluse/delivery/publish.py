"""Tell the world: the ledger's changed entries as pages on the status branch and as statuses of Integration objects.

Batched: news within a short while of each other become one commit. What could not be published or shown stays news,
and is tried again; one organisation whose ledger cannot be written keeps nobody else's news back. What is published is
compared by content, so a restart publishes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sluse.cluster.client import Cluster
from sluse.cluster.kinds import INTEGRATION
from sluse.delivery.production.acceptance_statuses import AcceptanceStatuses
from sluse.errors import NotFound, SluseError
from sluse.ledger.stages import Stage
from sluse.model.held import HeldIntegration, OrganisationLedger
from sluse.model.names import Environment, IntegrationKey
from sluse.model.resources.integration import IntegrationStatus
from sluse.model.resources.status import WaitingFor

log = logging.getLogger(__name__)

Key = TypeVar("Key", bound=Hashable)

GATHER = 0.05  # seconds in which further news joins the batch
LONGEST = 5.0  # seconds for which news are gathered while stacks are being declared: each of them has more in a moment
RETRY = 5.0  # seconds until what could not be published is tried again
_AT_A_TIME = 8  # statuses written at once


class Books(Protocol):
    """What publishing needs of the ledger."""

    def all(self) -> Mapping[str, OrganisationLedger]: ...

    async def flush(self, organisation: str | None = None) -> None: ...


@dataclass
class Publisher:
    """One environment's publishing. `publish` puts the ledgers of changed organisations on the status branch.

    `told` learns which those were, once everybody can read them; it only takes note, and never fails.
    """

    environment: Environment
    books: Books
    cluster: Cluster
    publish: Callable[[Mapping[str, OrganisationLedger], str, datetime], Any]
    commit: Callable[[], str]
    now: Callable[[], datetime]
    pending: Callable[[str], bool] = lambda _: False
    """Whose stack is about to be declared: their news waits until it was tried, since there is nothing yet to show it on."""
    told: Callable[[Mapping[str, OrganisationLedger]], None] = lambda _: None
    acceptance: AcceptanceStatuses | None = None
    """In production: shows what became of acceptance tests."""
    under_way: asyncio.Lock = field(default_factory=asyncio.Lock)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _published: dict[str, OrganisationLedger] = field(default_factory=dict)
    _looked_at: dict[str, OrganisationLedger] = field(default_factory=dict)
    _shown: dict[IntegrationKey, HeldIntegration] = field(default_factory=dict)

    def changed(self) -> None:
        """Say that the ledger has news."""
        self._news.set()

    def remember(self, ledgers: Mapping[str, OrganisationLedger]) -> None:
        """Take as published and shown what an earlier process left; what it did not get published is news."""
        self._published, self._looked_at = dict(ledgers), dict(ledgers)
        self._shown = {
            IntegrationKey(slug, name): entry
            for slug, ledger in ledgers.items()
            for name, entry in ledger.integrations.items()
        }
        if any(self._published.get(slug) is not ledger for slug, ledger in self.books.all().items()):
            self.changed()

    async def loop(self) -> None:
        """Publish for ever, in batches."""
        while True:
            await self._news.wait()
            await self._gather()
            if not await self.publish_news():
                asyncio.get_running_loop().call_later(RETRY, self._news.set)

    async def _gather(self) -> None:
        """Wait a while, and longer while any stack is pending: one of them is watched, since asking for all is dear."""
        watched: str | None = None
        for _ in range(round(LONGEST / GATHER)):
            await asyncio.sleep(GATHER)
            if watched is None or not self.pending(watched):
                watched = next(filter(self.pending, self.books.all()), None)
                if watched is None:
                    return

    async def publish_news(self) -> bool:
        """Publish what is news now, if anything; return whether it could be."""
        async with self.under_way:
            if not self._news.is_set():
                return True
            self._news.clear()
            try:
                await self.once()
            except SluseError as error:
                log.warning("not published yet: %s", error.message)
                return False
        return True

    async def once(self) -> None:
        """Make durable, show and publish what is news; raise the first failure after everything was tried."""
        ready = {slug for slug in self.books.all() if not self.pending(slug)}
        unwritten = await self._flush(ready)
        ledgers = {slug: ledger for slug, ledger in self.books.all().items() if slug in ready - unwritten.keys()}
        failures = [*unwritten.values(), *await self._show_news(ledgers)]
        failures += await self.acceptance.show() if self.acceptance is not None else ()
        news = {slug: ledger for slug, ledger in ledgers.items() if self._published.get(slug) is not ledger}
        if news:
            await self.publish(news, self.commit(), self.now())
            self._published.update(news)
            self.told(news)
        if failures:
            raise failures[0]

    async def _flush(self, ready: Collection[str]) -> dict[str, SluseError]:
        """Make news durable before anybody reads it; return whose could not be."""
        news = [slug for slug, ledger in self.books.all().items() if self._published.get(slug) is not ledger]
        slugs = [slug for slug in news if slug in ready]
        return await _failures({slug: self.books.flush(slug) for slug in slugs})

    async def _show_news(self, ledgers: Mapping[str, OrganisationLedger]) -> list[SluseError]:
        limit = asyncio.Semaphore(_AT_A_TIME)

        async def show(key: IntegrationKey, entry: HeldIntegration) -> None:
            async with limit:
                await self._show(key, entry)

        news = {slug: ledger for slug, ledger in ledgers.items() if self._looked_at.get(slug) is not ledger}
        entries = {
            IntegrationKey(slug, name): entry
            for slug, ledger in news.items()
            for name, entry in ledger.integrations.items()
        }
        failed = await _failures(
            {key: show(key, entry) for key, entry in entries.items() if self._shown.get(key) != entry}
        )
        left = {key.organisation for key in failed}
        self._looked_at.update({slug: ledger for slug, ledger in news.items() if slug not in left})
        return list(failed.values())

    async def _show(self, key: IntegrationKey, entry: HeldIntegration) -> None:
        before = self._shown.get(key)
        if before is None or summary(before) != summary(entry):
            patch = {"status": {**dict.fromkeys(_FIELDS), **summary(entry).wire()}}
            try:
                await self.cluster.merge(INTEGRATION, self.environment.namespace, str(key), patch, subresource="status")
            except NotFound:
                if entry.stage != Stage.RETIRED:
                    return  # not declared yet: its declaration is news, and then it is shown
        self._shown[key] = entry


async def _failures(work: Mapping[Key, Awaitable[None]]) -> dict[Key, SluseError]:
    """Do all of it; return what failed on purpose, by its key. What is a bug is raised."""
    done = await asyncio.gather(*work.values(), return_exceptions=True)
    failed = {key: error for key, error in zip(work, done, strict=True) if error is not None}
    for error in failed.values():
        if not isinstance(error, SluseError):
            raise error
    return {key: error for key, error in failed.items() if isinstance(error, SluseError)}


_FIELDS = ("stage", "since", "waitingFor")


def summary(entry: HeldIntegration) -> IntegrationStatus:
    """Return what an Integration object shows of its ledger entry."""
    first = entry.waiting[0] if entry.waiting else None
    return IntegrationStatus(
        stage=entry.stage,
        since=f"{entry.since:%Y-%m-%dT%H:%M:%SZ}" if entry.since else None,
        waiting_for=WaitingFor(on=first.on, reason=first.reason, since=first.since) if first else None,
    )
