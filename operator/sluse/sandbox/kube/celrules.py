"""x-kubernetes-validations: CEL rules compiled once per schema and run where their value lies.

The interpreter has no type checker and no cost model, so a rule that a real server would refuse for either reason is
accepted here; what it cannot parse, or a name it does not know, is refused when the CRD is written. Values go in as
JSON, except that properties which CEL cannot spell are escaped and date-times become timestamps, as in Kubernetes.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import pairwise
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from sluse.rules.cel import RESERVED
from sluse.sandbox.kube.status import Cause, Object

# The package imports its command line, and with it a toolkit for terminals: a fifth of the time until a sandbox stands.
sys.modules.setdefault("cel.cli", ModuleType("cel.cli"))

import cel  # noqa: E402 - after the line above
from cel.stdlib import STDLIB_FUNCTIONS, add_stdlib_to_context  # noqa: E402

_UNSPELLABLE = re.compile(r"[./-]|__")
_ESCAPES = {".": "__dot__", "/": "__slash__", "-": "__dash__", "__": "__underscores__"}
_BINDS = re.compile(r"\.(?:all|exists|exists_one|map|filter)\(\s*(\w+)\s*,")  # variables() lists what macros bind, too
_LIBRARIES = frozenset(["base64", "lists", "math", "sets", "strings"])
_BUILT_IN = frozenset(
    [
        "all",
        "bool",
        "bytes",
        "contains",
        "double",
        "duration",
        "endsWith",
        "exists",
        "exists_one",
        "filter",
        "getDate",
        "getDayOfMonth",
        "getDayOfWeek",
        "getDayOfYear",
        "getFullYear",
        "getHours",
        "getMilliseconds",
        "getMinutes",
        "getMonth",
        "getSeconds",
        "has",
        "int",
        "map",
        "matches",
        "max",
        "min",
        "size",
        "startsWith",
        "string",
        "timestamp",
        "type",
        "uint",
        "dyn",
    ]
)


def _is_sorted(items: list[Any]) -> bool:
    return all(a <= b for a, b in pairwise(items))


def _is_url(text: str) -> bool:
    parts = urlsplit(text)
    return bool(parts.scheme and (parts.netloc or parts.path.startswith("/")))


def _find(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    return found.group() if found else ""


def _find_all(text: str, pattern: str) -> list[str]:
    return [found.group() for found in re.finditer(pattern, text)]


_EXTRA: dict[str, Callable[..., Any]] = {
    "isSorted": _is_sorted,
    "isURL": _is_url,
    "find": _find,
    "findAll": _find_all,
}


_LIBRARY = {name.rsplit(".", 1)[-1] for name in STDLIB_FUNCTIONS} | set(_EXTRA)


def _functions(expression: str | None) -> list[str]:
    return cel.compile(expression).functions() if expression else []


def escaped(name: str) -> str:
    """Return how CEL spells a property name."""
    if name in RESERVED:
        return f"__{name}__"
    return _UNSPELLABLE.sub(lambda found: _ESCAPES[found.group()], name)


class _Rule:
    """One rule: its program, its message and where the failure is reported."""

    def __init__(self, source: Object) -> None:
        self.text: str = source["rule"]
        self.program = compiled(self.text, {"self", "oldSelf"})
        self.on_update = "oldSelf" in self.program.variables()
        self.library = bool({*self.program.functions(), *(_functions(source.get("messageExpression")))} & _LIBRARY)
        self.message: str = source.get("message") or f"failed rule: {' '.join(self.text.split())}"
        expression = source.get("messageExpression")
        self.expression = compiled(expression, {"self", "oldSelf"}) if expression else None
        self.field: str = source.get("fieldPath", "")
        self.reason: str = source.get("reason") or "FieldValueInvalid"

    def cause(self, value: Any, old: Any, path: str, shown: str) -> Cause | None:
        context: dict[str, Any] | cel.Context = {"self": value} if old is None else {"self": value, "oldSelf": old}
        if self.library:
            context = cel.Context({"self": value} if old is None else {"self": value, "oldSelf": old}, _EXTRA)
            add_stdlib_to_context(context)
        field = f"{path}{self.field}".lstrip(".") or "<nil>"
        try:
            if self.program.execute(context) is True:
                return None
            message = self.message if self.expression is None else str(self.expression.execute(context))
        except (ValueError, TypeError, RuntimeError, KeyError) as error:
            message = f"rule {self.text!r} could not be evaluated: {error}"
        prefix = {"FieldValueForbidden": "Forbidden: ", "FieldValueRequired": "Required value: "}
        return Cause(self.reason, prefix.get(self.reason, f"Invalid value: {shown}: ") + message, field)


class Expression:
    """One expression, compiled; a ValueError for one that does not compile."""

    def __init__(self, text: str, known: Iterable[str]) -> None:
        self.text = text
        self._program = compiled(text, set(known))
        self._names = frozenset(self._program.variables())

    def value(self, values: dict[str, Any]) -> Any:
        """Return what it gives with these values; a ValueError says why it gives nothing."""
        # Whatever goes in is copied, whole objects too: no more goes in than is named.
        context = cel.Context({name: value for name, value in values.items() if name in self._names}, _EXTRA)
        add_stdlib_to_context(context)
        try:
            return self._program.execute(context)
        except (ValueError, TypeError, RuntimeError, KeyError) as error:
            raise ValueError(f"expression '{self.text}' resulted in error: {error}") from error


def compiled(expression: str, known: set[str]) -> cel.Program:
    """Compile; a ValueError for what cannot be parsed and for names that nobody defines."""
    program = cel.compile(expression)
    bound = {found[1] for found in _BINDS.finditer(expression)}
    strangers = set(program.variables()) - known - bound - _LIBRARIES
    if strangers:
        raise ValueError(f"undeclared reference to '{min(strangers)}'")
    functions = {name.rsplit(".", 1)[-1] for name in program.functions() if not re.match(r"^[_@!\-?]|.*_$", name)}
    unknown = functions - _BUILT_IN - _LIBRARY
    if unknown:
        raise ValueError(f"undeclared reference to '{min(unknown)}' (or a function this sandbox does not have)")
    return program


class _Place:
    """The rules at one node and below it."""

    def __init__(self, schema: Object) -> None:
        self.rules = [_Rule(source) for source in schema.get("x-kubernetes-validations") or ()]
        below = {name: _Place(child) for name, child in (schema.get("properties") or {}).items()}
        self.below = {name: place for name, place in below.items() if place}
        additional = schema.get("additionalProperties")
        items = schema.get("items")
        self.values = _place(additional)
        self.items = _place(items)
        self.keys: list[str] = (
            schema.get("x-kubernetes-list-map-keys") or [] if schema.get("x-kubernetes-list-type") == "map" else []
        )
        self.schema = schema
        self.plain = _plain(schema)

    def __bool__(self) -> bool:
        return bool(self.rules or self.below or self.values or self.items)

    def causes(self, value: Any, old: Any, path: str) -> Iterator[Cause]:
        if self.rules:
            converted = value if self.plain else spelled(self.schema, value)
            before = old if old is None or self.plain else spelled(self.schema, old)
            shown = '"object"' if isinstance(value, dict) else '"array"' if isinstance(value, list) else repr(value)
            for rule in self.rules:
                if rule.on_update and before is None:
                    continue
                cause = rule.cause(converted, before, path, shown.replace("'", '"'))
                if cause is not None:
                    yield cause
        yield from self._causes_below(value, old, path)

    def _causes_below(self, value: Any, old: Any, path: str) -> Iterator[Cause]:
        if isinstance(value, dict):
            earlier = old if isinstance(old, dict) else {}
            for name, child in value.items():
                place = self.below.get(name) or self.values
                if place and child is not None:
                    yield from place.causes(child, earlier.get(name), f"{path}.{name}")
        elif isinstance(value, list) and self.items:
            for index, item in enumerate(value):
                yield from self.items.causes(item, self._counterpart(item, old), f"{path}[{index}]")

    def _counterpart(self, item: Any, old: Any) -> Any:
        """Return the old item with the same map keys; items of other lists have no identity, so no oldSelf."""
        if not self.keys or not isinstance(old, list):
            return None
        return next((other for other in old if all(other.get(key) == item.get(key) for key in self.keys)), None)


def _place(schema: Any) -> _Place | None:
    place = _Place(schema) if isinstance(schema, dict) else None
    return place or None


class Rules:
    """All rules of a schema; false if there are none. A ValueError for a rule that does not compile."""

    def __init__(self, schema: Object) -> None:
        self._root = _Place({**schema, "properties": {**schema.get("properties", {}), "metadata": {}}})

    def __bool__(self) -> bool:
        return bool(self._root)

    def causes(self, item: Object, old: Object | None) -> list[Cause]:
        return list(self._root.causes(item, old, ""))


def _plain(schema: Any) -> bool:
    """Tell whether CEL sees values of this schema exactly as JSON has them."""
    if not isinstance(schema, dict):
        return True
    if schema.get("format") == "date-time" or schema.get("type") == "number":
        return False
    properties = schema.get("properties") or {}
    below = [*properties.values(), schema.get("additionalProperties"), schema.get("items")]
    return all(escaped(name) == name for name in properties) and all(map(_plain, below))


def spelled(schema: Any, value: Any) -> Any:
    """Return the value as CEL sees it."""
    if not isinstance(schema, dict) or value is None:
        return value
    if isinstance(value, dict):
        known = schema.get("properties") or {}
        additional = schema.get("additionalProperties")
        return {
            (escaped(name) if name in known else name): spelled(known.get(name, additional), child)
            for name, child in value.items()
        }
    if isinstance(value, list):
        return [spelled(schema.get("items"), item) for item in value]
    if isinstance(value, str) and schema.get("format") == "date-time":
        return datetime.fromisoformat(value)
    return float(value) if schema.get("type") == "number" and isinstance(value, int) else value
