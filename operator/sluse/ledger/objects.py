"""The ledger's objects in the cluster: one ConfigMap per organisation, one data key, canonical JSON.

Canonical, so that "is this what I wrote?" is a comparison of bytes: after a lost answer that is all there is to tell
our own write from somebody else's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sluse.cluster.client import Cluster
from sluse.cluster.kinds import CONFIG_MAP
from sluse.errors import NotFound
from sluse.model.names import GROUP, LEDGER_PREFIX, Environment

LEDGER_LABEL = f"{GROUP}/ledger"
DATA_KEY = "ledger.json"

QUICK, SLOW = 0.005, 0.1
"""Seconds between which a write is reckoned to take."""


@dataclass(frozen=True)
class Stored:
    """A ledger as the cluster has it: its bytes and the resourceVersion that guards them."""

    text: bytes
    version: str


class LedgerObjects:
    """Reads and writes the ConfigMaps of one environment."""

    def __init__(self, cluster: Cluster, environment: Environment) -> None:
        self._cluster = cluster
        self._environment = environment
        self.takes = QUICK
        """Seconds that the last write took, within bounds."""

    async def read_all(self) -> Mapping[str, Stored]:
        """Return every organisation's stored ledger, with one label-selected list."""
        namespace = self._environment.namespace
        items, _ = await self._cluster.list(CONFIG_MAP, namespace, {LEDGER_LABEL: self._environment.value})
        return {item["metadata"]["name"].removeprefix(LEDGER_PREFIX): self._stored(item) for item in items}

    async def read(self, organisation: str) -> Stored | None:
        """Return one; None where it is absent."""
        try:
            item = await self._cluster.get(CONFIG_MAP, self._environment.namespace, LEDGER_PREFIX + organisation)
        except NotFound:
            return None
        return self._stored(item)

    async def write(self, organisation: str, text: bytes, version: str | None) -> str:
        """Create (no version) or replace (guarded by it); return the new version. Conflict where somebody else wrote."""
        manifest = self._manifest(organisation, text, version)
        begun = asyncio.get_running_loop().time()
        answer = await (self._cluster.replace(manifest) if version else self._cluster.create(manifest))
        self.takes = min(max(asyncio.get_running_loop().time() - begun, QUICK), SLOW)
        return str(answer["metadata"]["resourceVersion"])

    def where(self, organisation: str) -> str:
        """Return how a person finds the object."""
        return f"ConfigMap {self._environment.namespace}/{LEDGER_PREFIX}{organisation}"

    def _manifest(self, organisation: str, text: bytes, version: str | None) -> dict[str, Any]:
        return {
            "apiVersion": CONFIG_MAP.api_version,
            "kind": CONFIG_MAP.kind,
            "metadata": {
                "name": LEDGER_PREFIX + organisation,
                "namespace": self._environment.namespace,
                "labels": {LEDGER_LABEL: self._environment.value, f"{GROUP}/organisation": organisation},
                **({"resourceVersion": version} if version else {}),
            },
            "data": {DATA_KEY: text.decode()},
        }

    @staticmethod
    def _stored(item: Mapping[str, Any]) -> Stored:
        data = item.get("data") or {}
        return Stored(str(data.get(DATA_KEY, "")).encode(), str(item["metadata"]["resourceVersion"]))
