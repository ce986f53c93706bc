"""Why the operator may watch kinds that it has no handlers for: Pulumi watches what it deletes until it is gone."""

from __future__ import annotations

from pathlib import Path

from worlds.cluster import ClusterWorld
from worlds.engines import marks, pulumi_engine
from worlds.stacks import stack

pytestmark = [*marks("pulumi")]


async def test_pulumi_watches_what_it_deletes(world: ClusterWorld, tmp_path: Path) -> None:
    engine = pulumi_engine(world, tmp_path)
    await engine.declare(stack())
    assert world.asked(verb="watch", resource="integrations") == 0
    await engine.declare(stack(clients=()))
    assert world.asked(verb="watch", resource="integrations") > 0
    assert world.asked(verb="watch", resource="integrations", code=403) == 0
