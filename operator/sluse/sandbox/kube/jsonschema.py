"""Kubernetes' dialect of OpenAPI 3.0 to JSON Schema draft 4 (the draft whose exclusiveMinimum is a boolean too)."""

from __future__ import annotations

from typing import Any

from sluse.sandbox.kube.status import Object

_KEPT = frozenset(
    [
        "enum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "pattern",
        "required",
        "type",
        "uniqueItems",
    ]
)
_RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}


def draft4(schema: Any) -> Any:  # noqa: C901 - one keyword family after the other
    """Return the equivalent draft 4 schema; extensions and documentation are left out."""
    if not isinstance(schema, dict):
        return schema
    out: Object = {name: value for name, value in schema.items() if name in _KEPT}
    if "properties" in schema:
        out["properties"] = {key: draft4(child) for key, child in schema["properties"].items()}
    for name in ("additionalProperties", "items", "not"):
        if name in schema:
            out[name] = draft4(schema[name])
    for name in ("allOf", "anyOf", "oneOf"):
        if name in schema:
            out[name] = [draft4(child) for child in schema[name]]
    if schema.get("x-kubernetes-int-or-string"):
        out.pop("type", None)
        out.setdefault("anyOf", [{"type": "integer"}, {"type": "string"}])
    if schema.get("type") == "integer" and schema.get("format") in _RANGES:
        low, high = _RANGES[schema["format"]]
        out.setdefault("minimum", low)
        out.setdefault("maximum", high)
    if schema.get("x-kubernetes-embedded-resource"):
        out["required"] = sorted({*out.get("required", ()), "apiVersion", "kind"})
    if schema.get("nullable"):
        _allow_null(out)
    return out


def _allow_null(out: Object) -> None:
    if isinstance(out.get("type"), str):
        out["type"] = [out["type"], "null"]
    if "enum" in out:
        out["enum"] = [*out["enum"], None]
    if "anyOf" in out:
        out["anyOf"] = [*out["anyOf"], {"type": "null"}]
