"""What controllers of a real cluster do after the fact: collect by owner, empty namespaces and dropped CRDs.

It runs soon after the write that caused it, never inside it: a caller sees its own answer first, as in reality.
Not imitated: removing single absent owners from an object that still has a living one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator

from sluse.sandbox.kube.builtin import CRDS, EVENTS, NAMESPACES
from sluse.sandbox.kube.crds import CLEANUP
from sluse.sandbox.kube.deletes import FOREGROUND, ORPHAN, Deleter
from sluse.sandbox.kube.options import DeleteOptions
from sluse.sandbox.kube.resources import Registry
from sluse.sandbox.kube.status import Object
from sluse.sandbox.kube.store import Event, Key, Store, Stored

Place = tuple[tuple[str, str], Key]


class Collector:
    """Watches the store as its observer; `places` is the work still to look at."""

    def __init__(self, store: Store, registry: Registry, deleter: Deleter) -> None:
        self._store = store
        self._registry = registry
        self._deleter = deleter
        self._living: dict[str, Place] = {}
        self._dependents: dict[str, set[Place]] = {}
        self._work: deque[Place] = deque()
        self._scheduled = False
        store.observers.append(self._observe)

    def _observe(self, resource: tuple[str, str], event: Event) -> None:
        metadata = event.stored.item["metadata"]
        place = (resource, event.stored.key)
        if event.previous is not None:
            for owner in event.previous.item["metadata"].get("ownerReferences") or ():
                self._dependents.get(owner["uid"], set()).discard(place)
        if event.type == "DELETED":
            self._living.pop(metadata["uid"], None)
            self._look(*self._dependents.get(metadata["uid"], ()))
            self._look_above(resource, event.stored)
            return
        self._living[metadata["uid"]] = place
        for owner in metadata.get("ownerReferences") or ():
            self._dependents.setdefault(owner["uid"], set()).add(place)
        if metadata.get("ownerReferences") or "deletionTimestamp" in metadata:
            self._look(place)

    def _look_above(self, resource: tuple[str, str], stored: Stored) -> None:
        """Something went: whoever waits for that looks again."""
        namespace = stored.key[0]
        found = self._store.collection(NAMESPACES).get(("", namespace)) if namespace else None
        if found is not None and "deletionTimestamp" in found.item["metadata"]:
            self._look((NAMESPACES, found.key))
        for owner in stored.item["metadata"].get("ownerReferences") or ():
            if owner["uid"] in self._living:
                self._look(self._living[owner["uid"]])
        definition = ("", f"{resource[1]}.{resource[0]}")
        if self._store.collection(CRDS).get(definition) is not None:
            self._look((CRDS, definition))

    def _look(self, *places: Place) -> None:
        self._work.extend(places)
        if self._work and not self._scheduled:
            try:
                asyncio.get_running_loop().call_soon(self._run)
            except RuntimeError:
                return  # nothing runs yet: the objects the API starts with owe nothing to anybody
            self._scheduled = True

    def _run(self) -> None:
        self._scheduled = False
        places = dict.fromkeys(self._work)
        self._work.clear()
        for resource, key in places:
            stored = self._store.collection(resource).get(key)
            if stored is not None:
                self._judge(resource, stored)

    def _judge(self, resource: tuple[str, str], stored: Stored) -> None:
        metadata = stored.item["metadata"]
        if "deletionTimestamp" not in metadata:
            if self._abandoned(metadata.get("ownerReferences") or []):
                self._delete((resource, stored.key))
            return
        if resource == NAMESPACES:
            self._empty_namespace(stored)
        elif CLEANUP in (metadata.get("finalizers") or ()) and resource == CRDS:
            self._empty_definition(stored)
        elif FOREGROUND in (metadata.get("finalizers") or ()):
            self._delete_dependents(resource, stored)
        elif ORPHAN in (metadata.get("finalizers") or ()):
            self._orphan_dependents(resource, stored)

    def _abandoned(self, owners: list[Object]) -> bool:
        """Every owner is known to be absent; an owner of a kind that nobody serves might exist."""
        return bool(owners) and all(
            owner["uid"] not in self._living
            and self._registry.of_kind(owner["apiVersion"].rpartition("/")[0], owner["kind"]) is not None
            for owner in owners
        )

    def _delete(self, place: Place, *, foreground: bool = False) -> None:
        resource, key = place
        stored = self._store.collection(resource).get(key)
        if stored is not None and "deletionTimestamp" not in stored.item["metadata"]:
            self._deleter.delete(
                resource, stored, DeleteOptions(propagation="Foreground" if foreground else "Background")
            )

    def _delete_dependents(self, resource: tuple[str, str], stored: Stored) -> None:
        uid = stored.item["metadata"]["uid"]
        for place in sorted(self._dependents.get(uid, ())):
            self._delete(place, foreground=bool(self._dependents.get(self._uid(place))))
        if not any(True for _ in self._blocking(uid)):
            self._deleter.release(resource, stored, FOREGROUND)

    def _uid(self, place: Place) -> str:
        stored = self._store.collection(place[0]).get(place[1])
        return str(stored.item["metadata"]["uid"]) if stored else ""

    def _blocking(self, uid: str) -> Iterator[Place]:
        for place in self._dependents.get(uid, ()):
            stored = self._store.collection(place[0]).get(place[1])
            owners = stored.item["metadata"].get("ownerReferences") or () if stored else ()
            if any(owner["uid"] == uid and owner.get("blockOwnerDeletion") for owner in owners):
                yield place

    def _orphan_dependents(self, resource: tuple[str, str], stored: Stored) -> None:
        uid = stored.item["metadata"]["uid"]
        for dependent, key in sorted(self._dependents.get(uid, ())):
            found = self._store.collection(dependent).get(key)
            if found is not None:
                item = found.copy()
                owners = [o for o in item["metadata"]["ownerReferences"] if o["uid"] != uid]
                item["metadata"]["ownerReferences"] = owners
                if not owners:
                    del item["metadata"]["ownerReferences"]
                self._store.put(dependent, key, item)
        self._deleter.release(resource, stored, ORPHAN)

    def _empty_namespace(self, stored: Stored) -> None:
        name = stored.key[1]
        places = [(r, key) for r, collection in self._store.collections() for key in collection.within(name)]
        for place in places:
            if place[0] != EVENTS:
                self._delete(place)
        left = any(next(iter(c.within(name)), None) for r, c in self._store.collections() if r != EVENTS)
        if not left:
            for place in places:
                self._delete(place)
            self._deleter.release(NAMESPACES, stored, "kubernetes")

    def _empty_definition(self, stored: Stored) -> None:
        spec = stored.item["spec"]
        resource = (spec["group"], spec["names"]["plural"])
        for key in self._store.collection(resource).within(""):
            self._delete((resource, key))
        if not len(self._store.collection(resource)):
            self._deleter.release(CRDS, stored, CLEANUP)
