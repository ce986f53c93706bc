"""An upgrade changes nothing that nobody decided."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from sluse.delivery.repository import RELEASE_FUSE
from worlds.gated import Gated, Guarded, looked_at
from worlds.operated import Writes, difference
from worlds.recorded import Recorded, put_back
from worlds.running import quiet

OTHERWISE = "0" * 64


@pytest.mark.parametrize("days", [0, 1000], ids=["at once", "years later"])
async def test_an_operator_of_this_version_writes_nothing_over_what_an_older_one_left(world: Gated, days: int) -> None:
    world.later(days=days)
    before, registered = world.writes(), world.authority.admin.registrations()
    with world.operator() as operator:
        await world.synced(world.main.id("refs/heads/main"))
        await quiet(operator)
    assert difference(before, world.writes()) == Writes({}, {}, 0)
    assert world.authority.admin.registrations() == registered
    assert len(registered) > 5, "more than the fuse would let through"


@pytest.fixture
def planted(recorded: Recorded, tmp_path: Path) -> Iterator[Guarded]:
    """The same, left by a version that registers otherwise than this one: each digest that it noted is another."""
    with put_back(registered_otherwise(recorded), tmp_path) as guarded:
        yield guarded


@pytest.fixture
async def changed(planted: Guarded) -> AsyncIterator[Gated]:
    async with looked_at(planted) as opened:
        yield opened


async def test_a_version_that_registers_otherwise_is_held_by_the_fuse_until_somebody_means_it(changed: Gated) -> None:
    before, registered = changed.writes(), changed.authority.admin.registrations()
    head = changed.main.id("refs/heads/main")
    with changed.operator() as operator:
        body = await changed.synced(head, "FuseHeld")
        await quiet(operator)
        noted = {"integrationrepositories/status": 1, "configmaps": 1}  # that it holds, and what it leaves alone
        assert difference(before, changed.writes()) == Writes(noted, {}, 1)
        assert f"{len(registered)} changes" in body["status"]["conditions"][0]["message"]
        await changed.annotate(RELEASE_FUSE, head)
        await changed.synced(head)
    assert changed.authority.admin.registrations() == registered, "this version asks for what is there"


def registered_otherwise(recorded: Recorded) -> Recorded:
    text = json.dumps(recorded)
    for registered in digests(recorded):
        text = text.replace(registered, OTHERWISE)
    found: Recorded = json.loads(text)
    return found


def digests(recorded: Recorded) -> set[str]:
    """Return the digest of every registration that the ledgers hold."""
    names = {each["metadata"]["name"]: each for each in recorded["objects"] if each["kind"] == "ConfigMap"}
    ledgers = [json.loads(each["data"]["ledger.json"]) for name, each in names.items() if "-ledger-" in name]
    return {
        client["digest"]
        for ledger in ledgers
        for entry in ledger["integrations"].values()
        for client in entry["clients"].values()
    }
