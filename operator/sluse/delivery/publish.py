"""Tell the world: the ledger's changed entries as pages on the status branch and as statuses of Integration objects.

Batched: news within a short while of each other become one commit. What could not be published stays news, and is
published with the next try; what is published is compared by content, so a restart publishes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sluse.cluster.client import Cluster
from sluse.cluster.kinds import INTEGRATION
from sluse.errors import ClusterError, LedgerError, NotFound
from sluse.model.held import HeldIntegration, OrganisationLedger
from sluse.model.names import Environment, IntegrationKey
from sluse.model.resources.integration import IntegrationStatus
from sluse.model.resources.status import WaitingFor

log = logging.getLogger(__name__)

GATHER = 0.05  # seconds in which further news joins the batch
RETRY = 5.0  # seconds until what could not be published is tried again


class Books(Protocol):
    """What publishing needs of the ledger."""

    def all(self) -> Mapping[str, OrganisationLedger]: ...

    async def flush(self, organisation: str | None = None) -> None: ...


@dataclass
class Publisher:
    """One environment's publishing. `publish` puts the ledgers of changed organisations on the status branch."""

    environment: Environment
    books: Books
    cluster: Cluster
    publish: Callable[[Mapping[str, OrganisationLedger], str, datetime], Any]
    commit: Callable[[], str]
    now: Callable[[], datetime]
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _published: dict[str, OrganisationLedger] = field(default_factory=dict)
    _shown: dict[IntegrationKey, HeldIntegration] = field(default_factory=dict)

    def changed(self) -> None:
        """Say that the ledger has news."""
        self._news.set()

    def remember(self, ledgers: Mapping[str, OrganisationLedger]) -> None:
        """Take as published and shown what an earlier process left."""
        self._published = dict(ledgers)
        self._shown = {
            IntegrationKey(slug, name): entry
            for slug, ledger in ledgers.items()
            for name, entry in ledger.integrations.items()
        }

    async def loop(self) -> None:
        """Publish for ever, in batches."""
        while True:
            await self._news.wait()
            await asyncio.sleep(GATHER)
            self._news.clear()
            try:
                await self.once()
            except (LedgerError, ClusterError) as error:
                log.warning("not published yet: %s", error.message)
                asyncio.get_running_loop().call_later(RETRY, self._news.set)

    async def once(self) -> None:
        """Publish what is news."""
        await self.books.flush()
        ledgers = dict(self.books.all())
        news = {slug: ledger for slug, ledger in ledgers.items() if self._published.get(slug) is not ledger}
        if not news:
            return
        shown = [
            (IntegrationKey(slug, name), entry)
            for slug, ledger in news.items()
            for name, entry in ledger.integrations.items()
            if self._shown.get(IntegrationKey(slug, name)) != entry
        ]
        failures = [failure for key, entry in shown if (failure := await self._show(key, entry)) is not None]
        await self.publish(news, self.commit(), self.now())
        self._published.update(news)
        if failures:
            raise failures[0]

    async def _show(self, key: IntegrationKey, entry: HeldIntegration) -> ClusterError | None:
        before = self._shown.get(key)
        if before is not None and summary(before) == summary(entry):
            self._shown[key] = entry
            return None
        patch = {"status": {**dict.fromkeys(_FIELDS), **summary(entry).wire()}}
        try:
            await self.cluster.merge(INTEGRATION, self.environment.namespace, str(key), patch, subresource="status")
        except NotFound:
            pass  # retired and gone, or not declared yet: then its next news shows it
        except ClusterError as error:
            return error
        self._shown[key] = entry
        return None


_FIELDS = ("stage", "since", "waitingFor")


def summary(entry: HeldIntegration) -> IntegrationStatus:
    """Return what an Integration object shows of its ledger entry."""
    first = entry.waiting[0] if entry.waiting else None
    return IntegrationStatus(
        stage=entry.stage,
        since=f"{entry.since:%Y-%m-%dT%H:%M:%SZ}" if entry.since else None,
        waiting_for=WaitingFor(on=first.on, reason=first.reason, since=first.since) if first else None,
    )
