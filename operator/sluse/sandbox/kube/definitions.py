"""Makes accepted CustomResourceDefinitions served, and stops serving deleted ones.

Establishing happens soon after the write, not in it: as on a real server the first answer has no conditions yet.
"""

from __future__ import annotations

import asyncio

from sluse.sandbox.kube import crds
from sluse.sandbox.kube.builtin import CRDS
from sluse.sandbox.kube.resources import Registry, Resource
from sluse.sandbox.kube.status import Object
from sluse.sandbox.kube.store import Event, Key, Store
from sluse.sandbox.kube.watch import Watches
from sluse.sandbox.kube.writes import Writer


class Definitions:
    """Keeps the registry in step with the stored CRDs."""

    def __init__(self, store: Store, registry: Registry, watches: Watches) -> None:
        self._store = store
        self._registry = registry
        self._watches = watches
        self._storage: dict[tuple[str, str], str] = {}
        self._leaving: set[tuple[str, str]] = set()
        self._writer: Writer | None = None
        store.observers.append(self._observe)

    def stored_as(self, resource: Resource) -> str:
        """Return the apiVersion under which objects of this resource are stored."""
        return self._storage.get(resource.key, resource.api_version)

    def leaving(self, resource: Resource) -> bool:
        """Tell whether the kind is being deleted: nothing new may be created then."""
        return resource.key in self._leaving

    def use(self, writer: Writer) -> None:
        """Take the writer that stores the conditions (it needs `stored_as` first)."""
        self._writer = writer

    def _observe(self, resource: tuple[str, str], event: Event) -> None:
        if resource != CRDS:
            return
        spec = event.stored.item["spec"]
        served = (spec["group"], spec["names"]["plural"])
        if event.type == "DELETED":
            self._leaving.discard(served)
            self._storage.pop(served, None)
            self._registry.remove(*served)
            self._watches.end(served)
            self._store.drop(served)
        elif "deletionTimestamp" in event.stored.item["metadata"]:
            self._leaving.add(served)
        elif event.previous is None or event.previous.item["spec"] != spec:
            asyncio.get_running_loop().call_soon(self._establish, event.stored.key)

    def _establish(self, key: Key) -> None:
        stored = self._store.collection(CRDS).get(key)
        if stored is None or self._writer is None:
            return
        spec = stored.item["spec"]
        served = (spec["group"], spec["names"]["plural"])
        self._storage[served] = crds.storage_version(stored.item)
        self._registry.remove(*served)
        for resource in crds.resources(stored.item):
            self._registry.add(resource)
        now = self._writer.now()
        status = _status(stored.item, now)
        if status != stored.item.get("status"):
            self._writer.mark(CRDS, stored, lambda item: item.update(status=status))


def _status(item: Object, now: str) -> Object:
    before = item.get("status") or {}
    version = crds.storage_version(item).rpartition("/")[2]
    stored = [*before.get("storedVersions", ()), *([] if version in before.get("storedVersions", ()) else [version])]
    conditions = before.get("conditions") or [
        _condition("NamesAccepted", "NoConflicts", "no conflicts found", now),
        _condition("Established", "InitialNamesAccepted", "the initial names have been accepted", now),
    ]
    return {"conditions": conditions, "acceptedNames": item["spec"]["names"], "storedVersions": stored}


def _condition(kind: str, reason: str, message: str, now: str) -> Object:
    return {"type": kind, "status": "True", "lastTransitionTime": now, "reason": reason, "message": message}
