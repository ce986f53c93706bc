"""Protobuf bodies of the few kinds that kubectl sends so: `kubectl create ns|configmap|secret|...` and `auth can-i`.

A reader of the wire format with field tables, rather than generated code: seven messages are not worth a dependency.
Answers are always JSON, which every client that sends protobuf accepts. Other kinds are refused with a remedy.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from sluse.sandbox.kube.status import APIError, Object, bad_request

MEDIA = "application/vnd.kubernetes.protobuf"
_MAGIC = b"k8s\x00"

# field number -> (name, type); a type is str, bool, int, bytes, "map" (text), "bytemap", a table, or a list of one.
_OWNER = {1: ("kind", str), 3: ("name", str), 4: ("uid", str), 5: ("apiVersion", str), 6: ("controller", bool)}
_META = {
    1: ("name", str),
    2: ("generateName", str),
    3: ("namespace", str),
    5: ("uid", str),
    6: ("resourceVersion", str),
    11: ("labels", "map"),
    12: ("annotations", "map"),
    13: ("ownerReferences", [_OWNER]),
    14: ("finalizers", [str]),
}
_RULE = {
    1: ("verbs", [str]),
    2: ("apiGroups", [str]),
    3: ("resources", [str]),
    4: ("resourceNames", [str]),
    5: ("nonResourceURLs", [str]),
}
_SUBJECT = {1: ("kind", str), 2: ("apiGroup", str), 3: ("name", str), 4: ("namespace", str)}
_ROLE_REFERENCE = {1: ("apiGroup", str), 2: ("kind", str), 3: ("name", str)}
_ROLE = {1: ("metadata", _META), 2: ("rules", [_RULE])}
_BINDING = {1: ("metadata", _META), 2: ("subjects", [_SUBJECT]), 3: ("roleRef", _ROLE_REFERENCE)}
_RESOURCE_ATTRIBUTES = {
    1: ("namespace", str),
    2: ("verb", str),
    3: ("group", str),
    4: ("version", str),
    5: ("resource", str),
    6: ("subresource", str),
    7: ("name", str),
}
_PATH_ATTRIBUTES = {1: ("path", str), 2: ("verb", str)}
_SELF_SPEC = {1: ("resourceAttributes", _RESOURCE_ATTRIBUTES), 2: ("nonResourceAttributes", _PATH_ATTRIBUTES)}
_MESSAGES: dict[str, dict[int, Any]] = {
    "Namespace": {1: ("metadata", _META)},
    "ConfigMap": {1: ("metadata", _META), 2: ("data", "map"), 3: ("binaryData", "bytemap"), 4: ("immutable", bool)},
    "Secret": {
        1: ("metadata", _META),
        2: ("data", "bytemap"),
        3: ("type", str),
        4: ("stringData", "map"),
        5: ("immutable", bool),
    },
    "ServiceAccount": {1: ("metadata", _META)},
    "Role": _ROLE,
    "ClusterRole": _ROLE,
    "RoleBinding": _BINDING,
    "ClusterRoleBinding": _BINDING,
    "SelfSubjectAccessReview": {1: ("metadata", _META), 2: ("spec", _SELF_SPEC)},
    "SelfSubjectRulesReview": {1: ("metadata", _META), 2: ("spec", {1: ("namespace", str)})},
    "SelfSubjectReview": {1: ("metadata", _META)},
    "DeleteOptions": {
        2: ("preconditions", {1: ("uid", str), 2: ("resourceVersion", str)}),
        4: ("propagationPolicy", str),
        5: ("dryRun", [str]),
    },
}


def decoded(body: bytes) -> Object:
    """Return the object in a Kubernetes protobuf envelope; 415 for a kind without a table, 400 for broken bytes."""
    if not body.startswith(_MAGIC):
        raise bad_request("the body is not a Kubernetes protobuf envelope")
    try:
        envelope = _message({1: ("type", {1: ("apiVersion", str), 2: ("kind", str)}), 2: ("raw", bytes)}, body[4:])
        kind = envelope["type"]["kind"]
        if kind not in _MESSAGES:
            raise APIError(
                415,
                "UnsupportedMediaType",
                f"this sandbox reads no protobuf of kind {kind}: send JSON instead, for example with kubectl apply -f",
            )
        item = _message(_MESSAGES[kind], base64.b64decode(envelope.get("raw", "")))
    except (IndexError, KeyError, ValueError):
        raise bad_request("the protobuf body cannot be read") from None
    return {**envelope["type"], **item}


def _message(table: dict[int, Any], data: bytes) -> Object:
    out: Object = {}
    for number, value in _fields(data):
        if number not in table:
            continue
        name, kind = table[number]
        if isinstance(kind, list):
            out.setdefault(name, []).append(_value(kind[0], value))
        elif kind in {"map", "bytemap"} if isinstance(kind, str) else False:
            pair = _message({1: ("key", str), 2: ("value", str if kind == "map" else bytes)}, _bytes(value))
            out.setdefault(name, {})[pair.get("key", "")] = pair.get("value", "")
        else:
            decoded_value = _value(kind, value)
            if decoded_value not in ("", {}) or name == "metadata":
                out[name] = decoded_value
    return out


def _value(kind: Any, value: int | bytes) -> Any:
    if isinstance(kind, dict):
        return _message(kind, _bytes(value))
    if kind is str:
        return _bytes(value).decode()
    if kind is bytes:
        return base64.b64encode(_bytes(value)).decode()
    return kind(value)


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError("a number where bytes were expected")  # noqa: TRY004 - the data is wrong, not the program
    return value


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield (field number, value); a value that runs past the end is a ValueError."""
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        if tag & 7 == 0:
            number, position = _varint(data, position)
            yield tag >> 3, number
            continue
        length = {1: 8, 5: 4}.get(tag & 7)
        if tag & 7 == 2:
            length, position = _varint(data, position)
        if length is None or position + length > len(data):
            raise ValueError("broken field")
        yield tag >> 3, data[position : position + length]
        position += length


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, position
        if shift > 63:
            raise ValueError("a varint of more than ten bytes")
