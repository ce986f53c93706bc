"""The data of the API server, copied and put back: what an etcd snapshot is to a real one.

Put back are objects with their uids and field owners, as they were; what was written since is gone. Not imitated: the
resourceVersion goes on rising instead of falling back, so clients need not be restarted to notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from sluse.sandbox.kube.store import Key, Store

_Resource = tuple[str, str]


@dataclass(frozen=True)
class Backup:
    """Every object's bytes, by resource and key. It holds Secrets in the clear: keep it in memory."""

    objects: Mapping[_Resource, Mapping[Key, bytes]]


def taken(store: Store) -> Backup:
    """Return a copy of everything."""
    return Backup(
        {
            resource: {
                each.key: each.data for key in collection.within("") if (each := collection.get(key)) is not None
            }
            for resource, collection in store.collections()
        }
    )


def put_back(store: Store, backup: Backup) -> None:
    """Make everything as it was. Watchers are told of each object that differs."""
    for resource, collection in store.collections():
        then = backup.objects.get(resource, {})
        for key in collection.within(""):
            found = collection.get(key)
            if found is not None and key not in then:
                store.remove(resource, key, found.copy())
    for resource, objects in backup.objects.items():
        for key, data in objects.items():
            found = store.collection(resource).get(key)
            if found is None or found.data != data:
                store.put(resource, key, orjson.loads(data))
