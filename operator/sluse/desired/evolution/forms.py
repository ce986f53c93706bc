"""The schema of any model as it is kept of a release: references written out, words for people left out. Pure.

Unlike `structural` it keeps all that pydantic says (formats, uniqueness, patterns of keys), since these forms are read by
us alone: files, signed records, `policies/`, ledgers, settings.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from sluse.desired.json_schema import JsonSchema, json_schema

_FOR_PEOPLE = frozenset({"description", "title", "examples"})


def form(model: type[BaseModel]) -> JsonSchema:
    """Return the schema of a model without references."""
    schema = json_schema(model)
    written_out: JsonSchema = _written_out(schema, schema.pop("$defs", {}))
    return written_out


def _written_out(node: Any, definitions: JsonSchema) -> Any:
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        named = definitions[node["$ref"].removeprefix("#/$defs/")]
        return _written_out({**named, **{key: value for key, value in node.items() if key != "$ref"}}, definitions)
    return {key: _keyword(key, value, definitions) for key, value in node.items() if key not in _FOR_PEOPLE}


def _keyword(key: str, value: Any, definitions: JsonSchema) -> Any:
    if key in {"properties", "patternProperties"}:
        return {name: _written_out(schema, definitions) for name, schema in value.items()}
    if key in {"items", "additionalProperties"}:
        return _written_out(value, definitions)
    return value
