"""Etcd is set back to an older backup: the authority and the status branch have moved on."""

from __future__ import annotations

import json
import shutil

from e2e.conftest import PATIENCE
from e2e.controlplane.control_plane import ControlPlane
from sluse.demo.expect import eventually
from worlds.documents import OTHER, READ, Supplier
from worlds.operated import TEST, Operated
from worlds.running import quiet

NEW = Supplier("ny", 3)
BOTH = tuple(sorted((READ, OTHER)))


async def test_an_older_etcd_gives_way_to_what_is_published(
    world: Operated, plane: ControlPlane, mine: Supplier
) -> None:
    with world.operator() as operator:
        await world.ready(mine.sync)
        await quiet(operator)
    plane.snapshot("yesterday")
    with world.operator() as operator:
        await world.merge({**NEW.everything(), **mine.integration(scopes=BOTH)})
        await world.ready(NEW.sync)
        await world.declared(mine.sync, *BOTH)
        await world.stage(NEW.slug, "TestReady")
        await quiet(operator)
    registered, published = world.registrations(), revision(world, mine.slug)
    plane.restore("yesterday")
    shutil.rmtree(world.settings.remote.cache)

    async def old() -> bool:
        held = await world.held(mine.slug)
        return int(held["revision"]) < published

    await eventually(old, "the cluster is yesterday's", patience=PATIENCE)
    with world.operator() as operator:
        await world.condition(NEW.sync, "Ready", "False", "CredentialLost")
        await world.declared(mine.sync, *BOTH)
        await quiet(operator)
    assert world.registrations() == registered
    assert revision(world, mine.slug) >= published


def revision(world: Operated, organisation: str) -> int:
    """Return which revision of an organisation's ledger is published."""
    found: int = json.loads(world.main.file(TEST.status_branch, f"_ledger/{organisation}.json"))["revision"]
    return found
