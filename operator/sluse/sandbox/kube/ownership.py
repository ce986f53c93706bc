"""managedFields: who owns which fields since when, for every way of writing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sluse.sandbox.kube.fields import NOTHING, Difference, FieldSet, Path, as_trie, from_trie, spoken, tracked
from sluse.sandbox.kube.node import Node
from sluse.sandbox.kube.status import APIError, Cause, Object, apply_conflict, bad_request

CONTAINERS = frozenset({("f:metadata",)})


@dataclass(frozen=True)
class Manager:
    """One writer. Two operations of one name are two managers."""

    name: str
    operation: Literal["Apply", "Update"]
    api_version: str
    subresource: str = ""


@dataclass(frozen=True)
class Entry:
    """What a manager owns, and when it last took something."""

    fields: FieldSet
    time: str


Managers = dict[Manager, Entry]


def decoded(listed: Any) -> Managers:
    """Read metadata.managedFields; a 400 for what is not such a list."""
    managers: Managers = {}
    try:
        for entry in listed or ():
            if entry:
                name, operation = entry.get("manager", ""), entry["operation"]
                manager = Manager(name, operation, entry.get("apiVersion", ""), entry.get("subresource", ""))
                managers[manager] = Entry(frozenset(from_trie(entry.get("fieldsV1") or {})), entry.get("time", ""))
    except (AttributeError, KeyError, TypeError) as error:
        raise bad_request(f"metadata.managedFields cannot be read: {error!r}") from None
    return managers


def encoded(managers: Managers) -> list[Object]:
    """Write metadata.managedFields; managers that own nothing are gone."""
    ordered = sorted(managers.items(), key=lambda pair: (pair[0].operation, pair[1].time, pair[0].name))
    return [
        {
            "manager": manager.name,
            "operation": manager.operation,
            "apiVersion": manager.api_version,
            "time": entry.time,
            "fieldsType": "FieldsV1",
            "fieldsV1": as_trie(entry.fields),
            **({"subresource": manager.subresource} if manager.subresource else {}),
        }
        for manager, entry in ordered
        if entry.fields
    ]


def keep_times(item: Object, before: Object) -> None:
    """Take the times of `before` where nothing but them differs: who applies the same again has changed nothing.

    As the API server's IgnoreManagedFieldsTimestamps does, after defaults: a list that is one value (atomic) comes
    without them each time.
    """
    theirs, ours = before["metadata"].get("managedFields"), item["metadata"].get("managedFields")
    if theirs and ours and ours != theirs and _timeless(item) == _timeless(before):
        item["metadata"]["managedFields"] = theirs


def _timeless(item: Object) -> Object:
    listed = [
        {name: value for name, value in entry.items() if name != "time"} for entry in item["metadata"]["managedFields"]
    ]
    return {**item, "metadata": {**item["metadata"], "managedFields": listed}}


def updated(
    node: Node, old: Object, new: Object, managers: Managers, manager: Manager, parts: tuple[str, ...], now: str
) -> Managers:
    """Return the managers after `manager` wrote `new` over `old` without asking anybody."""
    change = Difference(node, tracked(old, parts), tracked(new, parts))
    taken = frozenset((change.added | change.modified) - CONTAINERS)
    lost = taken | change.removed
    if not lost:
        return managers
    after = {m: _without(entry, lost) for m, entry in managers.items() if m != manager}
    mine = managers.get(manager, Entry(NOTHING, now))
    after[manager] = Entry((mine.fields | taken) - change.removed, now if taken else mine.time)
    return after


def forced(
    change: Difference, managers: Managers, manager: Manager, *, force: bool
) -> tuple[Managers, list[tuple[Manager, Path]]]:
    """Return the managers after an apply changed fields, and with whom it conflicts (empty if forced)."""
    taken = frozenset(change.added | change.modified)
    conflicts = [
        (other, path) for other, entry in managers.items() if other != manager for path in sorted(entry.fields & taken)
    ]
    if conflicts and not force:
        return managers, conflicts
    lost = taken | change.removed
    return {m: entry if m == manager else _without(entry, lost) for m, entry in managers.items()}, []


def _without(entry: Entry, lost: FieldSet) -> Entry:
    return Entry(entry.fields - lost, entry.time) if entry.fields & lost else entry


def refusal(conflicts: list[tuple[Manager, Path]], managers: Managers) -> APIError:
    """Return the 409 of a server-side apply, with one cause per field."""
    causes = [
        Cause("FieldManagerConflict", f"conflict with {_named(manager, managers)}", spoken(path))
        for manager, path in conflicts
    ]
    if len(conflicts) == 1:
        manager, path = conflicts[0]
        message = f"Apply failed with 1 conflict: conflict with {_named(manager, managers)}: {spoken(path)}"
        return apply_conflict(message, causes)
    lines: list[str] = []
    for manager in dict.fromkeys(manager for manager, _ in conflicts):
        lines.append(f"conflicts with {_named(manager, managers)}:")
        lines += [f"- {spoken(path)}" for other, path in conflicts if other == manager]
    return apply_conflict(f"Apply failed with {len(conflicts)} conflicts: " + "\n".join(lines), causes)


def _named(manager: Manager, managers: Managers) -> str:
    name = f'"{manager.name}"'
    if manager.subresource:
        name += f' with subresource "{manager.subresource}"'
    if manager.operation == "Update":
        name += f" using {manager.api_version} at {managers[manager].time}"
    return name
