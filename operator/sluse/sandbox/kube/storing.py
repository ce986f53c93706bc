"""The end of every write, whatever asked for it: admit, own, count generations, and store if anything changed."""

from __future__ import annotations

import random
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from sluse.sandbox.clock import Clock
from sluse.sandbox.kube.admission import Admission, check_size
from sluse.sandbox.kube.bodies import finished, same_json, spec_changed
from sluse.sandbox.kube.options import WriteOptions
from sluse.sandbox.kube.ownership import Manager, encoded, keep_times, updated
from sluse.sandbox.kube.resources import Resource
from sluse.sandbox.kube.status import Object
from sluse.sandbox.kube.store import Key, Store, Stored

_SERVER_SET = ("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink")

# uids must be unique, not secret; the system's source would give up the interpreter lock once per object.
_RANDOM = random.Random(secrets.randbits(256))  # noqa: S311


@dataclass(frozen=True)
class Written:
    """The outcome of a write: the object's new (or unchanged) state."""

    stored: Stored
    created: bool = False
    warnings: tuple[str, ...] = ()


class Storing:
    """`stored_as` gives the apiVersion that a resource is stored under."""

    def __init__(self, store: Store, clock: Clock, stored_as: Callable[[Resource], str]) -> None:
        self.admission = Admission(store)
        self._store = store
        self._clock = clock
        self._stored_as = stored_as

    def now(self) -> str:
        """Return the time as objects have it."""
        return self._clock.now().isoformat()[:19] + "Z"

    def prepare_new(self, resource: Resource, namespace: str, item: Object, options: WriteOptions) -> list[str]:
        """Admit a new object, and give it what the server sets. Returns warnings."""
        metadata = item["metadata"]
        for field in _SERVER_SET:
            metadata.pop(field, None)
        if namespace:
            metadata["namespace"] = namespace
        if resource.status:
            item.pop("status", None)
        warnings = self.admission.admit(resource, item, None, options)
        if resource.generation:
            metadata["generation"] = 1
        metadata["uid"] = str(uuid.UUID(int=_RANDOM.getrandbits(128), version=4))
        metadata["creationTimestamp"] = self.now()
        item["apiVersion"] = self._stored_as(resource)
        return warnings

    def commit_new(
        self, resource: Resource, key: Key, item: Object, options: WriteOptions, warnings: list[str]
    ) -> Written:
        """Store a new object that was prepared."""
        check_size(orjson.dumps(item))
        if options.dry_run:
            return Written(Stored(key, item, self._store.revision), created=True, warnings=tuple(warnings))
        return Written(self._store.put(resource.key, key, item), created=True, warnings=tuple(warnings))

    def finish(  # noqa: C901 - the common end of every change, step by step
        self,
        resource: Resource,
        old: Stored,
        item: Object,
        options: WriteOptions,
        managers: dict[Manager, Any] | None = None,
        subresource: str = "",
    ) -> Written:
        """Admit, own, count generations, and store if anything changed. `managers` None: already computed."""
        before = old.item
        metadata = item["metadata"]
        metadata |= {"name": old.key[1], "resourceVersion": before["metadata"]["resourceVersion"]}
        for field in (*_SERVER_SET, "namespace"):
            metadata.pop(field, None)
            if field in before["metadata"]:
                metadata[field] = before["metadata"][field]
        item["apiVersion"] = self._stored_as(resource)
        if item == before and same_json(item, before):
            return Written(old, warnings=options.judge(before, before))
        warnings = self.admission.admit(resource, item, before, options)
        if managers is not None:
            manager = Manager(options.manager, "Update", resource.api_version, subresource)
            after = updated(resource.schema.node, before, item, managers, manager, (), self.now())
            if after is not managers:
                metadata["managedFields"] = encoded(after)
        if not metadata.get("managedFields"):
            metadata.pop("managedFields", None)
        if resource.generation and spec_changed(resource, before, item):
            metadata["generation"] = before["metadata"].get("generation", 0) + 1
        keep_times(item, before)
        if item == before and same_json(item, before):
            return Written(old, warnings=tuple(warnings))
        check_size(orjson.dumps(item))
        if options.dry_run:
            return Written(Stored(old.key, item, old.revision), warnings=tuple(warnings))
        if "deletionTimestamp" in metadata and finished(item):
            return Written(self._store.remove(resource.key, old.key, item), warnings=tuple(warnings))
        return Written(self._store.put(resource.key, old.key, item), warnings=tuple(warnings))
