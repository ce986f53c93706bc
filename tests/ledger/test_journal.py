"""The journal against the sandbox's Kubernetes API, with the operator's own role."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from pydantic import SecretStr

from sluse.cluster.client import Cluster
from sluse.cluster.kinds import CONFIG_MAP, SECRET
from sluse.errors import ClusterUnavailable, LedgerError
from sluse.ledger.journal import ClusterJournal
from sluse.model.held import HeldClient, HeldIntegration, Intent, OrganisationLedger
from sluse.model.names import ClientId, ClientKey
from sluse.reconcile.journal import Journal
from sluse.registrar.port import Held
from sluse.sandbox.kube.api import KubernetesAPI
from sluse.sandbox.kube.faults import Fault

Start = Callable[[], ClusterJournal]

KEY = ClientKey("fjordlegen", "journal-web", "web")
HELD = Held(ClientId("c-1"), "https://authority.example/register/c-1", SecretStr("hush"))


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


def ledger_writes(api: KubernetesAPI) -> int:
    return api.requests.writes(resource="configmaps")


def test_it_has_the_shape_that_converging_asks_for(journal: ClusterJournal) -> None:
    port: Journal = journal
    assert port is journal


async def test_what_is_recorded_is_there_after_a_restart(journal: ClusterJournal, start: Start, now: datetime) -> None:
    await journal.record(KEY, intended(1, now))
    again = start()
    await again.load()
    assert await again.held(KEY) == intended(1, now)
    entry = again.get("fjordlegen").integrations["journal-web"]
    assert (entry.title, entry.stage, entry.since) == ("journal-web", "Ordered", now)
    assert again.all() == journal.all()


async def test_before_it_is_loaded_it_says_nothing_rather_than_nothing_is_held(start: Start) -> None:
    with pytest.raises(LedgerError, match="not been read"):
        await start().held(KEY)


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
    api.faults.add(Fault(latency=0.2, resource="configmaps", verb="create"))
    first = asyncio.create_task(journal.record(KEY, intended(1, now)))
    await suffered(api)
    others = [ClientKey("fjordlegen", "journal-web", f"c{number}") for number in range(20)]
    await asyncio.gather(first, *(journal.record(key, intended(2, now)) for key in others))
    assert ledger_writes(api) == 2


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


async def test_recording_what_is_held_already_writes_nothing(
    journal: ClusterJournal, api: KubernetesAPI, now: datetime
) -> None:
    await journal.record(KEY, intended(1, now))
    before = journal.get("fjordlegen")
    await journal.record(KEY, intended(1, now))
    await journal.flush()
    assert ledger_writes(api) == 1
    assert journal.get("fjordlegen") is before


async def test_a_restart_with_nothing_changed_writes_nothing(
    journal: ClusterJournal, start: Start, api: KubernetesAPI, now: datetime
) -> None:
    await journal.record(KEY, intended(1, now))
    again = start()
    await again.load()
    again.note("fjordlegen", titled("journal-web"))
    await again.record(KEY, intended(1, now))
    await again.flush()
    assert ledger_writes(api) == 1


async def test_a_note_is_seen_at_once_and_rides_on_the_next_write(
    journal: ClusterJournal, api: KubernetesAPI, now: datetime
) -> None:
    journal.note("fjordlegen", titled("Journal"))
    assert journal.get("fjordlegen").integrations["journal-web"].title == "Journal"
    assert ledger_writes(api) == 0
    await journal.record(KEY, intended(1, now))
    assert ledger_writes(api) == 1


async def test_a_flush_makes_notes_durable_and_a_second_one_writes_nothing(
    journal: ClusterJournal, start: Start, api: KubernetesAPI
) -> None:
    journal.note("fjordlegen", titled("Journal"))
    journal.note("hav-omsorg", titled("Omsorg"))
    await journal.flush()
    await journal.flush()
    assert ledger_writes(api) == 2
    again = start()
    assert await again.load() == journal.all()


async def test_one_organisation_can_be_flushed_alone(journal: ClusterJournal, api: KubernetesAPI) -> None:
    journal.note("fjordlegen", titled("Journal"))
    journal.note("hav-omsorg", titled("Omsorg"))
    await journal.flush("hav-omsorg")
    assert ledger_writes(api) == 1


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


@pytest.mark.parametrize("text", ["", "{}", '{"organisation": "hav-omsorg"}', '{"organisation": "fjordlegen", "x": 1}'])
async def test_a_ledger_that_cannot_be_read_stops_the_start_and_names_the_object(
    start: Start, cluster: Cluster, text: str
) -> None:
    metadata = {"name": "sluse-ledger-fjordlegen", "namespace": "sluse-test", "labels": {"sluse.nhn.no/ledger": "test"}}
    await cluster.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"ledger.json": text}})
    with pytest.raises(LedgerError, match="ConfigMap sluse-test/sluse-ledger-fjordlegen"):
        await start().load()


async def test_other_configmaps_of_the_namespace_are_not_ledgers(start: Start, cluster: Cluster) -> None:
    metadata = {"name": "kube-root-ca.crt", "namespace": "sluse-test"}
    await cluster.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    assert await start().load() == {}


async def test_a_credential_is_kept_in_a_secret_read_once_and_dropped(
    journal: ClusterJournal, start: Start, api: KubernetesAPI
) -> None:
    assert await journal.credential(KEY) is None
    await journal.keep_credential(KEY, HELD)
    await journal.keep_credential(KEY, HELD)
    assert api.requests.writes(resource="secrets") == 1
    again = start()
    await again.load()
    before = api.requests.count(resource="secrets")
    assert await again.credential(KEY) == HELD
    assert await again.credential(KEY) == HELD
    assert api.requests.count(resource="secrets") == before + 1
    await again.keep_credential(KEY, replace(HELD, credential=SecretStr("rotated")))
    fresh = await (await start_loaded(start)).credential(KEY)
    assert fresh is not None
    assert fresh.credential.get_secret_value() == "rotated"
    await again.drop_credential(KEY)
    await again.drop_credential(KEY)
    assert await again.credential(KEY) is None
    assert await (await start_loaded(start)).credential(KEY) is None


async def start_loaded(start: Start) -> ClusterJournal:
    journal = start()
    await journal.load()
    return journal


async def test_dropping_what_is_absent_is_done(journal: ClusterJournal) -> None:
    await journal.drop_credential(KEY)
    assert await journal.credential(KEY) is None


async def test_after_a_failed_write_the_secret_is_looked_at_again(journal: ClusterJournal, api: KubernetesAPI) -> None:
    await journal.keep_credential(KEY, HELD)
    rotated = replace(HELD, credential=SecretStr("rotated"))
    api.faults.add(Fault(hang_up="after", resource="secrets", verb="patch", times=None))
    with pytest.raises(ClusterUnavailable):
        await journal.keep_credential(KEY, rotated)
    api.faults.clear()
    assert await journal.credential(KEY) == rotated


@pytest.mark.parametrize(
    "data", [{}, {"client_id": "YQ==", "uri": "YQ=="}, {"client_id": "YQ==", "uri": "YQ==", "credential": "/w=="}]
)
async def test_a_secret_that_is_not_ours_is_named_and_not_taken_for_absent(
    journal: ClusterJournal, cluster: Cluster, data: dict[str, str]
) -> None:
    metadata = {"name": f"sluse-anchor-{KEY}", "namespace": "sluse-test"}
    await cluster.create({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data})
    with pytest.raises(LedgerError, match=f"Secret sluse-anchor-{KEY}"):
        await journal.credential(KEY)


async def test_no_log_line_and_no_repr_ever_has_the_credential(
    journal: ClusterJournal, cluster: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await journal.keep_credential(KEY, HELD)
    stored = await cluster.get(SECRET, "sluse-test", f"sluse-anchor-{KEY}")
    assert stored["metadata"]["labels"] == {"sluse.nhn.no/organisation": "fjordlegen"}
    assert stored["data"]["credential"] == "aHVzaA=="
    for leaked in ("hush", "aHVzaA=="):
        assert leaked not in caplog.text + repr(journal.__dict__)


async def test_a_process_that_ends_during_a_write_leaves_nobody_waiting(
    journal: ClusterJournal, start: Start, api: KubernetesAPI, now: datetime
) -> None:
    api.faults.add(Fault(latency=0.2, resource="configmaps", verb="create"))
    first = asyncio.create_task(journal.record(KEY, intended(1, now)))
    await suffered(api)
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
