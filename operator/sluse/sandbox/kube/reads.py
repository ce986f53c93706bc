"""Get and list: bytes that were made when the object was written, put together; pages of one consistent snapshot."""

from __future__ import annotations

import base64
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from sluse.sandbox.clock import Clock
from sluse.sandbox.kube.resources import Resource
from sluse.sandbox.kube.routes import truthy
from sluse.sandbox.kube.selectors import FieldSelector, LabelSelector, field_selector, label_selector
from sluse.sandbox.kube.status import Object, bad_request, expired, too_new
from sluse.sandbox.kube.store import Store, Stored
from sluse.sandbox.kube.tables import META, form, partial, table
from sluse.sandbox.kube.watch import WatchRequest

_SNAPSHOTS = 64
_WATCH_SECONDS = 3600.0


@dataclass(frozen=True)
class Selection:
    """Which objects a list, watch or deletecollection means."""

    namespace: str
    labels: LabelSelector
    fields: FieldSelector


def selection(resource: Resource, namespace: str, query: Mapping[str, str]) -> Selection:
    """Read the selectors of a query; a 400 for one that the kind does not have."""
    labels = label_selector(query.get("labelSelector", ""))
    return Selection(
        namespace, labels, field_selector(query.get("fieldSelector", ""), resource.key, resource.selectable)
    )


class Reader:
    """Answers lists, in the shape that the Accept header asks for."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._pages: OrderedDict[str, tuple[int, list[Stored]]] = OrderedDict()

    def one(self, resource: Resource, stored: Stored, accept: str, query: Mapping[str, str]) -> bytes:
        """Return one object."""
        shape = form(accept)
        if shape == "Table":
            metadata = {"resourceVersion": stored.item["metadata"]["resourceVersion"]}
            return orjson.dumps(table(resource, [stored], query.get("includeObject", ""), self.now(), metadata))
        if shape == "PartialObjectMetadata":
            return orjson.dumps(partial(stored))
        return stored.rendered(resource.api_version)

    def many(self, resource: Resource, wanted: Selection, accept: str, query: Mapping[str, str]) -> bytes:
        """Return a list, or one page of it."""
        items, metadata = self._page(resource, wanted, query)
        shape = form(accept)
        if shape == "Table":
            return orjson.dumps(table(resource, items, query.get("includeObject", ""), self.now(), metadata))
        if shape == "PartialObjectMetadataList":
            listed = [partial(stored) for stored in items]
            return orjson.dumps({"kind": shape, "apiVersion": META, "metadata": metadata, "items": listed})
        head = orjson.dumps({"kind": resource.list_name, "apiVersion": resource.api_version, "metadata": metadata})
        return head[:-1] + b',"items":[' + b",".join(s.rendered(resource.api_version) for s in items) + b"]}"

    def now(self) -> datetime:
        return self._clock.now()

    def _page(self, resource: Resource, wanted: Selection, query: Mapping[str, str]) -> tuple[list[Stored], Object]:
        limit = _number(query, "limit") or 0
        token = query.get("continue")
        if token:
            identity, start = _opened(token)
            if identity not in self._pages:
                raise expired("The provided continue parameter is too old to display a consistent list result.")
            revision, items = self._pages[identity]
        else:
            self._check_revision(query)
            identity, start, revision = secrets.token_hex(8), 0, self._store.revision
            items = self._store.collection(resource.key).select(wanted.namespace, wanted.labels, wanted.fields)
        end = start + limit if limit else len(items)
        metadata: Object = {"resourceVersion": str(revision)}
        if end < len(items):
            self._pages[identity] = (revision, items)
            if len(self._pages) > _SNAPSHOTS:
                self._pages.popitem(last=False)
            metadata["continue"] = base64.urlsafe_b64encode(orjson.dumps([identity, end])).decode()
            if not wanted.labels and not wanted.fields:
                metadata["remainingItemCount"] = len(items) - end
        return items[start:end], metadata

    def _check_revision(self, query: Mapping[str, str]) -> None:
        revision = _number(query, "resourceVersion") or 0
        if revision > self._store.revision:
            raise too_new(revision, self._store.revision)
        if query.get("resourceVersionMatch") == "Exact" and revision != self._store.revision:
            raise expired("The resourceVersion for the provided list is too old.")


def watch_request(wanted: Selection, query: Mapping[str, str]) -> WatchRequest:
    """Read the watch parameters; `sendInitialEvents` starts with what exists and says when that is all."""
    initial = truthy(query.get("sendInitialEvents"))
    bookmarks = truthy(query.get("allowWatchBookmarks"))
    if initial and query.get("resourceVersionMatch") != "NotOlderThan":
        raise bad_request("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
    revision = _number(query, "resourceVersion")
    return WatchRequest(
        namespace=wanted.namespace,
        labels=wanted.labels,
        fields=wanted.fields,
        revision=None if initial or not revision else revision,
        timeout=float(_number(query, "timeoutSeconds") or _WATCH_SECONDS),
        bookmarks=bookmarks,
        initial_bookmark=initial and bookmarks,
    )


def _number(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise bad_request(f"{name}: Invalid value: {text!r}")
    return int(text)


def _opened(token: str) -> tuple[str, int]:
    try:
        opened: Any = orjson.loads(base64.urlsafe_b64decode(token))
        return str(opened[0]), int(opened[1])
    except (ValueError, TypeError, IndexError, KeyError):
        raise bad_request("continue key is not valid") from None
