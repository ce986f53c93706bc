"""Credentials live in Secrets: kept, read once, dropped, never shown."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from sluse.cluster.client import Cluster
from sluse.cluster.kinds import SECRET
from sluse.errors import ClusterUnavailable, Conflict, LedgerError, NotLeading
from sluse.ledger.journal import ClusterJournal
from sluse.model.names import ClientId, Environment
from sluse.registrar.port import Held
from sluse.sandbox.kube.api import KubernetesAPI
from sluse.sandbox.kube.faults import Fault
from worlds.journal import KEY, Start

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HELD = Held(ClientId("c-1"), "https://authority.example/register/c-1", SecretStr("hush"))


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


async def test_what_could_not_be_changed_is_changed_at_the_next_look(
    journal: ClusterJournal, api: KubernetesAPI, start: Start
) -> None:
    await journal.keep_credential(KEY, HELD)
    rotated = replace(HELD, credential=SecretStr("rotated"))
    api.faults.add(Fault(hang_up="before", resource="secrets", verb="patch", times=None))
    with pytest.raises(ClusterUnavailable):
        await journal.keep_credential(KEY, rotated)
    api.faults.clear()
    assert await journal.credential(KEY) == rotated
    assert await (await start_loaded(start)).credential(KEY) == rotated


@pytest.mark.parametrize("verb", ["create", "patch"])
async def test_a_write_whose_answer_is_lost_is_known_again(
    journal: ClusterJournal, api: KubernetesAPI, start: Start, verb: str
) -> None:
    if verb == "patch":
        await journal.keep_credential(KEY, replace(HELD, credential=SecretStr("before")))
    api.faults.add(Fault(hang_up="after", resource="secrets", verb=verb))
    await journal.keep_credential(KEY, HELD)
    assert api.faults.pending() == ()
    assert await journal.credential(KEY) == HELD
    assert await (await start_loaded(start)).credential(KEY) == HELD


async def test_what_an_earlier_leader_sent_and_arrives_late_is_refused(start: Start, cluster: Cluster) -> None:
    """It saw none there and sends its own; meanwhile another leads and has registered anew. Its fence lets one through."""
    passes = iter((True,))

    def fence() -> None:
        if not next(passes, False):
            raise NotLeading("another leads")

    later = await start_loaded(start)
    async with Cluster(cluster._access, connections=2, fence=fence) as its:
        earlier = ClusterJournal(its, Environment.TEST, lambda: NOW)
        await earlier.load()
        assert await earlier.credential(KEY) is None
        await later.keep_credential(KEY, HELD)
        with pytest.raises(NotLeading):
            await earlier.keep_credential(KEY, replace(HELD, client_id=ClientId("c-0")))
    assert await (await start_loaded(start)).credential(KEY) == HELD


async def test_what_an_earlier_leader_deletes_late_stays(start: Start, cluster: Cluster, admin: Cluster) -> None:
    earlier, later = await start_loaded(start), await start_loaded(start)
    await earlier.keep_credential(KEY, HELD)
    rotated = replace(HELD, credential=SecretStr("rotated"))
    assert await later.credential(KEY) == HELD
    stale = (await admin.get(SECRET, "sluse-test", f"sluse-anchor-{KEY}"))["metadata"]["resourceVersion"]
    await later.keep_credential(KEY, rotated)
    with pytest.raises(Conflict):
        await cluster.delete(SECRET, "sluse-test", f"sluse-anchor-{KEY}", resource_version=stale)
    assert await (await start_loaded(start)).credential(KEY) == rotated


async def test_what_could_not_be_written_is_written_at_the_next_look(
    journal: ClusterJournal, start: Start, api: KubernetesAPI
) -> None:
    api.faults.add(Fault(hang_up="before", resource="secrets", verb="create", times=None))
    for attempt in (journal.keep_credential(KEY, HELD), journal.credential(KEY), journal.keep_credential(KEY, HELD)):
        with pytest.raises(ClusterUnavailable):
            await attempt
    api.faults.clear()
    assert await journal.credential(KEY) == HELD
    assert await (await start_loaded(start)).credential(KEY) == HELD
    assert api.requests.writes(resource="secrets") == 1


async def test_what_could_not_be_written_and_is_dropped_is_gone(journal: ClusterJournal, api: KubernetesAPI) -> None:
    api.faults.add(Fault(hang_up="before", resource="secrets", verb="create", times=None))
    with pytest.raises(ClusterUnavailable):
        await journal.keep_credential(KEY, HELD)
    api.faults.clear()
    await journal.drop_credential(KEY)
    assert await journal.credential(KEY) is None


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
