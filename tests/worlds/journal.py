"""What the journal's tests have in common: one client, what is held of it, and how its writes are counted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from sluse.ledger.journal import ClusterJournal
from sluse.model.held import HeldClient, HeldIntegration, Intent, OrganisationLedger
from sluse.model.names import ClientKey
from sluse.sandbox.kube.api import KubernetesAPI
from sluse.sandbox.kube.faults import Fault

Start = Callable[[], ClusterJournal]

KEY = ClientKey("fjordlegen", "journal-web", "web")


def intended(number: int, now: datetime) -> HeldClient:
    return HeldClient(intent=Intent(id=f"intent-{number}", since=now))


def titled(title: str) -> Callable[[OrganisationLedger], OrganisationLedger]:
    def change(ledger: OrganisationLedger) -> OrganisationLedger:
        entry = ledger.integrations.get("journal-web", HeldIntegration(title="x"))
        if entry.title == title:
            return ledger
        renamed = entry.model_copy(update={"title": title})
        return ledger.model_copy(update={"integrations": {**ledger.integrations, "journal-web": renamed}})

    return change


async def suffered(api: KubernetesAPI) -> None:
    """Wait until the API has met its fault; the test's own timeout bounds it."""
    while api.faults.pending():  # noqa: ASYNC110 - another thread's list has no event to wait on
        await asyncio.sleep(0.001)


async def being_written(journal: ClusterJournal, api: KubernetesAPI, now: datetime) -> asyncio.Task[None]:
    """Record an intent by a write that takes a while; return its task when the API has the write."""
    api.faults.add(Fault(latency=0.2, resource="configmaps", verb="create"))
    writing = asyncio.create_task(journal.record(KEY, intended(1, now)))
    await suffered(api)
    return writing


def ledger_writes(api: KubernetesAPI) -> int:
    return api.requests.writes(resource="configmaps")
