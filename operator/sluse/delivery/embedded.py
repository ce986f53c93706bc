"""The embedded engine: server-side apply with our field manager, pruned as an ApplySet. No CLI, no state file.

It lists what the set holds and writes only what differs, so declaring again costs reads alone. Server-side apply
leaves fields that somebody else added; such an object is replaced, since a spec of ours is ours in full.
Everything is tried before one failure is raised: nothing of a declaration is under way when it has ended.
ApplySet: https://git.k8s.io/enhancements/keps/sig-cli/3659-kubectl-apply-prune (KEP-3659).
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
from collections.abc import Awaitable, Iterable, Mapping
from typing import Any, TypeVar

from sluse.cluster.client import Cluster
from sluse.cluster.kinds import (
    ACCEPTANCE_TEST,
    CONFIG_MAP,
    HELSEID_CLIENT,
    IDENTITY_FEDERATION,
    INTEGRATION,
    NETWORK_OPENING,
    Kind,
)
from sluse.delivery import stack_preview
from sluse.delivery.engine import Declared
from sluse.delivery.stack_preview import Action, ObjectPreview
from sluse.desired.stack import Manifest, ObjectKey, Stack, object_key
from sluse.errors import ClusterUnavailable, Conflict, NotFound
from sluse.model.names import GROUP, STACK_PREFIX

FIELD_MANAGER = "sluse"
PART_OF = "applyset.kubernetes.io/part-of"
KINDS: Mapping[str, Kind] = {
    "HelseIDClient": HELSEID_CLIENT,
    "IdentityFederation": IDENTITY_FEDERATION,
    "Integration": INTEGRATION,
    "NetworkOpening": NETWORK_OPENING,
    "AcceptanceTest": ACCEPTANCE_TEST,
}
"""Everything that a stack may hold, by kind."""
_CONCURRENT = 16
_T = TypeVar("_T")
_TRIES = 5  # to replace an object while others write it


class EmbeddedEngine:
    """Declares stacks directly through the API server."""

    name = "embedded"

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._limit = asyncio.Semaphore(_CONCURRENT)

    async def declare(self, stack: Stack) -> Declared:
        """Apply what differs, prune what the stack no longer has."""
        await self._ensure_parent(stack)
        live = await self._live(stack)
        wanted = {object_key(manifest): _labelled(manifest, stack) for manifest in stack.resources}
        differing = {key: manifest for key, manifest in wanted.items() if not _as_wanted(live.get(key), manifest)}
        await _all(self._apply(manifest) for manifest in differing.values())
        surplus = {key: found for key, found in live.items() if key not in wanted and key not in stack.keep}
        await _all(self._prune(key, found) for key, found in surplus.items())
        return Declared(tuple(sorted(differing)), tuple(sorted(surplus)))

    async def preview(self, stack: Stack) -> tuple[ObjectPreview, ...]:
        """Compare with what is there, and let the server judge each write: a server-side apply as a dry run."""
        live = await self._live(stack)
        unseen = [manifest for manifest in stack.resources if object_key(manifest) not in live]
        for found in await _all(self._outside(manifest) for manifest in unseen):
            live |= found
        previewed = stack_preview.preview(stack, live)
        written = {each.key for each in previewed if each.action in {Action.CREATE, Action.CHANGE}}
        await _all(self._try(manifest) for manifest in stack.resources if object_key(manifest) in written)
        return previewed

    async def _outside(self, manifest: Manifest) -> dict[ObjectKey, Mapping[str, Any]]:
        """Return what bears the manifest's name but is no member of the set: adopted, not created."""
        key = object_key(manifest)
        async with self._limit:
            try:
                return {key: await self._cluster.get(KINDS[key.kind], manifest["metadata"]["namespace"], key.name)}
            except NotFound:
                return {}

    async def _try(self, manifest: Manifest) -> None:
        async with self._limit:
            await self._cluster.apply(manifest, manager=FIELD_MANAGER, dry_run=True)

    async def _ensure_parent(self, stack: Stack) -> None:
        """Write the set's parent, which says what kinds it holds, before anything becomes a member (KEP-3659)."""
        parent = _parent(stack)
        try:
            found = await self._cluster.get(CONFIG_MAP, stack.environment.namespace, parent["metadata"]["name"])
        except NotFound:
            found = {}
        if not _as_wanted(found, parent):
            await self._cluster.apply(parent, manager=FIELD_MANAGER)

    async def _live(self, stack: Stack) -> dict[ObjectKey, Mapping[str, Any]]:
        labels = {PART_OF: applyset_id(stack)}
        found: dict[ObjectKey, Mapping[str, Any]] = {}
        for name, kind in KINDS.items():
            items, _ = await self._cluster.list(kind, stack.environment.namespace, labels)
            found.update({ObjectKey(name, item["metadata"]["name"]): item for item in items})
        return found

    async def _apply(self, manifest: Manifest) -> None:
        """Apply; where others' fields are left in the spec, replace. A status written in between is no obstacle."""
        async with self._limit:
            for _ in range(_TRIES):
                applied = await self._cluster.apply(manifest, manager=FIELD_MANAGER)
                if applied["spec"] == manifest["spec"]:
                    return
                with contextlib.suppress(Conflict):
                    await self._cluster.replace({**applied, "spec": manifest["spec"]})
                    return
        raise ClusterUnavailable(
            f"{manifest['kind']} {manifest['metadata']['name']} changes faster than it can be written"
        )

    async def _prune(self, key: ObjectKey, found: Mapping[str, Any]) -> None:
        meta = found["metadata"]
        async with self._limit:
            try:
                await self._cluster.delete(KINDS[key.kind], meta["namespace"], key.name, uid=meta["uid"])
            except NotFound:
                return


async def _all(requests: Iterable[Awaitable[_T]]) -> list[_T]:
    """Wait for all, then raise the first failure."""
    results = await asyncio.gather(*requests, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if not isinstance(result, BaseException)]


def applyset_id(stack: Stack) -> str:
    """Return the set's id as KEP-3659 derives it from its parent."""
    identity = f"{_parent_name(stack)}.{stack.environment.namespace}.ConfigMap."
    digest = base64.urlsafe_b64encode(hashlib.sha256(identity.encode()).digest()).decode().rstrip("=")
    return f"applyset-{digest}-v1"


def _parent_name(stack: Stack) -> str:
    return f"{STACK_PREFIX}{stack.organisation}"


def _parent(stack: Stack) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": _parent_name(stack),
            "namespace": stack.environment.namespace,
            "labels": {"applyset.kubernetes.io/id": applyset_id(stack)},
            "annotations": {
                "applyset.kubernetes.io/tooling": "sluse/v1",
                "applyset.kubernetes.io/contains-group-kinds": ",".join(f"{kind}.{GROUP}" for kind in sorted(KINDS)),
            },
        },
    }


def _labelled(manifest: Manifest, stack: Stack) -> Manifest:
    metadata = manifest["metadata"]
    labels = {**metadata.get("labels", {}), PART_OF: applyset_id(stack)}
    return {**manifest, "metadata": {**metadata, "labels": labels}}


def _as_wanted(live: Mapping[str, Any] | None, manifest: Manifest) -> bool:
    """Tell whether nothing needs writing: same spec, and our labels and annotations are there."""
    if not live or live.get("spec") != manifest.get("spec"):
        return False
    meta = live["metadata"]
    return all(
        (meta.get(field) or {}).get(name) == value
        for field in ("labels", "annotations")
        for name, value in manifest["metadata"].get(field, {}).items()
    )
