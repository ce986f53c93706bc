"""CEL that gathers every text of an object into one: what `sluse.rules.request.text` is in Python.

CEL has no recursion, so the expression is written out from the kind's own schema, as the API server enforces it.
Texts with fixed values and times are left out: no rule finds anything in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sluse.desired.json_schema import JsonSchema
from sluse.rules.cel import RESERVED
from sluse.rules.request import NAMED, SEPARATOR

_SEPARATOR = f"'\\u{ord(SEPARATOR):04x}'"
_JOINED = f".join({_SEPARATOR})"
_SPELLABLE = re.compile(r"[a-zA-Z][a-zA-Z0-9]*")


def of_custom_resource(schema: JsonSchema) -> str:
    """Return the expression for a kind with this schema. ValueError for one that it cannot be written for."""
    properties = schema["properties"]
    content = {name: properties[name] for name in ("spec", "status")}
    return _together([*_METADATA, *_members({"properties": content}, "object", 0)])


def of_config_map() -> str:
    """Return the expression for ConfigMaps; what `binaryData` holds is no text, and refused as a whole."""
    return _together([*_METADATA, _given("object.data", _named("object.data"))])


def _given(path: str, expression: str) -> str:
    return f"(has({path}) ? {expression} : '')"


def _named(path: str) -> str:
    """Return what joins a map's names and values."""
    return f"{path}.map(k, k + '{NAMED}' + {path}[k]){_JOINED}"


def _together(texts: list[str]) -> str:
    """Return all of them; a sum and no list, whose members CEL wants of one type, and these it only knows at run time."""
    return f" + {_SEPARATOR} + ".join(texts)


_METADATA = (
    "object.metadata.name",
    *(_given(path, _named(path)) for path in ("object.metadata.labels", "object.metadata.annotations")),
)


def _members(schema: JsonSchema, path: str, depth: int) -> Iterator[str]:
    for name, member in schema["properties"].items():
        if not _SPELLABLE.fullmatch(name) or name in RESERVED:
            raise ValueError(f"CEL cannot spell the property {name!r}")
        expression = _text(member, f"{path}.{name}", depth)
        if expression:
            yield _given(f"{path}.{name}", expression)


def _text(schema: JsonSchema, path: str, depth: int) -> str:
    """Return what joins the texts of a value; nothing where it can hold none that matters."""
    if schema.get("nullable"):
        raise ValueError(f"{path} may be null, which CEL cannot join")
    match schema.get("type"):
        case "string":
            return "" if "enum" in schema or schema.get("format") == "date-time" else path
        case "array":
            return _items(schema["items"], path, depth)
        case "object" if "properties" in schema:
            texts = list(_members(schema, path, depth))
            return _together(texts) if texts else ""
        case "object" if isinstance(schema.get("additionalProperties"), dict):
            return _named(path) if schema["additionalProperties"].get("type") == "string" else ""
        case _:
            return ""


def _items(schema: JsonSchema, path: str, depth: int) -> str:
    item = f"i{depth}"
    expression = _text(schema, item, depth + 1)
    if not expression:
        return ""
    return f"{path}{_JOINED}" if expression == item else f"{path}.map({item}, {expression}){_JOINED}"
