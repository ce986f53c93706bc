"""Objects, their one rising resourceVersion, a bounded history for watches, and the indexes that lists use.

Everything here runs on the server's loop without an await, so each call is a transaction. A stored object is never
changed in place: a write stores a new one, and its bytes are made once for every reader and watcher.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

import orjson

from sluse.sandbox.kube.selectors import FieldSelector, LabelSelector
from sluse.sandbox.kube.status import Object

Key = tuple[str, str]  # (namespace or "", name)
Type = Literal["ADDED", "MODIFIED", "DELETED"]


class Stored:
    """One revision of one object."""

    __slots__ = ("_renderings", "data", "item", "key", "labels", "revision")

    def __init__(self, key: Key, item: Object, revision: int) -> None:
        self.key = key
        self.item = item
        self.revision = revision
        self.labels: Mapping[str, str] = item["metadata"].get("labels") or {}
        self.data = orjson.dumps(item)
        self._renderings: dict[str, bytes] | None = None

    def rendered(self, api_version: str) -> bytes:
        """Return the JSON at this version of its group (conversion is renaming: strategy None)."""
        if self.item["apiVersion"] == api_version:
            return self.data
        if self._renderings is None:
            self._renderings = {}
        if api_version not in self._renderings:
            self._renderings[api_version] = orjson.dumps({**self.item, "apiVersion": api_version})
        return self._renderings[api_version]

    def copy(self) -> Object:
        """Return an object of one's own to change."""
        copied: Object = orjson.loads(self.data)
        return copied


class Event:
    """What happened to one object; `line` is made once for all watchers that want it as it is."""

    __slots__ = ("_lines", "previous", "stored", "type")

    def __init__(self, kind: Type, stored: Stored, previous: Stored | None) -> None:
        self.type = kind
        self.stored = stored
        self.previous = previous
        self._lines: dict[tuple[str, str], bytes] = {}

    def line(self, kind: Type, api_version: str) -> bytes:
        line = self._lines.get((kind, api_version))
        if line is None:
            line = b'{"type":"%s","object":%s}\n' % (kind.encode(), self.stored.rendered(api_version))
            self._lines[kind, api_version] = line
        return line


class Collection:
    """All objects of one resource. `listeners` are called with every event, synchronously."""

    def __init__(self, history: int, forgotten: int) -> None:
        self._items: dict[Key, Stored] = {}
        self._sorted: list[Key] = []
        self._labels: dict[tuple[str, str], dict[Key, None]] = {}
        self.log: deque[Event] = deque(maxlen=history)
        self.forgotten = forgotten  # the newest revision that the log no longer holds
        self.listeners: set[Callable[[Event], None]] = set()

    def get(self, key: Key) -> Stored | None:
        return self._items.get(key)

    def __len__(self) -> int:
        return len(self._items)

    def select(self, namespace: str, labels: LabelSelector, fields: FieldSelector) -> list[Stored]:
        """Return what matches, ordered by namespace and name; an empty namespace means all of them."""
        found = (self._items[key] for key in self._candidates(namespace, labels, fields))
        if not labels and not fields:
            return list(found)
        return [item for item in found if labels.matches(item.labels) and fields.matches(item.item)]

    def _candidates(self, namespace: str, labels: LabelSelector, fields: FieldSelector) -> Iterator[Key]:
        if namespace and (name := fields.name()):
            return iter([key for key in [(namespace, name)] if key in self._items])
        if labels.equal:
            smallest = min((self._labels.get(pair, {}) for pair in labels.equal), key=len)
            return iter(sorted(key for key in smallest if not namespace or key[0] == namespace))
        if not namespace:
            return iter(self._sorted)
        start = bisect_left(self._sorted, (namespace, ""))
        end = bisect_left(self._sorted, (namespace + "\x00", ""))
        return iter(self._sorted[start:end])

    def within(self, namespace: str) -> list[Key]:
        """Return the keys in a namespace, or all of them for an empty one."""
        return list(self._candidates(namespace, LabelSelector(), FieldSelector()))

    def since(self, revision: int) -> list[Event]:
        """Return the events after `revision`; the caller has compared it with `forgotten`."""
        after: list[Event] = []
        for event in reversed(self.log):
            if event.stored.revision <= revision:
                break
            after.append(event)
        return after[::-1]

    def forget(self, revision: int) -> None:
        """Compact: watches from before `revision` get 410 from now on."""
        self.log.clear()
        self.forgotten = revision

    def record(self, event: Event) -> None:
        """Make the event true and tell everybody."""
        key = event.stored.key
        if event.previous is not None:
            for pair in event.previous.labels.items():
                self._labels[pair].pop(key, None)
                if not self._labels[pair]:
                    del self._labels[pair]
        if event.type == "DELETED":
            del self._items[key]
            del self._sorted[bisect_left(self._sorted, key)]
        else:
            if event.previous is None:
                insort(self._sorted, key)
            self._items[key] = event.stored
            for pair in event.stored.labels.items():
                self._labels.setdefault(pair, {})[key] = None
        if len(self.log) == self.log.maxlen:
            self.forgotten = self.log[0].stored.revision
        self.log.append(event)
        for listener in tuple(self.listeners):
            listener(event)


class Store:
    """Every collection under one revision counter. `observers` see (resource key, event), synchronously."""

    def __init__(self, history: int) -> None:
        self.revision = 1
        self._history = history
        self._collections: dict[tuple[str, str], Collection] = {}
        self._dropped: dict[tuple[str, str], int] = {}
        self.observers: list[Callable[[tuple[str, str], Event], None]] = []

    def collection(self, resource: tuple[str, str]) -> Collection:
        """Return the collection of (group, plural), empty if it was never written."""
        if resource not in self._collections:
            self._collections[resource] = Collection(self._history, self._dropped.get(resource, 0))
        return self._collections[resource]

    def drop(self, resource: tuple[str, str]) -> None:
        """Forget a collection whose kind is gone; its watchers were told by then."""
        self._collections.pop(resource, None)
        self._dropped[resource] = self.revision

    def collections(self) -> list[tuple[tuple[str, str], Collection]]:
        return list(self._collections.items())

    def put(self, resource: tuple[str, str], key: Key, item: Object) -> Stored:
        """Store a new revision; sets metadata.resourceVersion."""
        collection = self.collection(resource)
        previous = collection.get(key)
        stored = self._next(key, item)
        self._tell(resource, collection, Event("MODIFIED" if previous else "ADDED", stored, previous))
        return stored

    def remove(self, resource: tuple[str, str], key: Key, item: Object) -> Stored:
        """Remove the object; `item` is its last state, which the DELETED event carries under a revision of its own."""
        collection = self.collection(resource)
        stored = self._next(key, item)
        self._tell(resource, collection, Event("DELETED", stored, collection.get(key)))
        return stored

    def _next(self, key: Key, item: Object) -> Stored:
        self.revision += 1
        item["metadata"]["resourceVersion"] = str(self.revision)
        return Stored(key, item, self.revision)

    def _tell(self, resource: tuple[str, str], collection: Collection, event: Event) -> None:
        collection.record(event)
        for observer in self.observers:
            observer(resource, event)
