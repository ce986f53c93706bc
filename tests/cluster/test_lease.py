"""The Lease as the server keeps it: what is read is what was written, over the version that was seen and no other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sluse.cluster.client import Cluster
from sluse.cluster.kinds import LEASE
from sluse.cluster.lease import LeaseObject
from sluse.errors import Conflict
from sluse.leadership.election import NOBODY, Terms, claim, release
from sluse.sandbox.tls import Certificates
from worlds.cluster import ClusterWorld, cluster_world

NOON = datetime(2026, 11, 26, 12, 0, 0, 123456, UTC)
TERMS = Terms(8, 5, 1)
NAME, NAMESPACE = "sluse-operator", "sluse-test"


@pytest.fixture
async def world(certificates: Certificates) -> AsyncIterator[ClusterWorld]:
    async with cluster_world(certificates) as opened:
        yield opened


def lease(cluster: Cluster) -> LeaseObject:
    return LeaseObject(cluster, NAMESPACE, NAME, duration=8)


async def test_it_is_created_renewed_taken_over_and_given_back(world: ClusterWorld) -> None:
    one, two = lease(world.operator), lease(world.operator)
    assert await one.read() is None
    created = await one.write(claim("one", TERMS, None, NOON))
    assert (created.holder, created.renewed, created.transitions) == ("one", NOON, 0)
    assert await two.read() == created
    renewed = await one.write(claim("one", TERMS, created, NOON))
    assert renewed.version != created.version, "a renewal at the same moment is one all the same"
    with pytest.raises(Conflict):
        await two.write(claim("two", TERMS, created, NOON))
    seen = await two.read()
    assert seen == renewed
    taken = await two.write(claim("two", TERMS, seen, NOON))
    assert (taken.holder, taken.transitions) == ("two", 1)
    with pytest.raises(Conflict):
        await one.write(claim("one", TERMS, renewed, NOON))
    free = await two.write(release(taken))
    assert (free.holder, free.duration) == (NOBODY, 1)


async def test_of_two_who_create_one_is_refused(world: ClusterWorld) -> None:
    one, two = lease(world.operator), lease(world.operator)
    assert (await one.read(), await two.read()) == (None, None)
    await one.write(claim("one", TERMS, None, NOON))
    with pytest.raises(Conflict):
        await two.write(claim("two", TERMS, None, NOON))


async def test_what_others_put_on_it_stays_and_what_is_missing_is_made_up(world: ClusterWorld) -> None:
    bare = {"apiVersion": LEASE.api_version, "kind": LEASE.kind}
    metadata = {"name": NAME, "namespace": NAMESPACE, "labels": {"a": "b"}}
    await world.admin.create({**bare, "metadata": metadata, "spec": {"preferredHolder": "x", "strategy": "OldestEmulationVersion"}})  # fmt: skip
    one = lease(world.operator)
    found = await one.read()
    assert found is not None
    assert (found.holder, found.duration, found.transitions) == (NOBODY, 8, 0)
    await one.write(replace(claim("one", TERMS, found, NOON)))
    item = await world.admin.get(LEASE, NAMESPACE, NAME)
    assert item["metadata"]["labels"] == {"a": "b"}
    assert item["spec"]["preferredHolder"] == "x"
    assert item["spec"]["renewTime"] == "2026-11-26T12:00:00.123456Z"
