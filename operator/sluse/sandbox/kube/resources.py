"""What the API serves: one Resource per group, version and plural, and the registry that CRDs extend at run time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sluse.sandbox.kube.status import Object
from sluse.sandbox.kube.structural import Structural

VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True)
class Column:
    """A printer column: `cell(object, now)` gives what kubectl shows."""

    name: str
    type: str
    cell: Callable[[Object, datetime], Any]
    description: str = ""
    format: str = ""
    priority: int = 0


@dataclass(frozen=True, eq=False)
class Resource:
    """`unconditional`: a PUT without resourceVersion is accepted. `generation`: metadata.generation is kept."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool
    schema: Structural
    singular: str = ""
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    status: bool = False
    generation: bool = False
    custom: bool = False
    unconditional: bool = True
    columns: tuple[Column, ...] = ()
    selectable: frozenset[str] = frozenset()
    verbs: tuple[str, ...] = VERBS
    list_kind: str = ""
    deprecation: str = ""
    key: tuple[str, str] = field(init=False)
    api_version: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", (self.group, self.plural))
        object.__setattr__(self, "api_version", f"{self.group}/{self.version}" if self.group else self.version)

    @property
    def list_name(self) -> str:
        return self.list_kind or f"{self.kind}List"


class Registry:
    """Look-up by path and by kind. `changes` counts up whenever what is served changes."""

    def __init__(self, resources: tuple[Resource, ...]) -> None:
        self._paths: dict[tuple[str, str, str], Resource] = {}
        self.changes = 0
        for resource in resources:
            self.add(resource)

    def add(self, resource: Resource) -> None:
        self._paths[resource.group, resource.version, resource.plural] = resource
        self.changes += 1

    def remove(self, group: str, plural: str) -> None:
        for path in [path for path in self._paths if (path[0], path[2]) == (group, plural)]:
            del self._paths[path]
        self.changes += 1

    def find(self, group: str, version: str, plural: str) -> Resource | None:
        return self._paths.get((group, version, plural))

    def of_kind(self, group: str, kind: str) -> Resource | None:
        return next((r for r in self._paths.values() if (r.group, r.kind) == (group, kind)), None)

    def __iter__(self) -> Iterator[Resource]:
        return iter(tuple(self._paths.values()))

    def groups(self) -> dict[str, dict[str, list[Resource]]]:
        """Return group -> version -> resources, the newest and stablest version first."""
        groups: dict[str, dict[str, list[Resource]]] = {}
        for resource in sorted(self._paths.values(), key=lambda r: (r.group, version_order(r.version), r.plural)):
            groups.setdefault(resource.group, {}).setdefault(resource.version, []).append(resource)
        return groups


def version_order(version: str) -> tuple[int, int, int, str]:
    """Sort key: v2 before v1 before v1beta2 before v1alpha1 before anything else."""
    parsed = re.fullmatch(r"v(\d+)(?:(alpha|beta)(\d+))?", version)
    if parsed is None:
        return (3, 0, 0, version)
    stability = {None: 0, "beta": 1, "alpha": 2}[parsed[2]]
    return (stability, -int(parsed[1]), -int(parsed[3] or 0), version)
