"""Deleting: at once, or by a mark that finalizers hold open."""

from __future__ import annotations

from sluse.sandbox.kube.bodies import finished
from sluse.sandbox.kube.builtin import CRDS, NAMESPACES
from sluse.sandbox.kube.crds import CLEANUP
from sluse.sandbox.kube.options import DeleteOptions
from sluse.sandbox.kube.status import Object, conflict
from sluse.sandbox.kube.store import Store, Stored
from sluse.sandbox.kube.writes import Writer

FOREGROUND = "foregroundDeletion"
ORPHAN = "orphan"


class Deleter:
    """Deletes on behalf of callers and of the collector."""

    def __init__(self, store: Store, writer: Writer) -> None:
        self._store = store
        self._writer = writer

    def delete(self, key: tuple[str, str], stored: Stored, options: DeleteOptions) -> tuple[Stored, bool]:
        """Return the last or marked state, and whether the object is gone."""
        _check_preconditions(key, stored, options)
        item = stored.copy()
        metadata = item["metadata"]
        held = list(metadata.get("finalizers") or ())
        wanted = {"Foreground": FOREGROUND, "Orphan": ORPHAN}.get(options.propagation)
        if wanted and wanted not in held:
            held.append(wanted)
        if key == CRDS and CLEANUP not in held and "deletionTimestamp" not in metadata:
            held.append(CLEANUP)
        if held:
            metadata["finalizers"] = held
        if "deletionTimestamp" not in metadata:
            if finished(item):
                if not options.dry_run:
                    stored = self._store.remove(key, stored.key, item)
                return stored, True
            _mark(key, item, self._writer.now())
        if options.dry_run or item == stored.item:
            return stored, False
        return self._store.put(key, stored.key, item), False

    def release(self, key: tuple[str, str], stored: Stored, finalizer: str) -> None:
        """Take a finalizer that the server itself had put, and let the object go if it was the last."""
        item = stored.copy()
        item["metadata"]["finalizers"] = [f for f in item["metadata"].get("finalizers") or () if f != finalizer]
        if not item["metadata"]["finalizers"]:
            del item["metadata"]["finalizers"]
        if key == NAMESPACES:
            item["spec"]["finalizers"] = [f for f in item["spec"].get("finalizers") or () if f != finalizer]
        if finished(item):
            self._store.remove(key, stored.key, item)
        else:
            self._store.put(key, stored.key, item)


def _mark(key: tuple[str, str], item: Object, now: str) -> None:
    metadata = item["metadata"]
    metadata["deletionTimestamp"] = now
    metadata["deletionGracePeriodSeconds"] = 0
    if "generation" in metadata:
        metadata["generation"] += 1
    if key == NAMESPACES:
        del metadata["deletionGracePeriodSeconds"]
        item["status"] = {**item.get("status", {}), "phase": "Terminating"}


def _check_preconditions(key: tuple[str, str], stored: Stored, options: DeleteOptions) -> None:
    metadata = stored.item["metadata"]
    for what, wanted, found in (
        ("UID", options.uid, metadata["uid"]),
        ("ResourceVersion", options.resource_version, metadata["resourceVersion"]),
    ):
        if wanted is not None and wanted != found:
            why = f"Precondition failed: {what} in precondition: {wanted}, {what} in object meta: {found}"
            raise conflict(key[0], key[1], stored.key[1], why)
