"""Every string, list and map of every kind has a bound: validation rules are priced by the largest value allowed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from sluse.desired.crds import KINDS
from sluse.desired.json_schema import json_schema
from sluse.desired.schema import AUTHORED
from sluse.model.keys import Jwks

MODELS: dict[str, type[BaseModel]] = {
    **AUTHORED,
    **{f"{kind.kind}.spec": kind.spec for kind in KINDS},
    **{f"{kind.kind}.status": kind.status for kind in KINDS},
    "Jwks": Jwks,
}
BOUNDED = {"date", "date-time"}


def nodes(node: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield path, node
    for group in ("properties", "$defs"):
        for name, below in node.get(group, {}).items():
            yield from nodes(below, f"{path}.{name}")
    for keyword in ("items", "additionalProperties"):
        if isinstance(node.get(keyword), dict):
            yield from nodes(node[keyword], f"{path}[]")


NODES = [pair for name, model in MODELS.items() for pair in nodes(json_schema(model), name)]


def unbounded(node: dict[str, Any]) -> bool:
    match node.get("type"):
        case "string":
            return not (node.keys() & {"maxLength", "enum", "const"} or node.get("format") in BOUNDED)
        case "array":
            return "maxItems" not in node
        case "object":
            return node.get("additionalProperties") is not False and "maxProperties" not in node
    return False


def test_everything_is_bounded() -> None:
    assert [path for path, node in NODES if unbounded(node)] == []


def test_no_schema_has_alternatives() -> None:
    assert [path for path, node in NODES if "anyOf" in node] == []


def test_every_schema_refuses_unknown_fields() -> None:
    open_ = [path for path, node in NODES if "properties" in node and node["additionalProperties"] is not False]
    assert open_ == []
