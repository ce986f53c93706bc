"""JSON Schema -> the structural schema a CRD may hold.

A CRD's dialect is smaller: no references, no unions, no `const`, no `additionalProperties: false` (unknown
fields are refused by strict field validation instead), few formats. Whatever this module does not know is an
error, so that a new kind of field in a model is decided here and not silently dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sluse.desired.json_schema import JsonSchema

FORMATS = frozenset({"date-time", "date", "int32", "int64"})
"""The formats kept. Those are the ones our models have of the ones Kubernetes checks."""

_COPIED = frozenset(
    {
        "type",
        "enum",
        "pattern",
        "default",
        "required",
        "minimum",
        "maximum",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "maxProperties",
    }
)
_DROPPED = frozenset({"examples", "propertyNames", "$defs", "uniqueItems"})
"""`propertyNames` has no counterpart; `uniqueItems` is forbidden and becomes a list type."""

_DESCRIPTION = 200
_SCALARS = frozenset({"string", "integer", "number", "boolean"})


def structural(schema: JsonSchema, *, keyed: Mapping[str, tuple[str, ...]]) -> JsonSchema:
    """Return the structural form. `keyed` names the list properties that are maps, and the keys of their items.

    Raises `ValueError` for a keyword without a counterpart.
    """
    return _Converter(schema.get("$defs", {}), keyed).convert(schema)


class _Converter:
    def __init__(self, definitions: JsonSchema, keyed: Mapping[str, tuple[str, ...]]) -> None:
        self._definitions = definitions
        self._keyed = keyed

    def convert(self, node: JsonSchema, name: str = "") -> JsonSchema:
        node = self._inline(node)
        converted: JsonSchema = {}
        for key, value in node.items():
            converted |= self._keyword(key, value)
        if converted.get("type") == "array":
            converted |= self._list_type(node, name)
        return converted

    def _inline(self, node: JsonSchema) -> JsonSchema:
        if "$ref" not in node:
            return node
        target: JsonSchema = self._definitions[node["$ref"].removeprefix("#/$defs/")]
        # The description of a class is about the class; only the property's own says what it means here.
        own = {key: value for key, value in node.items() if key != "$ref"}
        return {**{key: value for key, value in target.items() if key != "description"}, **own}

    def _keyword(self, key: str, value: Any) -> JsonSchema:
        found: JsonSchema
        match key:
            case "description":
                found = {key: value if len(value) <= _DESCRIPTION else f"{value[: _DESCRIPTION - 1]}…"}
            case "properties":
                found = {key: {name: self.convert(schema, name) for name, schema in value.items()}}
            case "items":
                found = {key: self.convert(value)}
            case "additionalProperties":
                found = {} if value is False else {key: self.convert(value)}
            case "const":
                found = {"enum": [value]}
            case "format":
                found = {key: value} if value in FORMATS else {}
            case _ if key in _COPIED:
                found = {key: value}
            case _ if key in _DROPPED:
                found = {}
            case _:
                raise ValueError(f"a CRD cannot hold the keyword {key!r}")
        return found

    def _list_type(self, node: JsonSchema, name: str) -> JsonSchema:
        if name in self._keyed:
            return {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": list(self._keyed[name])}
        scalar = self._inline(node["items"]).get("type") in _SCALARS
        return {"x-kubernetes-list-type": "set" if node.get("uniqueItems") and scalar else "atomic"}
