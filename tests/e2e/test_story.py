"""The whole story on a real API server, with service accounts as operators and the rights of the manifests."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from e2e.controlplane.binaries import KUBECONFIG
from sluse.catalog.yaml import plain
from sluse.cluster.access import access_from_kubeconfig
from sluse.cluster.client import Cluster
from sluse.cluster.kinds import NAMESPACE
from sluse.errors import NotFound
from sluse.model.names import Environment


@pytest.fixture(scope="session")
def administrator(request: pytest.FixtureRequest) -> Path:
    """The kubeconfig of whoever may do everything, in the cluster that was named or in our own."""
    named = os.environ.get(KUBECONFIG)
    return Path(named) if named else request.getfixturevalue("control_plane").kubeconfig()


@pytest.fixture
async def cluster(administrator: Path) -> AsyncIterator[Cluster]:
    access = access_from_kubeconfig(plain(await asyncio.to_thread(administrator.read_text)))
    async with Cluster(access, connections=1) as opened:
        yield opened


def demo(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sluse", "demo", "--output", "json", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


async def test_every_fact_holds_and_nothing_is_left_behind(administrator: Path, cluster: Cluster) -> None:
    played = demo("--kubeconfig", str(administrator))
    assert played.returncode == 0, played.stdout[-3000:] + played.stderr
    events = [json.loads(line) for line in played.stdout.splitlines()]
    numbers = [event["number"] for event in events if event["event"] == "fact"]
    assert numbers == list(range(1, len(numbers) + 1))
    assert events[-1]["text"].strip() == f"{len(numbers)} facts, each seen to hold."
    for environment in Environment:
        with pytest.raises(NotFound):
            await cluster.get(NAMESPACE, None, environment.namespace)


async def test_a_cluster_that_somebody_uses_is_left_alone(administrator: Path, cluster: Cluster) -> None:
    theirs = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": Environment.PRODUCTION.namespace}}
    await cluster.create(theirs)
    refused = demo("--kubeconfig", str(administrator))
    assert refused.returncode == 2
    assert "has a namespace sluse-production already" in refused.stderr
    with pytest.raises(NotFound):
        await cluster.get(NAMESPACE, None, Environment.TEST.namespace)
    await cluster.delete(NAMESPACE, None, Environment.PRODUCTION.namespace)
