"""Records that come together share a write, and no caller depends on another's patience."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

from sluse.errors import ClusterUnavailable
from sluse.ledger.journal import ClusterJournal
from sluse.ledger.objects import QUICK, SLOW
from sluse.model.names import ClientKey
from sluse.sandbox.kube.api import KubernetesAPI
from sluse.sandbox.kube.faults import Fault
from worlds.journal import KEY, Start, being_written, intended, ledger_writes, suffered


async def test_a_hundred_records_at_once_share_a_few_writes_and_all_are_durable(
    journal: ClusterJournal, start: Start, api: KubernetesAPI, now: datetime
) -> None:
    keys = [ClientKey("fjordlegen", f"journal-{number // 10}", f"c{number}") for number in range(100)]
    await asyncio.gather(*(journal.record(key, intended(number, now)) for number, key in enumerate(keys)))
    assert ledger_writes(api) == 1
    again = start()
    await again.load()
    for number, key in enumerate(keys):
        assert await again.held(key) == intended(number, now)


async def test_records_that_come_during_a_write_share_the_next_one(
    journal: ClusterJournal, api: KubernetesAPI, now: datetime
) -> None:
    first = await being_written(journal, api, now)
    others = [ClientKey("fjordlegen", "journal-web", f"c{number}") for number in range(20)]
    await asyncio.gather(first, *(journal.record(key, intended(2, now)) for key in others))
    assert ledger_writes(api) == 2


async def test_who_shares_a_write_waits_as_long_as_the_last_one_took_within_bounds(
    journal: ClusterJournal, api: KubernetesAPI, now: datetime
) -> None:
    quick = journal._objects.takes
    api.faults.add(Fault(latency=0.2, resource="configmaps", verb="create"))
    await journal.record(KEY, intended(1, now))
    assert journal._objects.takes == SLOW > quick
    await journal.record(KEY, intended(2, now))
    assert QUICK <= journal._objects.takes <= SLOW


async def test_organisations_do_not_share_and_do_not_wait_for_each_other(
    journal: ClusterJournal, api: KubernetesAPI, now: datetime
) -> None:
    api.faults.add(Fault(code=500, resource="configmaps", verb="create", times=1))
    results = await asyncio.gather(
        journal.record(KEY, intended(1, now)),
        journal.record(replace(KEY, organisation="hav-omsorg"), intended(1, now)),
        return_exceptions=True,
    )
    assert [type(result) for result in results if result] == [ClusterUnavailable]
    assert ledger_writes(api) == 1


async def test_a_cancelled_caller_leaves_the_write_to_the_others(
    journal: ClusterJournal, start: Start, api: KubernetesAPI, now: datetime
) -> None:
    api.faults.add(Fault(latency=0.1, resource="configmaps", verb="create"))
    impatient = asyncio.create_task(journal.record(KEY, intended(1, now)))
    patient = asyncio.create_task(journal.record(replace(KEY, client="api"), intended(2, now)))
    await suffered(api)
    impatient.cancel()
    await patient
    assert impatient.cancelled()
    again = start()
    await again.load()
    assert await again.held(replace(KEY, client="api")) == intended(2, now)


async def test_a_process_that_ends_during_a_write_leaves_nobody_waiting(
    journal: ClusterJournal, start: Start, api: KubernetesAPI, now: datetime
) -> None:
    first = await being_written(journal, api, now)
    second = asyncio.create_task(journal.record(replace(KEY, client="api"), intended(2, now)))
    await asyncio.sleep(0)
    (writer,) = (task for task in asyncio.all_tasks() if task.get_name() == "ledger-write")
    writer.cancel()  # as the end of the event loop does
    results = await asyncio.gather(first, second, writer, return_exceptions=True)
    assert [type(result) for result in results] == [asyncio.CancelledError] * 3
    await journal.record(KEY, intended(3, now))  # and the book is in order, whether or not the write was heard
    again = start()
    await again.load()
    assert await again.held(KEY) == intended(3, now)


async def test_it_is_idle_once_no_write_is_under_way(
    journal: ClusterJournal, api: KubernetesAPI, now: datetime
) -> None:
    assert await journal.idle(0)
    writing = await being_written(journal, api, now)
    writing.cancel()  # who waits for a write does not end it
    assert not await journal.idle(0)
    assert await journal.idle(60)


async def test_after_a_write_that_was_cut_off_it_is_idle_never_again(
    journal: ClusterJournal, api: KubernetesAPI, now: datetime
) -> None:
    writing = await being_written(journal, api, now)
    (writer,) = (task for task in asyncio.all_tasks() if task.get_name() == "ledger-write")
    writer.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    assert not await journal.idle(60), "it may still arrive"
