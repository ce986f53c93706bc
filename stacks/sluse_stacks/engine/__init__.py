"""The engine `pulumi`: the real CLI and its Kubernetes provider, through the Automation API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from sluse.cluster.client import Cluster
from sluse.delivery.engine import Engine
from sluse.leadership.fence import Deadline
from sluse.model.settings import PulumiSettings
from sluse_stacks.engine.adapter import PulumiEngine
from sluse_stacks.engine.lean import Lean


@asynccontextmanager
async def opened(
    settings: PulumiSettings,
    cluster: Cluster,
    kubeconfig: Path | None,
    environment: Mapping[str, str],
    fence: Deadline,
) -> AsyncIterator[Engine]:
    """Open the engine. What it lacks on PATH it tells with the first stack, so that the operator runs and can say so."""
    engine = PulumiEngine(Lean(settings, kubeconfig, environment, fence), cluster)
    try:
        yield engine
    finally:
        await engine.close()
