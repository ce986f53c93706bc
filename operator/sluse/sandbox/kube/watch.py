"""Watches: events replayed from the log, then live, one buffer per wake-up, bounded, with bookmarks.

A watcher registers and takes its snapshot without an await between, so no event is lost or doubled. A client that
reads too slowly is told 410 and cut off instead of growing the server.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import orjson
from aiohttp import web

from sluse.sandbox.kube.resources import Resource
from sluse.sandbox.kube.selectors import FieldSelector, LabelSelector
from sluse.sandbox.kube.status import expired
from sluse.sandbox.kube.store import Collection, Event, Store, Stored, Type

BOOKMARK_SECONDS = 10.0
BATCH_SECONDS = 0.005  # in a burst events travel together; a lone event leaves at once
BACKLOG = 20_000  # events one watcher may lag behind


@dataclass(frozen=True)
class WatchRequest:
    """What a client asked for. `revision` None: start with everything that exists. `timeout` in seconds."""

    namespace: str
    labels: LabelSelector
    fields: FieldSelector
    revision: int | None
    timeout: float
    bookmarks: bool
    initial_bookmark: bool


class Watcher:
    """One open watch; called with every event of its collection."""

    def __init__(
        self,
        store: Store,
        resource: Resource,
        request: WatchRequest,
        encode: Callable[[Stored], bytes] | None,
        backlog: int = BACKLOG,
    ) -> None:
        self._store = store
        self._resource = resource
        self._collection: Collection = store.collection(resource.key)
        self._request = request
        self._encode = encode
        self._backlog = backlog
        self._buffer: list[bytes] = []
        self._wake = asyncio.Event()
        self._ended = False
        self._tick = False
        self._selective = bool(request.labels) or bool(request.fields)

    def start(self) -> None:
        """Take the snapshot or the replay, and register."""
        request = self._request
        if request.revision is None:
            for stored in self._collection.select(request.namespace, request.labels, request.fields):
                self._buffer.append(self._line(Event("ADDED", stored, None), "ADDED"))
            if request.initial_bookmark:
                self._buffer.append(self._bookmark({"k8s.io/initial-events-end": "true"}))
        elif request.revision < self._collection.forgotten:
            self._refuse(f"too old resource version: {request.revision} ({self._collection.forgotten + 1})")
        else:
            for event in self._collection.since(request.revision):
                self(event)
        self._collection.listeners.add(self)

    def __call__(self, event: Event) -> None:
        if self._request.namespace and event.stored.key[0] != self._request.namespace:
            return
        kind: Type = event.type
        if self._selective:
            before = event.previous is not None and self._matches(event.previous)
            after = event.type != "DELETED" and self._matches(event.stored)
            if not before and not after:
                return
            kind = "DELETED" if not after else "MODIFIED" if before else "ADDED"
            if kind != event.type and event.previous is not None and kind == "DELETED":
                event = _left(event)
        if len(self._buffer) >= self._backlog:
            self._buffer.clear()
            self._refuse("too old resource version: the watch fell behind")
        else:
            self._buffer.append(self._line(event, kind))
        self._wake.set()

    def end(self) -> None:
        """Close the stream after what is buffered."""
        self._ended = True
        self._collection.listeners.discard(self)
        self._wake.set()

    async def stream(self, http: web.Request, response: web.StreamResponse) -> None:
        """Send until the client goes, the time is up, or somebody ends the watch."""
        loop = asyncio.get_running_loop()
        await response.prepare(http)
        deadline = loop.call_later(self._request.timeout, self._time_up)
        ticker = loop.call_later(BOOKMARK_SECONDS, self._ticked)
        sent = 0.0
        try:
            while True:
                if self._buffer:
                    pause = sent + BATCH_SECONDS - loop.time()
                    if pause > 0 and not self._ended:
                        await asyncio.sleep(pause)
                    sent = loop.time()
                    chunk = b"".join(self._buffer)
                    self._buffer.clear()
                    await response.write(chunk)
                    continue
                if self._ended:
                    return
                if self._tick:
                    self._tick = False
                    if http.transport is None or http.transport.is_closing():
                        return
                    ticker = loop.call_later(BOOKMARK_SECONDS, self._ticked)
                    if self._request.bookmarks:
                        await response.write(self._bookmark({}))
                self._wake.clear()
                await self._wake.wait()
        except (ConnectionResetError, asyncio.CancelledError):
            return
        finally:
            deadline.cancel()
            ticker.cancel()
            self._collection.listeners.discard(self)

    def _time_up(self) -> None:
        if self._request.bookmarks:
            self._buffer.append(self._bookmark({}))
        self.end()

    def _ticked(self) -> None:
        self._tick = True
        self._wake.set()

    def _matches(self, stored: Stored) -> bool:
        return self._request.labels.matches(stored.labels) and self._request.fields.matches(stored.item)

    def _line(self, event: Event, kind: Type) -> bytes:
        if self._encode is None:
            return event.line(kind, self._resource.api_version)
        return b'{"type":"%s","object":%s}\n' % (kind.encode(), self._encode(event.stored))

    def _refuse(self, message: str) -> None:
        self._buffer.append(b'{"type":"ERROR","object":%s}\n' % expired(message).body())
        self.end()

    def _bookmark(self, annotations: dict[str, str]) -> bytes:
        metadata = {"resourceVersion": str(self._store.revision), "creationTimestamp": None}
        item = {
            "kind": self._resource.kind,
            "apiVersion": self._resource.api_version,
            "metadata": {**metadata, **({"annotations": annotations} if annotations else {})},
        }
        return orjson.dumps({"type": "BOOKMARK", "object": item}) + b"\n"


def _left(event: Event) -> Event:
    """Return the event of an object that stopped matching: its last matching state at the new revision."""
    assert event.previous is not None
    item = event.previous.copy()
    item["metadata"]["resourceVersion"] = str(event.stored.revision)
    return Event("DELETED", Stored(event.stored.key, item, event.stored.revision), event.previous)


class Watches:
    """All open watches, so that faults and dropped kinds can end them."""

    def __init__(self) -> None:
        self._open: dict[Watcher, Resource] = {}

    def add(self, watcher: Watcher, resource: Resource) -> None:
        self._open[watcher] = resource

    def discard(self, watcher: Watcher) -> None:
        self._open.pop(watcher, None)

    def end(self, key: tuple[str, str] | None) -> int:
        """End the watches on one resource, or all; returns how many."""
        ended = [w for w, resource in self._open.items() if key is None or resource.key == key]
        for watcher in ended:
            watcher.end()
        return len(ended)
