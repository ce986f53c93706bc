"""Server-side apply: merge a configuration into the live object, drop what its manager no longer claims.

Follows structured-merge-diff: atomic values are replaced whole, keyed lists and sets are merged by item, and a field
that leaves the configuration is removed only when nobody else owns it.
"""

from __future__ import annotations

from typing import Any

import orjson

from sluse.sandbox.kube.fields import (
    NOTHING,
    Difference,
    FieldSet,
    Path,
    applied,
    children,
    element,
    elements,
    tracked,
)
from sluse.sandbox.kube.node import Node
from sluse.sandbox.kube.ownership import Entry, Manager, Managers, forced, refusal
from sluse.sandbox.kube.status import Object


def server_side_apply(
    node: Node,
    live: Object,
    configuration: Object,
    managers: Managers,
    manager: Manager,
    parts: tuple[str, ...],
    now: str,
    *,
    force: bool,
) -> tuple[Object, Managers]:
    """Return the new object and its managers; a 409 names every conflict. `live` is the caller's own copy."""
    wanted = tracked(configuration, parts)
    claimed = frozenset(applied(node, wanted)) - {("f:metadata",)}
    before = managers.get(manager, Entry(NOTHING, now))
    current = tracked(live, parts)
    result: Object = orjson.loads(orjson.dumps(merged(node, current, wanted)))  # shares nothing with `current`
    owners = {**managers, manager: Entry(claimed, now)}
    kept = frozenset().union(*(entry.fields for entry in owners.values()))
    _drop(node, result, before.fields - kept, kept)
    after, conflicts = forced(Difference(node, current, result), owners, manager, force=force)
    if conflicts:
        raise refusal(conflicts, managers)
    if claimed == before.fields and result == current:
        after = {**after, manager: before}
    return _placed(live, result, parts), after


def _placed(live: Object, result: Object, parts: tuple[str, ...]) -> Object:
    """Put the owned part back into the whole object."""
    untouched = {name: value for name, value in live["metadata"].items() if name not in _tracked_names(live)}
    whole = {
        name: value for name, value in live.items() if name in {"apiVersion", "kind"} or (parts and name not in parts)
    }
    whole |= result
    whole["metadata"] = {**untouched, **result.get("metadata", {})}
    return whole


def _tracked_names(item: Object) -> frozenset[str]:
    return frozenset(tracked(item, ("",)).get("metadata", {}))


def merged(node: Node | None, live: Any, wanted: Any) -> Any:
    """Return `wanted` merged over `live`."""
    if isinstance(live, dict) and isinstance(wanted, dict) and not (node and node.atomic):
        out = dict(live)
        for name, value in wanted.items():
            child = node.child(name) if node else None
            out[name] = merged(child, live[name], value) if name in live else value
        return out
    if isinstance(live, list) and isinstance(wanted, list) and node is not None:
        return _merged_items(node, live, wanted)
    return wanted


def _merged_items(node: Node, live: list[Any], wanted: list[Any]) -> list[Any]:
    """Return the configuration's order; items that only the live list has stay before their next neighbour."""
    theirs, ours = elements(node, live), elements(node, wanted)
    if theirs is None or ours is None:
        return wanted
    out: list[Any] = []
    waiting = list(theirs)
    for address, item in ours.items():
        while waiting and waiting[0] not in ours:
            out.append(theirs[waiting.pop(0)])
        if address in theirs:
            out.append(merged(node.items, theirs[address], item))
            if address in waiting:
                waiting.remove(address)
        else:
            out.append(item)
    return out + [theirs[address] for address in waiting]


def _drop(node: Node, value: Object, gone: FieldSet, kept: FieldSet) -> None:
    """Remove the paths that lost their last owner, and the containers that this empties."""
    for path in sorted(gone, key=len, reverse=True):
        if not any(other[: len(path)] == path for other in kept):
            _remove(node, value, path, kept)


def _remove(node: Node | None, value: Any, path: Path, kept: FieldSet, at: Path = ()) -> bool:
    """Remove one path below `value`; returns whether `value` is empty now and nobody owns it."""
    below = children(node, value)
    step = path[0]
    if below is None or step not in below:
        return False
    child, item = below[step]
    if len(path) > 1:
        if not _remove(child, item, path[1:], kept, (*at, step)):
            return False
    elif step.startswith("f:") and at and at[-1].startswith("k:") and step[2:] in _keys_of(at[-1]):
        return False  # a keyed item's keys leave with the item
    if step.startswith("f:"):
        del value[step[2:]]
    else:
        value[:] = [other for other in value if element(node, other) != step]
    return not value and bool(at) and at not in kept


def _keys_of(step: str) -> frozenset[str]:
    return frozenset(orjson.loads(step[2:]))
