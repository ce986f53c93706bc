"""A remote that is away, empty, rewritten or the wrong one changes nothing that is declared, and says what to do."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from sluse.ledger.journal import ClusterJournal
from sluse.model.names import ClientKey
from worlds import authored
from worlds.cluster import TEST
from worlds.stacks import client
from worlds.syncing import NOW, Syncing

FJORD = {"HelseIDClient/fjord.journal.sync", "Integration/fjord.journal"}


@pytest.fixture
async def synced(syncing: Syncing) -> Syncing:
    syncing.main.commit(authored.supplier("fjord"))
    assert (await syncing.once()).ready
    return syncing


async def test_an_empty_remote_is_no_tree_without_files(syncing: Syncing) -> None:
    result = await syncing.once()
    assert (result.ready, result.reason, result.stalled) == (False, "RemoteUnavailable", False)
    assert "is empty" in result.message
    assert syncing.box.now is None
    assert syncing.cluster.writes() == 0


async def test_a_remote_that_is_gone_changes_nothing_and_dirty_stacks_are_still_repaired(synced: Syncing) -> None:
    away = synced.main.repository.with_suffix(".away")
    synced.main.repository.rename(away)
    await synced.cluster.delete(client())
    synced.sync.dirty("fjord")
    result = await synced.once()
    assert (result.ready, result.reason) == (False, "RemoteUnavailable")
    assert await synced.objects("fjord") == FJORD
    away.rename(synced.main.repository)
    assert (await synced.once()).ready


async def test_a_branch_that_is_gone_retires_nothing(synced: Syncing) -> None:
    synced.main.remove()
    result = await synced.once()
    assert (result.ready, result.reason) == (False, "RemoteUnavailable")
    assert await synced.objects("fjord") == FJORD


async def test_a_rewritten_branch_is_followed(synced: Syncing, caplog: pytest.LogCaptureFixture) -> None:
    files = {**authored.supplier("fjord"), **authored.supplier("nord", position=1)}
    head = synced.main.commit(files, onto=None)
    result = await synced.once()
    assert (result.ready, result.commit, result.organisations) == (True, head, 2)
    assert await synced.objects("nord")
    assert "the branch was rewritten" in caplog.text


async def test_a_folder_that_head_does_not_have_retires_nothing(synced: Syncing) -> None:
    result = await synced.once(path="integration")
    assert (result.ready, result.reason) == (False, "NotReadable")
    assert "has no folder integration" in result.message
    assert synced.box.now is not None
    assert synced.box.now.client(ClientKey("fjord", "journal", "sync")) is not None
    assert await synced.objects("fjord") == FJORD
    assert (await synced.once()).ready


async def test_another_folder_of_the_same_commit_is_read_anew(syncing: Syncing) -> None:
    moved = {path.replace("integrations/", "other/"): text for path, text in authored.supplier("nord").items()}
    syncing.main.commit({**authored.supplier("fjord"), **moved})
    await syncing.once()
    assert await syncing.objects("nord") == set()
    await syncing.once(path="other")
    assert await syncing.objects("nord")


async def test_a_suspended_repository_is_neither_read_nor_declared(synced: Syncing) -> None:
    synced.main.commit(authored.supplier("nord", position=1))
    await synced.cluster.delete(client())
    synced.sync.dirty("fjord")
    before = synced.cluster.asked()
    result = await synced.once(suspend=True)
    assert (result.ready, result.reason) == (False, "Suspended")
    assert synced.cluster.asked() == before
    await synced.once()
    assert await synced.objects("fjord") == FJORD
    assert await synced.objects("nord")


@pytest.mark.parametrize("other", [{"url": "https://git.example/other"}, {"branch": "next"}], ids=["url", "branch"])
async def test_a_remote_that_the_operator_has_no_access_to_is_stalled(synced: Syncing, other: dict[str, str]) -> None:
    result = await synced.once(**other)
    assert (result.ready, result.reason, result.stalled) == (False, "RemoteNotConfigured", True)
    assert next(iter(other.values())) in result.message


async def test_a_repository_speaks_only_for_its_organisations(syncing: Syncing) -> None:
    syncing.main.commit({**authored.supplier("fjord"), **authored.supplier("nord", position=1)})
    await syncing.once(organisations=["nord"])
    assert (await syncing.objects("fjord"), len(await syncing.objects("nord"))) == (set(), 2)
    await syncing.once(organisations=["fjord"])
    assert await syncing.objects("fjord") == FJORD
    assert len(await syncing.objects("nord")) == 2, "of others nothing is said"


async def test_a_report_that_cannot_be_written_is_written_by_the_next_sync(synced: Syncing) -> None:
    head = synced.main.commit({"integrations/README.md": "# x\n"})
    synced.report_fails = True
    assert (await synced.once()).commit == head
    synced.report_fails = False
    await synced.once()
    assert [report.commit == head for report in synced.reports] == [False, True]


async def test_a_ledger_that_somebody_else_writes_stops_its_own_organisation_only(synced: Syncing) -> None:
    second = ClusterJournal(synced.cluster.operator, TEST, lambda: NOW)
    await second.load()
    await second.change("fjord", lambda ledger: ledger.model_copy(update={"commit": "f" * 40}))
    synced.main.commit(
        {
            **authored.integration("fjord", scopes=("nhn:msh/api",)),
            **authored.supplier("nord", position=1),
        }
    )
    await synced.sync.once(synced.repository())
    with pytest.raises(Exception, match="second operator"):
        await synced.journal.flush()
    synced.main.commit(authored.integration("fjord"))
    synced.engine.started.clear()
    result = await synced.sync.once(synced.repository())
    assert result.reason == "StacksFailed"
    assert "second operator" in result.message
    assert synced.engine.started == {}, "what cannot be noted is not declared"
    assert len(await synced.objects("nord")) == 2


async def test_the_loop_syncs_when_it_is_asked_to_and_survives_a_bad_day(syncing: Syncing) -> None:
    loop = asyncio.create_task(syncing.sync.loop())
    try:
        syncing.sync.configure(syncing.repository(interval="24h"))
        await syncing.reported("RemoteUnavailable")
        syncing.main.commit(authored.supplier("fjord"))
        syncing.sync.request()
        await syncing.reported("Synced")
        await syncing.cluster.delete(client())
        syncing.sync.dirty("fjord")
        while await syncing.objects("fjord") != FJORD:
            assert not loop.done()
        syncing.report_fails = True
        syncing.sync.configure(syncing.repository(interval="24h", suspend=True))
        syncing.report_fails = False
        syncing.sync.configure(syncing.repository(interval="24h", suspend=True))
        await syncing.reported("Suspended")
    finally:
        loop.cancel()
        with suppress(asyncio.CancelledError):
            await loop
