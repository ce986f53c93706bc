"""The embedded engine: server-side apply with our field manager, pruned as an ApplySet. No CLI, no state file.

It lists what the set holds and writes only what differs, so declaring again costs reads alone. A set whose parent this
very declaration created holds nothing yet, since the parent comes before every member: there is nothing to list. What bears
its label all the same (somebody deleted a parent) is found when the stack is next compared. Server-side apply leaves fields that somebody else added; such an object is replaced, since a spec of ours is ours in full.
Everything is tried before one failure is raised: nothing of a declaration is under way when it has ended.
ApplySet: https://git.k8s.io/enhancements/keps/sig-cli/3659-kubectl-apply-prune (KEP-3659).
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
from collections.abc import Mapping
from typing import Any

from sluse.cluster.client import Cluster
from sluse.cluster.kinds import CONFIG_MAP
from sluse.delivery import stack_preview
from sluse.delivery.engine import Declared
from sluse.delivery.observing import KINDS, TRIES, every, freed, listed, named, restless
from sluse.delivery.stack_preview import Action, ObjectPreview
from sluse.desired.stack import Manifest, ObjectKey, Stack, object_key
from sluse.errors import Conflict, NotFound
from sluse.model.names import GROUP, STACK_PREFIX

FIELD_MANAGER = "sluse"
PART_OF = "applyset.kubernetes.io/part-of"
_CONCURRENT = 16


class EmbeddedEngine:
    """Declares stacks directly through the API server."""

    name = "embedded"

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._limit = asyncio.Semaphore(_CONCURRENT)

    async def declare(self, stack: Stack, *, first: bool = False) -> Declared:
        """Apply what differs, prune what the stack no longer has."""
        live: Mapping[ObjectKey, Mapping[str, Any]] = {}
        if not (first and await self._begun(stack)):
            await self._ensure_parent(stack)
            live = await self._live(stack)
        wanted = {object_key(manifest): _labelled(manifest, stack) for manifest in stack.resources}
        differing = {
            key: manifest for key, manifest in wanted.items() if stack_preview.differs(live.get(key), manifest)
        }
        await every(self._apply(manifest) for manifest in differing.values())
        surplus = {key: found for key, found in live.items() if key not in wanted and key not in stack.keep}
        await every(self._prune(key, found) for key, found in surplus.items())
        return Declared(tuple(sorted(differing)), tuple(sorted(surplus)))

    async def preview(self, stack: Stack) -> tuple[ObjectPreview, ...]:
        """Compare with what is there, and let the server judge each write: a server-side apply as a dry run."""
        live = await self._live(stack)
        unseen = {object_key(manifest) for manifest in stack.resources} - live.keys()
        # What bears a name of ours and is no member of the set is adopted, not created.
        live |= await named(self._cluster, stack.environment.namespace, unseen, self._limit)
        previewed = stack_preview.preview(stack, live)
        written = {each.key for each in previewed if each.action in {Action.CREATE, Action.CHANGE}}
        await every(self._try(manifest) for manifest in stack.resources if object_key(manifest) in written)
        return previewed

    async def _try(self, manifest: Manifest) -> None:
        async with self._limit:
            await self._cluster.apply(manifest, manager=FIELD_MANAGER, dry_run=True)

    async def _begun(self, stack: Stack) -> bool:
        """Create the set's parent; False where there is one, and then perhaps members."""
        with contextlib.suppress(Conflict):
            await self._cluster.create(_parent(stack))
            return True
        return False

    async def _ensure_parent(self, stack: Stack) -> None:
        """Write the set's parent, which says what kinds it holds, before anything becomes a member (KEP-3659)."""
        parent = _parent(stack)
        try:
            found = await self._cluster.get(CONFIG_MAP, stack.environment.namespace, parent["metadata"]["name"])
        except NotFound:
            found = {}
        if stack_preview.differs(found, parent):
            await self._cluster.apply(parent, manager=FIELD_MANAGER)

    async def _live(self, stack: Stack) -> dict[ObjectKey, Mapping[str, Any]]:
        return await listed(self._cluster, stack.environment.namespace, {PART_OF: applyset_id(stack)})

    async def _apply(self, manifest: Manifest) -> None:
        """Apply; where others' fields are left in the spec, replace. A status written in between is no obstacle."""
        async with self._limit:
            for _ in range(TRIES):
                applied = await self._cluster.apply(manifest, manager=FIELD_MANAGER)
                if await freed(self._cluster, applied, manifest):
                    return
        raise restless(manifest)

    async def _prune(self, key: ObjectKey, found: Mapping[str, Any]) -> None:
        meta = found["metadata"]
        async with self._limit:
            try:
                await self._cluster.delete(KINDS[key.kind], meta["namespace"], key.name, uid=meta["uid"])
            except NotFound:
                return


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
