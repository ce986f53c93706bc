"""Another engine than the ledger's declares nothing until the repository lets it take over; then it takes all over."""

from __future__ import annotations

from sluse.delivery.embedded import EmbeddedEngine
from sluse.delivery.repository import CHANGE_ENGINE
from worlds import authored
from worlds.syncing import Syncing


class Other(EmbeddedEngine):
    name = "other"


async def test_another_engine_declares_nothing_and_says_what_helps(syncing: Syncing) -> None:
    syncing.main.commit(authored.supplier("fjord"))
    await syncing.once()
    syncing.close()
    await syncing.process(Other)
    other = syncing.engine
    before = syncing.cluster.writes("helseidclients")
    result = await syncing.once()
    assert (result.ready, result.reason, result.stalled) == (False, "EngineUnusable", True)
    assert "declared by the engine embedded, and the settings say other" in result.message
    assert f"{CHANGE_ENGINE}=other" in result.message
    assert (syncing.cluster.writes("helseidclients"), other.started) == (before, {})
    assert {ledger.engine for ledger in syncing.journal.all().values()} == {"embedded"}


async def test_it_takes_every_stack_over_when_the_repository_says_so_and_then_needs_no_leave(syncing: Syncing) -> None:
    syncing.main.commit(authored.supplier("fjord"))
    await syncing.once()
    syncing.close()
    await syncing.process(Other)
    other = syncing.engine
    result = await syncing.once(annotations={CHANGE_ENGINE: "other"})
    assert (result.ready, result.reason) == (True, "Synced")
    assert other.started.keys() == syncing.journal.all().keys()
    assert {ledger.engine for ledger in syncing.journal.all().values()} == {"other"}
    other.started.clear()
    assert (await syncing.once()).ready
    assert other.started == {}


async def test_leave_for_one_engine_is_none_for_another(syncing: Syncing) -> None:
    syncing.main.commit(authored.supplier("fjord"))
    await syncing.once()
    syncing.close()
    await syncing.process(Other)
    assert (await syncing.once(annotations={CHANGE_ENGINE: "pulumi"})).reason == "EngineUnusable"
