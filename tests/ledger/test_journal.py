"""The journal against the sandbox's Kubernetes API, with the operator's own role: what it remembers, and what it writes."""

from __future__ import annotations

from datetime import datetime

import pytest

from sluse.cluster.client import Cluster
from sluse.errors import LedgerError
from sluse.ledger.journal import ClusterJournal
from sluse.reconcile.journal import Journal
from sluse.sandbox.kube.api import KubernetesAPI
from worlds.journal import KEY, Start, intended, ledger_writes, titled


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


async def test_recording_what_is_held_already_writes_nothing(
    journal: ClusterJournal, api: KubernetesAPI, now: datetime
) -> None:
    await journal.record(KEY, intended(1, now))
    before = journal.get("fjordlegen")
    await journal.record(KEY, intended(1, now))
    await journal.flush()
    assert ledger_writes(api) == 1
    assert journal.get("fjordlegen") is before


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
