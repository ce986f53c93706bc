"""What a body says about itself, checked before anything is done with it, and how two states of an object compare."""

from __future__ import annotations

from typing import Any

import orjson

from sluse.sandbox.kube.resources import Resource
from sluse.sandbox.kube.status import Cause, Object, bad_request, invalid


def finished(item: Object) -> bool:
    """Tell whether nothing holds a deleted object any longer (a namespace has finalizers in its spec)."""
    held = item["spec"].get("finalizers") if item["kind"] == "Namespace" and item["apiVersion"] == "v1" else None
    return not item["metadata"].get("finalizers") and not held


def checked_metadata(resource: Resource, item: Any) -> Object:
    """Return the metadata of a body whose type is this resource's; a 400 else."""
    if not isinstance(item, dict):
        raise bad_request("the body must be an object")
    for field, wanted in (("kind", resource.kind), ("apiVersion", resource.api_version)):
        found = item.get(field) if resource.custom else item.setdefault(field, wanted)
        if not found:
            raise bad_request(f"Object '{field[0].upper()}{field[1:]}' is missing in the body")
        if found != wanted:
            raise bad_request(f"the {field} in the data ({found}) does not match the expected {field} ({wanted})")
    metadata = item.setdefault("metadata", {})
    if not isinstance(metadata, dict):
        raise bad_request("metadata must be an object")
    for field in ("name", "namespace", "generateName", "uid", "resourceVersion"):
        if not isinstance(metadata.get(field), str | None):
            raise bad_request(f"metadata.{field} must be a string")
    return metadata


def check_namespace_of(metadata: Object, namespace: str) -> None:
    """Refuse a body of another namespace than its path."""
    if metadata.get("namespace") not in {None, "", namespace}:
        raise bad_request("the namespace of the provided object does not match the namespace sent on the request")


def check_unmarked(resource: Resource, metadata: Object, before: Object) -> None:
    """Refuse a write that marks an object as deleted: only a delete does that."""
    marked = metadata.get("deletionTimestamp")
    if marked not in {None, before.get("deletionTimestamp")}:
        said = f'Invalid value: "{marked}": field is immutable'
        cause = Cause("FieldValueInvalid", said, "metadata.deletionTimestamp")
        raise invalid(resource.group, resource.kind, before["name"], [cause])


def owned_parts(resource: Resource, item: Object, subresource: str) -> tuple[str, ...]:
    """Return the top-level members that a write to this endpoint may own."""
    if subresource:
        return (subresource,)
    own = tuple(name for name in item if name not in {"apiVersion", "kind", "metadata"})
    return tuple(name for name in own if not (resource.status and name == "status")) or ("",)


def spec_changed(resource: Resource, before: Object, item: Object) -> bool:
    """Tell whether the generation moves."""
    ignored = {"apiVersion", "kind", "metadata"} | ({"status"} if resource.status else set())
    return any(item.get(name) != before.get(name) for name in {*item, *before} - ignored)


def same_json(item: Object, before: Object) -> bool:
    """Compare as JSON: Python holds True and 1 for equal."""
    option = orjson.OPT_SORT_KEYS
    return orjson.dumps(item, option=option) == orjson.dumps(before, option=option)
