"""Printer columns: what `kubectl get` shows of each kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sluse.sandbox.kube.jsonpath import jsonpath
from sluse.sandbox.kube.resources import Column
from sluse.sandbox.kube.status import Object

NAME = Column("Name", "string", lambda item, _: item["metadata"]["name"], "Name of the object.", "name")


def since(moment: str | None, now: datetime) -> str:
    """Return an age as kubectl prints it: 42s, 5m10s, 3h, 2d."""
    if not moment:
        return "<unknown>"
    seconds = int((now - datetime.fromisoformat(moment).astimezone(UTC)).total_seconds())
    if seconds < 120:
        return f"{max(seconds, 0)}s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if minutes < 10:
        rest = seconds % 60
        return f"{minutes}m{rest}s" if rest else f"{minutes}m"
    if minutes < 180:
        return f"{minutes}m"
    if hours < 48:
        return f"{hours}h"
    return f"{days}d" if days < 730 else f"{days // 365}y"


AGE = Column(
    "Age", "string", lambda item, now: since(item["metadata"].get("creationTimestamp"), now), "Time since creation."
)
CREATED = Column("Created At", "date", lambda item, _: item["metadata"]["creationTimestamp"], "When it was created.")


def column(name: str, path: str, kind: str = "string") -> Column:
    """Return a column that shows what a JSONPath finds."""
    return Column(name, kind, path_cell(path, kind))


def path_cell(path: str, kind: str) -> Callable[[Object, datetime], Any]:
    """Return a cell that shows what a JSONPath finds, in the type of its column."""
    find = jsonpath(path)

    def cell(item: Object, now: datetime) -> Any:
        found = [value for value in find(item) if value is not None]
        if not found:
            return None
        value = found[0] if len(found) == 1 else ",".join(map(str, found))
        if kind == "date":
            return since(value, now) if isinstance(value, str) else None
        if kind == "string":
            return value if isinstance(value, str) else _text(value)
        return value if isinstance(value, int | float | bool) else None

    return cell


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else repr(value).replace("'", '"')


def count(*fields: str) -> Callable[[Object, datetime], Any]:
    """Return a cell with the number of members in these maps."""
    return lambda item, _: sum(len(item.get(field) or ()) for field in fields)


def selector(item: Object, _: datetime) -> str:
    """Return `a=b,c in (d)` or `<none>`."""
    found = item.get("spec", {}).get("podSelector") or {}
    terms = [f"{key}={value}" for key, value in sorted((found.get("matchLabels") or {}).items())]
    return ",".join(terms) or "<none>"


def ports(item: Object, _: datetime) -> str:
    """Return `443/TCP,80/TCP` or `<none>`."""
    found = item.get("spec", {}).get("ports") or []
    return ",".join(f"{port['port']}/{port.get('protocol', 'TCP')}" for port in found) or "<none>"


def role(item: Object, _: datetime) -> str:
    """Return the kind and name of the role that a binding grants."""
    return f"{item['roleRef']['kind']}/{item['roleRef']['name']}"


def last_seen(item: Object, now: datetime) -> str:
    """Return how long ago an event happened last."""
    return since(item.get("lastTimestamp") or item.get("eventTime") or item.get("firstTimestamp"), now)


def about(item: Object, _: datetime) -> str:
    """Return the kind and name of what an event is about."""
    target = item.get("involvedObject") or {}
    return f"{target.get('kind', '').lower()}/{target.get('name', '')}"


def ready(item: Object, _: datetime) -> str:
    """Return ready over wanted replicas."""
    return f"{item.get('status', {}).get('readyReplicas', 0)}/{item.get('spec', {}).get('replicas', 0)}"
