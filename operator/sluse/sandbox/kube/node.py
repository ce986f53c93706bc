"""The places of a schema, compiled once: what may be there, what is pruned and put there, and how lists merge.

Metadata is never left to a kind's own schema: every kind shares METADATA, so that an unknown metadata field is found in
custom resources too, as a real server does.
"""

from __future__ import annotations

from typing import Any

import orjson

from sluse.sandbox.kube.status import Object

STRING = {"type": "string"}
STRINGS = {"type": "object", "additionalProperties": STRING}
OWNER = {
    "type": "object",
    "required": ["apiVersion", "kind", "name", "uid"],
    "x-kubernetes-map-type": "atomic",
    "properties": {
        "apiVersion": STRING,
        "kind": STRING,
        "name": STRING,
        "uid": STRING,
        "controller": {"type": "boolean"},
        "blockOwnerDeletion": {"type": "boolean"},
    },
}
METADATA: Object = {
    "type": "object",
    "description": "Standard object's metadata.",
    "properties": {
        "name": {**STRING, "description": "Name must be unique within a namespace."},
        "generateName": {**STRING, "description": "A prefix the server completes to a unique name."},
        "namespace": {**STRING, "description": "The namespace the object lives in."},
        "uid": STRING,
        "resourceVersion": STRING,
        "selfLink": STRING,
        "generation": {"type": "integer", "format": "int64"},
        "creationTimestamp": {**STRING, "format": "date-time", "nullable": True},
        "deletionTimestamp": {**STRING, "format": "date-time", "nullable": True},
        "deletionGracePeriodSeconds": {"type": "integer", "format": "int64"},
        "labels": {**STRINGS, "description": "Identifying key and value pairs; selectors use them."},
        "annotations": {**STRINGS, "description": "Key and value pairs that no selector sees."},
        "finalizers": {
            "type": "array",
            "items": STRING,
            "x-kubernetes-list-type": "set",
            "x-kubernetes-patch-strategy": "merge",
        },
        "ownerReferences": {
            "type": "array",
            "items": OWNER,
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["uid"],
            "x-kubernetes-patch-strategy": "merge",
            "x-kubernetes-patch-merge-key": "uid",
        },
        "managedFields": {
            "type": "array",
            "x-kubernetes-list-type": "atomic",
            "items": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        },
    },
}


class Node:
    """One place in a schema: what may be there, what is put there, and how lists merge."""

    __slots__ = (
        "additional",
        "atomic",
        "default",
        "defaults",
        "items",
        "keyed",
        "list_keys",
        "list_set",
        "merge_key",
        "merge_set",
        "nullable",
        "object",
        "preserve",
        "properties",
    )

    def __init__(self, schema: Object) -> None:
        self.properties = {name: Node(child) for name, child in (schema.get("properties") or {}).items()}
        additional = schema.get("additionalProperties")
        self.additional = Node(additional) if isinstance(additional, dict) else None
        self.preserve = bool(schema.get("x-kubernetes-preserve-unknown-fields")) or additional is True
        if schema.get("x-kubernetes-embedded-resource"):
            for name, child in (("apiVersion", STRING), ("kind", STRING), ("metadata", METADATA)):
                self.properties.setdefault(name, Node(child))
        items = schema.get("items")
        self.items = Node(items) if isinstance(items, dict) else None
        list_type = schema.get("x-kubernetes-list-type")
        self.list_keys: tuple[str, ...] = (
            tuple(schema.get("x-kubernetes-list-map-keys") or ()) if list_type == "map" else ()
        )
        self.list_set = list_type == "set"
        self.object = schema.get("type") == "object"
        self.atomic = schema.get("x-kubernetes-map-type") == "atomic"
        self.merge_key: str = schema.get("x-kubernetes-patch-merge-key", "")
        self.merge_set = not self.merge_key and schema.get("x-kubernetes-patch-strategy") == "merge"
        self.nullable = bool(schema.get("nullable"))
        self.default: bytes | None = orjson.dumps(schema["default"]) if "default" in schema else None
        self.keyed: bool = bool(self.list_keys or self.list_set) or any(
            child is not None and child.keyed for child in (*self.properties.values(), self.additional, self.items)
        )
        self.defaults = [name for name, child in self.properties.items() if child.default is not None]

    def child(self, name: str) -> Node | None:
        return self.properties.get(name) or self.additional

    def complete(self, value: Any, path: str, unknown: list[str]) -> None:
        """Prune and default in place; the paths of what was pruned go to `unknown`."""
        if isinstance(value, dict):
            self._complete_map(value, path, unknown)
        elif isinstance(value, list) and self.items is not None:
            for index, item in enumerate(value):
                self.items.complete(item, f"{path}[{index}]", unknown)

    def _complete_map(self, value: Object, path: str, unknown: list[str]) -> None:
        for name in list(value):
            child = self.properties.get(name) or self.additional
            if child is None:
                if not self.preserve:
                    del value[name]
                    unknown.append(f"{path}.{name}" if path else name)
            elif value[name] is None and not child.nullable:
                del value[name]  # null is no value: the default is put there, or nothing
            elif isinstance(value[name], dict | list):
                child.complete(value[name], f"{path}.{name}" if path else name, unknown)
        for name in self.defaults:
            if name not in value:
                child = self.properties[name]
                value[name] = orjson.loads(child.default or b"null")
                child.complete(value[name], f"{path}.{name}", [])
