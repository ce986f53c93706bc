"""Writes that failed, and writes whose answer got lost: what is forgotten, what is kept, what is known again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest

from sluse.errors import ClusterUnavailable
from sluse.ledger.journal import ClusterJournal
from sluse.model.held import HeldClient, OrganisationLedger
from sluse.sandbox.kube.api import KubernetesAPI
from sluse.sandbox.kube.faults import Fault
from worlds.journal import KEY, Start, intended, ledger_writes, suffered, titled


async def test_a_change_that_could_not_be_written_is_forgotten_and_a_note_is_kept(
    journal: ClusterJournal, start: Start, api: KubernetesAPI, now: datetime
) -> None:
    journal.note("fjordlegen", titled("Journal"))
    api.faults.add(Fault(code=500, resource="configmaps", verb="create"))
    with pytest.raises(ClusterUnavailable):
        await journal.record(KEY, intended(1, now))
    assert await journal.held(KEY) == HeldClient()
    assert journal.get("fjordlegen").integrations["journal-web"].title == "Journal"
    await journal.flush()
    again = start()
    await again.load()
    assert again.get("fjordlegen").integrations["journal-web"].title == "Journal"


async def test_a_change_that_stood_on_one_that_failed_fails_too_and_the_rest_goes_on(
    journal: ClusterJournal, api: KubernetesAPI, now: datetime
) -> None:
    api.faults.add(Fault(code=500, latency=0.1, resource="configmaps", verb="create"))
    first = asyncio.create_task(journal.record(KEY, intended(1, now)))
    await suffered(api)

    def needs_the_first(ledger: OrganisationLedger) -> OrganisationLedger:
        entry = ledger.integrations["journal-web"].model_copy(update={"title": "Journal"})
        return ledger.model_copy(update={"integrations": {"journal-web": entry}})

    second = asyncio.create_task(journal.change("fjordlegen", needs_the_first))
    third = asyncio.create_task(journal.record(replace(KEY, integration="other"), intended(3, now)))
    results = await asyncio.gather(first, second, third, return_exceptions=True)
    assert [type(result) for result in results] == [ClusterUnavailable, KeyError, type(None)]


async def test_a_creation_whose_answer_got_lost_is_known_again_as_our_own(
    journal: ClusterJournal, start: Start, api: KubernetesAPI, now: datetime
) -> None:
    api.faults.add(Fault(hang_up="after", resource="configmaps", verb="create"))
    with pytest.raises(ClusterUnavailable):
        await journal.record(KEY, intended(1, now))
    await journal.record(replace(KEY, client="api"), intended(2, now))
    again = start()
    await again.load()
    assert again.all() == journal.all()
    assert await again.held(replace(KEY, client="api")) == intended(2, now)


async def test_an_update_that_was_heard_twice_is_known_again_at_once(
    journal: ClusterJournal, api: KubernetesAPI, now: datetime
) -> None:
    await journal.record(KEY, intended(1, now))
    api.faults.add(Fault(hang_up="after", resource="configmaps", verb="update"))  # the transport repeats a PUT once
    await journal.record(KEY, intended(2, now))
    assert ledger_writes(api) == 2


async def test_several_lost_answers_in_a_row_are_still_our_own(
    journal: ClusterJournal, api: KubernetesAPI, now: datetime
) -> None:
    api.faults.add(Fault(hang_up="after", resource="configmaps", verb="create"))
    api.faults.add(Fault(hang_up="after", resource="configmaps", verb="update"))
    api.faults.add(Fault(code=500, resource="configmaps", verb="get", times=1))
    with pytest.raises(ClusterUnavailable):
        await journal.record(KEY, intended(1, now))
    with pytest.raises(ClusterUnavailable):  # cannot even look whether it was us
        await journal.record(KEY, intended(2, now))
    await journal.record(KEY, intended(3, now))
    await journal.record(KEY, intended(4, now))
    assert await journal.held(KEY) == intended(4, now)
