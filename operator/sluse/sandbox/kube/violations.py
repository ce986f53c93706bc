"""JSON Schema's errors in Kubernetes' words, with its field paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from sluse.sandbox.kube.node import Node
from sluse.sandbox.kube.status import Cause

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

_LIMITS = {
    "maxLength": ("FieldValueTooLong", "Too long: may not be more than {limit} bytes"),
    "maxItems": ("FieldValueTooMany", "Too many: {size}: must have at most {limit} items"),
    "maxProperties": ("FieldValueTooMany", "Too many: {size}: must have at most {limit} items"),
}
_SENTENCES = {
    "minLength": "should be at least {limit} chars long",
    "minItems": "should have at least {limit} items",
    "minProperties": "should have at least {limit} properties",
    "minimum": "should be greater than or equal to {limit}",
    "maximum": "should be less than or equal to {limit}",
    "exclusiveMinimum": "should be greater than {limit}",
    "exclusiveMaximum": "should be less than {limit}",
    "multipleOf": "should be a multiple of {multiple_of}",
    "pattern": "should match '{pattern}'",
    "format": "must be of type {format}",
}
_NAMES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}


def field_path(steps: list[str | int]) -> str:
    """Return `spec.clients[0].name`; a key with a dot is bracketed, as Kubernetes does for maps."""
    path = ""
    for step in steps:
        if isinstance(step, int) or "." in step or "/" in step:
            path += f"[{step}]"
        else:
            path += f".{step}" if path else step
    return path


def cause_of(error: ValidationError) -> Cause:  # noqa: PLR0911 - one return per keyword reads best
    """Translate one error."""
    path = field_path(error.instance_path)
    name = error.kind.name
    value = error.instance
    if name == "required":
        missing = str(error.kind.as_dict()["property"])
        return Cause("FieldValueRequired", "Required value", f"{path}.{missing}" if path else missing)
    if name == "enum":
        options = ", ".join(_json(option) for option in error.kind.as_dict()["options"] if option is not None)
        return Cause("FieldValueNotSupported", f"Unsupported value: {_json(value)}: supported values: {options}", path)
    if name == "type":
        wanted = [kind for kind in error.kind.as_dict()["types"] if kind != "null"]
        return _type_cause(path, value, wanted[0] if wanted else "null")
    if name in _LIMITS:
        reason, sentence = _LIMITS[name]
        return Cause(
            reason,
            sentence.format(size=len(value) if isinstance(value, dict | list | str) else 0, **error.kind.as_dict()),
            path,
        )
    if name in _SENTENCES:
        why = _SENTENCES[name].format(**error.kind.as_dict())
        return Cause("FieldValueInvalid", f"Invalid value: {_json(value)}: {path} in body {why}", path)
    if name == "anyOf" and not isinstance(value, dict | list):
        return _type_cause(path, value, "integer or string")
    why = error.message if not isinstance(value, dict | list) else f"{path or 'object'} in body does not match {name}"
    return Cause("FieldValueInvalid", f"Invalid value: {_json(value)}: {why}", path)


def _type_cause(path: str, value: Any, wanted: str) -> Cause:
    actual = "null" if value is None else _NAMES[type(value)]
    shown = f'"{actual}"'
    sentence = f"Invalid value: {shown}: {path} in body must be of type {wanted}: {shown}"
    return Cause("FieldValueTypeInvalid", sentence, path)


def duplicates(node: Node, value: Any, path: str) -> list[Cause]:
    """Return a cause for every repeated member of a list that the schema calls a set or a map."""
    causes: list[Cause] = []
    if not node.keyed:
        return causes
    if isinstance(value, dict):
        for name, child_value in value.items():
            child = node.child(name)
            if child is not None and child.keyed and isinstance(child_value, dict | list):
                causes += duplicates(child, child_value, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and node.items is not None:
        seen: set[bytes] = set()
        for index, item in enumerate(value):
            place = f"{path}[{index}]"
            causes += duplicates(node.items, item, place)
            if not node.list_set and not node.list_keys:
                continue
            identity = {key: item.get(key) for key in node.list_keys} if node.list_keys else item
            mark = orjson.dumps(identity, option=orjson.OPT_SORT_KEYS)
            if mark in seen:
                causes.append(Cause("FieldValueDuplicate", f"Duplicate value: {mark.decode()}", place))
            seen.add(mark)
    return causes


def _json(value: Any) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= 200 else f"{text[:200]}..."
