"""A commit becomes objects in the cluster with the fewest starts of an engine; one organisation never blocks another."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from sluse.delivery.observing import KINDS
from sluse.delivery.repository import RELEASE_FUSE, SyncResult
from sluse.delivery.sync import AT_A_TIME
from sluse.errors import LedgerError
from sluse.ledger.journal import ClusterJournal
from sluse.model.held import OrganisationLedger
from sluse.model.names import Environment
from sluse.sandbox.kube.faults import Fault
from worlds import authored
from worlds.stacks import client
from worlds.syncing import NOW, Syncing, holding

FJORD = {"HelseIDClient/fjord.journal.sync", "Integration/fjord.journal"}
NORD = {"HelseIDClient/nord.journal.sync", "Integration/nord.journal"}


async def merged(syncing: Syncing, *more: dict[str, str | None]) -> SyncResult:
    """Sync two organisations, and more."""
    for files in (authored.supplier("fjord"), authored.supplier("nord", position=1), *more):
        syncing.main.commit(files)
    return await syncing.once()


async def test_head_is_declared_noted_and_told(syncing: Syncing) -> None:
    result = await merged(syncing)
    head = syncing.main.id("refs/heads/main")
    assert (result.ready, result.reason, result.commit) == (True, "Synced", head)
    assert (result.organisations, result.integrations, result.problems) == (2, 2, 0)
    assert await syncing.objects("fjord") == FJORD
    assert await syncing.objects("nord") == NORD
    ledger = syncing.journal.get("fjord")
    assert (ledger.engine, ledger.commit, ledger.integrations["journal"].stage) == ("embedded", head, "Ordered")
    assert syncing.reports == [result]


async def test_a_new_stack_costs_its_parent_and_its_objects_and_no_list(syncing: Syncing) -> None:
    lists = syncing.cluster.asked(verb="list")
    await merged(syncing)
    first_count = syncing.cluster.asked(verb="list") - lists
    syncing.main.commit(authored.supplier("ost", position=2))
    before = syncing.cluster.asked()
    await syncing.sync.once(syncing.repository())
    assert syncing.cluster.asked() - before == 1 + 2, "the parent, a client, a summary"
    assert syncing.cluster.asked(verb="list") - lists == first_count == len(KINDS)


async def test_what_a_cut_off_first_declaration_left_is_pruned_by_the_next_process(syncing: Syncing) -> None:
    syncing.main.commit(authored.supplier("fjord"))
    await syncing.sync.once(syncing.repository())  # the ledger has not heard of it when the process ends
    syncing.main.commit({path: None for path in authored.supplier("fjord") if "organisation" not in path})
    syncing.close()
    await syncing.process()
    assert (await syncing.once()).ready
    assert await syncing.objects("fjord") == set()


async def test_a_stack_is_pending_until_it_was_tried(syncing: Syncing) -> None:
    syncing.main.commit(authored.supplier("fjord"))
    pending: list[bool] = []
    syncing.heard = lambda: pending.append(syncing.sync.stacks.pending("fjord"))
    await syncing.once()
    assert pending[0], "noted, and nothing declared yet"
    assert not pending[-1]
    assert not syncing.sync.stacks.pending("nobody")


async def test_a_stack_that_could_not_be_declared_is_no_longer_pending(syncing: Syncing) -> None:
    syncing.main.commit(authored.supplier("fjord"))
    syncing.cluster.api.faults.add(Fault(code=403, verb="patch", resource="helseidclients"))
    before = syncing.changes
    assert not (await syncing.once()).ready
    assert not syncing.sync.stacks.pending("fjord")
    assert syncing.changes == before + 2, "noted, and tried"


async def test_the_box_is_swapped_before_anything_is_declared(syncing: Syncing) -> None:
    syncing.main.commit(authored.supplier("fjord"))
    syncing.cluster.api.faults.add(Fault(code=403, verb="patch", resource="helseidclients"))
    assert syncing.box.now is None
    assert not (await syncing.once()).ready
    assert syncing.box.now is not None
    assert syncing.box.now.commit == syncing.main.id("refs/heads/main")


async def test_nothing_changed_starts_no_engine_writes_nothing_and_tells_nothing(syncing: Syncing) -> None:
    await merged(syncing)
    before = syncing.cluster.asked(), syncing.changes, dict(syncing.engine.started)
    for _ in range(3):
        await syncing.once()
    assert (syncing.cluster.asked(), syncing.changes, dict(syncing.engine.started)) == before
    assert len(syncing.reports) == 1


async def test_a_restart_starts_no_engine_and_writes_nothing(syncing: Syncing) -> None:
    await merged(syncing)
    writes = syncing.cluster.writes()
    syncing.close()
    await syncing.process()
    assert (await syncing.once()).ready
    assert syncing.cluster.writes() == writes
    assert syncing.engine.started == {}


async def test_what_lost_an_object_and_cannot_be_declared_is_tried_again_with_the_next_sync(syncing: Syncing) -> None:
    await merged(syncing)
    syncing.close()
    await syncing.process()
    await syncing.cluster.delete(client("sync"))
    syncing.cluster.api.faults.add(Fault(code=403, verb="patch", resource="helseidclients"))
    syncing.sync.dirty("fjord")
    assert (await syncing.once()).message.count("fjord: ") == 1
    assert syncing.engine.started == {"fjord": 1}
    assert (await syncing.once()).ready
    assert await syncing.objects("fjord") == FJORD


async def test_what_lost_an_object_is_not_declared_while_its_ledger_cannot_be_written(syncing: Syncing) -> None:
    await merged(syncing)
    syncing.close()
    await syncing.process()
    await syncing.journal.change("fjord", partial(_witnessed, 1))
    second = ClusterJournal(syncing.cluster.operator, Environment.TEST, lambda: NOW)
    await second.load()
    await second.change("fjord", partial(_witnessed, 2))
    with pytest.raises(LedgerError):
        await syncing.journal.change("fjord", partial(_witnessed, 3))
    await syncing.cluster.delete(client("sync"))
    assert not (await syncing.sync.once(syncing.repository())).ready
    assert syncing.engine.started == {}


def _witnessed(version: int, ledger: OrganisationLedger) -> OrganisationLedger:
    return ledger.model_copy(update={"policy_version": version})


async def test_a_commit_that_changes_one_organisation_starts_one_engine(syncing: Syncing) -> None:
    await merged(syncing)
    syncing.engine.started.clear()
    syncing.main.commit(authored.integration("nord", position=1, scopes=("nhn:msh/api",)))
    await syncing.once()
    assert syncing.engine.started == {"nord": 1}


async def test_a_commit_that_changes_no_organisation_starts_none(syncing: Syncing) -> None:
    await merged(syncing)
    syncing.engine.started.clear()
    head = syncing.main.commit({"integrations/README.md": "# How to write one\n"})
    assert (await syncing.once()).commit == head
    assert syncing.engine.started == {}


async def test_a_dirty_stack_is_declared_whatever_its_digest_and_once(syncing: Syncing) -> None:
    await merged(syncing)
    syncing.engine.started.clear()
    await syncing.cluster.delete(client())
    syncing.sync.dirty("fjord")
    await syncing.once()
    assert await syncing.objects("fjord") == FJORD
    await syncing.once()
    assert syncing.engine.started == {"fjord": 1}


async def test_a_dirty_stack_of_an_organisation_that_nobody_knows_is_no_harm(syncing: Syncing) -> None:
    await merged(syncing)
    syncing.sync.dirty("stranger")
    assert (await syncing.once()).ready


async def test_a_stack_that_fails_leaves_the_others_alone_and_is_tried_again(syncing: Syncing) -> None:
    syncing.cluster.api.faults.add(Fault(code=403, verb="patch", name="fjord.journal.sync"))
    result = await merged(syncing)
    assert (result.ready, result.reason) == (False, "StacksFailed")
    assert result.message.startswith("fjord: ")
    assert "nord" not in result.message
    assert await syncing.objects("nord") == NORD
    assert syncing.journal.get("fjord").declared is None
    syncing.engine.started.clear()
    assert (await syncing.once()).ready
    assert await syncing.objects("fjord") == FJORD
    assert syncing.engine.started == {"fjord": 1}


async def test_a_dirty_stack_that_fails_stays_dirty(syncing: Syncing) -> None:
    await merged(syncing)
    await syncing.cluster.delete(client())
    syncing.sync.dirty("fjord")
    syncing.cluster.api.faults.add(Fault(code=403, verb="patch", name="fjord.journal.sync"))
    assert not (await syncing.once()).ready
    assert (await syncing.once()).ready
    assert await syncing.objects("fjord") == FJORD


async def test_a_broken_file_holds_its_own_integration_back_and_nothing_else(syncing: Syncing) -> None:
    await merged(syncing)
    hold_everything(syncing)
    syncing.main.commit({"integrations/fjord/journal.yaml": "a: [", **authored.integration("nord", position=9)})
    result = await syncing.once()
    assert (result.ready, result.problems) == (True, 2)
    assert result.message.startswith("2 errors hold documents back")
    assert await syncing.objects("fjord") == FJORD
    assert await syncing.objects("nord") == NORD
    for slug in ("fjord", "nord"):
        (row,) = syncing.journal.get(slug).integrations["journal"].waiting
        assert (row.on, row.reason) == ("supplier", "SourceInvalid")


async def test_many_stacks_are_declared_some_at_a_time_and_none_twice_at_once(syncing: Syncing) -> None:
    for files in authored.suppliers(3 * AT_A_TIME):
        syncing.main.commit(files)
    await asyncio.gather(*(syncing.sync.once(syncing.repository()) for _ in range(3)))
    assert set(syncing.engine.started.values()) == {1}
    assert len(syncing.engine.started) == 3 * AT_A_TIME
    assert 1 < syncing.engine.most <= AT_A_TIME


async def test_the_fuse_holds_the_sync_until_that_very_commit_is_released(syncing: Syncing) -> None:
    for files in authored.suppliers(7):
        syncing.main.commit(files)
    await syncing.once()
    hold_everything(syncing)
    head = syncing.main.commit({f"integrations/supplier-{each:03}/journal.yaml": None for each in range(7)})
    result = await syncing.once(annotations={RELEASE_FUSE: "0" * 40})
    assert (result.ready, result.reason, result.fuse_held) == (False, "FuseHeld", 7)
    assert await uses(syncing) == {"Open"}
    released = await syncing.once(annotations={RELEASE_FUSE: head})
    assert (released.ready, released.fuse_held) == (True, 0)
    assert await uses(syncing) == {"Retired"}


def hold_everything(syncing: Syncing) -> None:
    """Let the ledger say of every client that the authority may hold it, as its handler does."""
    for slug in syncing.journal.all():
        syncing.journal.note(slug, lambda ledger: holding(ledger, "journal", "sync"))


async def uses(syncing: Syncing) -> set[str]:
    found = [await syncing.cluster.get(client(slug=f"supplier-{each:03}")) for each in range(7)]
    return {item["spec"]["use"] for item in found if item is not None}
