"""Field sets: which paths of an object somebody owns, in the spelling of managedFields (`f:`, `k:`, `v:`).

A set is a frozenset of tuples rather than a trie: ownership is set algebra, and objects here are small.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from sluse.sandbox.kube.node import Node
from sluse.sandbox.kube.status import Object

Path = tuple[str, ...]
FieldSet = frozenset[Path]
NOTHING: FieldSet = frozenset()

_TRACKED_METADATA = ("generateName", "labels", "annotations", "finalizers", "ownerReferences")


def tracked(item: Object, parts: tuple[str, ...]) -> Object:
    """Return the part of an object that can be owned; `parts` are the top-level members besides metadata, or all."""
    metadata = item.get("metadata") or {}
    kept = {name: metadata[name] for name in _TRACKED_METADATA if metadata.get(name) is not None}
    own = {n: v for n, v in item.items() if n not in {"apiVersion", "kind", "metadata"} and (not parts or n in parts)}
    return {"metadata": kept, **own} if kept else own


def element(node: Node | None, item: Any) -> str | None:
    """Return how an item of a set or keyed list is addressed, None where the list is atomic."""
    if node is None:
        return None
    if node.list_keys and isinstance(item, dict):
        keys = {key: item[key] if key in item else _default(node, key) for key in sorted(node.list_keys)}
        return "k:" + orjson.dumps(keys).decode()
    return "v:" + orjson.dumps(item).decode() if node.list_set else None


def _default(node: Node, key: str) -> Any:
    child = node.items.properties.get(key) if node.items else None
    return orjson.loads(child.default) if child is not None and child.default is not None else None


def elements(node: Node | None, items: list[Any]) -> dict[str, Any] | None:
    """Return items by address, None for an atomic list."""
    if node is None or not (node.list_keys or node.list_set):
        return None
    return {address: item for item in items if (address := element(node, item)) is not None}


def children(node: Node | None, value: Any) -> dict[str, tuple[Node | None, Any]] | None:
    """Return what can be owned separately below a value, by path element; None for a leaf."""
    if isinstance(value, dict) and not (node and node.atomic):
        return {"f:" + name: (node.child(name) if node else None, child) for name, child in value.items()}
    if isinstance(value, list):
        found = elements(node, value)
        if found is not None:
            return {address: (node.items if node else None, item) for address, item in found.items()}
    return None


def applied(node: Node | None, value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield what an apply configuration claims: its leaves, keyed items, and members of free-form maps."""
    below = children(node, value)
    if not below:
        if path:
            yield path
        return
    for step, (child, item) in below.items():
        inner = (*path, step)
        declared = step.startswith("f:") and node is not None and step[2:] in node.properties
        if not declared and path != () and children(child, item):
            yield inner
        yield from applied(child, item, inner)


def everything(node: Node | None, value: Any, path: Path, found: set[Path]) -> None:
    """Add every path below and including `path`, containers too."""
    if path:
        found.add(path)
    if isinstance(value, dict | list):
        for step, (child, item) in (children(node, value) or {}).items():
            everything(child, item, (*path, step), found)


class Difference:
    """What changed from one object to the next."""

    __slots__ = ("added", "modified", "removed")

    def __init__(self, node: Node | None, old: Any, new: Any) -> None:
        self.added: set[Path] = set()
        self.removed: set[Path] = set()
        self.modified: set[Path] = set()
        self._compare(node, old, new, ())

    def _compare(self, node: Node | None, old: Any, new: Any, path: Path) -> None:
        if old is new or (old == new and not isinstance(old, dict | list) and type(old) is type(new)):
            return
        before, after = children(node, old), children(node, new)
        if before is None or after is None:
            if old != new or type(old) is not type(new):
                self.modified.add(path)
                everything(node, old, path, self.removed)
                everything(node, new, path, self.added)
                self.removed.discard(path)
                self.added.discard(path)
            return
        for step, (child, item) in after.items():
            if step in before:
                self._compare(child, before[step][1], item, (*path, step))
            else:
                everything(child, item, (*path, step), self.added)
        for step, (child, item) in before.items():
            if step not in after:
                everything(child, item, (*path, step), self.removed)


def as_trie(paths: Iterable[Path]) -> Object:
    """Return fieldsV1."""
    root: Object = {}
    for path in sorted(paths):
        place = root
        for step in path:
            place = place.setdefault(step, {})
        place["."] = {}
    return _stripped(root)


def _stripped(place: Object) -> Object:
    if len(place) == 1 and "." in place:
        return {}
    return {step: child if step == "." else _stripped(child) for step, child in place.items()}


def from_trie(trie: Object, path: Path = ()) -> Iterator[Path]:
    """Yield the paths of fieldsV1."""
    if not trie and path:
        yield path
    for step, child in trie.items():
        if step == ".":
            yield path
        else:
            yield from from_trie(child, (*path, step))


def spoken(path: Path) -> str:
    """Return a path for people: `.spec.ports[port=80].name`."""
    words = ""
    for step in path:
        if step.startswith("f:"):
            words += f".{step[2:]}"
        elif step.startswith("k:"):
            keys = orjson.loads(step[2:])
            words += "[" + ",".join(f"{key}={orjson.dumps(value).decode()}" for key, value in keys.items()) + "]"
        else:
            words += f"[={step[2:]}]"
    return words
