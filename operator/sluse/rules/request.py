"""A write of a cluster as rules see it, and all the text of an object. Pure; a manifest is the API's own JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sluse.model.names import Environment

Manifest = Mapping[str, Any]

SEPARATOR = "\x1f"
"""What stands between two texts of an object: no character class of a rule has it, so nothing is found across two."""

_JUDGED_METADATA = ("labels", "annotations")
_NO_TEXT = frozenset({"apiVersion", "kind", "metadata", "binaryData"})


class Operation(StrEnum):
    """What a write does, as admission names it."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One write, as an API server judges it for one environment.

    `operator` is the user name of the environment's operator. `object` is absent on a delete, `old` on a create.
    `namespace_labels` are those of the namespace that the object is in.
    """

    environment: Environment
    operator: str
    user: str
    operation: Operation
    resource: str
    subresource: str = ""
    object: Manifest | None = None
    old: Manifest | None = None
    namespace_labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the object that is written or deleted."""
        return str((self.object or self.old or {})["metadata"]["name"])

    @property
    def by_operator(self) -> bool:
        return self.user == self.operator


def text(manifest: Manifest) -> str:
    """Return every text of an object, values only: its labels, its annotations, and all of its content.

    What `binaryData` of a ConfigMap holds is no text. Numbers and flags are none either.
    """
    metadata = manifest.get("metadata") or {}
    parts = [metadata.get(name) for name in _JUDGED_METADATA]
    parts += [value for name, value in manifest.items() if name not in _NO_TEXT]
    return SEPARATOR.join(_texts(parts))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
