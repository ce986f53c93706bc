"""The Lease that replicas elect their leader with: one object, written only over the version that was seen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sluse.cluster.client import Cluster, Object
from sluse.cluster.kinds import LEASE
from sluse.errors import NotFound
from sluse.leadership.election import Record

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class LeaseObject:
    """Implements `sluse.leadership.leading.Leases`. `duration` (seconds) counts for a holder that promised none."""

    def __init__(self, cluster: Cluster, namespace: str, name: str, *, duration: float) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._name = name
        self._duration = duration
        self._last: Object = {}

    async def read(self) -> Record | None:
        """Return what it says; None where it does not exist."""
        try:
            self._last = await self._cluster.get(LEASE, self._namespace, self._name)
        except NotFound:
            self._last = {}
            return None
        return self._record(self._last)

    async def write(self, record: Record) -> Record:
        """Create it (no version), or replace that version; what others put on it is kept."""
        metadata = {**(self._last.get("metadata") or {}), "namespace": self._namespace, "name": self._name}
        spec = {
            **(self._last.get("spec") or {}),
            "holderIdentity": record.holder,
            "leaseDurationSeconds": max(round(record.duration), 1),
            "acquireTime": _micro_time(record.acquired),
            "renewTime": _micro_time(record.renewed),
            "leaseTransitions": record.transitions,
        }
        manifest = {"apiVersion": LEASE.api_version, "kind": LEASE.kind, "metadata": metadata, "spec": spec}
        if record.version:
            metadata["resourceVersion"] = record.version
            self._last = await self._cluster.replace(manifest)
        else:
            self._last = await self._cluster.create(manifest)
        return self._record(self._last)

    def _record(self, item: Object) -> Record:
        spec: dict[str, Any] = item.get("spec") or {}
        return Record(
            holder=spec.get("holderIdentity") or "",
            duration=float(spec.get("leaseDurationSeconds") or self._duration),
            renewed=_moment(spec.get("renewTime")),
            acquired=_moment(spec.get("acquireTime")),
            transitions=int(spec.get("leaseTransitions") or 0),
            version=item["metadata"]["resourceVersion"],
        )


def _micro_time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _moment(text: str | None) -> datetime:
    return datetime.fromisoformat(text) if text else _LONG_AGO
