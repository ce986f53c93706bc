"""Writes the status of an IntegrationRepository after a sync, where it differs from what stands there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sluse.cluster.client import Cluster
from sluse.cluster.kinds import INTEGRATION_REPOSITORY
from sluse.delivery.repository import Repository, SyncResult, status
from sluse.model.resources.integration_repository import IntegrationRepositoryStatus
from sluse.reconcile.status import merge_patch


@dataclass(frozen=True)
class RepositoryReport:
    """One environment's, in its namespace."""

    cluster: Cluster
    namespace: str
    now: Callable[[], datetime]

    async def write(self, repository: Repository, result: SyncResult) -> None:
        """Write how a sync went. ClusterError where the API server does not answer or refuses."""
        found = await self.cluster.get(INTEGRATION_REPOSITORY, self.namespace, repository.name)
        before: dict[str, Any] = found.get("status") or {}
        previous = IntegrationRepositoryStatus.of(before)
        patch = merge_patch(before, status(previous, repository.generation, result, self.now()).wire())
        if patch:
            await self.cluster.merge(
                INTEGRATION_REPOSITORY, self.namespace, repository.name, {"status": patch}, subresource="status"
            )
