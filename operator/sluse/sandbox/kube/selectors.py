"""Label and field selectors. Label equality is kept apart because the store has an index for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sluse.sandbox.kube.status import Object, bad_request

_TERM = re.compile(
    r"\s*(?:(?P<absent>!)\s*(?P<a>[^\s=!,()]+)"
    r"|(?P<key>[^\s=!,()]+)\s*(?:(?P<op>==|=|!=)\s*(?P<value>[^\s=!,()]*)"
    r"|\s(?P<set>in|notin)\s*\((?P<values>[^()]*)\))?)\s*(?:,|$)"
)


@dataclass(frozen=True)
class LabelSelector:
    """`equal` must all hold; `others` are the remaining predicates over the labels."""

    equal: tuple[tuple[str, str], ...] = ()
    others: tuple[Callable[[Mapping[str, str]], bool], ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        return all(labels.get(key) == value for key, value in self.equal) and all(test(labels) for test in self.others)

    def __bool__(self) -> bool:
        return bool(self.equal or self.others)


@lru_cache(maxsize=1024)
def label_selector(text: str) -> LabelSelector:
    """Parse `a=b,c!=d,e in (f,g),h,!i`; a 400 names what cannot be read."""
    equal: list[tuple[str, str]] = []
    others: list[Callable[[Mapping[str, str]], bool]] = []
    position = 0
    while position < len(text.rstrip()):
        term = _TERM.match(text, position)
        if term is None:
            raise bad_request(f"unable to parse requirement: {text[position:]!r} in label selector {text!r}")
        if term["op"] in {"=", "=="}:
            equal.append((term["key"], term["value"]))
        else:
            others.append(_requirement(term))
        position = term.end()
    return LabelSelector(tuple(equal), tuple(others))


def _requirement(term: re.Match[str]) -> Callable[[Mapping[str, str]], bool]:
    if term["absent"]:
        absent = term["a"]
        return lambda labels: absent not in labels
    key = term["key"]
    if term["op"] == "!=":
        other = term["value"]
        return lambda labels: labels.get(key) != other
    if term["set"]:
        values = frozenset(value.strip() for value in term["values"].split(","))
        inside = term["set"] == "in"
        return lambda labels: (labels[key] in values) is inside if key in labels else not inside
    return lambda labels: key in labels


_EVERY_KIND = frozenset({"metadata.name", "metadata.namespace"})
EVENT_FIELDS = frozenset(
    {f"involvedObject.{name}" for name in ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion")}
    | {"involvedObject.fieldPath", "reason", "reportingComponent", "source", "type"}
)
FIELDS: Mapping[tuple[str, str], frozenset[str]] = {
    ("", "events"): EVENT_FIELDS,
    ("", "namespaces"): frozenset({"status.phase"}),
    ("", "secrets"): frozenset({"type"}),
    ("", "services"): frozenset({"spec.clusterIP", "spec.type"}),
}


@dataclass(frozen=True)
class FieldSelector:
    """Each of `tests` is (path, wanted value, whether it must be equal)."""

    tests: tuple[tuple[tuple[str, ...], str, bool], ...] = ()

    def matches(self, item: Object) -> bool:
        return all((_value(item, path) == wanted) is equal for path, wanted, equal in self.tests)

    def name(self) -> str:
        """Return the one object name this selects, or an empty string."""
        return next((wanted for path, wanted, equal in self.tests if path == ("metadata", "name") and equal), "")

    def __bool__(self) -> bool:
        return bool(self.tests)


def _unknown_field(name: str, known: frozenset[str]) -> str:
    """Return what a server says: kinds with fields of their own to select by have another sentence."""
    if known != _EVERY_KIND:
        return f'field label not supported: "{name}"'
    return f'"{name}" is not a known field selector: only "metadata.name", "metadata.namespace"'


def field_selector(text: str, key: tuple[str, str], selectable: frozenset[str]) -> FieldSelector:
    """Parse `metadata.name=x,type!=y`; what the kind cannot be selected by is a 400, as it is on a real server."""
    tests: list[tuple[tuple[str, ...], str, bool]] = []
    known = _EVERY_KIND | FIELDS.get(key, frozenset()) | selectable
    for term in filter(None, (part.strip() for part in text.split(","))):
        parsed = re.fullmatch(r"([^=!]+)(==|=|!=)(.*)", term)
        if parsed is None:
            raise bad_request(f"invalid selector: {text!r}; can't understand {term!r}")
        name, operator, wanted = parsed.groups()
        if name not in known:
            raise bad_request(_unknown_field(name, known))
        path = ("source", "component") if name == "source" else tuple(name.split("."))
        tests.append((path, wanted, operator != "!="))
    return FieldSelector(tuple(tests))


def _value(item: Object, path: tuple[str, ...]) -> str:
    value: object = item
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
