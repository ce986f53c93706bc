"""Writes the statuses of AcceptanceTest objects where what became of a test has changed; else nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sluse.cluster.client import Cluster
from sluse.cluster.kinds import ACCEPTANCE_TEST
from sluse.delivery.production.acceptance import status
from sluse.errors import ClusterError, NotFound
from sluse.gate.approval import Approval
from sluse.model.names import IntegrationKey
from sluse.model.resources.acceptance_test import AcceptanceTestStatus
from sluse.reconcile.status import merge_patch

_MANY = 8  # of so many news all objects are asked for at once, as after a start


@dataclass
class AcceptanceStatuses:
    """`approvals` says what became of every test, as compiled last."""

    cluster: Cluster
    namespace: str
    approvals: Callable[[], Mapping[IntegrationKey, Approval]]
    now: Callable[[], datetime]
    _shown: dict[IntegrationKey, Approval] = field(default_factory=dict)

    async def show(self) -> list[ClusterError]:
        """Show what is news; return what failed, which stays news. So does an object that is not declared yet."""
        wanted = self.approvals()
        self._shown = {key: said for key, said in self._shown.items() if key in wanted}
        news = {key: said for key, said in wanted.items() if self._shown.get(key) != said}
        try:
            bodies = await self._bodies(tuple(news))
        except ClusterError as error:
            return [error]
        done = await asyncio.gather(
            *(self._show(key, bodies[key], news[key]) for key in bodies), return_exceptions=True
        )
        for failure in done:
            if failure is not None and not isinstance(failure, ClusterError):
                raise failure
        return [failure for failure in done if isinstance(failure, ClusterError)]

    async def _bodies(self, keys: tuple[IntegrationKey, ...]) -> Mapping[IntegrationKey, Mapping[str, Any]]:
        if len(keys) > _MANY:
            items, _ = await self.cluster.list(ACCEPTANCE_TEST, self.namespace)
            listed = {item["metadata"]["name"]: item for item in items}
            return {key: listed[str(key)] for key in keys if str(key) in listed}
        found = {}
        for key in keys:
            try:
                found[key] = await self.cluster.get(ACCEPTANCE_TEST, self.namespace, str(key))
            except NotFound:
                continue
        return found

    async def _show(self, key: IntegrationKey, body: Mapping[str, Any], said: Approval) -> None:
        before: dict[str, Any] = body.get("status") or {}
        previous = AcceptanceTestStatus.of(before)
        patch = merge_patch(before, status(previous, body["metadata"]["generation"], said, self.now()).wire())
        if patch:
            await self.cluster.merge(ACCEPTANCE_TEST, self.namespace, str(key), {"status": patch}, subresource="status")
        self._shown[key] = said
