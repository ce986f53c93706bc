"""OpenAPI v3 per group version: for `kubectl explain`, and for kubectl's choice of server-side validation.

v2 is a document without definitions: kubectl 1.37 falls back to it only where v3 is missing, and Pulumi's Kubernetes
provider, which demands that there is one, looks up the kinds it knows there and takes what is missing as unknown.
"""

from __future__ import annotations

import hashlib
from typing import Any

import orjson

from sluse.sandbox.kube.node import METADATA
from sluse.sandbox.kube.resources import Registry, Resource
from sluse.sandbox.kube.status import Object, unknown_path

_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_QUERY = ("dryRun", "fieldManager", "fieldValidation")


_V2_ASKED = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
"""What client-go asks for, and the only form of v2 that it reads."""

_V2_ANSWERED = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
"""What a server calls it: an at-sign may not stand in a Content-Type."""

_TITLE = "Sluse sandbox"


def _v2(*, protobuf: bool) -> bytes:
    """Return /openapi/v2, which defines nothing."""
    if not protobuf:
        return orjson.dumps(
            {"swagger": "2.0", "info": {"title": _TITLE, "version": "v1"}, "paths": {}, "definitions": {}}
        )
    # gnostic's openapi_v2.Document: swagger = 1, info = 2 {title = 1, version = 2}, paths = 8.
    return _text(1, b"2.0") + _text(2, _text(1, _TITLE.encode()) + _text(2, b"v1")) + _text(8, b"")


def _text(number: int, value: bytes) -> bytes:
    return bytes((number << 3 | 2, len(value))) + value


class OpenAPI:
    """Documents by group version, made again only when what is served changes."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._made = -1
        self._documents: dict[str, bytes] = {}

    def answer(self, path: str, accept: str) -> tuple[bytes, dict[str, str]]:
        """Return the body and the headers of a path below /openapi/."""
        if path == "/openapi/v2":
            protobuf = _V2_ASKED in accept
            return _v2(protobuf=protobuf), {"Content-Type": _V2_ANSWERED} if protobuf else {}
        if path == "/openapi/v3":
            return orjson.dumps(self._index()), {}
        document = self._current().get(path.removeprefix("/openapi/v3/"))
        if document is None:
            raise unknown_path()
        return document, {}

    def _index(self) -> Object:
        paths = {
            name: {"serverRelativeURL": f"/openapi/v3/{name}?hash={hashlib.sha256(body).hexdigest()[:32].upper()}"}
            for name, body in self._current().items()
        }
        return {"paths": paths}

    def _current(self) -> dict[str, bytes]:
        if self._made != self._registry.changes:
            self._documents = {
                (f"apis/{group}/{version}" if group else f"api/{version}"): orjson.dumps(_document(resources))
                for group, versions in self._registry.groups().items()
                for version, resources in versions.items()
            }
            self._made = self._registry.changes
        return self._documents


def _document(resources: list[Resource]) -> Object:
    schemas: Object = {_META: _cleaned(METADATA)}
    paths: Object = {}
    for resource in resources:
        name = _name(resource)
        gvk = {"group": resource.group, "version": resource.version, "kind": resource.kind}
        source = resource.schema.source
        properties = {
            "apiVersion": {"type": "string", "description": "APIVersion of this representation of an object."},
            "kind": {"type": "string", "description": "Kind of the REST resource this object represents."},
            **{
                key: value for key, value in _cleaned(source)["properties"].items() if key not in {"apiVersion", "kind"}
            },
        }
        properties["metadata"] = {
            "description": "Standard object's metadata.",
            "allOf": [{"$ref": f"#/components/schemas/{_META}"}],
            "default": {},
        }
        schemas[name] = {**_cleaned(source), "properties": properties, "x-kubernetes-group-version-kind": [gvk]}
        paths |= _paths(resource, name, gvk)
    return {
        "openapi": "3.0.0",
        "info": {"title": _TITLE, "version": "v1"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _name(resource: Resource) -> str:
    group = resource.group or "core"
    return ".".join([*reversed(group.split(".")), resource.version, resource.kind])


def _cleaned(schema: Any) -> Any:
    """Drop what OpenAPI clients do not read: validation rules are the server's own."""
    if isinstance(schema, list):
        return [_cleaned(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: _cleaned(value) for key, value in schema.items() if key != "x-kubernetes-validations"}


def _paths(resource: Resource, name: str, gvk: Object) -> Object:
    root = f"/apis/{resource.group}/{resource.version}" if resource.group else f"/api/{resource.version}"
    middle = "/namespaces/{namespace}" if resource.namespaced else ""
    one = f"{root}{middle}/{resource.plural}/{{name}}"
    parameters = [{"name": key, "in": "query", "schema": {"type": "string"}} for key in _QUERY]
    reference = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}

    def operation(action: str) -> Object:
        return {
            "operationId": f"{action}{resource.kind}",
            "parameters": parameters,
            "responses": {"200": {"description": "OK", "content": reference}},
            "x-kubernetes-action": action,
            "x-kubernetes-group-version-kind": gvk,
        }

    many = f"{root}{middle}/{resource.plural}"
    paths: Object = {many: {"post": operation("post")}}
    if "get" in resource.verbs:
        paths[many]["get"] = operation("list")
        paths[one] = {action: operation(action) for action in ("get", "put", "patch", "delete")}
    return paths
