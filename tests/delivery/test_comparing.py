"""Drift that nobody reported is found when a stack's time has come, put right, and told on the object."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluse.cluster.kinds import EVENT
from sluse.delivery.comparing import AT_A_TIME, Comparing, schedule
from sluse.delivery.drift import MOST, DriftEvents
from sluse.delivery.engine import Declared
from sluse.desired.stack import ObjectKey
from sluse.sandbox.kube.faults import Fault
from worlds import authored
from worlds.cluster import TEST
from worlds.stacks import client, summary
from worlds.syncing import NOW, Syncing

HOUR = 3600.0
slugs = st.lists(st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True), unique=True, max_size=30)


class Clock:
    """Moved by the test."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> Any:
        return self.at

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def comparing(syncing: Syncing, clock: Clock) -> Comparing:
    """Two organisations are declared, and a first look was had at when they are due."""
    syncing.main.commit(authored.supplier("fjord"))
    syncing.main.commit(authored.supplier("nord", position=1))
    await syncing.once()
    looking = Comparing(syncing.box, syncing.sync.stacks.compare, syncing.sync.request, HOUR, clock)
    await looking.once()
    return looking


async def events(syncing: Syncing) -> list[tuple[str, str]]:
    found, _ = await syncing.cluster.admin.list(EVENT, TEST.namespace)
    return sorted((item["reason"], item["involvedObject"]["name"]) for item in found)


async def test_each_is_compared_once_in_its_time_and_nothing_written(
    syncing: Syncing, comparing: Comparing, clock: Clock
) -> None:
    before, writes = dict(syncing.engine.started), syncing.cluster.writes()
    for _ in range(60):
        clock.move(HOUR / 60)
        await comparing.once()
    assert dict(syncing.engine.started) == {slug: times + 1 for slug, times in before.items()}
    assert syncing.cluster.writes() == writes
    assert await events(syncing) == []


async def test_a_label_and_a_summary_that_somebody_edited_are_put_right_and_told(
    syncing: Syncing, comparing: Comparing, clock: Clock
) -> None:
    await syncing.cluster.edit(client(), {"metadata": {"labels": {"sluse.nhn.no/integration": "x"}}})
    await syncing.cluster.edit(summary(), {"spec": {"title": "Another"}})
    clock.move(HOUR)
    await comparing.once()
    found = await syncing.cluster.get(client()), await syncing.cluster.get(summary())
    assert found[0] is not None
    assert found[0]["metadata"]["labels"]["sluse.nhn.no/integration"] == "journal"
    assert found[1] is not None
    assert found[1]["spec"]["title"] != "Another"
    assert await events(syncing) == [("Restored", "fjord.journal"), ("Restored", "fjord.journal.sync")]
    told, _ = await syncing.cluster.admin.list(EVENT, TEST.namespace)
    assert {each["involvedObject"]["uid"] for each in told} == {each["metadata"]["uid"] for each in found if each}


async def test_what_a_handler_saw_is_told_too(syncing: Syncing, comparing: Comparing) -> None:
    del comparing
    await syncing.cluster.edit(client(), {"spec": {"use": "Withheld"}})
    syncing.sync.dirty("fjord")
    await syncing.once()
    assert await events(syncing) == [("Restored", "fjord.journal.sync")]


async def test_what_a_commit_changes_is_no_drift(syncing: Syncing, comparing: Comparing) -> None:
    del comparing
    syncing.main.commit(authored.supplier("fjord", clients=("sync", "batch")))
    await syncing.once()
    assert await events(syncing) == []


async def test_what_is_to_be_declared_anyway_is_the_syncs(syncing: Syncing, comparing: Comparing, clock: Clock) -> None:
    syncing.sync.dirty("fjord")
    started = dict(syncing.engine.started)
    clock.move(HOUR)
    await comparing.once()
    assert dict(syncing.engine.started) == {**started, "nord": started["nord"] + 1}


async def test_what_cannot_be_compared_is_tried_again_by_the_next_sync(
    syncing: Syncing, comparing: Comparing, clock: Clock
) -> None:
    await syncing.cluster.edit(client(), {"metadata": {"labels": {"sluse.nhn.no/integration": "x"}}})
    syncing.cluster.api.faults.add(Fault(code=403, verb="patch", resource="helseidclients"))
    clock.move(HOUR)
    await comparing.once()
    result = await syncing.once()
    assert result.ready
    assert await events(syncing) == [("Restored", "fjord.journal.sync")]


async def test_nothing_is_compared_while_nothing_is_wanted(
    syncing: Syncing, comparing: Comparing, clock: Clock
) -> None:
    await syncing.once(suspend=True)
    started = dict(syncing.engine.started)
    clock.move(HOUR)
    await comparing.once()
    assert dict(syncing.engine.started) == started


async def test_no_more_are_compared_at_once_than_leave_room_for_changes(syncing: Syncing, clock: Clock) -> None:
    for position, slug in enumerate(("fjord", "nord", "elv", "vik", "nes")):
        syncing.main.commit(authored.supplier(slug, position=position))
    await syncing.once()
    looking = Comparing(syncing.box, syncing.sync.stacks.compare, syncing.sync.request, HOUR, clock)
    await looking.once()
    syncing.engine.most = 0
    clock.move(HOUR)
    await looking.once()
    assert syncing.engine.most == AT_A_TIME


async def test_an_event_that_cannot_be_posted_is_a_line_in_the_log(
    syncing: Syncing, caplog: pytest.LogCaptureFixture
) -> None:
    syncing.cluster.api.faults.add(Fault(code=403, verb="create", resource="events"))
    tell = DriftEvents(syncing.cluster.operator, TEST, lambda: NOW)
    await tell(Declared((), (ObjectKey("HelseIDClient", "fjord.gone.client"),)))
    assert "no Event about HelseIDClient fjord.gone.client (Removed)" in caplog.text


async def test_a_cluster_that_lost_everything_is_not_flooded(syncing: Syncing) -> None:
    gone = tuple(ObjectKey("HelseIDClient", f"fjord.gone.c{number}") for number in range(MOST + 5))
    await DriftEvents(syncing.cluster.operator, TEST, lambda: NOW)(Declared((), gone))
    assert len(await events(syncing)) == MOST


@given(slugs, slugs)
def test_every_stack_is_due_within_the_time_and_a_known_one_keeps_its_moment(
    before: list[str], after: list[str]
) -> None:
    first = schedule({}, before, NOW, HOUR)
    assert all(NOW < when <= NOW + timedelta(seconds=HOUR) for when in first.values())
    second = schedule(first, after, NOW + timedelta(seconds=60), HOUR)
    assert second.keys() == set(after)
    assert all(second[slug] == first[slug] for slug in first.keys() & second.keys())
