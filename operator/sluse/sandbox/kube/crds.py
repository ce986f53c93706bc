"""CustomResourceDefinitions: refuse what a real server refuses, and turn the accepted ones into Resources.

Not imitated: conversion webhooks, the scale subresource, CEL cost limits, ratcheting of unchanged invalid values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import orjson
from jsonschema_rs import ReferencingError, ValidationError

from sluse.sandbox.kube.columns import AGE, NAME, path_cell
from sluse.sandbox.kube.resources import Column, Resource
from sluse.sandbox.kube.status import Cause, Object
from sluse.sandbox.kube.structural import Structural

CLEANUP = "customresourcecleanup.apiextensions.k8s.io"
_REFUSED = ("$ref", "definitions", "dependencies", "patternProperties", "additionalItems", "$schema", "id")


def fill(item: Object) -> None:
    """Complete names and conversion as the server does."""
    spec = item["spec"]
    names = spec["names"]
    names.setdefault("singular", names["kind"].lower())
    names.setdefault("listKind", f"{names['kind']}List")
    spec.setdefault("conversion", {"strategy": "None"})


def definition_causes(item: Object, old: Object | None) -> Iterator[Cause]:
    """Yield every reason to refuse this CRD."""
    spec = item["spec"]
    wanted = f"{spec['names']['plural']}.{spec['group']}"
    if item["metadata"]["name"] != wanted:
        sentence = f'Invalid value: "{item["metadata"]["name"]}": must be spec.names.plural+"."+spec.group'
        yield Cause("FieldValueInvalid", sentence, "metadata.name")
    if spec["group"].count(".") < 1:
        yield Cause(
            "FieldValueInvalid",
            f'Invalid value: "{spec["group"]}": should be a domain with at least one dot',
            "spec.group",
        )
    if not re.fullmatch(r"[a-z]([-a-z0-9]*[a-z0-9])?", spec["names"]["plural"]):
        yield Cause(
            "FieldValueInvalid",
            f'Invalid value: "{spec["names"]["plural"]}": must be a DNS-1035 label',
            "spec.names.plural",
        )
    if sum(1 for version in spec["versions"] if version["storage"]) != 1:
        yield Cause(
            "FieldValueInvalid",
            "Invalid value: must have exactly one version marked as storage version",
            "spec.versions",
        )
    if spec.get("conversion", {}).get("strategy", "None") != "None":
        yield Cause(
            "FieldValueNotSupported",
            'Unsupported value: this sandbox converts by renaming only: supported values: "None"',
            "spec.conversion.strategy",
        )
    if old is not None:
        for field in ("group", "scope"):
            if old["spec"][field] != spec[field]:
                yield Cause("FieldValueInvalid", f'Invalid value: "{spec[field]}": field is immutable', f"spec.{field}")
    for index, version in enumerate(spec["versions"]):
        yield from _version_causes(version, f"spec.versions[{index}]")


def _version_causes(version: Object, path: str) -> Iterator[Cause]:
    schema = (version.get("schema") or {}).get("openAPIV3Schema")
    where = f"{path}.schema.openAPIV3Schema"
    if not schema:
        yield Cause("FieldValueRequired", "Required value: schemas are required", where)
        return
    if schema.get("type") != "object":
        yield Cause(
            "FieldValueInvalid",
            f'Invalid value: "{schema.get("type", "")}": must be object at the root',
            f"{where}.type",
        )
    causes = list(_schema_causes(schema, where, root=True))
    yield from causes
    for number, column in enumerate(version.get("additionalPrinterColumns") or ()):
        try:
            path_cell(column["jsonPath"], column["type"])
        except ValueError as error:
            yield Cause(
                "FieldValueInvalid", f"Invalid value: {error}", f"{path}.additionalPrinterColumns[{number}].jsonPath"
            )
    if not causes:
        try:
            structural(orjson.dumps(schema))
        except (ValueError, TypeError, ValidationError, ReferencingError) as error:
            sentence = str(error).splitlines()[0]
            yield Cause("FieldValueInvalid", f"Invalid value: the schema does not compile: {sentence}", where)


def _schema_causes(schema: Any, path: str, *, root: bool = False) -> Iterator[Cause]:  # noqa: C901 - a list of checks
    """Yield where a schema is not structural."""
    if not isinstance(schema, dict):
        yield Cause("FieldValueInvalid", "Invalid value: must be a schema", path)
        return
    for name in _REFUSED:
        if name in schema:
            yield Cause("FieldValueForbidden", f"Forbidden: {name} is not supported", f"{path}.{name}")
    loose = schema.get("x-kubernetes-preserve-unknown-fields") or schema.get("x-kubernetes-int-or-string")
    if not root and "type" not in schema and not loose:
        yield Cause(
            "FieldValueRequired", "Required value: must not be empty for specified object fields", f"{path}.type"
        )
    if schema.get("properties") and "additionalProperties" in schema:
        yield Cause(
            "FieldValueForbidden",
            "Forbidden: additionalProperties and properties are mutual exclusive",
            f"{path}.additionalProperties",
        )
    if schema.get("uniqueItems"):
        yield Cause(
            "FieldValueForbidden",
            "Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic",
            f"{path}.uniqueItems",
        )
    yield from _list_causes(schema, path)
    for name, child in (schema.get("properties") or {}).items():
        if not (root and name == "metadata"):
            yield from _schema_causes(child, f"{path}.properties[{name}]")
    if isinstance(schema.get("additionalProperties"), dict):
        yield from _schema_causes(schema["additionalProperties"], f"{path}.additionalProperties")
    if "items" in schema:
        yield from _schema_causes(schema["items"], f"{path}.items")
    if "default" in schema and not root:
        yield from _default_causes(schema, path)


def _list_causes(schema: Object, path: str) -> Iterator[Cause]:
    if schema.get("type") == "array" and "items" not in schema:
        yield Cause("FieldValueRequired", "Required value: must be specified", f"{path}.items")
    if schema.get("x-kubernetes-list-type") != "map":
        return
    keys = schema.get("x-kubernetes-list-map-keys")
    if not keys:
        yield Cause(
            "FieldValueRequired",
            "Required value: must not be empty if x-kubernetes-list-type is map",
            f"{path}.x-kubernetes-list-map-keys",
        )
    items = schema.get("items") or {}
    for key in keys or ():
        declared = (items.get("properties") or {}).get(key)
        if declared is None or (key not in items.get("required", ()) and "default" not in declared):
            sentence = "Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"
            yield Cause("FieldValueRequired", sentence, f"{path}.items.properties[{key}]")


def _default_causes(schema: Object, path: str) -> Iterator[Cause]:
    bare = {name: value for name, value in schema.items() if name != "default"}
    try:
        checker = Structural({"properties": {"value": bare}})
    except (ValueError, TypeError, ValidationError):
        return  # said where the whole schema is compiled
    for cause in checker.causes({"metadata": {}, "value": schema["default"]}, None):
        yield Cause(cause.reason, cause.message, f"{path}.default")


@lru_cache(maxsize=256)
def structural(schema: bytes) -> Structural:
    """Compile a schema once, however often its CRD is written."""
    return Structural(orjson.loads(schema))


def resources(item: Object) -> Iterator[Resource]:
    """Yield one Resource per served version."""
    spec = item["spec"]
    names = spec["names"]
    for version in spec["versions"]:
        if not version["served"]:
            continue
        subresources = version.get("subresources") or {}
        selectable = frozenset(field["jsonPath"].lstrip(".") for field in version.get("selectableFields") or ())
        yield Resource(
            group=spec["group"],
            version=version["name"],
            plural=names["plural"],
            kind=names["kind"],
            singular=names.get("singular", names["kind"].lower()),
            list_kind=names.get("listKind", ""),
            short_names=tuple(names.get("shortNames") or ()),
            categories=tuple(names.get("categories") or ()),
            namespaced=spec["scope"] == "Namespaced",
            schema=structural(orjson.dumps(version["schema"]["openAPIV3Schema"])),
            status="status" in subresources,
            generation=True,
            custom=True,
            unconditional=False,
            columns=_columns(version),
            selectable=selectable,
            deprecation=_deprecation(spec["group"], version),
        )


def storage_version(item: Object) -> str:
    """Return `group/version` under which objects are stored."""
    name = next(version["name"] for version in item["spec"]["versions"] if version["storage"])
    return f"{item['spec']['group']}/{name}"


def _deprecation(group: str, version: Object) -> str:
    if not version.get("deprecated"):
        return ""
    return version.get("deprecationWarning") or f"{group}/{version['name']} is deprecated"


def _columns(version: Object) -> tuple[Column, ...]:
    listed = version.get("additionalPrinterColumns")
    if not listed:
        return (NAME, AGE)
    own = tuple(
        Column(
            name=column["name"],
            type=column["type"],
            cell=path_cell(column["jsonPath"], column["type"]),
            description=column.get("description", ""),
            format=column.get("format", ""),
            priority=column.get("priority", 0),
        )
        for column in listed
    )
    return (NAME, *own)
