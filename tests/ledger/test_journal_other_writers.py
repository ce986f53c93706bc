"""Somebody else writes the ledger's object, changes it or deletes it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import datetime

import pytest

from sluse.cluster.client import Cluster
from sluse.cluster.kinds import CONFIG_MAP
from sluse.errors import ClusterUnavailable, LedgerError
from sluse.ledger.journal import ClusterJournal
from sluse.sandbox.kube.api import KubernetesAPI
from sluse.sandbox.kube.faults import Fault
from worlds.journal import KEY, Start, intended, ledger_writes, suffered, titled


async def test_a_second_operator_is_noticed_and_nothing_more_is_written(
    journal: ClusterJournal, start: Start, api: KubernetesAPI, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    await journal.record(KEY, intended(1, now))
    other = start()
    await other.load()
    await other.record(KEY, intended(2, now))
    written = ledger_writes(api)
    with caplog.at_level(logging.ERROR), pytest.raises(LedgerError, match="second operator"):
        await journal.record(KEY, intended(3, now))
    assert "ConfigMap sluse-test/sluse-ledger-fjordlegen" in caplog.text
    for _ in range(2):
        with pytest.raises(LedgerError, match="second operator"):
            await journal.record(replace(KEY, client="api"), intended(4, now))
        with pytest.raises(LedgerError, match="second operator"):
            await journal.flush()
    assert ledger_writes(api) == written
    await journal.record(replace(KEY, organisation="hav-omsorg"), intended(1, now))


async def test_a_last_write_of_the_leader_before_is_read_and_gone_on_from(
    journal: ClusterJournal, start: Start, now: datetime
) -> None:
    """It was on its way when the new leader read: what was only noted goes on top, what was promised is tried again."""
    await journal.record(KEY, intended(1, now))
    leads_now = start()
    await leads_now.load()
    leads_now.note("fjordlegen", titled("Journal"))
    asked: list[str] = []
    leads_now.overtaken = lambda: asked.append("a sync")
    await journal.record(KEY, intended(2, now))
    with pytest.raises(ClusterUnavailable, match="last write of the leader before"):
        await leads_now.record(KEY, intended(3, now))
    assert await leads_now.held(KEY) == intended(2, now)
    assert asked == ["a sync"], "what is wanted was reckoned from what is overtaken"
    await leads_now.record(replace(KEY, client="api"), intended(4, now))
    assert asked == ["a sync"]
    again = start()
    held = (await again.load())["fjordlegen"].integrations["journal-web"]
    assert (held.title, held.clients["web"], held.clients["api"]) == ("Journal", intended(2, now), intended(4, now))


async def test_a_late_write_that_makes_the_object_is_gone_on_from_too(
    journal: ClusterJournal, start: Start, now: datetime
) -> None:
    leads_now = start()
    await leads_now.load()
    await journal.record(KEY, intended(1, now))
    with pytest.raises(ClusterUnavailable, match="last write of the leader before"):
        await leads_now.record(KEY, intended(2, now))
    await leads_now.record(KEY, intended(3, now))
    assert await leads_now.held(KEY) == intended(3, now)


async def test_the_leader_before_has_one_last_write_and_no_more(
    journal: ClusterJournal, start: Start, api: KubernetesAPI, now: datetime
) -> None:
    await journal.record(KEY, intended(1, now))
    leads_now = start()
    await leads_now.load()
    await journal.record(KEY, intended(2, now))
    with pytest.raises(ClusterUnavailable):
        await leads_now.record(KEY, intended(3, now))
    await journal.record(KEY, intended(4, now))
    written = ledger_writes(api)
    for _ in range(2):
        with pytest.raises(LedgerError, match="second operator"):
            await leads_now.record(KEY, intended(5, now))
    assert ledger_writes(api) == written


async def test_a_last_write_that_cannot_be_read_stops_what_stands_on_it(
    journal: ClusterJournal, start: Start, cluster: Cluster, now: datetime
) -> None:
    await journal.record(KEY, intended(1, now))
    leads_now = start()
    await leads_now.load()
    await cluster.merge(CONFIG_MAP, "sluse-test", "sluse-ledger-fjordlegen", {"data": {"ledger.json": "{"}})
    for _ in range(2):
        with pytest.raises(LedgerError, match="cannot be read"):
            await leads_now.record(KEY, intended(2, now))
    assert await leads_now.held(KEY) == intended(1, now)


async def test_records_waiting_behind_a_second_operator_s_discovery_fail_too(
    journal: ClusterJournal, start: Start, api: KubernetesAPI, now: datetime
) -> None:
    await journal.record(KEY, intended(1, now))
    other = start()
    await other.load()
    await other.record(KEY, intended(2, now))
    api.faults.add(Fault(latency=0.1, resource="configmaps", verb="update"))
    first = asyncio.create_task(journal.record(KEY, intended(3, now)))
    await suffered(api)
    second = asyncio.create_task(journal.record(KEY, intended(4, now)))
    assert [type(result) for result in await asyncio.gather(first, second, return_exceptions=True)] == [LedgerError] * 2


async def test_a_label_set_by_hand_is_no_second_operator(
    journal: ClusterJournal, cluster: Cluster, now: datetime
) -> None:
    await journal.record(KEY, intended(1, now))
    label = {"metadata": {"labels": {"seen-by": "anne"}}}
    await cluster.merge(CONFIG_MAP, "sluse-test", "sluse-ledger-fjordlegen", label)
    await journal.record(KEY, intended(2, now))
    assert await journal.held(KEY) == intended(2, now)


async def test_a_deleted_ledger_object_is_written_again_from_memory(
    journal: ClusterJournal, start: Start, admin: Cluster, now: datetime
) -> None:
    await journal.record(KEY, intended(1, now))
    await admin.delete(CONFIG_MAP, "sluse-test", "sluse-ledger-fjordlegen")
    await journal.record(KEY, intended(2, now))
    again = start()
    await again.load()
    assert await again.held(KEY) == intended(2, now)


async def test_an_object_that_vanishes_between_the_conflict_and_the_look_is_written_again(
    journal: ClusterJournal, admin: Cluster, api: KubernetesAPI, now: datetime
) -> None:
    await journal.record(KEY, intended(1, now))
    await admin.delete(CONFIG_MAP, "sluse-test", "sluse-ledger-fjordlegen")
    api.faults.add(Fault(code=409, resource="configmaps", verb="update"))
    await journal.record(KEY, intended(2, now))
    assert await journal.held(KEY) == intended(2, now)


async def test_an_object_that_never_stands_still_means_try_later(
    journal: ClusterJournal, api: KubernetesAPI, now: datetime
) -> None:
    await journal.record(KEY, intended(1, now))
    api.faults.add(Fault(code=409, resource="configmaps", verb="update", times=3))
    with pytest.raises(ClusterUnavailable, match="changes faster"):
        await journal.record(KEY, intended(2, now))
    await journal.record(KEY, intended(3, now))
