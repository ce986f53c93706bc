"""A stack: what one organisation should have in one environment, as plain manifests in a fixed order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sluse.model.digests import sha256
from sluse.model.names import Digest, Environment

Manifest = Mapping[str, Any]
"""A Kubernetes object as JSON: apiVersion, kind, metadata, spec."""


@dataclass(frozen=True, order=True)
class ObjectKey:
    """Which object in a namespace."""

    kind: str
    name: str


@dataclass(frozen=True)
class Stack:
    """`resources` are declared; `keep` names objects left as they are, neither changed nor pruned.

    What a broken file says is not known, so its objects are kept: a mistake in a file never retires anything.
    """

    environment: Environment
    organisation: str
    resources: tuple[Manifest, ...]
    keep: frozenset[ObjectKey] = frozenset()

    @cached_property
    def digest(self) -> Digest:
        """Digest of everything declared; equal digests need no engine."""
        return sha256(
            {"resources": list(self.resources), "keep": sorted(f"{key.kind}/{key.name}" for key in self.keep)}
        )


def object_key(manifest: Manifest) -> ObjectKey:
    """Return which object a manifest describes."""
    return ObjectKey(manifest["kind"], manifest["metadata"]["name"])
