"""meta.k8s.io tables and partial metadata: how `kubectl get` and metadata-only clients read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import orjson

from sluse.sandbox.kube.resources import Resource
from sluse.sandbox.kube.status import Object
from sluse.sandbox.kube.store import Stored

META = "meta.k8s.io/v1"


def form(accept: str) -> str:
    """Return `Table`, `PartialObjectMetadataList`, `PartialObjectMetadata`, or an empty string for plain JSON."""
    for offer in accept.split(","):
        parts = dict(part.strip().partition("=")[::2] for part in offer.split(";")[1:])
        if parts.get("g") == "meta.k8s.io" and parts.get("v") == "v1" and "json" in offer:
            return parts.get("as", "")
        if "json" in offer.partition(";")[0] and "as" not in parts:
            return ""
    return ""


def table(
    resource: Resource, items: Iterable[Stored], include: str, now: datetime, metadata: Object, *, headed: bool = True
) -> Object:
    """Return a Table; `include` is Object, Metadata (default) or None."""
    body: Object = {"kind": "Table", "apiVersion": META, "metadata": metadata}
    if headed:
        body["columnDefinitions"] = [
            {
                "name": column.name,
                "type": column.type if column.type != "date" else "string",
                "format": column.format,
                "description": column.description,
                "priority": column.priority,
            }
            for column in resource.columns
        ]
    body["rows"] = [_row(resource, stored, include, now) for stored in items]
    return body


def _row(resource: Resource, stored: Stored, include: str, now: datetime) -> Object:
    row: Object = {"cells": [column.cell(stored.item, now) for column in resource.columns]}
    if include == "Object":
        row["object"] = orjson.Fragment(stored.rendered(resource.api_version))
    elif include != "None":
        row["object"] = partial(stored)
    return row


def partial(stored: Stored) -> Object:
    """Return the metadata alone."""
    return {"kind": "PartialObjectMetadata", "apiVersion": META, "metadata": stored.item["metadata"]}


def watch_encoder(
    resource: Resource, shape: str, include: str, now: Callable[[], datetime]
) -> Callable[[Stored], bytes] | None:
    """Return how a watch writes its objects, None for plain JSON. Only a table's first event has its columns."""
    if shape.startswith("PartialObjectMetadata"):
        return lambda stored: orjson.dumps(partial(stored))
    if shape != "Table":
        return None
    headed = iter([True])

    def encode(stored: Stored) -> bytes:
        metadata = {"resourceVersion": stored.item["metadata"]["resourceVersion"]}
        return orjson.dumps(table(resource, [stored], include, now(), metadata, headed=next(headed, False)))

    return encode
