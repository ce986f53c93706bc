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

MAPS = frozenset({"labels", "annotations", "data"})
"""Members whose own members are named by whoever writes: those names are text too. In our kinds no other member is one."""

NAMED = ": "
"""Stands between a name and its value, as in a file: so a private member of a JWK is found that is spread over a map."""

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
    """Return every text of an object: its name, its labels and annotations, and all of its content.

    What `binaryData` of a ConfigMap holds is no text (a rule of its own refuses it). Numbers and flags are none either.
    """
    metadata = manifest.get("metadata") or {}
    judged = {name: metadata[name] for name in _JUDGED_METADATA if name in metadata}
    content = {name: value for name, value in manifest.items() if name not in _NO_TEXT}
    return SEPARATOR.join((str(metadata.get("name", "")), *_texts(judged), *_texts(content)))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            if name in MAPS and isinstance(item, Mapping):
                yield from (f"{key}{NAMED}{text}" for key, text in item.items())
            else:
                yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
