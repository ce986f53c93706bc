"""The whole story on a real API server, with service accounts as operators and the rights of the manifests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from e2e.playing import Played, demo
from sluse.catalog.yaml import plain
from sluse.cluster.access import access_from_kubeconfig
from sluse.cluster.client import Cluster
from sluse.cluster.kinds import NAMESPACE
from sluse.demo.expect import eventually
from sluse.demo.stage import WORKLOADS
from sluse.errors import NotFound
from sluse.model.names import Environment

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
async def cluster(administrator: Path) -> AsyncIterator[Cluster]:
    access = access_from_kubeconfig(plain(await asyncio.to_thread(administrator.read_text)))
    async with Cluster(access, connections=1) as opened:
        yield opened


async def test_every_fact_holds_and_nothing_is_left_behind(played: Played, cluster: Cluster) -> None:
    assert played.returncode == 0, played.stdout[-3000:] + played.stderr
    events = [json.loads(line) for line in played.stdout.splitlines()]
    numbers = [event["number"] for event in events if event["event"] == "fact"]
    assert numbers == list(range(1, len(numbers) + 1))
    assert events[-1]["text"].strip() == f"{len(numbers)} facts, each seen to hold."
    for name in (*(environment.namespace for environment in Environment), WORKLOADS):
        assert await absent(cluster, name), name


async def test_a_cluster_that_somebody_uses_is_left_alone(administrator: Path, cluster: Cluster) -> None:
    theirs = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": Environment.PRODUCTION.namespace}}
    await cluster.create(theirs)
    refused = demo("--kubeconfig", str(administrator))
    assert refused.returncode == 2
    assert "has a namespace sluse-production already" in refused.stderr
    assert await absent(cluster, Environment.TEST.namespace)
    await cluster.delete(NAMESPACE, None, Environment.PRODUCTION.namespace)

    async def gone() -> bool:
        return await absent(cluster, Environment.PRODUCTION.namespace)

    await eventually(gone, "the namespace is gone", patience=60)


async def absent(cluster: Cluster, namespace: str) -> bool:
    try:
        await cluster.get(NAMESPACE, None, namespace)
    except NotFound:
        return True
    return False
