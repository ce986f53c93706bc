"""What declaring a stack would do, object by object and field by field: a value that both engines give alike.

Pure. Compared is what `desired` says: the spec in full, and those labels and annotations that it sets. An engine's own
marks (an ApplySet's label, a field manager's annotation) are no change. Lists are compared whole, as server-side apply
treats them.

What is in the cluster may have been written by anybody, so a value in which a private key or a person's number
stands is hidden; ours never have one, since `sluse check` refuses them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sluse.catalog.sensitive import scan
from sluse.desired.stack import Manifest, ObjectKey, Stack, object_key

HIDDEN = "(hidden: a private key or a personal number stands here)"


class Action(StrEnum):
    """What happens to an object. One that stays as it is is in no preview."""

    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"
    KEEP = "keep"
    """It is not as declared, or no longer declared, and is left alone: what its file says is not known."""


@dataclass(frozen=True)
class FieldChange:
    """One field: its path from the object's root, and its JSON before and after; None where it is absent."""

    path: tuple[str, ...]
    before: Any
    after: Any


@dataclass(frozen=True)
class ObjectPreview:
    """One object. `fields` are all of them where it is created, those that differ where it is changed, else none."""

    key: ObjectKey
    action: Action
    fields: tuple[FieldChange, ...] = ()


def preview(stack: Stack, live: Mapping[ObjectKey, Manifest]) -> tuple[ObjectPreview, ...]:
    """Return what declaring `stack` would do where the cluster has `live`; sorted by key.

    `live` holds what the stack declared before and whatever bears the name of something it declares now.
    """
    wanted = {object_key(manifest): manifest for manifest in stack.resources}
    found: list[ObjectPreview] = []
    for key in sorted(wanted.keys() | live.keys()):
        if key in wanted:
            fields = changes(live.get(key), wanted[key])
            if fields:
                found.append(ObjectPreview(key, Action.CHANGE if key in live else Action.CREATE, fields))
        else:
            found.append(ObjectPreview(key, Action.KEEP if key in stack.keep else Action.DELETE))
    return tuple(found)


def differs(live: Manifest | None, wanted: Manifest) -> bool:
    """Tell whether an object needs writing. Ends at the first field that is not as wanted."""
    return next(_changes(live or {}, wanted), None) is not None


def changes(live: Manifest | None, wanted: Manifest) -> tuple[FieldChange, ...]:
    """Return the fields in which an object is not as wanted; empty where nothing needs writing."""
    return tuple(_changes(live or {}, wanted))


def _changes(before: Manifest, after: Manifest) -> Iterator[FieldChange]:
    yield from _differing(("spec",), before.get("spec"), after.get("spec"))
    for field in ("labels", "annotations"):
        here, ours = _metadata(before, field), _metadata(after, field)
        for name in sorted(ours):
            yield from _differing(("metadata", field, name), here.get(name), ours[name])


def _metadata(manifest: Manifest, field: str) -> Mapping[str, Any]:
    return (manifest.get("metadata") or {}).get(field) or {}


def _differing(path: tuple[str, ...], before: Any, after: Any) -> Iterator[FieldChange]:
    if before == after:
        return
    if isinstance(after, Mapping) and isinstance(before, Mapping | None):
        for name in sorted({*(before or {}), *after}):
            yield from _differing((*path, name), (before or {}).get(name), after.get(name))
    else:
        yield FieldChange(path, _shown(path, before), _shown(path, after))


def _shown(path: tuple[str, ...], value: Any) -> Any:
    """Return the value, or that it is hidden. The scan reads text; `kty` tells it that a member may be a key's."""
    if value is None:
        return None
    text = json.dumps({"kty": "", path[-1]: value}, ensure_ascii=False)
    return HIDDEN if scan(text, keys=False) else value
